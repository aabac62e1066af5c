"""Work on PostgreSQL, taken by other processes: what pages start, dead workers, and a database that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from procrastinate.exceptions import AlreadyEnqueued

from pbx_devhost.portal.jobs import Jobs
from pbx_devhost.runs import shared_queue
from pbx_devhost.runs.queues import open_queue
from pbx_devhost.runs.shared_queue import SharedQueue
from pbx_devhost.runs.work import Lane, NotBegunError, Work
from pbx_devhost.store.database import Database
from pbx_devhost.store.migrations.upgrade import prepare
from pbx_devhost.store.sql.engine import DatabaseError, libpq_address, open_engine
from pbx_plugin_api import ActionRequest, TickReason
from tests.support.postgres import empty, run_cluster
from tests.support.workers import Crew, make_crew, wait_for

pytestmark = pytest.mark.postgres
RUNS = [Work(lane=Lane.RUNS, key=f"run t{n} night", tenant_id=f"t{n}", plugin="night") for n in range(150)]


@pytest.fixture
def crew(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    empty(postgres_url)
    with make_crew(postgres_url, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def queue(crew: Crew) -> Iterator[SharedQueue]:
    """A process that only offers work, such as a portal without slots."""
    made = open_queue(crew.pbx, {})
    assert isinstance(made, SharedQueue)
    yield made
    made.stop()


def test_a_key_waits_once_whoever_offers_it(crew: Crew, queue: SharedQueue) -> None:
    other = open_queue(crew.pbx, {})
    assert queue.offer(RUNS[:100]) == 100
    assert other.offer(RUNS) == 50
    assert queue.offer(RUNS) == 0
    assert queue.knows(RUNS[0])
    assert not queue.knows(Work(lane=Lane.RUNS, key="run other night"))
    other.stop()


def test_a_thousand_tenants_that_are_due_at_once_do_not_make_each_slow(queue: SharedQueue) -> None:
    """procrastinate looks at all that wait, for each of them: 2,000 that waited were taken at 2 a second."""
    many = [Work(lane=Lane.RUNS, key=f"run m{n} night", tenant_id=f"m{n}", plugin="night") for n in range(1000)]
    assert queue.offer(many) == 200
    assert queue.offer(many) == 0
    pages = [Work(lane=Lane.PAGES, key=f"page m{n} night", tenant_id=f"m{n}", plugin="night") for n in range(210)]
    assert queue.offer(pages) == 210, "nobody would offer them again"
    manager = queue._open_sender().job_manager
    waiting = [job for job in manager.list_jobs(queue="runs") if job.status == "todo"]
    assert [job.queueing_lock for job in waiting] == [work.key for work in many[:200]], "the first ones are first"
    for job in waiting[:50]:
        manager.cancel_job_by_id(cast(int, job.id), delete_job=True)
    assert queue.offer(many[50:]) == 50


def test_two_that_offer_at_the_same_moment_add_it_once(queue: SharedQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look for what waits and the adding, another process adds some of it."""
    really = SharedQueue._add

    def late(self: SharedQueue, jobs: list[object]) -> int:
        if len(jobs) > 40:
            really(self, jobs[10:30])  # type: ignore[arg-type]
        return really(self, jobs)  # type: ignore[arg-type]

    monkeypatch.setattr(SharedQueue, "_add", late)
    assert queue.offer(RUNS[:50]) == 30
    assert all(queue.knows(work) for work in RUNS[:50])


def test_a_pages_job_is_done_by_a_worker_and_its_values_are_never_readable(crew: Crew, queue: SharedQueue) -> None:
    [tenant] = crew.add_tenants(1, due_in_s=86_400)
    jobs = Jobs(crew.pbx, queue)
    request = ActionRequest(action="go", values={"password": "canary-in-a-form"}, viewer="boss")
    (crew.hold / tenant.name).touch()
    crew.start()
    started = jobs.start(tenant, "night", TickReason.JOB, request, "go")
    assert started.run_id is not None, started.sentence
    with psycopg.connect(crew.url) as connection:
        stored = connection.execute("SELECT args::text FROM procrastinate_jobs WHERE queue_name = 'pages'").fetchall()
    assert stored
    assert "canary" not in str(stored)
    assert jobs.start(tenant, "night", TickReason.FORCED).run_id == started.run_id, "the one in progress is shown"
    (crew.hold / tenant.name).unlink()
    wait_for(lambda: crew.events("end"))
    wait_for(lambda: crew.pbx.stores.runs.get(started.run_id).status == "done")


def test_a_pages_job_that_an_ending_process_takes_is_not_lost(crew: Crew, queue: SharedQueue) -> None:
    """A process that was asked to stop still takes work while its last requests end."""
    taken: list[str] = []
    done: list[str] = []

    def refuse(work: Work) -> None:
        taken.append(work.key)
        raise NotBegunError

    work = Work(lane=Lane.PAGES, key="page t night", tenant_id="t", plugin="night")
    ending = SharedQueue(crew.url, {Lane.PAGES: 1}, refuse)
    ending.start()
    queue.offer([work])
    wait_for(lambda: taken)
    ending.stop()
    assert queue.knows(work)
    other = SharedQueue(crew.url, {Lane.PAGES: 1}, lambda work: done.append(work.key))
    other.start()
    wait_for(lambda: done)
    other.stop()
    assert done == [work.key]
    assert not queue.knows(work)


@pytest.mark.long  # the heartbeats of procrastinate's workers end after 30 seconds
def test_a_pages_job_whose_worker_died_goes_on_at_another(crew: Crew, queue: SharedQueue) -> None:
    [tenant] = crew.add_tenants(1, due_in_s=86_400)
    (crew.hold / tenant.name).touch()
    first = crew.start()
    assert Jobs(crew.pbx, queue).start(tenant, "night", TickReason.FORCED).run_id is not None
    crew.start()
    first.kill()
    first.wait()
    (crew.hold / tenant.name).unlink()
    assert wait_for(lambda: crew.events("end"), 60.0) < 60.0
    assert len(crew.events("end")) == 1


def test_the_database_is_restarted_during_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends, as `failed`, and says why; it goes on within minutes, and the worker does other work at once."""
    monkeypatch.setenv("NIGHT_TRIPS", "0")
    with (
        run_cluster() as cluster,
        cluster.database() as url,
        make_crew(url, tmp_path, monkeypatch) as crew,
    ):
        [tenant] = crew.add_tenants(1)
        (crew.hold / tenant.name).touch()
        crew.start()
        wait_for(lambda: crew.events("begin"))
        cluster.restart()
        (crew.hold / tenant.name).unlink()
        crew.pbx.stores.database.engine.dispose()
        stores = crew.pbx.stores
        wait_for(lambda: [row.status for row in stores.runs.rows(tenant.pbx_tenant_id)] == ["failed"])
        [row] = stores.runs.rows(tenant.pbx_tenant_id)
        assert "The database could not be used during the run" in row.message
        due_at = stores.leases.next_due_at(tenant.pbx_tenant_id, "night")
        assert due_at is not None
        assert due_at - stores.database.now() < 301, "not tomorrow"
        wait_for(lambda: not stores.leases.is_held(tenant.pbx_tenant_id, "night"))
        other = stores.tenants.add("other")
        stores.leases.set_due(other.pbx_tenant_id, "night", stores.database.now() - 1)
        wait_for(lambda: "other" in {event.name for event in crew.events("end")})
        assert "Traceback (most recent call last)" in crew.errors()


def test_a_job_that_cannot_be_offered_again_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one whose key waits again: it is refused at each look, until that one was taken."""
    monkeypatch.setattr(shared_queue, "_TIDY_EVERY_S", 0.0)
    queue = SharedQueue("postgresql://nowhere/pbx", {}, lambda _work: None)
    looks, again = [0], list[str]()

    class Manager:
        async def get_stalled_jobs(self, **_: object) -> list[Any]:
            looks[0] += 1
            if looks[0] == 2:
                queue._stopping.set()
            return [SimpleNamespace(id=n, queue="pages", attempts=0, key=key) for n, key in enumerate("ab")]

        async def retry_job(self, job: Any) -> None:
            if job.key == "a":
                raise AlreadyEnqueued("a waits")
            again.append(job.key)

    asyncio.run(queue._tidy(cast(Any, SimpleNamespace(job_manager=Manager())), ()))
    assert again == ["b", "b"]


def test_a_work_queue_of_a_newer_procrastinate_is_refused_and_stays(make_url: Callable[[str], str]) -> None:
    """An older host would write its own version over it, and the newer ones would change the tables again."""
    url = make_url("postgres")
    Database(url).close()
    newer = "99.01.00_01_later.sql"
    with psycopg.connect(libpq_address(url)) as connection:
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{newer}'")
    engine = open_engine(url)
    try:
        for may_upgrade in (True, False):
            with pytest.raises(DatabaseError, match="is of a newer procrastinate"):
                prepare(engine, may_upgrade=may_upgrade)
    finally:
        engine.dispose()
    with psycopg.connect(libpq_address(url)) as connection:
        shown = connection.execute("SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')").fetchone()
    assert shown == (newer,)
