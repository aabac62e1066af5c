"""The command line of the reference host in this process: exit code, stdout and stderr of a command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from pbx_devhost.cli.main import main


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def shape(self) -> Any:
        return json.loads(self.out)


class Cli:
    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *arguments: str, url: str | None = None, typed: str | None = None) -> Result:
        ran = CliRunner().invoke(main, ["--db", url or self.url, *arguments], input=typed)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        result = Result(ran.exit_code, ran.stdout, ran.stderr)
        # This holds for every command in every test.
        if result.code == 0:
            assert result.err == ""
        else:
            assert result.err.count("\n") == 1, result.err
            assert len(result.err) > 10
        return result

    def ok(self, *arguments: str) -> Result:
        result = self(*arguments)
        assert result.code == 0, result
        return result

    def json(self, *arguments: str) -> Any:
        return self.ok(*arguments, "--json").shape
