"""Whether the disk of a database is full."""

from __future__ import annotations

import sqlite3
import time
from typing import Final

from pbx_devhost.texts import _

DISK_FULL: Final[str] = _("The disk of the database is full. Nothing can be stored until there is space on it.")
_FULL_FOR_S: Final = 60.0


def is_disk_full(error: BaseException | None) -> bool:
    """Whether there was no room for a write: PostgreSQL's disk_full, or SQLite's SQLITE_FULL."""
    code = getattr(error, "sqlite_errorcode", None)
    return getattr(error, "sqlstate", None) == "53100" or (code is not None and code & 0xFF == sqlite3.SQLITE_FULL)


class DiskWatch:
    """Whether the disk of the database is full, as far as this process has noticed. Share it between threads."""

    def __init__(self) -> None:
        self.n_refused = 0
        self._refused_at: float | None = None
        self._written_at = 0.0

    def note_refused(self) -> None:
        """Note that there was no room for a write."""
        self.n_refused += 1
        self._refused_at = time.monotonic()

    def note_written(self) -> None:
        """Note that there was."""
        self._written_at = time.monotonic()

    def is_full(self) -> bool:
        """Whether a write was refused, and none has succeeded since a minute later.

        A small write may succeed where a large one does not, so one success proves nothing at once.
        """
        at = self._refused_at
        if at is None:
            return False
        return time.monotonic() - at < _FULL_FOR_S or self._written_at < at
