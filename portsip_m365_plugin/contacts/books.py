"""Writing contacts into a book: what both kinds of book share, and a user's personal book."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol, TypeVar

from pbx_plugin_api import (
    ApplyStatus,
    BookRef,
    ContactChange,
    Contacts,
    ContactSource,
    DraftContact,
    DropContact,
    Host,
    PersonalBook,
    PutContact,
    UserLink,
)
from portsip_m365_plugin.contacts.folder import Found
from portsip_m365_plugin.mapping.contacts import MappedContact

BATCH_MAX: Final = 500

T = TypeVar("T")


@dataclass(kw_only=True)
class Written:
    """What became of the changes of one mailbox."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    """The reason of each change that the PBX refused."""


class BookWriter(Protocol):
    """The synced contacts of a mailbox in its book."""

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """Return where each contact of a mailbox (or of one of its folders) was last seen, by contact id."""

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """Return the same for those of the named contacts that are in the book."""

    def write(self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]) -> Written:
        """Put and drop contacts of a mailbox. Idempotent. Nothing is written if nothing changes."""


class PersonalWriter:
    """A `BookWriter` for one user's personal contacts: a contact's id is its name in the book."""

    def __init__(self, host: Host, owner: UserLink) -> None:
        self._contacts, self._book = host.contacts, PersonalBook(owner=owner)

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """See `BookWriter`."""
        found = self._contacts.synced(self._book, mailbox_id=mailbox_id, folder_id=folder_id)
        return {source.contact_id: source for contact in found for source in contact.sources}

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """See `BookWriter`."""
        found: dict[str, ContactSource] = {}
        for part in in_parts(contact_ids):
            for contact in self._contacts.find(self._book, part).values():
                found.update((source.contact_id, source) for source in contact.sources)
        return found

    def write(self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]) -> Written:
        """See `BookWriter`."""
        known = set(self.where(mailbox_id, list(puts)))
        changes: list[ContactChange] = [DropContact(external_id=contact_id) for contact_id in drops]
        for contact_id, found in puts.items():
            source = make_source(mailbox_id, contact_id, found)
            changes.append(PutContact(external_id=contact_id, draft=make_draft(found), sources=(source,)))
        return apply_changes(self._contacts, self._book, changes, known)


def restore_diverged(host: Host) -> int:
    """Put back contacts that were edited or deleted in the PBX; return how many. Costs no request.

    Microsoft's contacts are read-only in the PBX (PortSIP: edits "will not be saved"), and no delta would show an edit.
    """
    restored = 0
    for book in list(host.contacts.diverged_books()):
        while part := list(islice(host.contacts.diverged(book), BATCH_MAX)):
            puts = [PutContact(external_id=c.external_id, draft=c.draft, sources=c.sources) for c in part]
            results = host.contacts.apply(book, puts)
            applied = sum(result.status is ApplyStatus.APPLIED for result in results)
            restored += applied
            if not applied:
                break  # the owner of the book is gone: nothing can be written there
    return restored


def apply_changes(
    contacts: Contacts, book: BookRef, changes: Sequence[ContactChange], known: Collection[str]
) -> Written:
    """Make the changes; `known` names the contacts that were in the book before."""
    written = Written()
    for part in in_parts(changes):
        for change, result in zip(part, contacts.apply(book, part), strict=True):
            if result.status is ApplyStatus.REFUSED:
                written.refused.append(result.reason or "the PBX gave no reason")
            elif result.status is ApplyStatus.UNCHANGED:
                written.unchanged += isinstance(change, PutContact)
            elif isinstance(change, DropContact):
                written.deleted += 1
            elif change.external_id in known:
                written.updated += 1
            else:
                written.created += 1
    return written


def make_source(mailbox_id: str, contact_id: str, found: Found) -> ContactSource:
    """Return where a contact was found."""
    return ContactSource(
        mailbox_id=mailbox_id, folder_id=found.folder_id, contact_id=contact_id, change_key=found.change_key
    )


def make_draft(found: Found) -> DraftContact:
    """Return the contact as the PBX should show it."""
    if not isinstance(found.outcome, MappedContact):
        raise AssertionError("a contact that is left out is not written")
    return found.outcome.draft


def in_parts(items: Sequence[T]) -> Iterator[list[T]]:
    """Yield the items in parts that the host takes in one call."""
    for start in range(0, len(items), BATCH_MAX):
        yield list(items[start : start + BATCH_MAX])
