"""Hosts and their workers: started at once, killed, frozen, and cut off, each through a wire of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.histories import diary
from tests.support.histories.wires import Wire

ROOT: Final = Path(__file__).parents[3]


@dataclass
class Worker:
    """One worker process."""

    name: str
    pid: int
    output: Path
    wire: Wire | None = None
    is_dead: bool = False
    is_frozen: bool = False

    def kill(self) -> None:
        """End it at once."""
        self.is_dead = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it, without an end."""
        self.is_frozen = True
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.is_frozen = False
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    def lives(self) -> bool:
        """Whether the process is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


@dataclass
class Host:
    """A machine that starts workers. With `clock` its time of day is what that file says."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    clock: Path | None = None

    def __post_init__(self) -> None:
        site = self.folder / "site"
        if not site.exists():
            diary.install(site)
        places = os.pathsep.join((str(site), str(ROOT), str(ROOT / "hooks")))
        given = os.environ | {"PYTHONPATH": places} | self.environment
        if self.clock is not None:
            given |= fake_time(self.clock)
        command = [sys.executable, "-m", "tests.support.histories.worker"]
        self._errors = (self.folder / f"host-{id(self)}").open("w")
        self._process = subprocess.Popen(
            command, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self._is_ready = False

    def fork(self, name: str, url: str, **environment: str) -> Worker:
        """Start a worker."""
        process, output = self._process, self.folder / f"output-{name}"
        assert process.stdin is not None
        assert process.stdout is not None
        if not self._is_ready:
            assert process.stdout.readline() == "ready\n", Path(self._errors.name).read_text()
            self._is_ready = True
        whole = {diary.WORKER: name, **environment}
        line = {"name": name, "url": url, "output": str(output), "environment": whole}
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        return Worker(name=name, pid=int(process.stdout.readline()), output=output)

    def close(self) -> None:
        """End it. Its workers have been ended before."""
        process = self._process
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, self._errors):
            if stream is not None:
                stream.close()


def find_faketime() -> Path | None:
    """Return the library that fakes the time of day, or None."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def fake_time(clock: Path) -> dict[str, str]:
    """Return the environment of a process whose time of day is the machine's plus what the file says."""
    library = find_faketime()
    assert library is not None
    if not clock.exists():
        move_clock(clock, 0.0)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


def move_clock(clock: Path, by_s: float) -> None:
    """Set the time of day of a host with a fake clock."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{by_s:+.0f}s\n")
    fresh.replace(clock)


def read_clock(clock: Path) -> float:
    """Return by how many seconds the time of day of a host with a fake clock is ahead."""
    return float(clock.read_text().rstrip("s\n")) if clock.exists() else 0.0


def wait_until(what: object, at_most_s: float = 20.0, every_s: float = 0.05) -> bool:
    """Wait until something holds. Return whether it did in time."""
    until = time.monotonic() + at_most_s
    while not what():  # type: ignore[operator]
        if time.monotonic() > until:
            return False
        time.sleep(every_s)
    return True
