"""The clock that starts runs, and what it does when its look or a plugin fails."""

from __future__ import annotations

import itertools
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from pbx_devhost.runs.clock import Clock
from pbx_devhost.store.sql.engine import DatabaseError
from pbx_devhost.store.work.leases import Due
from tests.support.rogue_world import RogueWorld
from tests.support.workers import wait_for


def test_the_clock_runs_who_is_due_and_nobody_else(world: RogueWorld) -> None:
    other = world.stores.tenants.add("Fabrikam")
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    world.stores.leases.set_due(other.pbx_tenant_id, "rogue", world.clock() + 600)
    clock = Clock(world.pbx, poll_s=1)
    clock.start()
    try:
        wait_for(lambda: [row.status for row in world.rows()] == ["done"])
        time.sleep(1.2)
        assert len(world.rows()) == 1
        assert list(world.stores.runs.rows(other.pbx_tenant_id)) == []
        world.clock.offset_s += 601
        wait_for(lambda: [row.status for row in world.stores.runs.rows(other.pbx_tenant_id)] == ["done"])
    finally:
        clock.stop()


def test_a_failing_look_neither_stops_the_clock_nor_repeats_in_a_tight_loop(
    world: RogueWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[float] = []
    really = world.stores.leases.who_is_due

    def look(now: float) -> list[Due]:
        looks.append(time.monotonic())
        if len(looks) < 4:
            raise OSError("the database is away")
        return really(now)

    monkeypatch.setattr(world.stores.leases, "who_is_due", look)
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    clock = Clock(world.pbx, poll_s=1)
    clock.start()
    try:
        wait_for(lambda: [row.status for row in world.rows()] == ["done"])
    finally:
        clock.stop()
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(looks)), looks
    assert caplog.text.count("Finding due tenants failed; the next try is in 1 s") == 3


def test_a_time_of_day_that_is_set_back_stops_nothing(world: RogueWorld) -> None:
    clock = Clock(world.pbx, poll_s=1)
    clock.start()
    try:
        clock._schedule.jobs[0].next_run += timedelta(hours=1)  # what it looks like to `schedule`
        world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
        wait_for(lambda: [row.status for row in world.rows()] == ["done"])
    finally:
        clock.stop()


def test_a_failing_plugin_is_run_once_and_then_tomorrow(world: RogueWorld) -> None:
    world.set(mode="raise")
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    clock = Clock(world.pbx, poll_s=1)
    clock.start()
    try:
        wait_for(lambda: [row.status for row in world.rows()] == ["failed"])
        time.sleep(2.2)
        assert len(world.rows()) == 1
        world.clock.offset_s += timedelta(days=1).total_seconds()
        wait_for(lambda: [row.status for row in world.rows()] == ["failed", "failed"])
    finally:
        clock.stop()


def test_a_switched_off_plugin_is_put_off_and_not_called(world: RogueWorld) -> None:
    world.pbx.plugins.set_enabled("rogue", False, world.tenant)
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    clock = Clock(world.pbx, poll_s=1)
    assert clock.poll() == 1
    wait_for(lambda: (world.due_in_s() or 0) > 3000)
    assert world.rows() == []


def test_a_tenant_at_work_is_not_handed_out_twice(world: RogueWorld) -> None:
    world.set(mode="until stopped")
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    clock = Clock(world.pbx, poll_s=1)
    assert clock.poll() == 1
    wait_for(lambda: world.rows())
    assert [clock.poll(), clock.poll()] == [0, 0]
    clock.start()
    clock.stop()
    assert [row.status for row in world.rows()] == ["stopped"]


def test_a_database_that_is_away_is_one_line_of_the_log_and_a_bug_has_its_traceback(
    world: RogueWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each process looks every second or two: tracebacks would fill the disk of the log."""
    away = OperationalError("SELECT 1", {}, Exception("connection refused\n\tIs the server running?"))
    for error, has_traceback in ((away, False), (DatabaseError("the disk is full"), False), (ValueError("bug"), True)):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(Clock, "poll", fail)
        caplog.clear()
        Clock(world.pbx)._guarded_poll()
        [record] = caplog.records
        assert (record.exc_info is not None) is has_traceback
    assert "Finding due tenants failed" in record.getMessage()
    monkeypatch.setattr(Clock, "poll", lambda _: (_ for _ in ()).throw(away))
    caplog.clear()
    Clock(world.pbx)._guarded_poll()
    assert caplog.messages == ["Finding due tenants failed; the next try is in 2 s (connection refused)"]
