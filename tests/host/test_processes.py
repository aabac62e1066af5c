"""Who is alive: a random id with a heartbeat, in the database's time. Neither names nor clocks of hosts matter."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from pbx_devhost.store.sql.schema import due, processes
from pbx_devhost.store.stores import open_stores
from pbx_devhost.store.work import processes as module
from pbx_devhost.store.work.processes import BEAT_S, DEAD_AFTER_S
from tests.support.devhost_pbx import KEY, DevPbx
from tests.support.lease_holder import hold


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a process may be silent here."""
    monkeypatch.setattr(module, "DEAD_AFTER_S", 1.0)
    monkeypatch.setattr(module, "BEAT_S", 0.2)
    return 1.0


def wait_for(what: Callable[[], object], at_most_s: float = 15.0) -> None:
    until = time.monotonic() + at_most_s
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def make_silent(pbx: DevPbx, process_id: str, seconds: float) -> None:
    with pbx.stores.database.write() as connection:
        at = processes.c.id == process_id
        connection.execute(update(processes).where(at).values(seen_at=processes.c.seen_at - seconds))


def test_a_killed_worker_is_found_within_the_minute_that_was_promised() -> None:
    assert DEAD_AFTER_S + 2 * BEAT_S < 60


def test_a_killed_processs_tenant_is_due_again(any_pbx: DevPbx, impatient: float) -> None:
    tid, leases, now = any_pbx.other.pbx_tenant_id, any_pbx.stores.leases, any_pbx.stores.database.now
    leases.set_due(tid, "held", now() - 1)
    with hold(any_pbx.url, tid, kernel=False) as worker:
        assert leases.who_is_due(now()) == []
        time.sleep(2 * impatient)
        assert leases.who_is_due(now()) == [], "it lives, and may be busy for long"
        os.kill(worker.pid, signal.SIGKILL)
    wait_for(lambda: [item.tenant_id for item in leases.who_is_due(now())] == [tid])
    lease = leases.take(tid, "held", only_if_due=True)
    assert lease is not None
    assert lease.token == 2


def test_on_one_machine_the_kernel_says_so_at_once(any_pbx: DevPbx) -> None:
    tid, stores = any_pbx.other.pbx_tenant_id, any_pbx.stores
    stores.leases.set_due(tid, "held", stores.database.now() - 1)
    with hold(any_pbx.url, tid) as worker:
        stores.processes.bury()
        assert stores.leases.who_is_due(stores.database.now()) == []
        os.kill(worker.pid, signal.SIGKILL)
    stores.processes.bury()
    assert len(stores.leases.who_is_due(stores.database.now())) == 1


@pytest.mark.postgres
def test_a_take_that_waited_for_the_row_knows_who_is_alive_now(
    make_url: Callable[[str], str], impatient: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began to wait long before the other took the lease, and must not see the heartbeats of that time."""
    url = make_url("postgres")
    stores, other = open_stores(url, key=KEY), open_stores(url, key=KEY)
    try:
        tid = stores.tenants.add("Contoso").pbx_tenant_id
        stores.leases.set_due(tid, "held", 5.0)
        monkeypatch.setattr(stores.leases, "_ensure_row", lambda *_: None)  # it is there, and this would wait as well
        taken: list[object] = []
        waits = threading.Thread(target=lambda: taken.append(stores.leases.take(tid, "held")))
        values = {"lease_token": 1, "lease_until": time.time() + 1000, "lease_holder": other.processes.my_id()}
        with other.database.write() as connection:
            connection.execute(update(due).where(due.c.tenant_id == tid, due.c.plugin == "held").values(values))
            waits.start()
            time.sleep(2 * impatient)
        waits.join()
        assert taken == [None]
    finally:
        stores.database.close()
        other.database.close()


def test_a_frozen_process_loses_its_fence_and_finds_out(any_pbx: DevPbx, impatient: float) -> None:
    tid, leases = any_pbx.other.pbx_tenant_id, any_pbx.stores.leases
    with hold(any_pbx.url, tid) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        print("before", file=worker.stdin, flush=True)
        assert worker.stdout.readline() == "written\n"
        os.kill(worker.pid, signal.SIGSTOP)
        wait_for(lambda: leases.take(tid, "held") is not None)
        os.kill(worker.pid, signal.SIGCONT)
        print("after", file=worker.stdin, flush=True)
        assert worker.stdout.readline() == "lost\n"
        worker.kill()


@pytest.mark.skipif(
    shutil.which("unshare") is None or os.geteuid() != 0, reason="makes a container by unshare, as root"
)
def test_two_containers_with_one_host_name_do_not_declare_each_other_dead(dev: DevPbx) -> None:
    """In a container every process id is another one, and the host name may be the same."""
    code = (
        "import os, sys; from pbx_devhost.store.stores import open_stores\n"
        "stores = open_stores(sys.argv[1], key=bytes(range(32)))\n"
        "stores.processes.bury()\n"
        "print(os.getpid(), stores.leases.take(sys.argv[2], 'sample'), stores.outbox.recover(), flush=True)\n"
    )
    inside = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", code]
    ended = subprocess.run([*inside, dev.url, dev.tenant.pbx_tenant_id], capture_output=True, text=True, check=False)
    if "unshare" in ended.stderr:
        pytest.skip(f"this machine allows no containers: {ended.stderr.strip()}")
    assert ended.stdout.split() == ["1", "None", "0"], ended.stderr
    with dev.stores.database.read() as connection:
        assert dev.stores.processes.my_id() in connection.execute(select(processes.c.id)).scalars().all()


def test_two_programs_in_one_process_have_two_ids(any_pbx: DevPbx) -> None:
    second = open_stores(any_pbx.url, key=KEY)
    assert second.processes.my_id() != any_pbx.stores.processes.my_id()
    assert second.leases.take(any_pbx.tenant.pbx_tenant_id, "sample") is None
    assert len(any_pbx.stores.processes.alive()) == 2
    second.database.close()
    assert [each.process_id for each in any_pbx.stores.processes.alive()] == [any_pbx.stores.processes.my_id()]


def test_what_a_closed_process_held_is_free_at_once(any_pbx: DevPbx) -> None:
    second = open_stores(any_pbx.url, key=KEY)
    assert second.leases.take("t", "p") is not None
    assert any_pbx.stores.leases.take("t", "p") is None
    second.database.close()
    assert any_pbx.stores.leases.take("t", "p") is not None


def test_a_process_that_was_buried_goes_on_under_another_id(any_pbx: DevPbx, caplog: pytest.LogCaptureFixture) -> None:
    stores = any_pbx.stores
    before = stores.processes.my_id()
    make_silent(any_pbx, before, 3600)
    second = open_stores(any_pbx.url, key=KEY)
    second.processes.bury()
    assert second.leases.take(any_pbx.tenant.pbx_tenant_id, "sample") is not None
    stores.processes.beat()
    assert stores.processes.my_id() != before
    assert f"Process {before} was silent for too long" in caplog.text
    second.database.close()


def test_a_failing_heartbeat_is_logged_and_goes_on(
    dev: DevPbx, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    beats: list[float] = []

    def beat() -> None:
        beats.append(time.monotonic())
        raise OSError("the database is away")

    monkeypatch.setattr(module, "BEAT_S", 0.02)
    second = open_stores(dev.url, key=KEY)
    monkeypatch.setattr(second.processes, "beat", beat)
    second.processes.my_id()
    wait_for(lambda: len(beats) > 3)
    second.database.close()
    assert "The heartbeat failed (OSError)" in caplog.text


def test_what_a_process_does_is_listed(any_pbx: DevPbx) -> None:
    any_pbx.stores.processes.describe("worker", 32)
    [shown] = any_pbx.stores.processes.alive()
    assert (shown.command, shown.slots) == ("worker", 32)
    assert shown.silent_s < DEAD_AFTER_S


def test_no_hosts_clock_matters(any_pbx: DevPbx) -> None:
    """A process whose clock is wrong by a day neither dies nor kills."""
    second = open_stores(any_pbx.url, key=KEY, now=lambda: time.time() + 86_400)
    second.processes.my_id()
    second.processes.bury()
    assert len(any_pbx.stores.processes.alive()) == 2
    second.database.close()


@pytest.mark.postgres
def test_on_postgresql_the_time_is_the_servers(make_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("time.time", lambda: 5.0)  # this host's clock is wrong
        stores = open_stores(make_url("postgres"), key=KEY)
        said = stores.database.now()
    assert abs(said - time.time()) < 5
    stores.database.close()
