"""A tenant set up for measuring: a simulator process, `pbx-devhost` on SQLite, and ticks whose process is measured."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.results import Measured
from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft

TENANT = "contoso"
DEPLOYED = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072"}
"""As docs/deploy.md and the units set it."""
PERMISSIONS = ("User.Read.All", "Contacts.Read")


def run_measured(command: list[str], environment: dict[str, str], folder: Path) -> tuple[Any, float, float, float]:
    """Run a program; return what it printed as JSON, its seconds, CPU seconds and peak MiB as the kernel counts."""
    printed, said = folder / "printed.json", folder / "said.txt"
    started = time.monotonic()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, number, str(file), flags, 0o600) for number, file in ((1, printed), (2, said))
    ]  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    pid = os.posix_spawn(command[0], command, {**inherited, **DEPLOYED, **environment}, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    if status != 0:
        raise SystemExit(
            f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}: {said.read_text()[-2000:]}"
        )
    return json.loads(printed.read_text()), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class MeasuredWorld:
    """A connected tenant of so many people; a context manager."""

    def __init__(self, folder: Path, people: int, contacts: int = 0) -> None:
        self.people, self._folder = people, folder
        self.microsoft = SimulatedMicrosoft(folder, users=people, contacts=contacts)
        self._url = f"sqlite:///{folder}/x.db"
        self.pbx = DevHost(self._url, self.microsoft.environment)
        self.pbx.run("tenant", "add", TENANT, "--country", "DE")
        key = folder / "public_key.pem"
        self.pbx.run("action", TENANT, "generate_key_pair", "--out", str(key))
        self.client_id = self.microsoft.register_app(certificate_pem=key.read_text(), permissions=[*PERMISSIONS])
        self.set(application_id=self.client_id, directory_id=self.microsoft.domain, national_cloud="LAB")

    def set(self, **settings: str) -> None:
        """Change settings of the tenant."""
        self.pbx.run("settings", "set", TENANT, *(f"{key}={value}" for key, value in settings.items()))

    def slow_down(self, *, latency_s: float, photo_bytes: int = 4000) -> None:
        """Set how slow Microsoft is and how large its photos are."""
        self.microsoft.control("PATCH", "settings", {"latency_s": latency_s, "photo_bytes": photo_bytes})

    def asked(self, template: str) -> int:
        """How often a call was made in the last run, in a batch or by itself."""
        return sum(n for line, n in self.microsoft.requests_by_template().items() if template in line)

    def tick(self, what: str) -> Measured:
        """Run `pbx-devhost tick` and measure that process alone."""
        self.microsoft.forget_requests()
        command = [str(Path(sys.executable).with_name("pbx-devhost")), "--db", self._url, "--json", "tick"]
        command += ["--tenant", TENANT, "--force", "--confirm-first-plan"]
        [run], seconds, cpu_s, peak_mib = run_measured(command, dict(self.microsoft.environment), self._folder)
        if run["status"] != "done":
            raise SystemExit(f"{what}: {run['status']}: {run['message']}")
        return Measured(what, run["requests"], seconds, cpu_s, peak_mib)

    def start_a_command(self, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})) -> Measured:
        """Measure a command of the host that asks Microsoft nothing."""
        command = [str(Path(sys.executable).with_name("pbx-devhost")), "--db", self._url, "--json", *arguments]
        _, seconds, cpu_s, peak_mib = run_measured(command, dict(environment), self._folder)
        return Measured("start of a command", 0, seconds, cpu_s, peak_mib)

    def __enter__(self) -> MeasuredWorld:
        return self

    def __exit__(self, *_: object) -> None:
        self.microsoft.close()
