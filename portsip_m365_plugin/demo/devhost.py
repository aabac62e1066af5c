"""The reference host as a program. This package never imports it, as the plugin in a real PBX never would."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from portsip_m365_plugin.demo.processes import Child, ChildError, end, start
from portsip_m365_plugin.terminal import IS_TRANSLATED, say
from portsip_m365_plugin.texts import _

Progress = Callable[[str, int, int | None], None]
"""Called with stage, done and total."""

_PROGRAM: Final = "pbx-devhost"


class DevHost:
    """`pbx-devhost` on one database.

    Args:
        database: URL of the database.
        environment: Variables to add to those of this process: where Microsoft is.
        speaks: Whether its texts are shown to a person, in the language of the terminal.
    """

    def __init__(self, database: str, environment: Mapping[str, str] | None = None, *, speaks: bool = False) -> None:
        self._command = [_find_program(), "--db", database, *(["--spoken"] if speaks and IS_TRANSLATED else [])]
        self._environment = {**os.environ, **(environment or {})}
        self._added = dict(environment or {})

    def run(self, *arguments: str, progress: Progress | None = None) -> Any:
        """Run a command with `--json` and return what it printed.

        Raises:
            ChildError: The command failed; the message is the line it wrote.
        """
        answer, failure = self.try_run(*arguments, progress=progress)
        if failure is not None:
            raise ChildError(failure)
        return answer

    def try_run(
        self, *arguments: str, progress: Progress | None = None, in_english: bool = False
    ) -> tuple[Any, str | None]:
        """Run a command with `--json`. Return what it printed, and the line it wrote if it failed.

        Args:
            arguments: The command.
            progress: What is called as a run goes on.
            in_english: Whether the line is in English too, because a program reads it.
        """
        # We read UTF-8 from it, whatever the letters of this terminal are.
        environment = self._environment | {"PYTHONIOENCODING": "utf-8"} | ({"LC_ALL": "C.UTF-8"} if in_english else {})
        process = start([*self._command, "--json", *arguments], environment)
        lines: list[str] = []
        listener = threading.Thread(target=_listen, args=(process.stderr, lines, progress), daemon=True)
        listener.start()
        try:
            printed = process.stdout.read() if process.stdout is not None else ""
            code = process.wait()
        finally:
            end(process)  # it still runs if this was interrupted
        listener.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        ended = say(_("{program} ended with code {code}", program=_PROGRAM, code=code))
        failure = None if code == 0 else (lines[-1] if lines else ended)
        return (json.loads(printed) if printed.strip() else None), failure

    def serve(self, port: int) -> Child:
        """Start the portal and the clock. They are ready when the program has printed its first line."""
        return Child([*self._command, "serve", "--port", str(port)], self._added)


def _listen(stream: Any, lines: list[str], progress: Progress | None) -> None:
    for line in stream:
        text = line.strip()
        if progress is not None and text.startswith('{"stage"'):
            step = json.loads(text)
            progress(step["stage"], step["done"], step["total"])
        elif text:
            lines.append(text)


def _find_program() -> str:
    beside = Path(sys.executable).with_name(_PROGRAM)
    found = str(beside) if beside.exists() else shutil.which(_PROGRAM)
    if found is None:
        raise ChildError(
            say(
                _(
                    "{program} is not installed here; install it: {command}",
                    program=_PROGRAM,
                    command="pip install 'portsip-m365-plugin[demo]'",
                )
            )
        )
    return found
