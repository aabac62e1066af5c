"""Processes that work on one database: who does what, and what is left when one of them dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mail_samples import make_note
from tests.support.postgres import empty
from tests.support.workers import Crew, make_crew, wait_for


@pytest.fixture
def crew(any_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    with make_crew(any_url, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def pg_crew(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    empty(postgres_url)
    with make_crew(postgres_url, tmp_path, monkeypatch) as made:
        yield made


def test_two_workers_do_each_night_once_and_send_each_mail_once(crew: Crew) -> None:
    crew.pbx.plugins.set_enabled("m365", False, None)
    for _ in range(2):
        crew.start("worker", "--slots", "3", NIGHT_PEOPLE="3", NIGHT_TRIPS="10")
    tenants = crew.add_tenants(24)
    mails = [make_note() for _ in range(12)]
    for tenant, mail in zip(tenants, mails, strict=False):
        crew.pbx.stores.outbox.put(tenant.pbx_tenant_id, mail)
    wait_for(lambda: len(crew.events("end")) >= 24 and len(crew.events("mail")) >= 12)
    time.sleep(1.5)
    assert Counter(event.name for event in crew.events("begin")) == {tenant.name: 1 for tenant in tenants}
    assert Counter(event.name for event in crew.events("mail")) == {mail.notification_id: 1 for mail in mails}
    assert [crew.pbx.stores.users.count_all(tenant.pbx_tenant_id) for tenant in tenants] == [3] * 24
    assert len({event.pid for event in crew.events("begin")}) == 2, "both had a part of it"
    shown = crew.pbx.stores.processes.alive()
    assert sorted((each.command, each.slots) for each in shown if each.command) == [("worker", 3), ("worker", 3)]


def test_a_killed_workers_tenant_goes_on_at_another(crew: Crew) -> None:
    [tenant] = crew.add_tenants(1)
    (crew.hold / tenant.name).touch()
    first = crew.start()
    wait_for(lambda: crew.events("begin"))
    crew.start()
    (crew.hold / tenant.name).unlink()
    first.kill()
    assert wait_for(lambda: len(crew.events("end")) == 1, 60.0) < 60.0

    def statuses() -> list[str]:
        return [row.status for row in crew.pbx.stores.runs.rows(tenant.pbx_tenant_id)]

    wait_for(lambda: statuses()[0] != "running")  # the plugin has ended it, and the host writes that down
    assert statuses() == ["done", "interrupted"]


@pytest.mark.postgres
def test_sigterm_ends_a_worker_in_time_and_its_run_at_a_safe_place(pg_crew: Crew) -> None:
    crew = pg_crew
    [tenant] = crew.add_tenants(1)
    (crew.hold / tenant.name).touch()
    worker = crew.start()
    wait_for(lambda: crew.events("begin"))
    worker.terminate()
    began = time.monotonic()
    assert worker.wait(15) == 0, crew.errors()
    assert time.monotonic() - began < 10
    assert [row.status for row in crew.pbx.stores.runs.rows(tenant.pbx_tenant_id)] == ["stopped"]
    assert not crew.pbx.stores.leases.is_held(tenant.pbx_tenant_id, "night")


@pytest.mark.parametrize("arguments", [("worker",), ("tick", "--force")])
def test_sigterm_ends_a_command_in_time_although_its_plugin_hears_nothing(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_crew(f"sqlite:///{tmp_path}/pbx.db", tmp_path, monkeypatch) as crew:
        crew.add_tenants(1)
        command = crew.launch(*arguments, NIGHT_STUCK_S="60")
        wait_for(lambda: crew.events("begin"))
        command.terminate()
        began = time.monotonic()
        assert command.wait(15) != 0
        assert time.monotonic() - began < 10.5
        assert "goes on from its checkpoint" in crew.errors()


@pytest.mark.postgres
def test_a_frozen_worker_finds_out_and_goes_on_with_other_work(pg_crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = pg_crew
    monkeypatch.setattr("pbx_devhost.store.work.processes.DEAD_AFTER_S", 2.0)
    [tenant] = crew.add_tenants(1)
    (crew.hold / tenant.name).touch()
    worker = crew.start()
    wait_for(lambda: crew.events("begin"))
    os.kill(worker.pid, signal.SIGSTOP)
    stores = crew.pbx.stores
    wait_for(lambda: stores.leases.take(tenant.pbx_tenant_id, "night") is not None)
    os.kill(worker.pid, signal.SIGCONT)
    (crew.hold / tenant.name).unlink()
    wait_for(lambda: "LeaseLostError" in crew.errors())
    assert stores.users.count_all(tenant.pbx_tenant_id) == 0, "it wrote nothing after the fence had moved"
    other = stores.tenants.add("other")
    stores.leases.set_due(other.pbx_tenant_id, "night", stores.database.now() - 1)
    wait_for(lambda: "other" in {event.name for event in crew.events("end")})


@pytest.mark.postgres
def test_tenants_that_wait_for_microsoft_give_their_slots_back(pg_crew: Crew) -> None:
    crew = pg_crew
    tenants = crew.add_tenants(8)
    crew.start("worker", "--slots", "2", NIGHT_THROTTLED=" ".join(tenant.name for tenant in tenants[:3]))
    took_s = wait_for(lambda: len(crew.events("end")) == 5)
    assert took_s < 30
    due_in_s = [
        (crew.pbx.stores.leases.next_due_at(tenant.pbx_tenant_id, "night") or 0) - crew.pbx.stores.database.now()
        for tenant in tenants[:3]
    ]
    assert all(500 < each <= 600 for each in due_in_s), due_in_s


@pytest.mark.long  # the queue forgets a worker after 30 seconds
@pytest.mark.postgres
def test_a_worker_that_was_frozen_for_long_and_forgotten_works_again(pg_crew: Crew) -> None:
    crew = pg_crew
    [tenant] = crew.add_tenants(1)
    (crew.hold / tenant.name).touch()
    frozen = crew.start()
    wait_for(lambda: crew.events("begin"))
    os.kill(frozen.pid, signal.SIGSTOP)
    time.sleep(35)
    other = crew.start()
    (crew.hold / tenant.name).unlink()
    wait_for(lambda: [event.pid for event in crew.events("end")] == [other.pid])
    other.terminate()
    assert other.wait(15) == 0
    os.kill(frozen.pid, signal.SIGCONT)
    stores = crew.pbx.stores
    late = stores.tenants.add("late")
    stores.leases.set_due(late.pbx_tenant_id, "night", stores.database.now() - 1)
    wait_for(lambda: [event.name for event in crew.events("end")] == [tenant.name, "late"], 60)
    assert stores.users.count_all(tenant.pbx_tenant_id) == 0
    assert [row.status for row in stores.runs.rows(tenant.pbx_tenant_id)] == ["done", "interrupted"]
