"""Working memory outside of memory: a temporary SQLite file, so that 200,000 people need no more than 20,000.

The file may hold personal data. SQLite makes it for this connection alone (mode 0600) and unlinks it at once where the
system allows that. It is gone when the connection closes, however the process ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Self

_CACHE_KIB: Final = 8192


class Scratch:
    """The tables of one run. A context manager: leaving it deletes everything.

    Args:
        schema: Statements that make the tables.
    """

    def __init__(self, schema: str) -> None:
        # The empty name makes a file, not memory: what exceeds the cache is written to it.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.executescript(schema)
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        """Return the scratch itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close and delete."""
        self._db.close()

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Execute one statement that writes."""
        self._db.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for many rows."""
        self._db.executemany(statement, rows)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield rows, a few at a time."""
        return iter(self._db.execute(statement, values))

    def first(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first row, or None."""
        return self._db.execute(statement, values).fetchone()

    def count(self, table_and_where: str) -> int:
        """Count the rows of `table` or `table WHERE …` (never anything from outside)."""
        count: int = self._db.execute(f"SELECT count(*) FROM {table_and_where}").fetchone()[0]  # noqa: S608 - our own text
        return count
