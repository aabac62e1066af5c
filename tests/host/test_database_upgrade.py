"""How an old database is upgraded: SQLite by itself after a copy, PostgreSQL by command; and what is refused."""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from pbx_devhost.store.database import Database
from pbx_devhost.store.migrations import copies, upgrade
from pbx_devhost.store.sql.engine import DatabaseError, begin_write, open_engine
from pbx_devhost.store.sql.schema import SCHEMA_VERSION
from tests.support.released import KINDS, OLDEST, Released, command, lay_out, schema_version, upgrade_it


@pytest.fixture(params=KINDS)
def old(request: pytest.FixtureRequest, make_url: Callable[[str], str]) -> Released:
    """The oldest released database, of each kind in turn."""
    return lay_out(OLDEST, request.param, make_url(request.param))


@pytest.fixture
def old_file(make_url: Callable[[str], str]) -> Released:
    return lay_out(OLDEST, "sqlite", make_url("sqlite"))


@pytest.fixture
def old_server(make_url: Callable[[str], str]) -> Released:
    return lay_out(OLDEST, "postgresql", make_url("postgresql"))


# ---------------------------------------------------------------------- SQLite: by itself, after a copy


def copies_of(released: Released) -> list[Path]:
    return copies.list_copies(released.path)


def test_an_old_file_is_upgraded_at_opening_and_copied_before(
    old_file: Released, caplog: pytest.LogCaptureFixture
) -> None:
    before = old_file.rows()
    with caplog.at_level(logging.WARNING):
        Database(old_file.url).close()
    assert schema_version(old_file) == SCHEMA_VERSION
    (copy,) = copies_of(old_file)
    assert re.fullmatch(rf"pbx\.db\.schema-{OLDEST}\.\d{{8}}T\d{{6}}\.\d{{3}}Z\.bak", copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert str(copy) in caplog.text
    assert Released(OLDEST, f"sqlite:///{copy}", old_file.found).rows() == before
    assert {path.name for path in copy.parent.iterdir() if path.name.startswith(copy.name)} == {copy.name}
    # Opened again: nothing is left to do.
    Database(old_file.url).close()
    assert copies_of(old_file) == [copy]


def test_what_a_process_had_not_yet_written_back_is_in_the_copy(old_file: Released) -> None:
    """The copy is the database, not its file: in WAL mode the newest rows are beside it."""
    with closing(sqlite3.connect(old_file.path)) as held:
        held.execute("PRAGMA wal_autocheckpoint = 0")
        held.execute("INSERT INTO switches VALUES ('late', '', 1)")
        held.commit()
        Database(old_file.url).close()
        (copy,) = copies_of(old_file)
        rows = Released(OLDEST, f"sqlite:///{copy}", old_file.found).rows()["switches"]
        assert {"plugin": "late", "tenant_id": "", "enabled": 1} in rows


OPEN_WHEN_SAID = """
import sys
from pbx_devhost.store.database import Database
sys.stdin.readline()
Database(sys.argv[1]).close()
"""


def test_processes_that_open_an_old_file_at_once_upgrade_it_once(old_file: Released) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", OPEN_WHEN_SAID, old_file.url], stdin=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.close()
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0, 0]
    assert schema_version(old_file) == SCHEMA_VERSION
    assert len(copies_of(old_file)) == 1


CUT_OFF = """
import os, sys
from alembic import op
from pbx_devhost.store.database import Database
real, calls = op.alter_column, []
def alter(*args, **kwargs):
    real(*args, **kwargs)
    calls.append(args)
    if len(calls) == 3:
        os._exit(9)
op.alter_column = alter
Database(sys.argv[1])
"""


def test_an_upgrade_that_is_cut_off_leaves_the_old_database(old_file: Released) -> None:
    before = old_file.rows()
    ended = subprocess.run([sys.executable, "-c", CUT_OFF, old_file.url], timeout=60, check=False)
    assert ended.returncode == 9
    assert schema_version(old_file) == OLDEST
    assert old_file.rows() == before
    assert len(copies_of(old_file)) == 1
    Database(old_file.url).close()
    assert schema_version(old_file) == SCHEMA_VERSION


@pytest.mark.parametrize("step", ["link", "open"])
def test_without_a_copy_nothing_is_upgraded(
    old_file: Released, step: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    before = old_file.rows()
    left_over = tmp_path / f"pbx.db.schema-{OLDEST}.20261126T000000.000Z.bak.part"
    left_over.touch()
    with monkeypatch.context() as patched:
        if step == "link":
            patched.setattr(copies.os, step, fail)
        else:
            patched.setattr(copies.sqlite3, "connect", fail)
        with pytest.raises(DatabaseError, match=r"No space left on device\. Nothing was changed\. Free space"):
            Database(old_file.url)
    assert schema_version(old_file) == OLDEST
    assert old_file.rows() == before
    assert list(tmp_path.glob("*.bak*")) == [], "nothing half-made is left"
    Database(old_file.url).close()
    assert schema_version(old_file) == SCHEMA_VERSION


def test_db_status_and_upgrade_of_a_file(old_file: Released) -> None:
    code, out, _ = command(old_file, "db", "status", "--json")
    status = json.loads(out)
    assert (code, status["state"], status["schema_version"]) == (0, "old", OLDEST)
    assert status["program_schema_version"] == SCHEMA_VERSION
    assert schema_version(old_file) == OLDEST, "looking changes nothing"
    code, out, _ = command(old_file, "db", "upgrade")
    (copy,) = copies_of(old_file)
    said = f"Upgraded from schema version {OLDEST} to {SCHEMA_VERSION}. Copy from before: {copy}\n"
    assert (code, out) == (0, said)
    _, out, _ = command(old_file, "db", "status")
    assert "It is up to date." in out
    assert f"Copy from before an upgrade: {copy}" in out
    _, out, _ = command(old_file, "db", "upgrade")
    assert out == f"Nothing to do: the database has schema version {SCHEMA_VERSION}.\n"


def test_db_status_of_no_database_makes_none(tmp_path: Path) -> None:
    nowhere = Released(0, f"sqlite:///{tmp_path}/none.db", {})
    code, out, _ = command(nowhere, "db", "status", "--json")
    assert (code, json.loads(out)["state"]) == (0, "empty")
    assert not nowhere.path.exists()


# ---------------------------------------------------------------------- PostgreSQL: by command


@pytest.mark.postgres
def test_an_old_server_database_waits_for_the_command(old_server: Released) -> None:
    before = old_server.rows()
    code, _, err = command(old_server, "users", "Contoso")
    assert code == 1
    assert f"has schema version {OLDEST}, and this program needs {SCHEMA_VERSION}" in err
    assert err.endswith("stop every process that uses it, and run: pbx-devhost db upgrade\n")
    assert old_server.rows() == before
    code, out, _ = command(old_server, "db", "status", "--json")
    assert (code, json.loads(out)["state"], json.loads(out)["copies"]) == (0, "old", [])
    code, out, _ = command(old_server, "db", "upgrade")
    assert (code, out) == (0, f"Upgraded from schema version {OLDEST} to {SCHEMA_VERSION}.\n")
    assert json.loads(command(old_server, "db", "status", "--json")[1])["state"] == "current"


@pytest.mark.postgres
def test_two_upgrades_at_once_are_one(old_server: Released) -> None:
    done: list[int | None] = []

    def run() -> None:
        engine = open_engine(old_server.url)
        try:
            done.append(upgrade.prepare(engine, may_upgrade=True).before)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, done)) == sorted(map(str, [OLDEST, SCHEMA_VERSION, SCHEMA_VERSION]))
    assert schema_version(old_server) == SCHEMA_VERSION


@pytest.mark.postgres
def test_an_upgrade_does_not_wait_for_ever_for_a_process_that_still_works(
    old_server: Released, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "_LOCK_WAIT_S", 1)
    with psycopg.connect(old_server.url) as held:
        held.execute("SELECT count(*) FROM links")
        code, _, err = command(old_server, "db", "upgrade")
    assert code == 1
    assert "is in use: stop every process that uses it, then run: pbx-devhost db upgrade" in err
    assert schema_version(old_server) == OLDEST


@pytest.mark.postgres
def test_a_server_upgrade_that_fails_is_undone(old_server: Released, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    before = old_server.rows()

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(op, "execute", fail)
        engine = open_engine(old_server.url)
        with pytest.raises(ZeroDivisionError):
            upgrade.prepare(engine, may_upgrade=True)
        engine.dispose()
    assert old_server.rows() == before
    upgrade_it(old_server)


# ---------------------------------------------------------------------- what is refused


def test_a_newer_database_is_refused(old: Released) -> None:
    upgrade_it(old)
    engine = open_engine(old.url)
    with begin_write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    engine.dispose()
    before = old.rows()
    for arguments in (("users", "Contoso"), ("db", "upgrade")):
        code, _, err = command(old, *arguments)
        assert code == 1
        assert f"has schema version 99, and this program knows versions up to {SCHEMA_VERSION}: use the newer" in err
    assert json.loads(command(old, "db", "status", "--json")[1])["state"] == "newer"
    assert old.rows() == before


def test_a_database_from_before_the_oldest_is_refused(old_file: Released) -> None:
    engine = open_engine(old_file.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '2' WHERE name = 'schema_version'"))
    engine.dispose()
    code, _, err = command(old_file, "users", "Contoso")
    assert (code, f"this program upgrades from version {OLDEST} on" in err) == (1, True)
    assert json.loads(command(old_file, "db", "status", "--json")[1])["state"] == "too_old"


def test_the_old_program_is_told_that_the_database_is_newer(old: Released) -> None:
    """That program read its version from `meta`, and its message had what it found there."""
    upgrade_it(old)
    assert old.rows()["meta"] == [{"name": "schema_version", "value": "4 or newer"}]


def test_a_new_database_says_the_same_to_the_old_program(any_url: str) -> None:
    database = Database(any_url)
    with database.read() as connection:
        assert connection.execute(text("SELECT value FROM meta")).scalars().all() == ["4 or newer"]
    database.close()


def test_an_upgraded_file_stays_readable_by_its_owner_alone(old_file: Released) -> None:
    os.chmod(old_file.path, 0o600)
    Database(old_file.url).close()
    assert stat.S_IMODE(old_file.path.stat().st_mode) == 0o600
