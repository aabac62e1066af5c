"""Connections to a database: SQLite in a file (WAL), or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url

_BUSY_TIMEOUT_S: Final = 60


class DatabaseError(Exception):
    """The database cannot be used. The message says why and what to do."""


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://…`. A file that is missing is created.

    Raises:
        DatabaseError: The address is not one of these, or the file cannot be created.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
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


def is_sqlite(engine: Engine) -> bool:
    """Whether it is SQLite; otherwise it is PostgreSQL."""
    return engine.dialect.name == "sqlite"


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite address, or None."""
    parsed = _parse(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def show_url(url: str | URL) -> str:
    """Return an address without its password."""
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def begin_read(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction: a snapshot that does not block writers."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def begin_write(engine: Engine, *, lock: str = "") -> Iterator[Connection]:
    """Open a write transaction, committed at the end and rolled back by an exception.

    On SQLite it takes the write lock at once: a transaction that began by reading could not wait for it. There
    writers come one after another; `lock` names what has to come one after another on PostgreSQL as well.
    """
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        if lock and not is_sqlite(engine):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
        yield connection


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except Exception as error:
        raise DatabaseError(f"{url!r} is not a database address; use sqlite:///FILE or postgresql://…") from error


def _open_sqlite(url: URL) -> Engine:
    path = url.database
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
        connection.isolation_level = None  # BEGIN is sent below
        # SQLite's own handles ASCII only: a search for ärzte would not find Ärzte.
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
