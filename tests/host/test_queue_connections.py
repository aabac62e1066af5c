"""The connections of the work queue: their limits, and a database that is away for a while."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from pbx_devhost.runs import queue_connections, shared_queue
from pbx_devhost.runs.queue_connections import PatientConnector, describe, open_sync_connector
from pbx_devhost.runs.shared_queue import SharedQueue
from pbx_devhost.runs.work import Lane, Work
from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.engine import libpq_address
from tests.support.postgres import Cluster, run_cluster
from tests.support.workers import wait_for

pytestmark = pytest.mark.postgres
LIMITS = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s"}


def make_work(name: str) -> Work:
    return Work(lane=Lane.RUNS, key=f"run {name}", tenant_id=name, plugin="night")


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """One that a test may stop."""
    with run_cluster() as cluster:
        yield cluster


@pytest.fixture
def url(server: Cluster) -> Iterator[str]:
    with server.database() as url:
        Database(url).close()
        yield url


@contextmanager
def working(url: str, do: Callable[[Work], None], **slots: int) -> Iterator[SharedQueue]:
    queue = SharedQueue(url, {Lane(name): n for name, n in slots.items()}, do)
    queue.start()
    try:
        yield queue
    finally:
        queue.stop()


def test_they_have_the_same_limits_as_all_others(make_url: Callable[[str], str]) -> None:
    """A frozen process loses its locks, and a host that is gone is noticed."""
    url = make_url("postgres")
    address = psycopg.conninfo.conninfo_to_dict(libpq_address(url))
    assert (address["keepalives_idle"], address["tcp_user_timeout"]) == ("10", "30000")

    sync = open_sync_connector(url)
    sync.open()
    with sync.pool.connection() as connection:
        for name, value in LIMITS.items():
            assert connection.execute(f"SHOW {name}".encode()).fetchone() == (value,)
    sync.close()

    async def look() -> list[Any]:
        connector = PatientConnector(url, lambda: True)
        await connector.open_async()
        async with connector.pool.connection() as each, connector._get_standalone_connection() as alone:
            shown = [
                await (await one.execute(f"SHOW {name}".encode())).fetchone()
                for one in (each, alone)
                for name in LIMITS
            ]
        await connector.close_async()
        return shown

    assert asyncio.run(look()) == [(value,) for value in LIMITS.values()] * 2


def test_slots_work_again_after_an_outage_although_a_run_goes_on(server: Cluster, url: str) -> None:
    """A run that reads Microsoft for hours outlives a restart of the database. Other slots do not wait for its end."""
    release, done = threading.Event(), list[str]()

    def do(work: Work) -> None:
        done.append(f"begin {work.tenant_id}")
        if work.tenant_id == "long":
            release.wait(60)
        done.append(f"end {work.tenant_id}")

    with working(url, do, runs=2, pages=1) as queue:
        queue.offer([make_work("long")])
        wait_for(lambda: "begin long" in done)
        server.stop()
        time.sleep(6)  # longer than a statement waits for a connection
        server.start()
        with working(url, do) as other:
            other.offer([make_work("short")])
        wait_for(lambda: "end short" in done, 20)
        assert "end long" not in done
        release.set()
        wait_for(lambda: "end long" in done)
        wait_for(lambda: not queue.knows(make_work("long")))


def test_a_process_ends_in_time_while_the_database_is_away(server: Cluster, url: str) -> None:
    with working(url, lambda _work: None, runs=2, pages=1, mail=1, urgent=1) as queue:
        queue.offer([make_work("t")])
        wait_for(lambda: not queue.knows(make_work("t")))
        server.stop()
        time.sleep(1.5)
        began = time.monotonic()
        queue.stop()
        assert time.monotonic() - began < 8
    with working(url, lambda _work: None, runs=2) as queue:  # and one that never had a connection
        time.sleep(0.5)
        began = time.monotonic()
        queue.stop()
        assert time.monotonic() - began < 8
    server.start()


def test_work_whose_answer_was_lost_is_offered_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has stored who takes a job, and the connection is cut before the process hears of it."""
    monkeypatch.setattr(shared_queue, "_TIDY_EVERY_S", 0.3)
    really, lost = PatientConnector.execute_query_one_async, list[int]()

    async def lose(self: PatientConnector, query: Any, **arguments: Any) -> dict[str, Any]:
        row = await really(self, query, **arguments)
        if "queues" in arguments and row["id"] is not None and not lost:
            lost.append(row["id"])
            return dict.fromkeys(row)
        return row

    monkeypatch.setattr(PatientConnector, "execute_query_one_async", lose)
    done = list[str]()
    page = Work(lane=Lane.PAGES, key="page t", tenant_id="t", plugin="night")
    with working(url, lambda work: done.append(work.tenant_id), pages=1) as queue:
        queue.offer([page])
        wait_for(lambda: done and not queue.knows(page))
    assert lost
    assert done == ["t"]


def test_a_job_that_works_is_not_taken_for_lost(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_queue, "_TIDY_EVERY_S", 0.1)
    done = list[str]()

    def do(work: Work) -> None:
        time.sleep(1.0)
        done.append(work.tenant_id)

    page = Work(lane=Lane.PAGES, key="page t", tenant_id="t", plugin="night")
    with working(url, do, pages=2) as queue:
        queue.offer([page])
        wait_for(lambda: done and not queue.knows(page))
        time.sleep(0.5)
        assert not queue._begun, "what has ended is forgotten"
    assert done == ["t"]


def test_a_failure_is_one_line_that_says_why() -> None:
    error = ConnectorException()
    error.__cause__ = psycopg.OperationalError("connection refused\n\tIs the server running?\n")
    assert describe(error) == "OperationalError: connection refused"
    assert describe(ValueError()) == "ValueError"


def test_a_statement_that_is_wrong_is_not_repeated(make_url: Callable[[str], str]) -> None:
    async def ask() -> None:
        connector = PatientConnector(make_url("postgres"), lambda: True)
        await connector.open_async()
        try:
            async with asyncio.timeout(5):
                await connector.execute_query_async("SELECT * FROM nowhere")
        finally:
            await connector.close_async()

    with pytest.raises(ConnectorException):
        asyncio.run(ask())


@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="no PgBouncer on this machine")
def test_it_works_through_pgbouncer(server: Cluster, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, place = url.split("@/")[1].split("?")[0], server.directory
    settings = {
        "pool_mode": "session",
        "auth_type": "any",
        "unix_socket_dir": place,
        "listen_port": 6543,
        "logfile": place / "bouncer.log",
    }
    lines = [f"{key} = {value}" for key, value in settings.items()]
    config = place / "bouncer.ini"
    config.write_text("\n".join([f"[databases]\n{name} = host={place} user=postgres", "[pgbouncer]", *lines, ""]))
    command = ["pgbouncer", str(config)]
    if place.owner() == "postgres":
        command = ["runuser", "-u", "postgres", "--", *command]
    bouncer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: (place / ".s.PGSQL.6543").exists())
        done = list[str]()
        monkeypatch.setattr(queue_connections, "_CONNECTION_S", 1.0)
        with working(f"{url}&port=6543", lambda work: done.append(work.tenant_id), runs=1, pages=1) as queue:
            queue.offer([make_work("t")])
            wait_for(lambda: done == ["t"], 15)
    finally:
        bouncer.terminate()
        bouncer.wait(10)
