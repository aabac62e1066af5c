"""A clock that jumps by a day, forward or back: nobody misses a night, mail goes, sessions end, runs are fenced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Float, func, insert, select

from pbx_devhost.store import moved_clock
from pbx_devhost.store.database import Database
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.store.sql.schema import due, metadata, outbox, sessions
from pbx_devhost.store.stores import open_stores
from pbx_plugin_api import LeaseLostError, RateLimit
from tests.support.devhost_pbx import KEY, DevPbx
from tests.support.mail_queue import HandClock
from tests.support.mail_samples import make_note

DAY_S = 86_400.0
HOUR_S = 3_600.0


@pytest.fixture
def ahead(any_pbx: DevPbx) -> DevPbx:
    """A PBX that has worked for an hour with a clock that is a day ahead."""
    any_pbx.stores.clock_watch.look()
    any_pbx.move_clock(DAY_S)
    assert any_pbx.stores.clock_watch.look() == 0.0, "forward: nothing moves"
    any_pbx.move_clock(HOUR_S)
    any_pbx.stores.clock_watch.look()
    return any_pbx


def set_right(dev: DevPbx) -> float:
    """Set the clock right; look, as the upkeep does within a minute."""
    dev.move_clock(-DAY_S)
    return dev.stores.clock_watch.look()


def one(dev: DevPbx, statement: Any) -> Any:
    with dev.stores.database.read() as connection:
        return connection.execute(statement).one()


def test_nobody_misses_a_night(ahead: DevPbx) -> None:
    dev, tid = ahead, ahead.tenant.pbx_tenant_id
    real = dev.clock() - DAY_S
    dev.stores.leases.set_due(tid, "sample", real + DAY_S + 10 * HOUR_S)  # planned while it was ahead: a day late
    dev.stores.leases.set_due(tid, "second", real + 10 * HOUR_S)  # planned before
    assert 0.99 * DAY_S < set_right(dev) < 1.01 * DAY_S
    for plugin in ("sample", "second"):
        at = dev.stores.leases.next_due_at(tid, plugin)
        assert at is not None
        assert abs(at - (dev.clock() + 10 * HOUR_S)) < 120, plugin
    assert dev.stores.clock_watch.look() == 0.0, "once is enough"


def test_mail_that_waits_goes_when_it_should(ahead: DevPbx) -> None:
    dev, tid, box = ahead, ahead.tenant.pbx_tenant_id, ahead.stores.outbox
    box.put(tid, make_note(notification_id="wrong"))
    box.lanes.pause(tid, 300, urgent=False)
    assert box.claim() is None, "the service has asked it to wait for five minutes"
    set_right(dev)
    row = one(dev, select(outbox).where(outbox.c.id == "wrong"))
    assert row.created_at <= dev.clock()
    assert row.expires_at < dev.clock() + 3 * DAY_S + 60
    box.put(tid, make_note(notification_id="right", to=("other@customer.example",)))
    dev.move_clock(301)
    first, second = box.claim(), box.claim()
    assert first is not None
    assert second is not None
    assert [first.notification.notification_id, second.notification.notification_id] == ["wrong", "right"]


def test_a_mail_that_was_put_off_keeps_its_wait(ahead: DevPbx) -> None:
    """It was accepted and put off by half an hour while the clock was ahead: half an hour it is."""
    dev, box = ahead, ahead.stores.outbox
    box.put(dev.tenant.pbx_tenant_id, make_note(notification_id="m"))
    claimed = box.claim()
    assert claimed is not None
    box.settle(claimed, MailState.DEFERRED, wait_s=1_800)
    set_right(dev)
    row = one(dev, select(outbox.c.due_at))
    assert abs(row.due_at - (dev.clock() + 1_800)) < 120
    assert box.claim() is None
    dev.move_clock(1_900)
    assert box.claim() is not None


def test_a_limit_is_not_used_up_for_a_day(ahead: DevPbx) -> None:
    dev = ahead
    budget = PluginRateBudget(dev.stores.scope(dev.tenant.pbx_tenant_id, "sample"))
    limits = (RateLimit(amount=30, window_s=60),)
    assert budget.take("mail", 30, limits) is None
    set_right(dev)
    dev.move_clock(61)
    assert budget.take("mail", 30, limits) is None


def test_sessions_last_no_longer(ahead: DevPbx) -> None:
    dev = ahead
    token = dev.stores.sessions.begin(dev.tenant.pbx_tenant_id, admin_name="admin")
    set_right(dev)
    assert dev.stores.sessions.find(token) is not None
    assert one(dev, select(sessions.c.expires_at)).expires_at < dev.clock() + 8 * HOUR_S + 60
    dev.move_clock(8 * HOUR_S + 60)
    assert dev.stores.sessions.find(token) is None


def test_a_lock_after_wrong_passwords_ends(ahead: DevPbx) -> None:
    dev, accounts = ahead, ahead.stores.accounts
    tid = dev.tenant.pbx_tenant_id
    accounts.set_admin_password(tid, "admin", "right password")
    from pbx_devhost.store.sql.schema import wrong_passwords

    with dev.stores.database.write() as connection:
        row = {"tenant_id": tid, "account": "admin:admin", "count": 50, "locked_until": dev.clock() + 900}
        connection.execute(insert(wrong_passwords).values(row | {"counted_at": dev.clock()}))
    set_right(dev)
    assert one(dev, select(wrong_passwords.c.locked_until)).locked_until < dev.clock() + 960


@pytest.mark.parametrize("jump_s", [DAY_S, -DAY_S])
def test_a_run_in_progress_is_fenced_whatever_the_clock_says(any_pbx: DevPbx, jump_s: float) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    dev.stores.clock_watch.look()
    dev.move_clock(jump_s)
    dev.stores.clock_watch.look()
    taken = dev.stores.leases.take(tid, "sample")
    if jump_s < 0:
        assert taken is None, "the process is alive, and its lease holds"
        dev.host.state.put("k", 1)
        assert one(dev, select(due.c.lease_until).where(due.c.plugin == "sample", due.c.tenant_id == tid))[0] < (
            dev.clock() + 1_100
        ), "and ends when it should"
    else:
        assert taken is not None, "its lease is over"
        with pytest.raises(LeaseLostError):
            dev.host.state.put("k", 1)


def test_mail_is_not_lost_by_a_jump_forward(any_pbx: DevPbx) -> None:
    dev = any_pbx
    dev.stores.outbox.put(dev.tenant.pbx_tenant_id, make_note(notification_id="m"))
    dev.move_clock(DAY_S)
    assert dev.stores.outbox.expire() == []
    assert dev.stores.outbox.claim() is not None


def _settle(dev: DevPbx, tid: str) -> Callable[[], object]:
    dev.stores.outbox.put(tid, make_note(notification_id="m"))
    claimed = dev.stores.outbox.claim()
    assert claimed is not None
    return lambda: dev.stores.outbox.settle(claimed, MailState.DEFERRED, wait_s=HOUR_S)


def _note_fault(dev: DevPbx, tid: str) -> Callable[[], object]:
    database = dev.stores.database
    asked = Moment.after(database, HOUR_S)
    texts = {"channel": "m365", "cause": "consent", "reason": "r", "remedy": "r"}
    return lambda: dev.stores.outbox.lanes.note_fault(
        tid, **texts, not_before=asked, is_probe=False, fallback_after_s=None
    )


def _plan_night(dev: DevPbx, tid: str) -> Callable[[], object]:
    database = dev.stores.database
    planned = Moment.of(database, datetime.fromtimestamp(database.now() + HOUR_S, timezone.utc))
    return lambda: dev.stores.leases.set_due(tid, "sample", planned)


WRITES: dict[str, Callable[[DevPbx, str], Callable[[], object]]] = {
    "a mail": lambda dev, tid: lambda: dev.stores.outbox.put(tid, make_note(notification_id="m")),
    "the result of a mail": _settle,
    "a pause": lambda dev, tid: lambda: dev.stores.outbox.lanes.pause(tid, HOUR_S, urgent=True),
    "a fault": _note_fault,
    "a night": _plan_night,
    "a lease": lambda dev, tid: lambda: dev.stores.leases.take(tid, "second"),
    "a session": lambda dev, tid: lambda: dev.stores.sessions.begin(tid, admin_name="admin"),
    "a wrong password": lambda dev, tid: lambda: dev.stores.accounts.count_failure_at(tid, "203.0.113.5"),
    "a chore": lambda dev, tid: lambda: dev.stores.chores.claim("test", every_s=HOUR_S),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_that_waits_while_the_clock_is_set_right(
    ahead: DevPbx, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has the lock for a while, and then the watch gets it first."""
    dev, database = ahead, ahead.stores.database
    write = WRITES[what](dev, dev.tenant.pbx_tenant_id)
    opened = database.write

    def wait_for_the_lock(**more: Any) -> Any:
        monkeypatch.setattr(database, "write", opened)
        assert set_right(dev) > HOUR_S
        return opened(**more)

    monkeypatch.setattr(database, "write", wait_for_the_lock)
    write()
    latest = dev.clock() + 8 * HOUR_S + 60
    may_be_later = ("expires_at", "valid_until")
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.c:
                is_time = isinstance(column.type, Float) and column.name not in may_be_later
                found = connection.execute(select(func.max(column))).scalar() if is_time else None
                assert found is None or found < latest, f"{table.name}.{column.name}"


def test_a_lease_that_was_taken_before_the_clock_was_wrong_lasts(any_pbx: DevPbx) -> None:
    """Nobody takes over from a living run because the clock was a day ahead for a moment."""
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    dev.stores.clock_watch.look()
    before = one(dev, select(due.c.lease_until).where(due.c.plugin == "sample", due.c.tenant_id == tid))[0]
    dev.move_clock(DAY_S)
    dev.stores.clock_watch.look()
    assert set_right(dev) > HOUR_S
    after = one(dev, select(due.c.lease_until).where(due.c.plugin == "sample", due.c.tenant_id == tid))[0]
    assert after == before
    assert dev.stores.leases.take(tid, "sample") is None


def test_a_clock_that_was_ahead_between_two_looks(tmp_path: Path) -> None:
    """Nobody looked while it was ahead: what was stored says so."""
    clock = HandClock()
    stores = open_stores(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock, key=KEY)
    try:
        tid = stores.tenants.add("Contoso").pbx_tenant_id
        stores.clock_watch.look()
        clock.at += DAY_S
        stores.outbox.lanes.pause(tid, HOUR_S, urgent=False)
        clock.at += 30.0
        stores.outbox.put(tid, make_note(notification_id="m"))
        clock.at -= DAY_S
        assert abs(stores.clock_watch.look() - DAY_S) < 60
        assert stores.clock_watch.look() == 0.0
        due_at = stores.outbox.next_due_at(tenant_id=tid)
        assert due_at is not None
        assert abs(due_at - (clock.at + HOUR_S)) < 60
    finally:
        stores.database.close()


def test_small_corrections_move_nothing(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    dev.stores.clock_watch.look()
    at = dev.clock() + HOUR_S
    dev.stores.leases.set_due(tid, "sample", at)
    for _ in range(5):
        dev.move_clock(-30)
        assert dev.stores.clock_watch.look() == 0.0
    assert dev.stores.leases.next_due_at(tid, "sample") == at


def test_one_of_many_processes_moves_the_times_once(ahead: DevPbx) -> None:
    dev, tid = ahead, ahead.tenant.pbx_tenant_id
    dev.stores.leases.set_due(tid, "sample", dev.clock() + 10 * HOUR_S)
    dev.move_clock(-DAY_S)
    moved: list[float] = []
    threads = [threading.Thread(target=lambda: moved.append(dev.stores.clock_watch.look())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(each / DAY_S) for each in moved) == [0] * 5 + [1]
    at = dev.stores.leases.next_due_at(tid, "sample")
    assert at is not None
    assert abs(at - (dev.clock() + 10 * HOUR_S)) < 120


@pytest.mark.postgres
def test_no_hosts_clock_matters_on_postgres(make_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    database, real = Database(make_url("postgres")), time.time
    try:
        for jump_s in (DAY_S, -DAY_S):
            monkeypatch.setattr(time, "time", lambda jump_s=jump_s: real() + jump_s)
            database.read_clock()
            assert abs(database.now() - real()) < 5
    finally:
        database.close()


def test_every_time_was_decided_about() -> None:
    """A new column of a time fails here, until it is known what a clock that was set back does to it."""
    moved = {f"{column.table.name}.{column.name}" for column in moved_clock._WAITS} | {
        "due.next_due_at",
        "due.lease_until",
    }
    for _, columns in moved_clock._BEGAN.values():
        moved |= {f"{column.table.name}.{column.name}" for column in columns}
    times = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Float)
    }
    assert times - moved - set(moved_clock.STAYS) == set(), "decide in store/moved_clock.py"
    assert (moved | set(moved_clock.STAYS)) - times == set()


def test_a_process_that_has_not_noticed_yet_moves_nothing_twice(
    any_pbx: DevPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL each process asks the server for the time every few seconds, and counts on from there."""
    dev, late_by = any_pbx, [DAY_S]
    other = Database(dev.url, now=lambda: dev.clock() + late_by[0])
    monkeypatch.setattr(other, "read_clock", lambda: late_by.__setitem__(0, 0.0))
    try:
        dev.move_clock(DAY_S)
        dev.stores.clock_watch.look()
        lease = dev.take_lease("third", dev.tenant)
        assert set_right(dev) > 0.99 * DAY_S
        assert moved_clock.ClockWatch(other).look() == 0.0
        dev.move_clock(60.0)
        assert dev.stores.clock_watch.look() == 0.0
        assert dev.stores.leases.is_held(lease.tenant_id, "third")
    finally:
        other.close()
