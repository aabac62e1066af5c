"""A full disk is said as such, with a remedy, and leaves nothing half-written. With space everything goes on."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, literal, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql import disk
from pbx_devhost.store.sql.engine import DiskFullError, plan_connections
from pbx_devhost.store.sql.schema import numbers, outbox, users
from pbx_plugin_api import ApplyStatus, CreateUser
from portsip_m365_plugin.scratch import Scratch, ScratchFullError
from tests.support.devhost_cli import Cli
from tests.support.devhost_pbx import DevPbx, draft
from tests.support.full_disk import full_disk
from tests.support.mail_samples import make_note


def count(dev: DevPbx, table: Any) -> int:
    with dev.stores.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_nothing_of_a_batch_is_written(any_pbx: DevPbx, caplog: pytest.LogCaptureFixture) -> None:
    dev, tables = any_pbx, (users, numbers, outbox)
    before = [count(dev, table) for table in tables]
    changes = [CreateUser(draft=draft(f"person{n}")) for n in range(400)]
    with full_disk(dev), caplog.at_level(logging.ERROR):
        with pytest.raises(DiskFullError, match=r"is full; nothing was written\. Free space there, then try again"):
            dev.host.users.apply(changes)
        with pytest.raises(DiskFullError):
            dev.stores.outbox.put(dev.tenant.pbx_tenant_id, make_note(text="x" * 40_000))
        assert [count(dev, table) for table in tables] == before
        assert dev.stores.database.disk.is_full()
    assert any("disk of the" in line for line in caplog.messages)
    assert {result.status for result in dev.host.users.apply(changes)} == {ApplyStatus.APPLIED}
    assert dev.stores.outbox.put(dev.tenant.pbx_tenant_id, make_note(text="x" * 40_000))
    assert [count(dev, table) for table in tables] == [before[0] + 400, before[1] + 400, before[2] + 1]


def test_it_is_over_when_writes_succeed_for_a_minute(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [1_000.0]
    monkeypatch.setattr(disk.time, "monotonic", lambda: at[0])
    watch = dev.stores.database.disk
    assert not watch.is_full()
    watch.note_refused()
    at[0] += 5
    watch.note_written()
    assert watch.is_full(), "a small write may succeed where a large one does not"
    at[0] += 60
    assert not watch.is_full()
    watch.note_refused()
    at[0] += 600
    assert watch.is_full(), "nothing has been written since"


def test_a_command_says_it_in_one_line(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "pbx.db"

    def limit(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # as many as there are

    event.listen(Engine, "connect", limit)
    try:
        refused = cli("user", "add", "Contoso", "alice", "--display-name", "A" * 120)
        for n in range(20):
            refused = cli("notify", "Contoso", "--to", "a@c.example", "--text", "x" * 9_000, "--id", f"n{n}")
            if refused.code:
                break
    finally:
        event.remove(Engine, "connect", limit)
    assert refused.code == 1
    assert refused.err == (
        f"the disk of the database file {path} is full; nothing was written. Free space there, then try again\n"
    )
    assert cli("notify", "Contoso", "--to", "a@c.example", "--text", "x" * 9_000).code == 0


# ---------------------------------------------------------------------- temporary files


def test_a_full_disk_for_temporary_files_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", "/somewhere")
    with (
        Scratch("CREATE TABLE t (a TEXT); PRAGMA max_page_count = 20;") as scratch,
        pytest.raises(ScratchFullError, match=r"no room for temporary files in /somewhere\. Free space there"),
    ):
        scratch.run_many("INSERT INTO t VALUES (?)", (("x" * 1_000,) for _ in range(500)))
    with Scratch("CREATE TABLE t (a TEXT UNIQUE)") as scratch, pytest.raises(sqlite3.IntegrityError):
        scratch.run_many("INSERT INTO t VALUES (?)", (("x",), ("x",)))


# ---------------------------------------------------------------------- connections


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_connections_grow_with_the_slots(kind: str, make_url: Callable[[str], str]) -> None:
    """Each of 32 slots reads a stream while it writes, and nobody waits for a connection."""
    assert plan_connections(32, 0) == 70
    database = Database(make_url(kind), n_connections=plan_connections(32, 0))
    try:
        with ExitStack() as stack:
            for _ in range(32):
                next(stack.enter_context(closing(database.stream(select(literal(1))))))
            for _ in range(32):
                stack.enter_context(database.read()).execute(select(literal(1)))
            with database.write() as connection:
                connection.execute(select(literal(1)))
    finally:
        database.close()
