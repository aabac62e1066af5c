"""One night of many tenants that are due at the same moment: two workers on one PostgreSQL.

Each tenant has one person, and waits for two round trips of 50 ms; so the figures are those of the host: the queue,
the lease, the run, the writes.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from bench.results import TenantNight, TenantNights
from pbx_devhost.store.sql.schema import due
from tests.support.postgres import empty, run_cluster
from tests.support.workers import Crew, make_crew

WORKERS, SLOTS = 2, 8
_LOOK_S = 0.2
_MOST_S = 900.0


def measure_tenants(sizes: list[int]) -> TenantNights:
    """One night at each size."""
    with run_cluster() as cluster, cluster.database() as url:
        rows = []
        for n_tenants in sizes:
            with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
                with make_crew(url, Path(folder), monkeypatch) as crew:
                    rows.append(_measure(crew, n_tenants))
                empty(url)
        return TenantNights(WORKERS, SLOTS, tuple(rows))


def _measure(crew: Crew, n_tenants: int) -> TenantNight:
    crew.add_tenants(n_tenants, due_in_s=86_400)
    for _ in range(WORKERS):
        crew.start("worker", "--slots", str(SLOTS), NIGHT_PEOPLE="1", NIGHT_TRIPS="2")
    time.sleep(1)
    cpu_before_s = _cpu_s(crew)
    database = crew.pbx.stores.database
    due_at = database.now()
    with database.write() as connection:
        connection.execute(update(due).where(due.c.plugin == "night").values(next_due_at=due_at))
    began = time.monotonic()
    while not crew.log.exists() or crew.log.read_bytes().count(b" end ") < n_tenants:
        if time.monotonic() - began > _MOST_S:
            raise SystemExit(f"{n_tenants} tenants are not done: {crew.errors()[-2000:]}")
        time.sleep(_LOOK_S)
    cpu_s = _cpu_s(crew) - cpu_before_s
    late_s = [event.at - due_at for event in crew.events("begin")]
    seconds = max(event.at for event in crew.events("end")) - due_at
    return TenantNight(n_tenants, seconds, statistics.median(late_s), max(late_s), cpu_s)


def _cpu_s(crew: Crew) -> float:
    """User and system seconds of all workers until now, as the kernel counts them."""
    ticks = 0
    for process in crew.processes:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, see proc_pid_stat(5)
    return ticks / os.sysconf("SC_CLK_TCK")
