"""Programs that run beside the demo and end with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

_END_S: Final = 10.0


class ChildError(Exception):
    """A program did not start or failed. The message is the last line that it wrote to stderr."""


class Child:
    """A program that runs until it is closed. A context manager.

    Args:
        command: Program and arguments.
        environment: Variables to add to those of this process.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # a fixed program, without a shell
            command,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C goes to the demo alone, which then ends its children in order.
            start_new_session=True,
        )
        self._last_line: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def first_line(self) -> str:
        """Wait for the first line on stdout, which says that the program is ready, and return it.

        Raises:
            ChildError: The program ended instead.
        """
        if self._process.stdout is None:
            raise AssertionError("stdout is a pipe")
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(_END_S)
            self._listener.join(_END_S)
            raise ChildError(self._last_line[-1] if self._last_line else f"ended with code {self._process.returncode}")
        return line.strip()

    def wait(self) -> int:
        """Wait until the program ends by itself, and return its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """Ask the program to end, and kill it if it does not. May be called any number of times."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._listener.join(_END_S)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self) -> None:
        if self._process.stderr is None:
            return
        with contextlib.suppress(ValueError):  # the pipe may be closed while it is read
            for line in self._process.stderr:
                if line.strip():
                    self._last_line[:] = [line.strip()]
