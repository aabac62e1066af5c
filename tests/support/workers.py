"""Worker processes on one database, with the plugin `night`, and what they did."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbx_devhost.core import Pbx
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_plugin_api import Tenant
from tests.support import night_plugin

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at: float
    pid: int
    what: str
    name: str


@dataclass
class Crew:
    """A PBX with tenants, and processes that work for it."""

    url: str
    folder: Path
    pbx: Pbx
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a process and wait until it works; the environment is the plugin's."""
        process = self.launch(*arguments, **environment)
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Slots"):
                return process
        raise AssertionError(f"it ended: {self.errors()}")

    def launch(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a process."""
        places = os.pathsep.join((str(self.folder / "site"), str(ROOT), str(ROOT / "hooks")))
        given = os.environ | {"PYTHONPATH": places, "NIGHT_LOG": str(self.log), "NIGHT_HOLD": str(self.hold)}
        with (self.folder / f"stderr-{len(self.processes)}").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "pbx_devhost", "--db", self.url, *(arguments or ("worker",))],
                env=given | environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.processes.append(process)
        return process

    def add_tenants(self, n: int, *, due_in_s: float = -1.0) -> list[Tenant]:
        """Add tenants, and let each be due."""
        stores = self.pbx.stores
        added = [stores.tenants.add(f"t{number:04}") for number in range(n)]
        for tenant in added:
            stores.leases.set_due(tenant.pbx_tenant_id, "night", stores.database.now() + due_in_s)
        return added

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def hold(self) -> Path:
        """A tenant whose name is a file here does not end its night."""
        return self.folder / "hold"

    def events(self, what: str) -> list[Event]:
        if not self.log.exists():
            return []
        lines = [line.split(" ", 3) for line in self.log.read_text().splitlines()]
        return [
            Event(at=float(at), pid=int(pid), what=word, name=name) for at, pid, word, name in lines if word == what
        ]

    def errors(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("stderr-*")))

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            finally:
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()
        self.processes.clear()


@contextmanager
def make_crew(url: str, folder: Path, monkeypatch: Any) -> Iterator[Crew]:
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(bytes(range(32))).decode())
    night_plugin.install(folder / "site")
    (folder / "hold").mkdir()
    crew = Crew(url, folder, Pbx(url))
    try:
        yield crew
    finally:
        try:
            crew.stop()
        finally:
            crew.pbx.close()


def wait_for(what: Callable[[], object], at_most_s: float = 30.0) -> float:
    """Wait until something holds; return how long that took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < at_most_s, "waited too long"
        time.sleep(0.05)
    return time.monotonic() - began
