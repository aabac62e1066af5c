"""Stages of each kind: several hosts on one PostgreSQL, and one or two processes on an SQLite file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pbx_devhost.core import Pbx
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.sql import engine as engine_module
from pbx_plugin_api import Tenant
from tests.support.full_disk import fill_server, free_server
from tests.support.histories import observer
from tests.support.histories.events import TEST, Row
from tests.support.histories.hosts import Worker, find_faketime, move_clock, read_clock
from tests.support.histories.schedule import Mail, Step
from tests.support.histories.stage import KEY, Stage
from tests.support.histories.wires import Wire, Wires
from tests.support.histories.worker import FULL
from tests.support.postgres import Cluster, run_cluster

ON_POSTGRES = ("kill", "kill", "freeze", "freeze", "cut", "hold", "delay", "restart", "full", "clock")
ON_SQLITE = ("kill", "kill", "freeze", "freeze", "full", "clock")


class PostgresStage(Stage):
    """Each worker is on a wire of its own. One of two hosts has a clock that a test moves."""

    def __init__(self, folder: Path, cluster: Cluster, url: str, stack: ExitStack, **more: Any) -> None:
        self.cluster, self._url = cluster, url
        self.wires = Wires()
        stack.callback(self.wires.close)
        pbx = Pbx(url)
        stack.callback(pbx.close)
        super().__init__(folder, pbx, stack, **more)
        observer.watch_postgres(url)
        self.open_host()
        if find_faketime() is not None:
            self.open_host(self.clock)

    def address(self, name: str) -> tuple[str, Wire | None]:
        wire = self.wires.add(path=str(self.cluster.directory / ".s.PGSQL.5432"))
        database = self._url.split("@/")[1].split("?")[0]
        more = f"application_name={name}&sslmode=disable&gssencmode=disable"
        return f"postgresql://postgres@127.0.0.1:{wire.port}/{database}?{more}", wire

    def read_rows(self, tenant_ids: list[str]) -> list[Row]:
        return observer.read_postgres(self._url, tenant_ids)

    def _do_cut(self, step: Step, worker: Worker) -> Any:
        assert worker.wire is not None
        worker.wire.cut()
        return None, worker.name

    def _do_hold(self, step: Step, worker: Worker) -> Any:
        wire = worker.wire
        assert wire is not None
        wire.is_held = True
        return lambda: setattr(wire, "is_held", False), worker.name

    def _do_delay(self, step: Step, worker: Worker) -> Any:
        wire = worker.wire
        assert wire is not None
        wire.delay_s = step.amount
        return lambda: setattr(wire, "delay_s", 0.0), worker.name

    def _do_restart(self, step: Step, worker: Worker) -> Any:
        self.cluster.restart()
        self.pbx.stores.database.engine.dispose()
        return None, ""

    def _do_full(self, step: Step, worker: Worker) -> Any:
        engine = self.pbx.stores.database.engine
        self.insist(lambda: fill_server(engine, "users", "outbox"))
        return lambda: self.insist(lambda: free_server(engine)), ""

    def _do_clock(self, step: Step, worker: Worker) -> Any:
        """The time of a PostgreSQL is its server's: a host's own clock must not matter."""
        move_clock(self.clock, step.amount)
        return lambda: move_clock(self.clock, 0.0), "the second host"


class SqliteStage(Stage):
    """All processes are on one machine, whose clock a test moves."""

    def __init__(self, folder: Path, stack: ExitStack, **more: Any) -> None:
        url = f"sqlite:///{folder}/pbx.db"
        pbx = Pbx(url)
        stack.callback(pbx.close)
        observer.name_writer(pbx.stores.database.engine, TEST)
        pbx.stores.database.engine.dispose()
        observer.watch_sqlite(pbx.stores.database.engine)
        self._url, self._full = url, folder / "full"
        super().__init__(folder, pbx, stack, **more)
        self.environment[FULL] = str(self._full)
        self.open_host(self.clock if find_faketime() is not None else None)

    def address(self, name: str) -> tuple[str, Wire | None]:
        return self._url, None

    def place(self, name: str) -> dict[str, str]:
        return {}

    def read_rows(self, tenant_ids: list[str]) -> list[Row]:
        return observer.read_sqlite(self.pbx.stores.database.engine, tenant_ids)

    def _do_full(self, step: Step, worker: Worker) -> Any:
        """For the workers; the test itself finds room."""
        self._full.touch()
        return self._full.unlink, ""

    def put(self, tenant: Tenant, mail: Mail, n: int, put: set[str]) -> None:
        """Put a mail by the clock of the machine: with the true one it would be from the future, or from long ago."""
        with mock.patch.object(self.pbx.stores.database, "now", self._tell_time):
            super().put(tenant, mail, n, put)

    def _tell_time(self) -> float:
        return time.time() + read_clock(self.clock)

    def _do_clock(self, step: Step, worker: Worker) -> Any:
        move_clock(self.clock, step.amount)
        return lambda: move_clock(self.clock, 0.0), ""


@contextmanager
def open_stage(kind: str, folder: Path, **more: Any) -> Iterator[Stage]:
    """Open a stage: `postgres`, `sqlite` (one process) or `sqlite2` (two)."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv(KEY_VARIABLE, KEY)
        patch.setitem(engine_module._SESSION, "lock_timeout", "2s")  # the test must not be late with its next step
        if kind == "postgres":
            cluster = stack.enter_context(run_cluster())
            url = stack.enter_context(cluster.database())
            yield PostgresStage(folder, cluster, url, stack, **more)
        else:
            yield SqliteStage(folder, stack, n_workers=2 if kind == "sqlite2" else 1, **more)


def kinds_of(kind: str) -> tuple[str, ...]:
    """Return the kinds of faults of a stage."""
    found = ON_POSTGRES if kind == "postgres" else ON_SQLITE
    return found if find_faketime() is not None else tuple(each for each in found if each != "clock")
