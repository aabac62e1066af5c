"""The reference host as a program: the plugin never imports it, and neither does anything of this package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from portsip_m365_plugin.demo.processes import Child, ChildError

__all__ = ["DevHost", "Progress"]

Progress = Callable[[str, int, int | None], None]
"""Called with stage, done and total."""

_PROGRAM: Final = "pbx-devhost"


class DevHost:
    """`pbx-devhost` on one database.

    Args:
        database: Its URL.
        environment: Added to this process's own: where Microsoft is.
    """

    def __init__(self, database: str, environment: Mapping[str, str] | None = None) -> None:
        self._command = [_find_program(), "--db", database]
        self._environment = {**os.environ, **(environment or {})}
        self._added = dict(environment or {})

    def run(self, *arguments: str, progress: Progress | None = None) -> Any:
        """Run a command with `--json` and return what it printed.

        Raises:
            ChildError: It failed; the message is its one line.
        """
        answer, failure = self.try_run(*arguments, progress=progress)
        if failure is not None:
            raise ChildError(failure)
        return answer

    def try_run(self, *arguments: str, progress: Progress | None = None) -> tuple[Any, str | None]:
        """Run a command with `--json`; return what it printed, and its one line where it failed."""
        process = subprocess.Popen(  # noqa: S603  # a fixed program, no shell
            [*self._command, "--json", *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        told: list[str] = []
        listener = threading.Thread(target=_listen, args=(process.stderr, told, progress), daemon=True)
        listener.start()
        printed = process.stdout.read() if process.stdout is not None else ""
        code = process.wait()
        listener.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        failure = None if code == 0 else (told[-1] if told else f"{_PROGRAM} ended with {code}")
        return (json.loads(printed) if printed.strip() else None), failure

    def serve(self, port: int) -> Child:
        """Start the portal and the clock; ready once it has printed its first line."""
        return Child([*self._command, "serve", "--port", str(port)], self._added)


def _listen(stream: Any, told: list[str], progress: Progress | None) -> None:
    for line in stream:
        text = line.strip()
        if progress is not None and text.startswith('{"stage"'):
            step = json.loads(text)
            progress(step["stage"], step["done"], step["total"])
        elif text:
            told.append(text)


def _find_program() -> str:
    beside = Path(sys.executable).with_name(_PROGRAM)
    found = str(beside) if beside.exists() else shutil.which(_PROGRAM)
    if found is None:
        raise ChildError(f"{_PROGRAM} is not installed here; install it: pip install 'portsip-m365-plugin[demo]'")
    return found
