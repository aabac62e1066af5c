"""The observer inside the database: triggers write each committed change of a row into a table that no product knows.

On PostgreSQL a change names its writer by `application_name`, which is in the address that a worker is given. On
SQLite, connections of the tests name themselves by a function (`name_writer`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event, text

from pbx_devhost.store.sql.schema import metadata
from tests.support.histories.events import TEST, Row

WATCHED: Final = (
    "due", "runs", "processes", "outbox", "users", "links", "numbers", "contacts", "contact_sources", "contact_numbers",
    "state",
)  # fmt: skip
_LEFT_OUT: Final = ("sealed", "sip_secret", "pin_secret", "password_hash", "search", "fields", "applied")
_NAMES_TENANT: Final = "tenant_id"

_ON_POSTGRES: Final = """
CREATE SCHEMA observer;
CREATE TABLE observer.seen (
    n bigserial PRIMARY KEY, at double precision, writer text, name text, tenant_id text, old jsonb, new jsonb
);
CREATE FUNCTION observer.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    left_out text[] := {left_out};
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - left_out END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - left_out END;
BEGIN
    INSERT INTO observer.seen (at, writer, name, tenant_id, old, new) VALUES (
        extract(epoch FROM clock_timestamp()), current_setting('application_name'), TG_TABLE_NAME,
        coalesce(after, before)->>'tenant_id', before, after
    );
    RETURN NULL;
END $$;
"""


def watch_postgres(url: str) -> None:
    """Begin to watch a PostgreSQL database that has its tables."""
    quoted = ", ".join(f"'{name}'" for name in _LEFT_OUT)
    statements = _ON_POSTGRES.replace("{left_out}", f"ARRAY[{quoted}]")
    for table in WATCHED:
        statements += (
            f"CREATE TRIGGER observer AFTER INSERT OR UPDATE OR DELETE ON public.{table} "
            "FOR EACH ROW EXECUTE FUNCTION observer.note();"
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


def watch_sqlite(engine: Engine) -> None:
    """Begin to watch an SQLite database that has its tables. Connections from now on have to name their writer."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE observer_seen (n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL, writer TEXT, name TEXT, "
                "tenant_id TEXT, old TEXT, new TEXT)"
            )
        )
        for name in WATCHED:
            columns = [column.name for column in metadata.tables[name].columns if column.name not in _LEFT_OUT]
            for what in ("INSERT", "UPDATE", "DELETE"):
                before = "NULL" if what == "INSERT" else _as_json("OLD", columns)
                after = "NULL" if what == "DELETE" else _as_json("NEW", columns)
                side = "OLD" if what == "DELETE" else "NEW"
                tenant = f"{side}.{_NAMES_TENANT}" if _NAMES_TENANT in columns else "NULL"
                connection.execute(
                    text(
                        f"CREATE TRIGGER observer_{name}_{what} AFTER {what} ON {name} BEGIN "
                        "INSERT INTO observer_seen (at, writer, name, tenant_id, old, new) VALUES "
                        f"(observer_time(), observer_writer(), '{name}', {tenant}, {before}, {after}); END"
                    )
                )


def name_writer(target: Any, writer: str) -> None:
    """Let the SQLite connections of an engine (or of all engines: the class) say who they are, and when it is."""

    def set_up(connection: Any, _record: object) -> None:
        if hasattr(connection, "create_function"):
            connection.create_function("observer_writer", 0, lambda: writer)
            connection.create_function("observer_time", 0, time.monotonic)

    event.listen(target, "connect", set_up)


def read_postgres(url: str, tenant_ids: Collection[str]) -> list[Row]:
    """Return what was seen of some tenants, and of all processes."""
    ahead_s = time.time() - time.monotonic()
    query = (
        "SELECT n, at, writer, name, old, new, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8"
        " FROM observer.seen WHERE tenant_id = ANY(%s) OR name = 'processes' ORDER BY n"
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(query, (list(tenant_ids),)).fetchall()
    return [
        Row(
            n=n,
            at=_read_time(name, new, at) - ahead_s,
            writer=_short(writer),
            table=name,
            old=old,
            new=new,
            committed_at=committed_at - ahead_s,
        )
        for n, at, writer, name, old, new, committed_at in found
    ]


def read_sqlite(engine: Engine, tenant_ids: Collection[str]) -> list[Row]:
    """Return what was seen of some tenants, and of all processes."""
    wanted = ", ".join(f"'{each}'" for each in tenant_ids)
    query = (
        "SELECT n, at, writer, name, old, new FROM observer_seen"
        f" WHERE tenant_id IN ({wanted}) OR name = 'processes' ORDER BY n"
    )
    with engine.connect() as connection:
        found = connection.execute(text(query)).all()
    rows = []
    for n, at, writer, name, before, after in found:
        old, new = (None if each is None else json.loads(each) for each in (before, after))
        rows.append(Row(n=n, at=_read_time(name, new, at), writer=writer, table=name, old=old, new=new))
    return rows


def _read_time(table: str, new: dict[str, Any] | None, at: float) -> float:
    """Return when a change was made. A heartbeat counts from the time that it stored."""
    return float(new["seen_at"]) if table == "processes" and new is not None else at


def _as_json(side: str, columns: list[str]) -> str:
    pairs = ", ".join(f"'{name}', {side}.{name}" for name in columns)
    return f"json_object({pairs})"


def _short(application_name: str) -> str:
    """Return the worker of a connection; all that is no worker is the test."""
    return application_name if application_name.startswith("worker-") else TEST
