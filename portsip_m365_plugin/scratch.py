"""Working memory outside of memory: a temporary SQLite file, so that 200,000 people need no more than 20,000.

The file may hold personal data. SQLite makes it for this connection alone (mode 0600) and unlinks it at once where the
system allows that. It is gone when the connection closes, however the process ends.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NoReturn, Self

from portsip_m365_plugin.texts import _

_CACHE_KIB: Final = 8192


class ScratchFullError(Exception):
    """There is no room for temporary files. What the host has stored by then is whole; the run may be made again."""

    def __init__(self) -> None:
        place = os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or "/var/tmp"  # noqa: S108 - SQLite's own order
        self.text = _(
            "There is no room for temporary files in {place}. Free space there, or let the environment variable"
            " SQLITE_TMPDIR name another folder. The run goes on then from where it was.",
            place=place,
        )
        super().__init__(self.text)


class Scratch:
    """The tables of one run. A context manager: leaving it deletes everything.

    Every method raises `ScratchFullError` where the disk for temporary files is full.

    Args:
        schema: Statements that make the tables.
    """

    def __init__(self, schema: str) -> None:
        # The empty name makes a file, not memory: what exceeds the cache is written to it.
        self._db = sqlite3.connect("", isolation_level=None)
        try:
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("PRAGMA temp_store = FILE")
            self._db.executescript(schema)
            self._db.execute("BEGIN")
        except sqlite3.Error as error:
            self._db.close()
            _explain(error)

    def __enter__(self) -> Self:
        """Return the scratch itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close and delete."""
        self._db.close()

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Execute one statement that writes."""
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            _explain(error)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for many rows."""
        try:
            self._db.executemany(statement, rows)
        except sqlite3.Error as error:
            _explain(error)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield rows, a few at a time."""
        try:
            return iter(self._db.execute(statement, values))  # what is sorted is sorted here
        except sqlite3.Error as error:
            _explain(error)

    def first(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first row, or None."""
        return next(self.rows(statement, values), None)

    def count(self, table_and_where: str) -> int:
        """Count the rows of `table` or `table WHERE …` (never anything from outside)."""
        count: int = self.first(f"SELECT count(*) FROM {table_and_where}")[0]  # noqa: S608 - our own text
        return count


def _explain(error: sqlite3.Error) -> NoReturn:
    """Raise a full disk as such: SQLite says it by itself, or as a write that failed."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        raise ScratchFullError from error
    raise error
