"""A tenant set up for measuring: a simulator process, `pbx-devhost` on SQLite, and ticks whose process is measured."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft

TENANT = "contoso"


@dataclass(frozen=True)
class Measured:
    """One tick, as its own process."""

    what: str
    users: int
    requests: int
    took_s: float
    cpu_s: float
    peak_mib: float


class MeasuredWorld:
    """A connected tenant of so many people; a context manager."""

    def __init__(self, folder: Path, users: int) -> None:
        self.users, self._folder = users, folder
        self._microsoft = SimulatedMicrosoft(folder, users=users)
        self.pbx = DevHost(f"sqlite:///{folder}/x.db", self._microsoft.environment)
        self.pbx.run("tenant", "add", TENANT, "--country", "DE")
        key = folder / "public_key.pem"
        self.pbx.run("action", TENANT, "generate_key_pair", "--out", str(key))
        client_id = self._microsoft.register_app(certificate_pem=key.read_text(), permissions=["User.Read.All"])
        self.pbx.run(
            "settings", "set", TENANT, f"application_id={client_id}", f"directory_id={self._microsoft.domain}",
            "national_cloud=LAB",
        )  # fmt: skip

    def set_up(self, *, latency_s: float, photo_bytes: int, **settings: str) -> None:
        """Change how slow Microsoft is and how large its photos are, and settings of the tenant."""
        self._microsoft.control("PATCH", "settings", {"latency_s": latency_s, "photo_bytes": photo_bytes})
        self.pbx.run("settings", "set", TENANT, *(f"{key}={value}" for key, value in settings.items()))

    def tick(self, what: str) -> Measured:
        """Run `pbx-devhost tick` and measure that process alone (`ru_maxrss` of it, as the kernel counts)."""
        self._microsoft.forget_requests()
        program = str(Path(sys.executable).with_name("pbx-devhost"))
        command = [program, "--db", f"sqlite:///{self._folder}/x.db", "--json", "tick", "--tenant", TENANT]
        command += ["--force", "--confirm-first-plan"]
        environment = {**os.environ, **self._microsoft.environment}
        started = time.monotonic()
        with open(os.devnull, "wb") as nowhere:
            actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1), (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)]
            pid = os.posix_spawn(program, command, environment, file_actions=actions)
            _, status, usage = os.wait4(pid, 0)
        if status != 0:
            raise SystemExit(f"the tick ended with {os.waitstatus_to_exitcode(status)}")
        seen = self._microsoft.requests_by_template()
        return Measured(
            what=what,
            users=self.users,
            # As Microsoft saw them; what lies inside a batch (mailboxes, photos) is no request of its own.
            requests=sum(
                n
                for line, n in seen.items()
                if ("/users" in line and "Purpose" not in line and "/photo" not in line) or "batch" in line
            ),
            took_s=time.monotonic() - started,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mib=usage.ru_maxrss / 1024,
        )

    def __enter__(self) -> MeasuredWorld:
        return self

    def __exit__(self, *_: object) -> None:
        self._microsoft.close()


def print_table(rows: list[Measured]) -> None:
    """Print a Markdown table."""
    print("| run | people at Microsoft | Graph requests | seconds | CPU seconds | peak MiB |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.what} | {row.users:,} | {row.requests} | {row.took_s:.1f} | {row.cpu_s:.1f} | {row.peak_mib:.0f} |"
        )
