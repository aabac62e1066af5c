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
    ContactResult,
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
from portsip_m365_plugin.texts import _

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

    def count(self, changes: Sequence[ContactChange], results: Sequence[ContactResult], known: Collection[str]) -> None:
        """Count results; `known` names the contacts that were in the book before."""
        for change, result in zip(changes, results, strict=True):
            if result.status is ApplyStatus.REFUSED:
                self.refused.append(result.reason or _("the PBX gave no reason"))
            elif result.status is ApplyStatus.UNCHANGED:
                self.unchanged += isinstance(change, PutContact)
            elif isinstance(change, DropContact):
                self.deleted += 1
            elif change.external_id in known:
                self.updated += 1
            else:
                self.created += 1


class BookReader(Protocol):
    """The synced contacts of a mailbox in its book, as they were before this run changed them."""

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """Return where each contact of a mailbox (or of one of its folders) was last seen, by contact id."""

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """Return the same for those of the named contacts that are in the book."""


class PersonalWriter:
    """A `BookReader` for one user's personal contacts: a contact's id is its name in the book.

    It serves one reading of one mailbox: what it has read of the book it does not read again.

    Args:
        host: The tenant's.
        owner: Whose book it is.
        is_empty: The book is known to have no synced contacts, so that nothing has to be read.
    """

    def __init__(self, host: Host, owner: UserLink, *, is_empty: bool = False) -> None:
        self._contacts, self.book = host.contacts, PersonalBook(owner=owner)
        self._all: dict[str, ContactSource] | None = {} if is_empty else None

    def known(self, mailbox_id: str, folder_id: str | None = None) -> dict[str, ContactSource]:
        """See `BookReader`."""
        if self._all is not None:
            return {name: source for name, source in self._all.items() if folder_id in (None, source.folder_id)}
        found = self._contacts.synced(self.book, mailbox_id=mailbox_id, folder_id=folder_id)
        known = {source.contact_id: source for contact in found for source in contact.sources}
        if folder_id is None:
            self._all = known
        return known

    def where(self, mailbox_id: str, contact_ids: Sequence[str]) -> dict[str, ContactSource]:
        """See `BookReader`."""
        if self._all is not None:
            return {name: self._all[name] for name in contact_ids if name in self._all}
        found: dict[str, ContactSource] = {}
        for part in in_parts(contact_ids):
            for contact in self._contacts.find(self.book, part).values():
                found.update((source.contact_id, source) for source in contact.sources)
        return found

    def list_changes(
        self, mailbox_id: str, puts: Mapping[str, Found], drops: Sequence[str]
    ) -> tuple[ContactChange, ...]:
        """Return what to change in the book. Drops come first."""
        changes: list[ContactChange] = [DropContact(external_id=contact_id) for contact_id in drops]
        for contact_id, found in puts.items():
            source = make_source(mailbox_id, contact_id, found)
            changes.append(PutContact(external_id=contact_id, draft=make_draft(found), sources=(source,)))
        return tuple(changes)


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
        written.count(part, contacts.apply(book, part), known)
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
