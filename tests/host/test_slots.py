"""Slots of a process: as many runs at once as it says, and nothing that somebody waits for waits for a run."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from procrastinate import JobContext

from pbx_devhost.portal.jobs import Jobs
from pbx_devhost.runs.queues import open_queue
from pbx_devhost.runs.shared_queue import SharedQueue
from pbx_devhost.runs.threads import ThreadQueue
from pbx_devhost.runs.work import Lane, Work
from pbx_plugin_api import NotificationKind, Priority, TickReason
from tests.support.mail_samples import make_note
from tests.support.postgres import empty
from tests.support.workers import Crew, make_crew, wait_for


@pytest.fixture
def crew(any_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    with make_crew(any_url, tmp_path, monkeypatch) as made:
        yield made


def test_32_runs_go_on_at_once_in_one_process(crew: Crew) -> None:
    tenants = crew.add_tenants(33)
    for tenant in tenants:
        (crew.hold / tenant.name).touch()
    worker = crew.start("worker", "--slots", "32", NIGHT_PEOPLE="3")
    wait_for(lambda: len(crew.events("begin")) == 32)
    time.sleep(1.0)
    assert len(crew.events("begin")) == 32, "the last one waits for a slot"
    assert crew.events("end") == []
    for tenant in tenants:
        (crew.hold / tenant.name).unlink()
    wait_for(lambda: len(crew.events("end")) == 33)
    assert Counter(event.name for event in crew.events("end")) == {tenant.name: 1 for tenant in tenants}
    worker.terminate()
    assert worker.wait(15) == 0, crew.errors()
    assert [crew.pbx.stores.users.count_all(tenant.pbx_tenant_id) for tenant in tenants] == [3] * 33


def test_no_mail_waits_for_a_run(crew: Crew) -> None:
    [held] = crew.add_tenants(1)
    (crew.hold / held.name).touch()
    crew.start("worker", "--slots", "1")
    wait_for(lambda: crew.events("begin"))
    code = make_note(kind=NotificationKind.TWO_FACTOR_CODE, priority=Priority.URGENT)
    notes = [code, *(make_note() for _ in range(5))]
    for note in notes:
        crew.pbx.stores.outbox.put(held.pbx_tenant_id, note)
    wait_for(lambda: len(crew.events("mail")) == len(notes), 10)
    assert {event.name for event in crew.events("mail")} == {note.notification_id for note in notes}
    assert crew.events("end") == []


@pytest.mark.postgres
def test_no_button_waits_for_a_run(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty(postgres_url)
    with make_crew(postgres_url, tmp_path, monkeypatch) as crew:
        held, other = crew.add_tenants(2)
        crew.pbx.stores.leases.set_due(other.pbx_tenant_id, "night", None)
        (crew.hold / held.name).touch()
        crew.start("worker", "--slots", "1")
        wait_for(lambda: crew.events("begin"))
        queue = open_queue(crew.pbx, dict.fromkeys(Lane, 0))
        try:
            Jobs(crew.pbx, queue).start(other, "night", TickReason.FORCED)
            wait_for(lambda: crew.events("end"), 10)
        finally:
            queue.stop()
        assert [event.name for event in crew.events("end")] == [other.name]


QUEUES: dict[str, Callable[[Callable[[Work], None]], ThreadQueue | SharedQueue]] = {
    "threads": lambda do: ThreadQueue({Lane.RUNS: 1}, do),
    "shared": lambda do: SharedQueue("postgresql://127.0.0.1/nowhere", {Lane.RUNS: 1}, do),
}


@pytest.mark.parametrize("kind", QUEUES)
def test_work_that_fails_is_said_and_may_be_offered_again(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it, so that its exception would be lost."""

    def fail(work: Work) -> None:
        raise ZeroDivisionError

    caplog.set_level(logging.ERROR)
    queue, work = QUEUES[kind](fail), Work(lane=Lane.RUNS, key="run t9 m365", tenant_id="t9")
    for n in (1, 2):
        if isinstance(queue, ThreadQueue):
            assert queue.offer([work]) == 1
            wait_for(lambda: not queue.knows(work))
        else:
            taken = cast(JobContext, SimpleNamespace(job=SimpleNamespace(id=n)))
            queue._do_one(taken, lane="runs", key=work.key, tenant_id="t9", plugin="", sealed="")
        said = [record for record in caplog.records if record.getMessage() == "Work 'runs' of tenant t9 failed"]
        assert [record.exc_info is not None and record.exc_info[0] for record in said] == [ZeroDivisionError] * n
    queue.stop()
