"""Writing contacts into the company book, in which several mailboxes meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pbx_plugin_api import (
    CompanyBook,
    ContactChange,
    ContactPhone,
    ContactSource,
    DraftContact,
    DropContact,
    Host,
    PutContact,
    SyncedContact,
)
from portsip_m365_plugin.contacts.books import Written, apply_changes, in_parts, make_draft, make_source
from portsip_m365_plugin.contacts.folder import Found


@dataclass(slots=True, kw_only=True)
class _Row:
    key: str
    sources: tuple[ContactSource, ...]


class CompanyWriter:
    """A `BookReader` for the company's contacts. A contact in several mailboxes is one row with several sources.

    Contacts are the same if they look the same in the book: every field equal, except for upper and lower case and the
    spelling of a number. With a looser rule one of two different notes would be lost. A contact that changes keeps its
    row, unless it shared it.

    Memory: about 300 bytes a row, and only in a run that changes something. Such a run reads the book once.
    """

    def __init__(self, host: Host) -> None:
        self._contacts = host.contacts
        self._rows: dict[str, _Row] | None = None
        self._by_key: dict[str, str] = {}
        self._by_source: dict[tuple[str, str], str] = {}

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """See `BookReader`."""
        found = self._contacts.synced(CompanyBook(), mailbox_id=mailbox_id, folder_id=folder_id)
        sources = (source for contact in found for source in contact.sources)
        return {
            source.contact_id: source
            for source in sources
            if source.mailbox_id == mailbox_id and folder_id in (None, source.folder_id)
        }

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """See `BookReader`."""
        found: dict[str, ContactSource] = {}
        if not contact_ids:
            return found
        rows = self._load()
        for contact_id in contact_ids:
            row = rows.get(self._by_source.get((mailbox_id, contact_id), ""))
            for source in row.sources if row is not None else ():
                if (source.mailbox_id, source.contact_id) == (mailbox_id, contact_id):
                    found[contact_id] = source
        return found

    def write(self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]) -> Written:
        """Put and drop contacts of a mailbox. Idempotent. Nothing is written if nothing changes."""
        if not puts and not drops:
            return Written()
        known = set(self._load())
        drafts: dict[str, DraftContact] = {}
        touched: dict[str, None] = {}
        for contact_id in drops:
            touched.update(dict.fromkeys(self._take_away(mailbox_id, contact_id)))
        for contact_id, found in puts.items():
            draft, source = make_draft(found), make_source(mailbox_id, contact_id, found)
            name = self._place(same_contact_key(draft), source, touched)
            drafts.setdefault(name, draft)
            touched[name] = None
        return apply_changes(self._contacts, CompanyBook(), list(self._changes(touched, drafts)), known)

    def _load(self) -> dict[str, _Row]:
        if self._rows is None:
            self._rows = {}
            for contact in self._contacts.synced(CompanyBook()):
                self._keep(contact.external_id, _Row(key=same_contact_key(contact.draft), sources=contact.sources))
        return self._rows

    def _keep(self, name: str, row: _Row) -> None:
        rows = self._rows if self._rows is not None else self._load()
        rows[name] = row
        self._by_key.setdefault(row.key, name)
        for source in row.sources:
            self._by_source[source.mailbox_id, source.contact_id] = name

    def _take_away(self, mailbox_id: str, contact_id: str) -> list[str]:
        """Take a source off its row; return that row's name. A row without sources will be dropped."""
        rows = self._load()
        name = self._by_source.pop((mailbox_id, contact_id), None)
        if name is None:
            return []
        row = rows[name]
        left = tuple(s for s in row.sources if (s.mailbox_id, s.contact_id) != (mailbox_id, contact_id))
        row.sources = left
        if not left and self._by_key.get(row.key) == name:
            del self._by_key[row.key]
        return [name]

    def _place(self, key: str, source: ContactSource, touched: dict[str, None]) -> str:
        """Put a source on the row where its content belongs: one of the same content, its old row, or a new one."""
        rows = self._load()
        old = self._by_source.get((source.mailbox_id, source.contact_id))
        touched.update(dict.fromkeys(self._take_away(source.mailbox_id, source.contact_id)))
        name = self._by_key.get(key)
        if name is None:
            is_free = old is not None and not rows[old].sources
            name = old if old is not None and is_free else self._new_name(source)
        row = rows.get(name)
        kept = row.sources if row is not None else ()
        self._keep(name, _Row(key=key, sources=(*kept, source)))
        self._by_key[key] = name
        return name

    def _new_name(self, source: ContactSource) -> str:
        path = f"{source.mailbox_id}/{source.contact_id}"
        name, n = path if len(path) <= 500 else hashlib.sha256(path.encode()).hexdigest(), 1
        taken = self._load()
        while (found := taken.get(name)) is not None and found.sources:
            name, n = f"{hashlib.sha256(path.encode()).hexdigest()}.{n}", n + 1
        return name

    def _changes(self, touched: Mapping[str, None], drafts: Mapping[str, DraftContact]) -> Iterator[ContactChange]:
        rows = self._load()
        old = [name for name in touched if name not in drafts and rows[name].sources]
        kept: dict[str, SyncedContact] = {}
        for part in in_parts(old):
            kept.update(self._contacts.find(CompanyBook(), part))
        for name in touched:
            row = rows[name]
            if not row.sources:
                del rows[name]
                yield DropContact(external_id=name)
            elif name in drafts:
                yield PutContact(external_id=name, draft=drafts[name], sources=row.sources)
            elif name in kept:
                yield PutContact(external_id=name, draft=kept[name].draft, sources=row.sources)


def same_contact_key(draft: DraftContact) -> str:
    """Return a key that is equal for contacts that look the same: case is ignored, numbers count by what they call."""
    values: dict[str, str | list[str]] = {}
    for name in DraftContact.__dataclass_fields__:
        value = getattr(draft, name)
        if isinstance(value, ContactPhone):
            values[name] = value.e164 or value.raw.casefold()
        elif isinstance(value, tuple):
            values[name] = sorted(value)
        elif value is not None:
            values[name] = value.casefold()
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
