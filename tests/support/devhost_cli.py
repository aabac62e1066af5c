"""The command line of the reference host in this process: exit code, stdout and stderr of a command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from pbx_devhost.cli.main import main


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def shape(self) -> Any:
        return json.loads(self.out)


class Cli:
    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *arguments: str, url: str | None = None, typed: str | None = None) -> Told:
        result = CliRunner().invoke(main, ["--db", url or self.url, *arguments], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        told = Told(result.exit_code, result.stdout, result.stderr)
        # The rule for every command of every test here.
        if told.code == 0:
            assert told.err == ""
        else:
            assert told.err.count("\n") == 1, told.err
            assert len(told.err) > 10
        return told

    def ok(self, *arguments: str) -> Told:
        told = self(*arguments)
        assert told.code == 0, told
        return told

    def json(self, *arguments: str) -> Any:
        return self.ok(*arguments, "--json").shape
