"""What is remembered of each mailbox between runs: its state, its folders, and how far each was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pbx_plugin_api import Host, JsonValue, UserLink, dump, load
from portsip_m365_plugin.graph.mailboxes import MailboxStatus

SCHEMA_VERSION: Final = 1
PREFIX: Final = "contacts.box."
_VALUE_MAX_BYTES: Final = 200 * 1024
"""The host takes 256 KiB under one key."""
_ASK_AGAIN: Final = timedelta(hours=20)
"""A day, less what a nightly run may begin earlier than the last one."""
_HELD_AT_ONCE: Final = 50
_FOLDERS_SURE: Final = 50
"""So many folders fit in any case: an id has about 150 characters, a link about 2,000."""


class BookKind(StrEnum):
    """Where a mailbox's contacts go."""

    PERSONAL = "personal"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A mailbox to be read for a book."""

    kind: BookKind
    mailbox_id: str
    shown: str
    """Display text for the admin."""
    owner: UserLink | None = None
    """For a personal book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRecord:
    """A contact folder as it was last seen."""

    folder_id: str
    name: str
    parent_id: str
    mark: str | None = None
    """Delta link, or the digest of ids and change keys; None: read it in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxRecord:
    """One mailbox as one book sees it."""

    kind: BookKind
    mailbox_id: str
    shown: str = ""
    """Display text for the admin."""
    status: MailboxStatus = MailboxStatus.OK
    detail: str = ""
    since_utc: datetime | None = None
    """When this status began."""
    asked_at_utc: datetime | None = None
    round: str = ""
    """The nightly round that last finished this mailbox."""
    fingerprint: str = ""
    """Of mapping and cloud. If it differs, every folder is read in full."""
    default_id: str | None = None
    """None until something has been seen in the default folder."""
    tree_link: str | None = None
    folders: tuple[FolderRecord, ...] = ()
    contacts: int = 0
    left_out: int = 0
    """Contacts above the cap."""
    held: int = 0
    """Contacts that are suddenly missing, until the next run has missed them too."""

    def may_be_asked(self, now_utc: datetime) -> bool:
        """Whether to read it now: a mailbox that could not be read waits for a day."""
        if self.status in (MailboxStatus.OK, MailboxStatus.FAILED) or self.asked_at_utc is None:
            return True
        return now_utc - self.asked_at_utc >= _ASK_AGAIN

    def became(self, status: MailboxStatus, detail: str, now_utc: datetime) -> MailboxRecord:
        """Return the record with a status. Its beginning stays if the status is the same."""
        since_utc = self.since_utc if status is self.status and self.since_utc is not None else now_utc
        return replace(self, status=status, detail=detail, since_utc=since_utc, asked_at_utc=now_utc)

    def without_marks(self) -> MailboxRecord:
        """Return the record without marks: then every folder is read in full."""
        folders = tuple(replace(folder, mark=None) for folder in self.folders)
        return replace(self, tree_link=None, folders=folders)


def state_key(kind: BookKind, mailbox_id: str) -> str:
    """Return where a mailbox's record is kept."""
    name = mailbox_id if len(mailbox_id) <= 64 else hashlib.sha256(mailbox_id.encode()).hexdigest()
    return f"{PREFIX}{kind.value}.{name}"


def load_mailbox(host: Host, kind: BookKind, mailbox_id: str) -> MailboxRecord | None:
    """Return the record of a mailbox, or None if there is none that this version understands."""
    found = host.state.get(state_key(kind, mailbox_id))
    return None if found is None else _read(found.value)


def load_mailboxes(host: Host) -> Iterator[MailboxRecord]:
    """Yield every record, by key. Memory does not grow with their number."""
    for _, found in host.state.items(PREFIX):
        record = _read(found.value)
        if record is not None:
            yield record


class StateWriter:
    """Writes records, many in one transaction. Mailboxes not yet flushed when a run is killed are read again."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._held: dict[str, JsonValue] = {}

    def put(self, record: MailboxRecord) -> None:
        """Keep a record until the next flush."""
        self._held[state_key(record.kind, record.mailbox_id)] = _bounded(record)
        if len(self._held) >= _HELD_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            self._host.state.put_many(self._held)
            self._held = {}

    def forget(self, record: MailboxRecord) -> None:
        """Forget a mailbox that has left."""
        self.flush()
        self._host.state.delete(state_key(record.kind, record.mailbox_id))


def _bounded(record: MailboxRecord) -> JsonValue:
    """Return the JSON shape. If it is too large (hundreds of folders) it has no marks, and all is read every night."""
    for kept in (record, record.without_marks(), replace(record, folders=(), tree_link=None)):
        shape = _write(kept)
        if len(kept.folders) < _FOLDERS_SURE or len(json.dumps(shape)) <= _VALUE_MAX_BYTES:
            break
    return shape


def _write(record: MailboxRecord) -> JsonValue:
    """Return the JSON shape. Written by hand for speed: thousands are read and written every night."""
    return {
        "version": SCHEMA_VERSION,
        "kind": record.kind.value,
        "id": record.mailbox_id,
        "shown": record.shown,
        "status": record.status.value,
        "detail": dump(record.detail) if record.detail else "",
        "since": _iso(record.since_utc),
        "asked": _iso(record.asked_at_utc),
        "round": record.round,
        "fingerprint": record.fingerprint,
        "default": record.default_id,
        "tree": record.tree_link,
        "folders": [[f.folder_id, f.name, f.parent_id, f.mark] for f in record.folders],
        "counts": [record.contacts, record.left_out, record.held],
    }


def _read(value: Any) -> MailboxRecord | None:
    """Read a JSON shape; None if it is of another version, which costs one full reading and nothing else."""
    if not isinstance(value, dict) or value.get("version") != SCHEMA_VERSION:
        return None
    contacts, left_out, held = value["counts"]
    return MailboxRecord(
        kind=BookKind(value["kind"]),
        mailbox_id=value["id"],
        shown=value["shown"],
        status=MailboxStatus(value["status"]),
        detail=load(str, value["detail"]) if value["detail"] else "",
        since_utc=_moment(value["since"]),
        asked_at_utc=_moment(value["asked"]),
        round=value["round"],
        fingerprint=value["fingerprint"],
        default_id=value["default"],
        tree_link=value["tree"],
        folders=tuple(
            FolderRecord(folder_id=folder_id, name=name, parent_id=parent_id, mark=mark)
            for folder_id, name, parent_id, mark in value["folders"]
        ),
        contacts=contacts,
        left_out=left_out,
        held=held,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
