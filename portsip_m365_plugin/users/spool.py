"""The working memory of one run: a temporary SQLite file, so that 200,000 people need no more memory than 20,000.

The file holds personal data. SQLite makes it for this connection alone (mode 0600), unlinks it at once where the system
allows it, and it is gone when the connection closes, whatever ends the process.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from pbx_plugin_api import DraftUser, ExtensionWish, Phone, UserLink

__all__ = ["DraftValues", "Kind", "PulledRow", "Spool", "pack_draft", "unpack_draft"]

_CACHE_KIB: Final = 8192

_SCHEMA: Final = """
CREATE TABLE pulled (
    oid TEXT PRIMARY KEY, kind INTEGER NOT NULL, reason TEXT, detail TEXT, upn TEXT, mail_key TEXT, upn_key TEXT,
    draft TEXT, notes TEXT
) WITHOUT ROWID;
CREATE TABLE reread (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE diverged (oid TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE absent (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE unlinked (user_id TEXT PRIMARY KEY, mail_key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE matched (oid TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (oid, user_id)) WITHOUT ROWID;
CREATE TABLE doubtful (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE plan (
    phase INTEGER NOT NULL, oid TEXT NOT NULL, detail TEXT NOT NULL, guarded INTEGER NOT NULL,
    PRIMARY KEY (phase, oid)
) WITHOUT ROWID;
CREATE TABLE problem (oid TEXT, upn TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE approved (oid TEXT NOT NULL, phase INTEGER NOT NULL, PRIMARY KEY (oid, phase)) WITHOUT ROWID;
"""


class Kind(IntEnum):
    """What was pulled about a person."""

    DRAFT = 0
    SKIP = 1
    INVALID = 2
    REMOVED = 3
    """Soft-deleted."""
    DELETED = 4
    """Deleted for good."""


class PulledRow(NamedTuple):
    """One person as pulled. `draft` is packed; see `unpack_draft`."""

    oid: str
    kind: int
    reason: str | None = None
    detail: str | None = None
    upn: str | None = None
    mail_key: str | None = None
    upn_key: str | None = None
    draft: str | None = None
    notes: str | None = None


class DraftValues(NamedTuple):
    """A draft as plain values: quick to compare with a linked user, and small on disk."""

    usernames: list[str]
    display_name: str
    email: str | None
    mobile_raw: str | None
    mobile_e164: str | None
    work_raw: str | None
    work_e164: str | None
    department: str | None

    def build(self, link: UserLink, extension: ExtensionWish) -> DraftUser:
        """Return the value object again."""
        return DraftUser(
            link=link,
            usernames=tuple(self.usernames),
            display_name=self.display_name,
            email=self.email,
            mobile_phone=Phone(raw=self.mobile_raw, e164=self.mobile_e164) if self.mobile_raw else None,
            work_phone=Phone(raw=self.work_raw, e164=self.work_e164) if self.work_raw else None,
            department=self.department,
            extension=extension,
        )


def pack_draft(draft: DraftUser) -> str:
    """Return a draft as compact JSON, without link and extension wish (the whole run shares them)."""
    mobile, work = draft.mobile_phone, draft.work_phone
    values = (
        draft.usernames,
        draft.display_name,
        draft.email,
        mobile and mobile.raw,
        mobile and mobile.e164,
        work and work.raw,
        work and work.e164,
        draft.department,
    )
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def unpack_draft(packed: str) -> DraftValues:
    """Return the values of a packed draft."""
    return DraftValues(*json.loads(packed))


class Spool:
    """The tables of one run. A context manager: closing it deletes everything."""

    def __init__(self) -> None:
        # The empty name makes a file, not memory: what exceeds the cache is written to it.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")

    def __enter__(self) -> Spool:
        """Return the spool itself."""
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

    def put_pulled(self, rows: Iterable[PulledRow]) -> None:
        """Store people; whoever is there already is replaced, so that the last word counts."""
        self.run_many("INSERT OR REPLACE INTO pulled VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def clear_pulled(self) -> None:
        """Forget what was pulled: it is to be pulled anew, and half a round proves nothing."""
        for table in ("pulled", "reread", "problem"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def pulled(self) -> Iterator[PulledRow]:
        """Yield everybody pulled, by object id in code-point order."""
        return map(PulledRow._make, self._db.execute("SELECT * FROM pulled ORDER BY oid"))

    def find_pulled(self, oid: str) -> PulledRow | None:
        """Return one person."""
        row = self.first("SELECT * FROM pulled WHERE oid = ?", (oid,))
        return None if row is None else PulledRow._make(row)
