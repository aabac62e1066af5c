"""One database, used the same way everywhere: transactions, streams, and inserts that SQL spells in two ways."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timezone
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Float,
    Row,
    Table,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeoutError

from pbx_devhost.store.migrations.upgrade import prepare
from pbx_devhost.store.sql.engine import (
    CONNECTIONS,
    DatabaseError,
    begin_read,
    begin_write,
    disk_watch,
    is_sqlite,
    open_engine,
    show_url,
)
from pbx_devhost.store.sql.schema import SCHEMA_VERSION, alembic_version, chores
from pbx_devhost.texts import _

CLOCK: Final = "clock"
"""The chore that keeps the latest time that the clock has shown."""
CLOCK_SLACK_S: Final = 60.0
"""Clocks are set back by a little all the time."""
FAILURES: Final = (SQLAlchemyError, DatabaseError)
"""What a call of a store raises while the database is away, full, or busy for too long. It may be made again."""


def log_failure(log: logging.Logger, error: Exception, message: str, *values: object) -> None:
    """Log a failure of work that is tried again soon: one line if the database is away, else with its traceback."""
    is_away = isinstance(error, (DatabaseError, DBAPIError, SQLAlchemyTimeoutError))
    if not is_away or isinstance(error, ProgrammingError):
        log.error(message, *values, exc_info=error)
        return
    lines = map(str.strip, str(getattr(error, "orig", error)).splitlines())
    log.warning("%s (%s)", message % values, next(filter(None, lines), type(error).__name__))


class Database:
    """Connections and transactions.

    Threads: every transaction has its own connection; share the object freely.

    Writes raise `DatabaseBusyError` when others held the same rows for too long: nothing was written, try again.

    Raises:
        DatabaseError: It cannot be opened, belongs to another program or to a newer version of this one, or
            (PostgreSQL) has to be upgraded first. An old SQLite file is upgraded here, after a copy.
    """

    def __init__(self, url: str, *, now: Callable[[], float] | None = None, n_connections: int = CONNECTIONS) -> None:
        self.url = url
        self.on_close: list[Callable[[], None]] = []
        """Called before the connections are given back."""
        self.engine = open_engine(url, n_connections=n_connections)
        self.disk = disk_watch(self.engine)
        self.is_sqlite = is_sqlite(self.engine)
        self._ahead_s = time.time() - time.monotonic()
        self._noted_ahead_s = float("-inf")
        self.now = now or (time.time if self.is_sqlite else self._tell_time)
        """The time in seconds since 1970. On PostgreSQL it is the server's, so that all hosts agree."""
        try:
            prepare(self.engine, may_upgrade=self.is_sqlite)
            self.read_clock()
        except BaseException:
            self.close()
            raise

    def beat_time(self) -> ColumnElement[float]:
        """Return the time by which processes are alive or dead, as SQL. No host's own clock moves it.

        On PostgreSQL it is the server's. All processes of an SQLite file are on one machine: the time since its start.
        """
        if self.is_sqlite:
            return literal(time.monotonic(), Float)
        return cast(func.extract("epoch", func.clock_timestamp()), Float)

    def read_clock(self) -> None:
        """Ask the server what time it is. `now` counts on from there, whatever happens to this machine's clock."""
        if self.is_sqlite:
            return
        asked_at = time.monotonic()
        with self.read() as connection:
            server_s = connection.execute(select(self.beat_time())).scalar_one()
        self._ahead_s = server_s - (asked_at + time.monotonic()) / 2

    def _tell_time(self) -> float:
        return time.monotonic() + self._ahead_s

    def read(self) -> AbstractContextManager[Connection]:
        """Open a read transaction: a snapshot that does not block writers."""
        return begin_read(self.engine)

    def write(self, *, lock: str = "") -> AbstractContextManager[Connection]:
        """Open a write transaction, committed at the end and rolled back by an exception; see `begin_write`."""
        return self._write_by_clock(lock) if self.is_sqlite else begin_write(self.engine, lock=lock)

    @contextmanager
    def _write_by_clock(self, lock: str) -> Iterator[Connection]:
        """Store that the clock is ahead before anything is stored by it: `ClockWatch` looks only now and then."""
        with begin_write(self.engine, lock=lock) as connection:
            now = self.now()
            ahead_s = now - time.monotonic()
            if ahead_s > self._noted_ahead_s + CLOCK_SLACK_S:
                self.insert_missing(connection, chores, {"name": CLOCK, "due_at": now})
                behind = update(chores).where(chores.c.name == CLOCK, chores.c.due_at < now)
                connection.execute(behind.values(due_at=now))
            yield connection
            self._noted_ahead_s = ahead_s

    def has_our_schema(self) -> bool:
        """Whether the database, which may have been upgraded meanwhile, has the schema of this program. One query.

        Raises:
            DatabaseError: It cannot be reached or read.
        """
        try:
            with self.read() as connection:
                version = connection.execute(select(alembic_version.c.version_num)).scalar()
        except SQLAlchemyError as error:
            name = show_url(self.engine.url)
            raise DatabaseError(
                _("the database {name} cannot be read: {error}", name=name, error=type(error).__name__)
            ) from error
        return version == f"{SCHEMA_VERSION:04d}"

    def stream(self, statement: Executable, *, at_once: int = 500) -> Generator[Row[Any], None, None]:
        """Yield rows in a read transaction of their own, with memory for `at_once` of them."""
        with (
            begin_read(self.engine, is_slow=True) as connection,
            connection.execute(statement, execution_options={"yield_per": at_once}) as result,
        ):
            yield from result

    def insert_missing(
        self, connection: Connection, table: Table, row: dict[str, Any], *, keys: Sequence[str] = ()
    ) -> bool:
        """Insert a row, unless its primary key is there, or its unique `keys`. Return whether it was inserted."""
        columns = list(keys) or [column.name for column in table.primary_key.columns]
        statement = self._insert(table).values(row).on_conflict_do_nothing(index_elements=columns)
        # Not by `rowcount`: psycopg gives none where SQLAlchemy fetches a generated key.
        return connection.execute(statement.returning(*table.primary_key.columns)).first() is not None

    def _insert(self, table: Table) -> Any:
        """Return an insert that knows `ON CONFLICT`. Imported when needed: each is a twentieth of a command's start."""
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert

            return insert(table)
        from sqlalchemy.dialects.postgresql import insert as insert_into_postgres

        return insert_into_postgres(table)

    def upsert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, or overwrite those whose primary key exists."""
        if not rows:
            return
        statement = self._insert(table)
        keys = [column.name for column in table.primary_key.columns]
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)

    def close(self) -> None:
        """Give all connections back."""
        while self.on_close:
            self.on_close.pop()()
        self.engine.dispose()


def new_row_id() -> str:
    """Return an id that nobody guesses and that sorts after those made before.

    As in a UUID of version 7 (RFC 9562, 2024-05), the first 48 bits are the time in milliseconds. New rows so go to the
    end of each index on the id; with random ids an import reads and writes nearly every page of each again and again.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def match_people(table: Table, people: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Return the condition that a row belongs to one of these people: (authority, subject).

    Not as a tuple: SQLite finds a list of tuples in an index by its first column alone, and then reads a whole tenant.
    """
    subjects: dict[str, list[str]] = {}
    for authority, subject in people:
        subjects.setdefault(authority, []).append(subject)
    return or_(
        false(),
        *(and_(table.c.authority == authority, table.c.subject.in_(some)) for authority, some in subjects.items()),
    )


def to_timestamp(moment: datetime | None) -> float | None:
    """Return the seconds since 1970 of an aware datetime."""
    return None if moment is None else moment.timestamp()


def from_timestamp(seconds: float | None) -> datetime | None:
    """Return the aware UTC datetime of seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
