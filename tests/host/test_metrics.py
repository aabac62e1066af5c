"""The numbers for a monitor: right, cheap, without a name, and there only for who may read them."""

from __future__ import annotations

import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, update

from pbx_devhost.metrics import process
from pbx_devhost.metrics.facts import FactCollector
from pbx_devhost.metrics.process import OTHER, count_calls, stop_counting
from pbx_devhost.metrics.serving import Metrics, MetricsError, watch
from pbx_devhost.store.sql.schema import due, outbox_lanes, tenants
from pbx_devhost.store.work.leases import LEASE_S
from pbx_plugin_api import (
    CALLS_LOGGER,
    Counts,
    CreateUser,
    NotificationKind,
    Priority,
    TickReport,
    TickStatus,
    note_call,
    note_wait,
)
from tests.support.devhost_pbx import DevPbx, draft, link
from tests.support.mail_samples import make_note
from tests.support.workers import wait_for

DAY_S = 86_400.0
Values = dict[tuple[str, ...], float]


def read(text: bytes) -> dict[str, Values]:
    """Return each sample by name and label values."""
    found: dict[str, Values] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def facts(dev: DevPbx) -> dict[str, Values]:
    return read(Metrics(dev.stores).write())


def test_the_facts_are_those_of_the_database(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    now = dev.clock()
    dev.host.users.apply([CreateUser(draft=draft("ada"))])
    dev.sign_in(link("ada"))
    dev.stores.sessions.begin(tid, admin_name="admin")
    for n, priority in enumerate((Priority.URGENT, Priority.NORMAL, Priority.NORMAL, Priority.BULK)):
        kind = NotificationKind.EMERGENCY_CALL if priority is Priority.URGENT else NotificationKind.VOICEMAIL
        dev.stores.outbox.put(tid, make_note(notification_id=f"m{n}", kind=kind, priority=priority))
        dev.move_clock(100)
    with dev.stores.database.write() as connection:
        connection.execute(insert(outbox_lanes).values(tenant_id=tid, urgent=0, paused_until=dev.clock() + 60))
        connection.execute(insert(outbox_lanes).values(tenant_id="old", urgent=1, paused_until=dev.clock() - 60))
        connection.execute(insert(due).values(tenant_id="t9", plugin="sample", next_due_at=now - 600, lease_until=0.0))
        connection.execute(update(due).where(due.c.plugin == "second").values(valid_until=dev.clock() + 10 * DAY_S))
        connection.execute(update(due).where(due.c.tenant_id == "t9").values(valid_until=dev.clock() + 100 * DAY_S))
    dev.stores.processes.describe("worker", 8)
    dev.stores.notices.begin(tid, "k", "s", "t", severity=_bad())
    dev.stores.notices.begin(tid, "k", "s", "t", severity=_bad(), plugin="switched-off")
    dev.stores.switches.set_enabled("switched-off", tid, False)
    dev.stores.erasures.ask(tid, "ada")
    found = facts(dev)
    assert found["pbx_database_up"] == {(): 1.0}
    assert found["pbx_tenants"] == {(): 2.0}
    assert found["pbx_due"] == {(): 1.0}
    assert 999 < found["pbx_due_for_seconds"][()] < 1_010
    assert found["pbx_runs_in_progress"] == {(): 3.0}, "the fixture has begun them"
    assert found["pbx_mail_queue"] == {("urgent", "queued"): 1, ("normal", "queued"): 2, ("bulk", "queued"): 1}
    ages = found["pbx_mail_oldest_seconds"]
    assert [round(ages[name,], -2) for name in ("urgent", "normal", "bulk")] == [400, 300, 100]
    assert found["pbx_mail_lanes_paused"] == {("ordinary",): 1.0}
    assert found["pbx_sessions"] == {("administrator",): 1.0, ("user",): 1.0}
    assert found["pbx_processes"] == {("worker",): 1.0}
    assert found["pbx_slots"] == {("worker",): 8.0}
    assert found["pbx_credentials"] == {(): 2.0}
    assert 9.9 < found["pbx_credential_days"][()] <= 10
    assert found["pbx_credentials_ending"] == {("0",): 0, ("7",): 0, ("14",): 1, ("30",): 1}
    assert found["pbx_erasures"] == {(): 1.0}
    assert found["pbx_notices"] == {("bad",): 1.0}
    assert ("pbx_database_disk_free_bytes" in found) == dev.stores.database.is_sqlite


def test_a_tenant_of_a_dead_worker_is_due(any_pbx: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease has minutes left, and nobody works: a monitor that sees nothing due would stay silent."""
    stores, tid = any_pbx.stores, any_pbx.other.pbx_tenant_id
    now = any_pbx.clock()
    stores.leases.set_due(tid, "held", now - 120)
    assert stores.leases.take(tid, "held", only_if_due=True) is not None
    stores.runs.begin(tid, "held", "due", None)
    seen = facts(any_pbx)
    assert (seen["pbx_due"], seen["pbx_due_for_seconds"]) == ({(): 0.0}, {(): 0.0}), "it is worked on"
    assert seen["pbx_runs_in_progress"] == {(): 4.0}, "this one and the three of the fixture"
    monkeypatch.setattr("pbx_devhost.store.work.processes.DEAD_AFTER_S", -1.0)  # the heartbeat stays away
    seen = facts(any_pbx)
    assert seen["pbx_due"] == {(): 1.0}
    assert 119 < seen["pbx_due_for_seconds"][()] < 130
    assert seen["pbx_runs_in_progress"] == {(): 0.0}, "nobody does them"


def test_a_run_that_was_left_behind_is_not_in_progress(any_pbx: DevPbx) -> None:
    """Of one process among others: its lease was released or has ended, and nobody has taken the run over yet."""
    assert facts(any_pbx)["pbx_runs_in_progress"] == {(): 3.0}
    any_pbx.stores.leases.release(any_pbx.lease)
    assert facts(any_pbx)["pbx_runs_in_progress"] == {(): 2.0}
    taken = any_pbx.take_lease("sample", any_pbx.tenant)
    any_pbx.stores.runs.begin(any_pbx.tenant.pbx_tenant_id, "sample", "due", None)
    assert facts(any_pbx)["pbx_runs_in_progress"] == {(): 3.0}, "the one of before has ended, and this one goes on"
    any_pbx.stores.leases.renew(taken)
    any_pbx.move_clock(LEASE_S + 1)
    assert facts(any_pbx)["pbx_runs_in_progress"] == {(): 0.0}


def _bad() -> Any:
    from pbx_plugin_api import Severity

    return Severity.BAD


def test_nothing_names_a_person_or_a_tenant(dev: DevPbx) -> None:
    dev.host.users.apply([CreateUser(draft=draft("quistgaard"))])
    dev.sign_in(link("quistgaard"))
    dev.stores.outbox.put(dev.tenant.pbx_tenant_id, make_note(to=("quistgaard@contoso.example",)))
    dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, "quistgaard")
    text = Metrics(dev.stores).write().decode().casefold()
    for name in ("quistgaard", "contoso", "fabrikam", dev.tenant.pbx_tenant_id, dev.other.pbx_tenant_id):
        assert name.casefold() not in text


def test_a_database_that_is_away_gives_no_numbers(dev: DevPbx) -> None:
    """An outage must not look like an empty queue."""
    collector = FactCollector(dev.stores)
    with dev.stores.database.write() as connection:
        tenants.drop(connection)
    found = {family.name: family.samples[0].value for family in collector.collect()}
    assert found == {"pbx_database_up": 0.0, "pbx_disk_full": 0.0}, "the second is the process's own"


def test_a_database_that_hangs_does_not_answer(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor would give up, and report that the process is down instead of the database."""
    from pbx_devhost.metrics import facts as module

    release, asked, original = threading.Event(), list[int](), module.take_census

    def hang(*values: Any) -> Any:
        asked.append(1)
        release.wait(30)
        return original(*values)

    monkeypatch.setattr(module, "take_census", hang)
    monkeypatch.setattr(module, "_WAIT_S", 0.2)
    monkeypatch.setattr(module, "_KEEP_S", 0.0)
    collector = FactCollector(dev.stores)

    def is_up() -> float:
        return next(each.samples[0].value for each in collector.collect() if each.name == "pbx_database_up")

    for _ in range(3):
        began = time.monotonic()
        assert is_up() == 0.0
        assert time.monotonic() - began < 2
    assert len(asked) == 1, "one thread waits, not one for each question"
    release.set()
    wait_for(lambda: is_up() == 1.0)


def test_the_database_is_asked_once_in_five_seconds(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    collector, asked = FactCollector(dev.stores), list[int]()
    from pbx_devhost.metrics import facts as module

    original = module.take_census
    monkeypatch.setattr(module, "take_census", lambda *args: asked.append(1) or original(*args))
    threads = [threading.Thread(target=lambda: list(collector.collect())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_census_of_5_000_tenants_is_quick(any_pbx: DevPbx) -> None:
    now = any_pbx.clock()
    rows = [
        {"tenant_id": f"t{n}", "plugin": "m365", "next_due_at": now + n, "valid_until": now + n * DAY_S}
        for n in range(5_000)
    ]
    with any_pbx.stores.database.write() as connection:
        connection.execute(insert(due), rows)
    started = time.process_time()
    facts(any_pbx)
    assert time.process_time() - started < 1.0


def change(act: Callable[[], None]) -> dict[str, Values]:
    """Return what an act adds to the counters of the process."""

    def sample() -> dict[str, Values]:
        return {
            family.name + sample.name.removeprefix(family.name): {}
            for family in process.REGISTRY.collect()
            for sample in family.samples
        } | _values()

    def _values() -> dict[str, Values]:
        found: dict[str, Values] = {}
        for family in process.REGISTRY.collect():
            for one in family.samples:
                found.setdefault(one.name, {})[tuple(one.labels.values())] = one.value
        return found

    before = sample()
    act()
    after = sample()
    return {
        name: {
            labels: value - before.get(name, {}).get(labels, 0.0)
            for labels, value in values.items()
            if value != before.get(name, {}).get(labels, 0.0)
        }
        for name, values in after.items()
        if name.startswith("pbx_") and not name.endswith("_created")
    }


def test_calls_and_waits_are_counted_where_a_host_listens() -> None:
    def act() -> None:
        note_call("graph", "users.get", 200, 0.2)  # nobody listens yet
        counter = count_calls()
        note_call("graph", "users.list", 200, 0.2, request_id="r1")
        note_call("graph", "users.get", 429, 0.0, is_part=True)
        note_wait("graph", "throttled", 12.5)
        stop_counting(counter)
        note_call("graph", "users.list", 200, 0.2)

    seen = change(act)
    calls = {("graph", "users.list", "200", "no"): 1.0, ("graph", "users.get", "429", "yes"): 1.0}
    assert {labels_of(each): n for each, n in seen["pbx_service_requests_total"].items()} == calls
    assert seen["pbx_service_request_seconds_count"] == {("graph",): 1.0}
    assert seen["pbx_service_wait_seconds_total"] == {("graph", "throttled"): 12.5}
    assert logging.getLogger(CALLS_LOGGER).level == logging.NOTSET


def labels_of(each: tuple[str, ...]) -> tuple[str, ...]:
    return each


def test_a_plugin_cannot_fill_the_monitor() -> None:
    def act() -> None:
        counter = count_calls()
        for n in range(2_000):
            note_call("rogue", f"call-{n}", 200, 0.1)
        stop_counting(counter)

    seen = change(act)["pbx_service_requests_total"]
    assert len(seen) <= 501
    assert seen[OTHER, OTHER, OTHER, "no"] == 1_500


def test_runs_and_mails_are_counted_as_they_end() -> None:
    report = TickReport(status=TickStatus.DONE, counts=Counts(created=3, disabled=1))
    seen = change(lambda: process.note_run("m365", report.status.value, 12.0, report.counts))
    assert seen["pbx_runs_total"] == {("m365", "done"): 1.0}
    assert seen["pbx_run_seconds_sum"] == {("m365",): 12.0}
    assert seen["pbx_run_changes_total"] == {("m365", "created"): 3.0, ("m365", "disabled"): 1.0}
    assert change(lambda: process.note_mail("sent"))["pbx_mail_attempts_total"] == {("sent",): 1.0}


def test_they_are_served_at_a_loopback_port_of_their_own(dev: DevPbx) -> None:
    with watch(dev.stores, 0) as metrics:
        assert b"pbx_database_up 1.0" in metrics.write()
    port = _free_port()
    with watch(dev.stores, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"pbx_tenants 2.0" in answer.read()
        with (
            pytest.raises(MetricsError, match=f"--metrics-port: cannot listen at 127.0.0.1:{port}"),
            watch(dev.stores, port),
        ):
            pass
    with pytest.raises(urllib.error.URLError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2):
        pass


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_the_end_of_a_credential_is_kept_with_the_tenant(dev: DevPbx) -> None:
    ends = dev.clock() + timedelta(days=3).total_seconds()
    lease = dev.lease
    dev.stores.leases.set_valid_until(lease, ends)
    assert 2.9 < facts(dev)["pbx_credential_days"][()] < 3.1
    dev.lose_lease()
    dev.stores.leases.set_valid_until(lease, None)
    assert "pbx_credential_days" in facts(dev), "a run that was overtaken does not count"
