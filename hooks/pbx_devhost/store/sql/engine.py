"""Connections to a database: SQLite in a file (WAL), or PostgreSQL."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError

from pbx_devhost.store.sql.disk import DiskWatch, is_disk_full
from pbx_devhost.texts import _

CONNECTIONS: Final = 40
"""How many connections a process may have that has not said how many it needs."""
_BESIDES: Final = 6
"""The clocks of runs and of mail, the upkeep, the heartbeat, the check whether it is ready, and a monitor."""
_KEPT_OPEN: Final = 10
"""On PostgreSQL few stay open, since there may be many processes."""
_BUSY_TIMEOUT_S: Final = 5
"""SQLite waits in C, where no signal is heard; so it waits shortly, and often."""
_SQLITE_TRIES: Final = 12
_LOCK_TRIES: Final = 4
"""Of 10 seconds each: longer than the server lets a frozen process hold a lock."""
_NETWORK: Final = {
    "connect_timeout": 5,
    # A host that is gone is noticed after half a minute, here and (below) by the server.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "pbx-devhost",
}
_SESSION: Final = {
    "lock_timeout": "10s",
    # A process that is frozen in a write transaction loses it, and with it every lock.
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-8000",
    "temp_store=FILE",
    # 32 MB, not 4: an import writes the same pages of an index again and again, and each is copied into the file once.
    "wal_autocheckpoint=8000",
)
FROZEN_AFTER_S: Final = 30.0
# The limit above is not enough: psycopg sends several rows at once in a pipeline, and PostgreSQL 15 forgets the limit
# after one (a Flush that comes after the last Sync ends the timer). So the other processes look as well.
_END_FROZEN: Final = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'
    AND state_change < clock_timestamp() - make_interval(secs => :after_s)
"""
_STATEMENTS: Final = 16
"""Prepared statements that a connection keeps. A batch of 500 has lists of many lengths, each in a statement of up to
200 kB that does not come again: with Python's own 128 they were 20 MB."""
_SLOW_READ: Final = "SET LOCAL idle_in_transaction_session_timeout = '1h'"

_log = logging.getLogger(__name__)


class DatabaseError(Exception):
    """The database cannot be used. The message says why and what to do."""


class DatabaseBusyError(DatabaseError):
    """Another process kept what this write needs. Nothing was written; the same call may be made again."""


class DiskFullError(DatabaseError):
    """There is no room for a write. Nothing of its transaction was written; it may be made again when there is."""


def open_engine(url: str, *, n_connections: int = CONNECTIONS) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://…`. A file that is missing is created.

    Args:
        url: The address.
        n_connections: How many connections there may be at the busiest moment; see `plan_connections`.

    Raises:
        DatabaseError: The address is not one of these, or the file cannot be created.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _watch_disk(_open_sqlite(parsed, n_connections))
    if parsed.get_backend_name() == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        try:
            return _watch_disk(_open_postgres(parsed, n_connections))
        except ImportError as error:  # psycopg, or the libpq that it needs
            raise DatabaseError(
                _("PostgreSQL needs the driver psycopg. Install it: pip install 'pbx-plugin-api[postgres]'")
            ) from error
    raise DatabaseError(
        _("{kind} is not supported; use sqlite:///FILE or postgresql://…", kind=parsed.get_backend_name())
    )


def plan_connections(n_slots: int, n_page_threads: int) -> int:
    """Return how many connections a process needs at its busiest moment.

    Args:
        n_slots: Of runs, page jobs and mail together. Each may read a stream while it writes.
        n_page_threads: Threads that make pages; 0 for a worker.
    """
    return 2 * n_slots + n_page_threads + _BESIDES


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


def libpq_address(url: str) -> str:
    """Return a PostgreSQL address, with its password, as libpq reads it. `session_limits` is for after connecting."""
    parsed = _parse(url).set(drivername="postgresql")
    chosen = {name: str(value) for name, value in _NETWORK.items() if name not in parsed.query}
    from psycopg.conninfo import make_conninfo  # only PostgreSQL needs it

    return make_conninfo(parsed.render_as_string(hide_password=False), **chosen)


def session_limits() -> bytes:
    """Return the statements that give a new connection the limits that all have.

    They are not in the address, as `options`: PgBouncer refuses that.
    """
    return "; ".join(f"SET {name} = '{value}'" for name, value in _SESSION.items()).encode()


@contextmanager
def begin_read(engine: Engine, *, is_slow: bool = False) -> Iterator[Connection]:
    """Open a read transaction: a snapshot that does not block writers.

    With `is_slow` the caller may do something else for up to an hour between two rows. It holds no lock.
    """
    with engine.connect() as connection, connection.begin():
        if is_slow and not is_sqlite(engine):
            connection.execute(text(_SLOW_READ))
        yield connection


def end_frozen_sessions(engine: Engine) -> int:
    """End sessions that are in a write transaction, and whose process has sent nothing for long: it holds locks.

    Return how many there were. On SQLite there are no sessions.
    """
    if is_sqlite(engine):
        return 0
    with engine.connect() as connection, connection.begin():
        ended = connection.execute(text(_END_FROZEN), {"after_s": FROZEN_AFTER_S}).scalar_one()
    if ended:
        _log.warning("%d frozen sessions were ended: each held locks for more than %d s", ended, FROZEN_AFTER_S)
    return int(ended)


@contextmanager
def begin_write(engine: Engine, *, lock: str = "") -> Iterator[Connection]:
    """Open a write transaction, committed at the end and rolled back by an exception.

    On SQLite it takes the write lock at once: a transaction that began by reading could not wait for it. There
    writers come one after another; `lock` names what has to come one after another on PostgreSQL as well.

    Do nothing slow in it: no network, no plugin, no wait.

    Raises:
        DatabaseBusyError: Others hold the lock, or rows, for too long.
    """
    with ExitStack() as stack:
        try:
            connection = _enter_write(engine, lock, stack)
            yield connection
            stack.close()  # commits here, where a refusal can be explained
            disk_watch(engine).note_written()
        except DBAPIError as error:
            if not is_busy(error):
                raise
            raise DatabaseBusyError(
                _(
                    "another process is changing the same data, and did not finish in time; nothing was written, try"
                    " again"
                )
            ) from error


def is_busy(error: DBAPIError) -> bool:
    """Whether a lock was not given in time."""
    # PostgreSQL: lock_not_available. SQLite waits for its one write lock, and then says this.
    return getattr(error.orig, "sqlstate", None) == "55P03" or "database is locked" in str(error.orig)


def _enter_write(engine: Engine, lock: str, stack: ExitStack) -> Connection:
    on_sqlite = is_sqlite(engine)
    for left in reversed(range(_SQLITE_TRIES if on_sqlite else _LOCK_TRIES)):
        with ExitStack() as attempt:
            try:
                connection = attempt.enter_context(engine.connect().execution_options(immediate=True))
                attempt.enter_context(connection.begin())
                if lock and not on_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
            except DBAPIError as error:
                if not left or not is_busy(error):
                    raise
                _log.info("Still waiting for another process (%s)", lock.partition(" ")[0] or "write lock")
                continue
            stack.push(attempt.pop_all())
            return connection
    raise AssertionError("the last try returns or raises")


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except Exception as error:
        raise DatabaseError(
            _("{url} is not a database address; use sqlite:///FILE or postgresql://…", url=repr(url))
        ) from error


def _open_postgres(url: URL, n_connections: int) -> Engine:
    chosen = {name: value for name, value in _NETWORK.items() if name not in url.query}
    kept = min(_KEPT_OPEN, n_connections)
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=kept, max_overflow=n_connections - kept, connect_args=chosen
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        was, connection.autocommit = connection.autocommit, True
        connection.execute(session_limits())
        connection.autocommit = was

    return engine


def _open_sqlite(url: URL, n_connections: int) -> Engine:
    path = url.database
    if not path or path == ":memory:":
        raise DatabaseError(_("an in-memory database cannot be shared between threads; use sqlite:///FILE"))
    try:
        # Created by us, so that nobody else on the machine can read what is in it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseError(
            _("the database file {path} cannot be created: {reason}", path=str(path), reason=str(error.strerror))
        ) from error
    connecting = {"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False, "cached_statements": _STATEMENTS}
    engine = create_engine(url, connect_args=connecting, pool_size=n_connections, max_overflow=0)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is sent below
        # SQLite's own handles ASCII only: a search for ärzte would not find Ärzte.
        connection.create_function("lower", 1, _fold, deterministic=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


_watches: weakref.WeakKeyDictionary[Engine, DiskWatch] = weakref.WeakKeyDictionary()


def disk_watch(engine: Engine) -> DiskWatch:
    """Return what this process knows about the disk of a database."""
    return _watches.setdefault(engine, DiskWatch())


def _watch_disk(engine: Engine) -> Engine:
    watch = disk_watch(engine)
    path = engine.url.database if is_sqlite(engine) else None

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        if is_disk_full(context.original_exception):
            watch.note_refused()
            sentence = _(
                "the disk of the PostgreSQL server is full; nothing was written. Free space there, then try again"
            )
            if path:
                sentence = _(
                    "the disk of the database file {path} is full; nothing was written. Free space there, then try"
                    " again",
                    path=path,
                )
            _log.error("%s", sentence[0].upper() + sentence[1:])
            raise DiskFullError(sentence) from context.original_exception

    return engine


def _fold(text: object) -> object:
    return text.casefold() if isinstance(text, str) else text
