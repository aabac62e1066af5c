"""Where contacts are written: a user's own book, or the company's, into which several mailboxes merge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol, TypeVar

from pbx_plugin_api import (
    ApplyStatus,
    BookRef,
    CompanyBook,
    ContactChange,
    Contacts,
    ContactSource,
    DraftContact,
    DropContact,
    Host,
    PersonalBook,
    PutContact,
    SyncedContact,
    UserLink,
)
from portsip_m365_plugin.contacts.folder import Found
from portsip_m365_plugin.mapping.contacts import MappedContact

__all__ = ["Book", "CompanyWriter", "PersonalWriter", "Written", "mend_diverged", "same_contact_key"]

BATCH_MAX: Final = 500

T = TypeVar("T")


@dataclass(kw_only=True)
class Written:
    """What became of one mailbox's changes."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    """Why, one text a refused change."""


class Book(Protocol):
    """Synced contacts of one mailbox within its book."""

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """Return where each contact of a mailbox (or one of its folders) was last seen, by contact id."""

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """Return the same of those of the named contacts that are in the book."""

    def write(self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]) -> Written:
        """Put and drop contacts of a mailbox. Idempotent; nothing is written where nothing is to be changed."""


class PersonalWriter:
    """Keeps `Book` over one user's personal contacts: a contact's id is its name in the book."""

    def __init__(self, host: Host, owner: UserLink) -> None:
        self._contacts, self._book = host.contacts, PersonalBook(owner=owner)

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """See `Book`."""
        found = self._contacts.synced(self._book, mailbox_id=mailbox_id, folder_id=folder_id)
        return {source.contact_id: source for contact in found for source in contact.sources}

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """See `Book`."""
        found: dict[str, ContactSource] = {}
        for part in _parts(contact_ids):
            for contact in self._contacts.find(self._book, part).values():
                found.update((source.contact_id, source) for source in contact.sources)
        return found

    def write(self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]) -> Written:
        """See `Book`."""
        known = set(self.where(mailbox_id, list(puts)))
        changes: list[ContactChange] = [DropContact(external_id=contact_id) for contact_id in drops]
        for contact_id, found in puts.items():
            source = _source(mailbox_id, contact_id, found)
            changes.append(PutContact(external_id=contact_id, draft=_draft(found), sources=(source,)))
        return _apply(self._contacts, self._book, changes, known)


@dataclass(slots=True, kw_only=True)
class _Row:
    key: str
    sources: tuple[ContactSource, ...]


class CompanyWriter:
    """Keeps `Book` over the company's contacts. The same contact from several mailboxes is one row with their sources.

    The same is what looks the same to whoever reads the book: every field equal, upper and lower case and the spelling
    of a number aside. Anything less would have to throw one of two differing notes away. A contact that changes keeps
    its row, unless it shared it.

    Memory: about 300 bytes a row, and only in a run that changes something; one pass over the book then.
    """

    def __init__(self, host: Host) -> None:
        self._contacts = host.contacts
        self._rows: dict[str, _Row] | None = None
        self._by_key: dict[str, str] = {}
        self._by_source: dict[tuple[str, str], str] = {}

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """See `Book`."""
        found = self._contacts.synced(CompanyBook(), mailbox_id=mailbox_id, folder_id=folder_id)
        sources = (source for contact in found for source in contact.sources)
        return {
            source.contact_id: source
            for source in sources
            if source.mailbox_id == mailbox_id and folder_id in (None, source.folder_id)
        }

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """See `Book`."""
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
        """See `Book`."""
        if not puts and not drops:
            return Written()
        known = set(self._load())
        drafts: dict[str, DraftContact] = {}
        touched: dict[str, None] = {}
        for contact_id in drops:
            touched.update(dict.fromkeys(self._take_away(mailbox_id, contact_id)))
        for contact_id, found in puts.items():
            draft, source = _draft(found), _source(mailbox_id, contact_id, found)
            name = self._place(same_contact_key(draft), source, touched)
            drafts.setdefault(name, draft)
            touched[name] = None
        return _apply(self._contacts, CompanyBook(), list(self._changes(touched, drafts)), known)

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
        """Take a source off its row; return that row's name. A row without sources is one to drop."""
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
        """Put a source where its content belongs: beside its like, on its old row, or on a new one."""
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
        told = f"{source.mailbox_id}/{source.contact_id}"
        name, n = told if len(told) <= 500 else hashlib.sha256(told.encode()).hexdigest(), 1
        taken = self._load()
        while (found := taken.get(name)) is not None and found.sources:
            name, n = f"{hashlib.sha256(told.encode()).hexdigest()}.{n}", n + 1
        return name

    def _changes(self, touched: Mapping[str, None], drafts: Mapping[str, DraftContact]) -> Iterator[ContactChange]:
        rows = self._load()
        old = [name for name in touched if name not in drafts and rows[name].sources]
        kept: dict[str, SyncedContact] = {}
        for part in _parts(old):
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
    """Return what is equal for contacts that look the same: case aside, and numbers by what they call."""
    told: dict[str, str] = {}
    for name in DraftContact.__dataclass_fields__:
        value = getattr(draft, name)
        if value is not None:
            told[name] = value.casefold() if isinstance(value, str) else value.e164 or value.raw.casefold()
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def mend_diverged(host: Host) -> int:
    """Put back what was edited or deleted in the PBX; return how many contacts. Costs no request.

    Microsoft's contacts are read-only in the PBX (PortSIP: edits "will not be saved"), and no delta would show an edit.
    """
    mended = 0
    for book in list(host.contacts.diverged_books()):
        while part := list(islice(host.contacts.diverged(book), BATCH_MAX)):
            puts = [PutContact(external_id=c.external_id, draft=c.draft, sources=c.sources) for c in part]
            results = host.contacts.apply(book, puts)
            applied = sum(result.status is ApplyStatus.APPLIED for result in results)
            mended += applied
            if not applied:
                break  # the owner of the book is gone: nothing can be put there
    return mended


def _apply(contacts: Contacts, book: BookRef, changes: Sequence[ContactChange], known: Collection[str]) -> Written:
    """Make the changes; `known` names the contacts that were in the book before."""
    written = Written()
    for part in _parts(changes):
        for change, result in zip(part, contacts.apply(book, part), strict=True):
            if result.status is ApplyStatus.REFUSED:
                written.refused.append(result.reason or "the PBX does not say why")
            elif result.status is ApplyStatus.UNCHANGED:
                written.unchanged += isinstance(change, PutContact)
            elif isinstance(change, DropContact):
                written.deleted += 1
            elif change.external_id in known:
                written.updated += 1
            else:
                written.created += 1
    return written


def _source(mailbox_id: str, contact_id: str, found: Found) -> ContactSource:
    return ContactSource(
        mailbox_id=mailbox_id, folder_id=found.folder_id, contact_id=contact_id, change_key=found.change_key
    )


def _draft(found: Found) -> DraftContact:
    if not isinstance(found.outcome, MappedContact):
        raise AssertionError("a contact that is left out is not written")
    return found.outcome.draft


def _parts(items: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), BATCH_MAX):
        yield list(items[start : start + BATCH_MAX])
