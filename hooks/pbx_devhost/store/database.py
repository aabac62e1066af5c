"""One database, opened the same way everywhere: SQLite in a file (WAL), or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, Table, create_engine, event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from pbx_devhost.store.schema import SCHEMA_VERSION, meta, metadata

__all__ = ["Database", "DatabaseError", "from_timestamp", "to_timestamp"]

_BUSY_TIMEOUT_S = 60
_VERSION_NAME = "schema_version"


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """Connections and transactions.

    Threads: every transaction has its own connection; share the object freely.
    """

    def __init__(self, url: str, *, now: Callable[[], float] = time.time) -> None:
        self.url = url
        self.now = now
        self.engine = _open(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction: a snapshot that does not block writers."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def stream(self, statement: Executable, *, at_once: int = 500) -> Iterator[Row[Any]]:
        """Yield rows in a read transaction of their own, with memory for `at_once` of them."""
        with (
            self.read() as connection,
            connection.execute(statement, execution_options={"yield_per": at_once}) as result,
        ):
            yield from result

    @contextmanager
    def write(self, *, lock: str = "") -> Iterator[Connection]:
        """Open a write transaction, committed at the end and rolled back by an exception.

        On SQLite it takes the write lock at once: a transaction that began by reading could not wait for it. There
        writers come one after another; `lock` names what has to come one after another on PostgreSQL as well.
        """
        with self.engine.connect().execution_options(immediate=True) as connection, connection.begin():
            if lock and not self.is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
            yield connection

    def insert_missing(self, connection: Connection, table: Table, row: dict[str, Any]) -> None:
        """Insert a row, unless its primary key is there."""
        keys = [column.name for column in table.primary_key.columns]
        build = sqlite.insert if self.is_sqlite else postgresql.insert
        connection.execute(build(table).values(row).on_conflict_do_nothing(index_elements=keys))

    def upsert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, or overwrite those whose primary key exists."""
        if not rows:
            return
        build = sqlite.insert if self.is_sqlite else postgresql.insert
        statement = build(table)
        keys = [column.name for column in table.primary_key.columns]
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _prepare(self) -> None:
        try:
            with self.read() as connection:
                there = set(inspect(connection).get_table_names())
                if there:
                    _check_version(connection, there)
            if not there.issuperset(metadata.tables):
                with self.write(lock="schema") as connection:
                    metadata.create_all(connection)
                    self.upsert(connection, meta, [{"name": _VERSION_NAME, "value": str(SCHEMA_VERSION)}])
        except DBAPIError as error:
            raise DatabaseError(f"the database {_without_password(self.url)} cannot be opened: {error.orig}") from error


def _check_version(connection: Connection, there: set[str]) -> None:
    if meta.name not in there:
        raise DatabaseError("this database belongs to another program; give a new one")
    version = connection.execute(select(meta.c.value).where(meta.c.name == _VERSION_NAME)).scalar()
    if version != str(SCHEMA_VERSION):
        raise DatabaseError(
            f"the database is of schema version {version or 'unknown'}, this program needs {SCHEMA_VERSION}: "
            "use the program that made it, or a new database"
        )


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise DatabaseError(f"{url!r} is not a database address; use sqlite:///FILE or postgresql://…") from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, parsed.database)
    if parsed.get_backend_name() == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        try:
            return create_engine(parsed, pool_pre_ping=True, pool_size=20)
        except ImportError as error:  # psycopg, or the libpq that it needs
            raise DatabaseError(
                "PostgreSQL needs the driver psycopg. Install it: pip install 'pbx-plugin-api[postgres]'"
            ) from error
    raise DatabaseError(f"{parsed.get_backend_name()} is not supported; use sqlite:///FILE or postgresql://…")


def _open_sqlite(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise DatabaseError("an in-memory database cannot be shared between threads; use sqlite:///FILE")
    try:
        # Created by us, so that nobody else on the machine can read what is in it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseError(f"the database file {path} cannot be created: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False}, pool_size=20)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        # SQLite's own knows ASCII alone: nobody called Ärzte would be found by ärzte.
        connection.create_function("lower", 1, _fold, deterministic=True)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-8000", "temp_store=FILE"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _fold(text: object) -> object:
    return text.casefold() if isinstance(text, str) else text


def _without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def to_timestamp(moment: datetime | None) -> float | None:
    """Return the seconds since 1970 of an aware datetime."""
    return None if moment is None else moment.timestamp()


def from_timestamp(seconds: float | None) -> datetime | None:
    """Return the aware UTC datetime of seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
