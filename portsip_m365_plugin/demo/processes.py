"""Programs that run beside the demo, and end with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

__all__ = ["Child", "ChildError"]

_END_S: Final = 10.0


class ChildError(Exception):
    """A program did not start or did not do its work; the message is the last line it wrote on stderr."""


class Child:
    """A program that goes on until it is told to end.

    Args:
        command: Program and arguments.
        environment: Added to this process's own.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # a fixed program, no shell
            command,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the demo, which then ends its children in order.
            start_new_session=True,
        )
        self._last_words: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def first_line(self) -> str:
        """Wait for the first line on stdout: the program is ready.

        Raises:
            ChildError: It ended instead.
        """
        if self._process.stdout is None:
            raise AssertionError("stdout is a pipe")
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(_END_S)
            self._listener.join(_END_S)
            raise ChildError(self._last_words[-1] if self._last_words else f"ended with {self._process.returncode}")
        return line.strip()

    def wait(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """Ask it to end, and make it end. Safe any number of times."""
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
        with contextlib.suppress(ValueError):  # closed while reading
            for line in self._process.stderr:
                if line.strip():
                    self._last_words[:] = [line.strip()]
