"""No lock is held across anything slow, none is global, and none is waited for without end."""

from __future__ import annotations

import re
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import pbx_devhost
from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store import database as database_module
from pbx_devhost.store.sql import engine as engine_module
from pbx_devhost.store.sql.engine import DatabaseBusyError, begin_write
from pbx_devhost.store.sql.schema import due
from pbx_devhost.store.stores import Stores, open_stores
from pbx_plugin_api import CreateUser, RateLimit, Severity, TickReason
from pbx_plugin_api.hosting import calls
from tests.support import devhost_rogue as rogue
from tests.support.devhost_cli import Cli
from tests.support.devhost_pbx import KEY, DevPbx, draft
from tests.support.mail_samples import make_note

FOR_THE_WHOLE_PBX = {
    "tenants": "adding a tenant: names are compared with all others",
    "schema": "an upgrade, for which every process is stopped",
    "data keys": "the operator makes new keys",
    "clock": "the upkeep looks at the clock once a minute; nobody else waits for it",
}
"""Locks that are not one tenant's, and why no tenant's work waits for them."""

LIMITS = (RateLimit(amount=100, window_s=60),)
WRITES: dict[str, Callable[[DevPbx], object]] = {
    "users": lambda pbx: pbx.other_tenant.users.apply([CreateUser(draft=draft("bob"))]),
    "secrets": lambda pbx: pbx.other_tenant.secrets.put("k", b"v"),
    "state": lambda pbx: pbx.other_tenant.state.put("k", 1),
    "budgets": lambda pbx: pbx.other_tenant.rate_budget.take("b", 1, LIMITS),
    "blobs": lambda pbx: pbx.other_tenant.blobs.put(iter([b"x"]), content_type="text/plain", keep_s=60),
    "notices": lambda pbx: pbx.other_tenant.notify_admin("k", "s", "t", severity=Severity.BAD),
    "mail put": lambda pbx: pbx.stores.outbox.put(pbx.other.pbx_tenant_id, make_note()),
    "mail claim": lambda pbx: pbx.stores.outbox.claim(),
    "mail expiry": lambda pbx: pbx.stores.outbox.expire(),
    "lease": lambda pbx: pbx.stores.leases.take(pbx.other.pbx_tenant_id, "third"),
    "due": lambda pbx: pbx.stores.leases.set_due(pbx.other.pbx_tenant_id, "sample", 5.0),
    "run": lambda pbx: pbx.stores.runs.begin(pbx.other.pbx_tenant_id, "sample", "due", None),
    "audit": lambda pbx: pbx.stores.audit.record(pbx.other.pbx_tenant_id, "a", "e"),
    "heartbeat": lambda pbx: pbx.stores.processes.beat(),
}


@pytest.fixture
def pg(postgres_url: str) -> Iterator[DevPbx]:
    from tests.support.postgres import empty

    empty(postgres_url)
    with ExitStack() as stack:
        yield DevPbx(postgres_url, stack)


@contextmanager
def frozen_in(pbx: DevPbx) -> Iterator[None]:
    """A process of the first tenant that has every kind of lock and does not go on."""
    tid, stores = pbx.tenant.pbx_tenant_id, pbx.stores
    for _ in range(3):
        stores.outbox.put(tid, make_note())
    pbx.host.rate_budget.take("b", 1, LIMITS)
    with ExitStack() as stack:
        scope = stores.scope(tid, "sample", lease=pbx.lease)
        connection = stack.enter_context(scope.write())  # the tenant's wall, and its due row
        stores.vault.hold_key(connection)
        for table in ("tenants", "users", "outbox", "outbox_lanes", "notices", "runs", "budget_takes"):
            column = "id" if table == "tenants" else "tenant_id"
            locked = text(f"SELECT 1 FROM {table} WHERE {column} = :tid FOR UPDATE")
            connection.execute(locked, {"tid": tid})
        budget = stack.enter_context(stores.database.write(lock=f"budget {tid} sample:b"))
        budget.execute(select(due.c.tenant_id).limit(1))
        yield


@pytest.mark.postgres
@pytest.mark.parametrize("name", WRITES)
def test_a_process_that_is_frozen_for_one_tenant_stops_no_other(pg: DevPbx, name: str) -> None:
    with frozen_in(pg), ThreadPoolExecutor(1) as pool:
        pg.stores.outbox.put(pg.other.pbx_tenant_id, make_note())
        began = time.monotonic()
        # A claim must not have been made on this thread's lock: another one asks, as another process would.
        pool.submit(_as_another, pg, name).result(8)
        assert time.monotonic() - began < 5


def _as_another(pbx: DevPbx, name: str) -> None:
    with ExitStack() as stack:
        other = DevPbx.__new__(DevPbx)
        other.__dict__ |= pbx.__dict__
        lease = pbx.take_lease("other", pbx.other)
        other.other_tenant = stack.enter_context(pbx.opened("other", pbx.other, lease))
        assert WRITES[name](other) is not False


def test_the_locks_of_the_whole_pbx_are_few_and_known() -> None:
    found = set()
    for path in Path(pbx_devhost.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r'\block="([^"]+)"', path.read_text()))
    assert found == set(FOR_THE_WHOLE_PBX), "a lock without a tenant's id in its name stops everybody"


@pytest.mark.postgres
def test_each_connection_has_its_limits(pg: DevPbx) -> None:
    with pg.stores.database.read() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in engine_module._SESSION}
    assert shown["lock_timeout"] == "10s"
    assert shown["idle_in_transaction_session_timeout"] == "30s"


@pytest.mark.postgres
def test_a_lock_that_does_not_come_is_an_error_that_says_try_again(
    postgres_url: str, pg: DevPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module._SESSION, "lock_timeout", "50ms")
    with ExitStack() as stack:
        hasty, tid = stack.enter_context(_another(postgres_url)), pg.tenant.pbx_tenant_id
        with (
            pg.stores.database.write(lock=f"tenant {tid}"),
            pytest.raises(DatabaseBusyError, match="nothing was written, try again"),
        ):
            hasty.scope(tid).write().__enter__()
        with pg.stores.database.write() as connection:
            connection.execute(select(due).where(due.c.tenant_id == tid).with_for_update())
            with pytest.raises(DatabaseBusyError, match="nothing was written, try again"):
                hasty.leases.set_due(tid, "sample", 5.0)
        hasty.leases.set_due(tid, "sample", 5.0)


@contextmanager
def _another(url: str) -> Iterator[Stores]:
    stores = open_stores(url, key=KEY)
    try:
        yield stores
    finally:
        stores.database.close()


@pytest.mark.postgres
def test_the_server_takes_the_locks_of_a_frozen_process(
    postgres_url: str, pg: DevPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module._SESSION, "idle_in_transaction_session_timeout", "300ms")
    with _another(postgres_url) as frozen:
        connection = frozen.database.engine.connect()
        transaction = connection.begin()
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": "tenant t"})
        began = time.monotonic()
        with pg.stores.database.write(lock="tenant t"):
            assert 0.2 < time.monotonic() - began < 5
        connection.invalidate()
        transaction.close()
        connection.close()


def test_a_busy_database_is_one_line_on_the_command_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def busy(*_: object, **__: object) -> Iterator[None]:
        raise DatabaseBusyError("another process is changing the same data; nothing was written, try again")
        yield

    monkeypatch.setattr(database_module, "begin_write", busy)
    result = cli("tenant", "add", "Fabrikam")
    assert result.code == 1
    assert "try again" in result.err


def test_sqlite_says_so_too(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(engine_module, "_SQLITE_TRIES", 3)
    hasty = engine_module.open_engine(dev.url)
    with (
        dev.stores.database.write(),
        pytest.raises(DatabaseBusyError, match="try again"),
        begin_write(hasty),
    ):
        raise AssertionError("it had the lock")
    with begin_write(hasty):
        pass
    hasty.dispose()


def test_nothing_slow_happens_in_a_write_transaction(
    any_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plugin is called, no address is looked up and no server is connected to while this thread has a lock."""
    inside, calls_made = threading.local(), []

    @contextmanager
    def watched(engine: Any, *, lock: str = "") -> Iterator[Any]:
        with begin_write(engine, lock=lock) as connection:
            inside.depth = getattr(inside, "depth", 0) + 1
            try:
                yield connection
            finally:
                inside.depth -= 1

    def guard(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            assert getattr(inside, "depth", 0) == 0, f"{name} within a write transaction"
            calls_made.append(name)
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(database_module, "begin_write", watched)
    monkeypatch.setattr(calls, "run_isolated", guard("a plugin", calls.run_isolated))
    monkeypatch.setattr(smtplib.SMTP, "__init__", guard("SMTP", smtplib.SMTP.__init__))
    monkeypatch.setattr(socket, "getaddrinfo", guard("a name", socket.getaddrinfo))
    rogue.install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PBX_DEVHOST_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    rogue.forget()
    pbx = Pbx(any_url)
    try:
        tenant = pbx.stores.tenants.add("Contoso")
        assert Runner(pbx).run(tenant, "rogue", TickReason.FORCED).is_done
        pbx.stores.outbox.put(tenant.pbx_tenant_id, make_note())
        Delivery(pbx).deliver_due()
        assert calls_made.count("a plugin") >= 2
    finally:
        pbx.close()
