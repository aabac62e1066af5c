"""What one run has pulled and planned, in the scratch file: tables of people, never objects of everybody."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

from pbx_plugin_api import SYNCED_FIELDS, DraftUser, ExtensionWish, LinkedUser, Phone, UserLink
from portsip_m365_plugin.scratch import Scratch

_SCHEMA: Final = """
CREATE TABLE pulled (
    oid TEXT PRIMARY KEY, kind INTEGER NOT NULL, reason TEXT, detail TEXT, upn TEXT, addresses TEXT,
    usernames TEXT, fields TEXT, notes TEXT, wish TEXT, wish_note TEXT
) WITHOUT ROWID;
CREATE TABLE waiting (
    oid TEXT PRIMARY KEY, upn TEXT, addresses TEXT, usernames TEXT NOT NULL, fields TEXT NOT NULL, wish TEXT,
    wish_note TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL, doubt TEXT NOT NULL, is_restored INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE without_user (
    oid TEXT PRIMARY KEY, reason TEXT NOT NULL, detail TEXT NOT NULL, doubt TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE reread (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE diverged (oid TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE absent (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE listed (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE in_scope (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE in_scope_before (oid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE matched (oid TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (oid, user_id)) WITHOUT ROWID;
CREATE INDEX matched_user ON matched (user_id);
CREATE TABLE doubtful (
    oid TEXT PRIMARY KEY, reason TEXT NOT NULL, detail TEXT NOT NULL, doubt TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE plan (
    phase INTEGER NOT NULL, oid TEXT NOT NULL, detail TEXT NOT NULL, guarded INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    place TEXT NOT NULL,
    PRIMARY KEY (phase, oid)
) WITHOUT ROWID;
CREATE TABLE problem (oid TEXT, upn TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE approved (oid TEXT NOT NULL, phase INTEGER NOT NULL, PRIMARY KEY (oid, phase)) WITHOUT ROWID;
"""

_NAME_AT: Final = SYNCED_FIELDS.index("display_name")
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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
    """One person as pulled. `usernames` and `fields` are set where the person could be mapped."""

    oid: str
    kind: int
    reason: str | None = None
    detail: str | None = None
    """Packed (`texts.pack`), like every text of the tables."""
    upn: str | None = None
    addresses: str | None = None
    """Separated by spaces, each as `mapping.addresses.address_key` gives it."""
    usernames: str | None = None
    """Separated by spaces, best first."""
    fields: str | None = None
    """See `pack_fields`."""
    notes: str | None = None
    wish: str | None = None
    """The extension number that the directory names for the person."""
    wish_note: str | None = None
    """Why the directory names none, although the tenant wants it to. Of interest when the user is created."""


def pack_fields(person: DraftUser | LinkedUser) -> str:
    """Return the synced fields as compact JSON. Equal text means equal fields."""
    values = [getattr(person, name) for name in SYNCED_FIELDS]
    shapes = [[value.raw, value.e164] if isinstance(value, Phone) else value for value in values]
    return _encode(shapes)


def unpack_fields(packed: str) -> dict[str, Any]:
    """Return the synced fields by name."""
    shapes = [Phone(raw=shape[0], e164=shape[1]) if isinstance(shape, list) else shape for shape in json.loads(packed)]
    return dict(zip(SYNCED_FIELDS, shapes, strict=True))


def unpack_name(packed: str) -> str:
    """Return the display name among the synced fields."""
    return str(json.loads(packed)[_NAME_AT])


def build_draft(link: UserLink, usernames: str, fields: str, extension: ExtensionWish) -> DraftUser:
    """Return the draft again that was spooled."""
    return DraftUser(link=link, usernames=tuple(usernames.split()), extension=extension, **unpack_fields(fields))


class Spool(Scratch):
    """The tables of one run. A context manager: leaving it deletes everything."""

    def __init__(self) -> None:
        super().__init__(_SCHEMA)

    def put_pulled(self, rows: Iterable[PulledRow]) -> None:
        """Store people. A person who is there already is replaced: what comes last counts."""
        self.run_many("INSERT OR REPLACE INTO pulled VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def clear_pulled(self) -> None:
        """Forget what was pulled: it is pulled again, and half a round proves nothing."""
        for table in ("pulled", "reread", "problem"):
            self.run(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def pulled(self) -> Iterator[PulledRow]:
        """Yield everybody pulled, by object id in code-point order."""
        return map(PulledRow._make, self.rows("SELECT * FROM pulled ORDER BY oid"))

    def find_pulled(self, oid: str) -> PulledRow | None:
        """Return one person."""
        row = self.first("SELECT * FROM pulled WHERE oid = ?", (oid,))
        return None if row is None else PulledRow._make(row)
