"""Programs that run beside the demo and end with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

_END_S: Final = 10.0
_TERMINATIONS: Final = (signal.SIGTERM, signal.SIGHUP)
_RUNNING: Final[list[subprocess.Popen[str]]] = []
"""Programs that were started here and not yet ended."""


class ChildError(Exception):
    """A program did not start or failed. The message is the last line that it wrote to stderr."""


class _Interruption:
    """A signal that ends this program. It waits while a program is being started, which nobody could end otherwise."""

    def __init__(self) -> None:
        self._is_held = self._has_arrived = False

    def arrive(self, _number: int, _frame: object) -> None:
        """Handle the signal."""
        for number in _TERMINATIONS:
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if not self._is_held:
            raise KeyboardInterrupt
        self._has_arrived = True

    @contextlib.contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold it back, and let it come at the end."""
        self._is_held, self._has_arrived = True, False
        try:
            yield
        finally:
            self._is_held = False
        if self._has_arrived:
            raise KeyboardInterrupt


_INTERRUPTION: Final = _Interruption()


def start(command: Sequence[str], environment: Mapping[str, str], *, apart: bool = False) -> subprocess.Popen[str]:
    """Start a program with pipes for what it writes. `end_all` ends it, if nobody else does.

    Args:
        command: Program and arguments.
        environment: All its variables.
        apart: Whether Ctrl-C does not reach it.
    """
    with _INTERRUPTION.held_back():
        process = subprocess.Popen(  # noqa: S603  # a fixed program, without a shell
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=apart,
        )
        _RUNNING.append(process)
    return process


def end(process: subprocess.Popen[str]) -> None:
    """Ask a program to end, and kill it if it does not. May be called any number of times."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with contextlib.suppress(ValueError):
        _RUNNING.remove(process)


def end_all() -> None:
    """End every program that still runs: one that was being started when this one was interrupted, too."""
    for process in _RUNNING:
        end(process)


@contextlib.contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this program as Ctrl-C does, so that it ends its programs. A second one is ignored."""
    before = {number: signal.signal(number, _INTERRUPTION.arrive) for number in (signal.SIGINT, *_TERMINATIONS)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Child:
    """A program that runs until it is closed. A context manager.

    Args:
        command: Program and arguments.
        environment: Variables to add to those of this process.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        # Ctrl-C goes to the demo alone, which then ends its children in order.
        self._process = start(command, {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}, apart=True)
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
        end(self._process)
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
