"""A database of every released schema is upgraded, loses nothing, and ends in the schema of a new one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, inspect, text

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.smtp import store_smtp
from pbx_devhost.store.database import Database
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.sql.engine import open_engine
from pbx_devhost.store.sql.schema import SCHEMA_VERSION
from pbx_devhost.store.stores import open_stores
from tests.support.portal_world import ADMIN_PASSWORD
from tests.support.released import KINDS, OLDEST, VERSIONS, Released, command, lay_out, upgrade_it
from tests.support.smtp_server import run_smtp_server

RENAMED = {
    ("links", "entra_tenant_id"): "authority",
    ("links", "entra_object_id"): "subject",
    ("numbers", "entra_tenant_id"): "authority",
    ("numbers", "entra_object_id"): "subject",
    ("problems", "entra_object_id"): "subject",
    ("problems", "upn"): "login_name",
}


# ---------------------------------------------------------------------- nothing is lost


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_everything_of_a_released_database_is_there(
    version: int, kind: str, make_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    released = lay_out(version, kind, make_url(kind))
    before = released.rows()
    upgrade_it(released)
    after = released.rows()
    for table, rows in before.items():
        if table in ("meta", "alembic_version"):
            continue
        kept = [{RENAMED.get((table, name), name): value for name, value in row.items()} for row in rows]
        columns = set(kept[0]) if kept else set()
        left = [{name: value for name, value in row.items() if name in columns} for row in after[table]]
        assert sorted(left, key=_in_order) == sorted(kept, key=_in_order), table
    _check_what_it_shows(released, monkeypatch, tmp_path)
    _check_who_signs_in(released)
    _check_secrets(released)
    _check_mail(released, tmp_path)


def _in_order(row: dict[str, Any]) -> str:
    return str(sorted(row.items()))


def _check_what_it_shows(released: Released, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The command line shows today what the old program showed."""
    clouds = {"LAB": {"authority": "https://127.0.0.1:1", "graph": "https://127.0.0.1:1", "like": "GLOBAL"}}
    (folder / "clouds.json").write_text(json.dumps(clouds))
    monkeypatch.setenv("PORTSIP_M365_CLOUDS", str(folder / "clouds.json"))
    monkeypatch.setenv(KEY_VARIABLE, released.found["key"])
    for shown in released.found["shown"].values():
        for line, expected in shown.items():
            code, out, err = command(released, *line.split(), "--json")
            assert code == 0, err
            if line.startswith("settings get"):
                assert json.loads(out)["values"].items() >= expected["values"].items()
            else:
                assert _holds(json.loads(out), expected), line
    users = released.found["shown"]["Contoso"]["users Contoso"]
    linked = {(user["entra_tenant_id"], user["entra_object_id"]) for user in users if user["entra_object_id"]}
    assert len(linked) >= 5
    with closing_stores(released) as stores:
        seen = {(user.link.authority, user.link.subject) for user in stores.linked_users(released.tenant_id).linked()}
    assert seen == linked


def _holds(found: Any, expected: Any) -> bool:
    """Whether everything expected is there, perhaps beside something new."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_holds, found, expected))
    return bool(found == expected)


@contextmanager
def closing_stores(released: Released) -> Iterator[Any]:
    stores = open_stores(released.url, now=released.now, key=released.key)
    try:
        yield stores
    finally:
        stores.database.close()


def _check_who_signs_in(released: Released) -> None:
    sessions = released.found["sessions"]
    with closing_stores(released) as stores:
        assert stores.sessions.find(sessions["admin"]).admin_name == "admin"
        user = stores.users.find_by_username(released.tenant_id, sessions["username"])
        for who in ("user", "app"):
            found = stores.sessions.find(sessions[who])
            assert (found.user_id, found.provider) == (user.id, "ms365")
        check = stores.accounts
        assert check.check_admin(released.tenant_id, "admin", ADMIN_PASSWORD)
        assert check.check_user(released.tenant_id, user.username, "another battery staple") == user.id
        assert check.check_user(released.tenant_id, user.username, "something else") is None
        assert stores.registrations.devices(released.tenant_id, user.id) == ["desk phone"]


def _check_secrets(released: Released) -> None:
    """Every sealed value opens with the old key, and is what it was."""
    with closing_stores(released) as stores, stores.database.read() as connection:
        opened = {}
        for row in connection.execute(text("SELECT * FROM secrets")):
            place = (row.tenant_id, row.plugin, row.name)
            opened["/".join(place)] = stores.vault.open(row.sealed, *place)
        for row in connection.execute(text("SELECT id, sip_secret, pin_secret FROM users")):
            opened[f"{row.id}/sip"] = stores.vault.open(row.sip_secret, row.id, "sip")
            opened[f"{row.id}/pin"] = stores.vault.open(row.pin_secret, row.id, "pin")
    seen = {name: hashlib.sha256(value).hexdigest() for name, value in opened.items()}
    assert seen == released.found["secrets"]
    assert any(name.endswith("/m365/key.active") for name in seen)


def _check_mail(released: Released, folder: Path) -> None:
    """The queue goes out, with the values that were sealed and the file that was stored."""
    mail = released.found["mail"]
    pbx = Pbx(released.url, now=released.now)
    with run_smtp_server(folder) as server, closing(pbx):
        pbx.plugins.set_enabled("m365", False)
        object.__setattr__(server.settings, "after_s", 0)
        store_smtp(pbx.stores, server.settings)
        assert Delivery(pbx).deliver_due().by_state == {"sent": 2}
        (_, first), (_, second) = server.postbox.got
    assert first["Subject"] == "Voicemail for Ada"
    body, file = list(first.iter_parts())
    assert mail["pin"] in body.get_content()
    assert (file.get_filename(), file.get_content()) == ("voicemail.wav", mail["file"].encode())
    assert second["Subject"] == "Second"


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_unreachable_during_the_upgrade_is_probed_after_it(
    kind: str, make_url: Callable[[str], str]
) -> None:
    released = lay_out(4, kind, make_url(kind))
    engine = open_engine(released.url)
    with engine.connect() as connection, connection.begin():
        for urgent in (0, 1):
            connection.execute(
                text("INSERT INTO outbox_lanes VALUES (:tenant, :urgent, 0, 1000.0, 2000.0)"),
                {"tenant": "unreachable", "urgent": urgent},
            )
    engine.dispose()
    upgrade_it(released)
    (row,) = [row for row in released.rows()["outbox_faults"] if row["tenant_id"] == "unreachable"]
    assert (row["cause"], row["since"], row["probe_at"], row["fallback_at"]) == ("unreachable", 1000.0, 0.0, None)
    assert [set(lane) for lane in released.rows()["outbox_lanes"]][-1] == {"tenant_id", "urgent", "paused_until"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_that_the_clock_started_no_more_is_asked_once(kind: str, make_url: Callable[[str], str]) -> None:
    released = lay_out(OLDEST, kind, make_url(kind))
    engine = open_engine(released.url)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE due SET next_due_at = NULL"))
    engine.dispose()
    upgrade_it(released)
    assert {row["next_due_at"] for row in released.rows()["due"]} == {0.0}


# ---------------------------------------------------------------------- one schema, however it was made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_an_upgraded_database_has_the_schema_of_a_new_one(
    version: int, kind: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    upgraded = lay_out(version, kind, make_url(kind))
    upgrade_it(upgraded)
    new = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else make_url(kind)
    Database(new).close()
    assert _describe(upgraded.url) == _describe(new)


def _describe(url: str) -> dict[str, Any]:
    engine = open_engine(url)
    try:
        found = inspect(engine)
        return {table: _describe_table(found, table) for table in found.get_table_names()}
    finally:
        engine.dispose()


def _describe_table(found: Inspector, table: str) -> dict[str, Any]:
    is_sqlite = found.engine.dialect.name == "sqlite"
    columns = {}
    for column in found.get_columns(table):
        kind = str(column["type"])
        # SQLite ignores how long a text may be, so a migration there does not rewrite the table for it.
        kind = re.sub(r"^(VARCHAR\(\d+\)|TEXT)$", "text", kind) if is_sqlite else kind
        columns[column["name"]] = (kind, column["nullable"], str(column["default"]).replace("public.", ""))
    indexes = {
        str(index["name"]): (index["column_names"], index["unique"], _as_text(index.get("dialect_options")))
        for index in found.get_indexes(table)
    }
    unique = sorted((str(each["name"]), each["column_names"]) for each in found.get_unique_constraints(table))
    keys = found.get_pk_constraint(table)
    return {
        "columns": columns,
        "indexes": indexes,
        "unique": unique,
        "primary key": (keys["name"], keys["constrained_columns"]),
        "foreign keys": found.get_foreign_keys(table),
    }


def _as_text(options: Any) -> dict[str, str]:
    return {name: str(value) for name, value in (options or {}).items()}


def test_the_newest_migration_is_the_version_of_the_schema() -> None:
    config = Config()
    config.set_main_option("script_location", "pbx_devhost.store:migrations")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in scripts] == [f"{n:04d}" for n in range(SCHEMA_VERSION, OLDEST - 1, -1)]
    for script in scripts:
        assert Path(script.path).name.startswith(f"v{script.revision}_")
    # When a schema was released, its database belongs into tests/host/released.
    table = re.findall(r"^\| (\d+) \| ([^|]+) \|", Path("docs/database.md").read_text(), flags=re.MULTILINE)
    assert [int(version) for version, _ in table] == list(range(OLDEST, SCHEMA_VERSION + 1))
    assert [int(version) for version, since in table if since != "unreleased"] == VERSIONS
