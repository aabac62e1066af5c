"""Leases with fencing tokens, and who is due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import event, insert, update

from pbx_devhost.store.sql.schema import due
from pbx_devhost.store.work.leases import LEASE_S
from pbx_plugin_api import (
    BookChanges,
    CompanyBook,
    ContactSource,
    CreateUser,
    DraftContact,
    DropContact,
    Host,
    LeaseLostError,
    Photo,
    PhotoChange,
    Problem,
    PutContact,
)
from tests.support.devhost_pbx import DevPbx, draft, link

WRITES: dict[str, Callable[[Host], object]] = {
    "users.apply": lambda h: h.users.apply([CreateUser(draft=draft("bob"))]),
    "users.set_photo": lambda h: h.users.set_photo(link("ada"), Photo(content=b"x", content_type="image/png")),
    "users.set_photos": lambda h: h.users.set_photos([PhotoChange(link=link("ada"), photo=None)]),
    "contacts.apply_books": lambda h: h.contacts.apply_books(
        [BookChanges(book=CompanyBook(), changes=(DropContact(external_id="c"),))]
    ),
    "contacts.apply": lambda h: h.contacts.apply(
        CompanyBook(),
        [
            PutContact(
                external_id="c",
                draft=DraftContact(name="C"),
                sources=(ContactSource(mailbox_id="m", folder_id="f", contact_id="c"),),
            )
        ],
    ),
    "settings.write": lambda h: h.settings.write({"k": 1}, expected_version=0),
    "secrets.put": lambda h: h.secrets.put("k", b"v"),
    "secrets.delete": lambda h: h.secrets.delete("k"),
    "state.put": lambda h: h.state.put("k", 1),
    "state.put_many": lambda h: h.state.put_many({"k": 1}),
    "state.delete": lambda h: h.state.delete("k"),
    "blobs.put": lambda h: h.blobs.put(iter([b"x"]), content_type="text/plain", keep_s=60),
}


@pytest.mark.parametrize("name", WRITES)
def test_the_first_workers_write_is_refused_once_a_second_has_taken_over(dev: DevPbx, name: str) -> None:
    dev.host.users.apply([CreateUser(draft=draft("ada"))])
    assert dev.stores.leases.take(dev.tenant.pbx_tenant_id, "sample") is None, "it is held"
    dev.move_clock(LEASE_S + 1)
    second = dev.stores.leases.take(dev.tenant.pbx_tenant_id, "sample")
    assert second is not None
    assert second.token == dev.lease.token + 1
    with pytest.raises(LeaseLostError, match="another worker has taken over this tenant; nothing was written"):
        WRITES[name](dev.host)
    WRITES[name](dev.bound("sample", dev.tenant, second))


def test_a_lease_moves_in_the_middle_of_a_blob_and_nothing_of_it_stays(dev: DevPbx) -> None:
    def pieces() -> object:
        yield b"x" * 300_000
        dev.lose_lease()
        yield b"x" * 300_000

    with pytest.raises(LeaseLostError):
        dev.host.blobs.put(pieces(), content_type="text/plain", keep_s=60)  # type: ignore[arg-type]
    with dev.stores.database.read() as connection:
        counts = [connection.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar() for t in ("blobs", "blob_chunks")]
    assert counts == [0, 0]


def test_an_overtaken_worker_cannot_release_or_renew_or_set_the_due_time(dev: DevPbx) -> None:
    tid = dev.tenant.pbx_tenant_id
    dev.move_clock(LEASE_S + 1)
    second = dev.stores.leases.take(tid, "sample")
    dev.stores.leases.release(dev.lease)
    assert dev.stores.leases.take(tid, "sample") is None, "the second worker still has it"
    with pytest.raises(LeaseLostError):
        dev.stores.leases.renew(dev.lease)
    dev.stores.leases.set_due(tid, "sample", 5.0, lease=second)
    dev.stores.leases.set_due(tid, "sample", 9.0, lease=dev.lease)
    assert dev.stores.leases.next_due_at(tid, "sample") == 5.0


def test_a_renewed_lease_is_held_longer(dev: DevPbx) -> None:
    dev.move_clock(LEASE_S - 10)
    dev.stores.leases.renew(dev.lease)
    dev.move_clock(LEASE_S - 10)
    assert dev.stores.leases.take(dev.tenant.pbx_tenant_id, "sample") is None


def test_a_killed_processes_lease_is_free_at_once(dev: DevPbx) -> None:
    code = (
        "import sys; from pbx_devhost.store.stores import open_stores\n"
        "stores = open_stores(sys.argv[1], key=bytes(range(32)))\n"
        "assert stores.leases.take(sys.argv[2], 'killed').token == 1\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    tid = dev.tenant.pbx_tenant_id
    arguments = [sys.executable, "-c", code, dev.url, tid]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "held\n"
        assert dev.stores.leases.take(tid, "killed") is None
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
    lease = dev.stores.leases.take(tid, "killed")
    assert lease is not None
    assert lease.token == 2


def test_problems_found_by_an_overtaken_worker_do_not_break_its_end(dev: DevPbx) -> None:
    with dev.opened("sample", dev.tenant, dev.lease) as host:
        host.progress.problem(Problem(reason="no_name"))
        dev.lose_lease()


def test_who_is_due_is_one_indexed_query_whatever_the_number_of_tenants(any_pbx: DevPbx) -> None:
    database = any_pbx.stores.database
    now = database.now()
    rows = [
        {"tenant_id": f"t{n:05}", "plugin": "p", "next_due_at": now - 60 if n % 1000 == 0 else now + 60}
        for n in range(10_000)
    ]
    with database.write() as connection:
        connection.execute(insert(due), rows)
        dead = {"lease_until": now + 60, "lease_holder": "0" * 32}
        connection.execute(update(due).where(due.c.tenant_id == "t02000").values(dead))
    assert any_pbx.stores.leases.take("t01000", "p") is not None
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = any_pbx.stores.leases.who_is_due(now)
    assert sorted(item.tenant_id for item in found) == [f"t{n:05}" for n in range(0, 10_000, 1000) if n != 1000]
    asked = [statement for statement in statements if "FROM due" in statement]
    assert len(asked) == 1, asked
    if database.is_sqlite:
        with database.read() as connection:
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT tenant_id FROM due WHERE next_due_at <= 1 AND lease_until <= 1"
            ).all()
        assert "USING INDEX ix_due_next_due_at" in str(plan)
