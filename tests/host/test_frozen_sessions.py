"""A process that is frozen in a write loses its locks, whatever it sent last. Who only reads keeps its session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import OperationalError

from pbx_devhost.bound.progress import RunContext
from pbx_devhost.core import Pbx
from pbx_devhost.store.sql import engine as engine_module
from pbx_devhost.store.sql.engine import begin_read, end_frozen_sessions
from pbx_devhost.store.sql.schema import problems
from pbx_devhost.store.stores import Stores, open_stores
from tests.support.devhost_pbx import KEY, DevPbx

pytestmark = pytest.mark.postgres
ROWS = [{"run_id": "r", "reason": "no_name", "detail": ""} for _ in range(3)]


@pytest.fixture
def pg(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DevPbx]:
    from tests.support.postgres import empty

    empty(postgres_url)
    monkeypatch.setattr(engine_module, "FROZEN_AFTER_S", 0.4)
    with ExitStack() as stack:
        yield DevPbx(postgres_url, stack)


@pytest.fixture
def other(pg: DevPbx) -> Iterator[Stores]:
    stores = open_stores(pg.url, key=KEY)
    yield stores
    stores.database.close()


@contextmanager
def frozen(stores: Stores, statement: str = "") -> Iterator[Connection]:
    """A write that does not go on, after several rows at once or another statement."""
    connection = stores.database.engine.connect()
    transaction = connection.begin()
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('tenant t', 0))"))
    if statement:
        connection.execute(text(statement))
    else:
        connection.execute(insert(problems), ROWS)
    try:
        yield connection
    finally:
        connection.invalidate()
        transaction.close()
        connection.close()


def test_after_several_rows_at_once_the_servers_own_limit_does_not_help(
    pg: DevPbx, other: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, PostgreSQL or psycopg was mended, and the look of the other processes is a second net."""
    monkeypatch.setitem(engine_module._SESSION, "idle_in_transaction_session_timeout", "200ms")
    with frozen(other) as connection:
        time.sleep(1.0)
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_write_after_several_rows_at_once_is_ended(pg: DevPbx, other: Stores) -> None:
    with frozen(other) as connection:
        assert end_frozen_sessions(pg.stores.database.engine) == 0, "not yet"
        time.sleep(0.6)
        assert end_frozen_sessions(pg.stores.database.engine) == 1
        began = time.monotonic()
        with pg.stores.database.write(lock="tenant t"):
            assert time.monotonic() - began < 5
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))


def test_each_process_looks_with_its_heartbeat(pg: DevPbx, other: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    from pbx_devhost.store.work import processes

    monkeypatch.setattr(processes, "BEAT_S", 0.1)
    pg.stores.processes.my_id()
    with frozen(other), pg.stores.database.write(lock="tenant t"):
        pass


def test_who_reads_slowly_or_writes_now_is_left_alone(pg: DevPbx, other: Stores) -> None:
    with begin_read(other.database.engine, is_slow=True) as connection:
        connection.execute(text("SELECT 1 FROM users"))
        with other.database.write() as writing:
            writing.execute(insert(problems), ROWS)
            time.sleep(0.6)
            writing.execute(insert(problems), ROWS)
            assert end_frozen_sessions(pg.stores.database.engine) == 0
        assert connection.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_database_that_fails_around_a_plugins_call_is_no_fault_of_the_plugin(
    pg: DevPbx, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr("pbx_devhost.core.open_stores", lambda *_, **__: pg.stores)
    pbx, lost = Pbx(pg.url), OperationalError("SELECT", None, Exception("gone"))
    run = RunContext(run_id="r", lease=pg.lease, deadline_utc=None, stop_wanted=[False])  # type: ignore[arg-type]
    pbx.enter_run(run)
    answers = [{}] if when == "after" else []

    def settings(*_: object) -> object:
        if answers:
            return answers.pop()
        raise lost

    monkeypatch.setattr(type(pg.stores), "settings", settings)
    with (
        pytest.raises(OperationalError),
        pbx.open("sample", pg.tenant, hook="on_nightly_tick", run_id="r"),
    ):
        pass
    assert run.database_failures == [lost]
