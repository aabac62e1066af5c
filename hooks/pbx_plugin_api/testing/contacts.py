"""The contacts of a fake PBX: those that a plugin syncs, and those made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from pbx_plugin_api.contacts import (
    BookChanges,
    BookRef,
    ContactChange,
    ContactResult,
    DraftContact,
    PersonalBook,
    PutContact,
    SyncedContact,
)
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.hosting.apply_rules.contacts import Drop, StoredContact, decide
from pbx_plugin_api.testing.lease import FakeLease
from pbx_plugin_api.user_changes import ApplyStatus
from pbx_plugin_api.users import UserLink

__all__ = ["FakeContacts"]


_Row: TypeAlias = StoredContact[DraftContact]


class FakeContacts:
    """Keeps `pbx_plugin_api.Contacts`. The methods `*_by_hand` are for tests: they act as people do."""

    def __init__(self, lease: FakeLease, is_user: Callable[[UserLink], bool]) -> None:
        self._lease, self._is_user = lease, is_user
        self._books: dict[BookRef, dict[str, _Row]] = {}
        self.by_hand: dict[BookRef, list[DraftContact]] = {}
        """Contacts that people made. Plugins cannot see or change them."""

    # ------------------------------------------------------------------ what a plugin sees

    def books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        yield from [book for book, rows in self._books.items() if rows]

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        for external_id, row in sorted(self._books.get(book, {}).items()):
            if mailbox_id is None or any(
                source.mailbox_id == mailbox_id and folder_id in (None, source.folder_id) for source in row.sources
            ):
                yield _show(external_id, row)

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """See `Contacts`."""
        if len(external_ids) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(external_ids)} names; at most {APPLY_MAX_CHANGES}")
        rows = self._books.get(book, {})
        return {name: _show(name, rows[name]) for name in external_ids if name in rows}

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        yield from [_show(name, row) for name, row in sorted(self._books.get(book, {}).items()) if row.is_diverged]

    def diverged_books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        yield from [book for book, rows in self._books.items() if any(row.is_diverged for row in rows.values())]

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """See `Contacts`."""
        self._lease.check()
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one apply; at most {APPLY_MAX_CHANGES}")
        return [self._apply_one(book, change) for change in changes]

    def apply_books(self, groups: Sequence[BookChanges]) -> list[list[ContactResult]]:
        """See `Contacts`."""
        self._lease.check()
        if (n_changes := sum(len(group.changes) for group in groups)) > APPLY_MAX_CHANGES:
            raise ValueError(f"{n_changes} changes in one apply; at most {APPLY_MAX_CHANGES}")
        return [[self._apply_one(group.book, change) for change in group.changes] for group in groups]

    def _apply_one(self, book: BookRef, change: ContactChange) -> ContactResult:
        rows = self._books.setdefault(book, {})
        has_owner = not isinstance(book, PersonalBook) or self._is_user(book.owner)
        wanted = change.draft if isinstance(change, PutContact) else None
        decision = decide(change, wanted, rows.get(change.external_id), has_owner=has_owner)
        if isinstance(decision, ContactResult):
            return decision
        if isinstance(decision, Drop):
            del rows[decision.external_id]
            return ContactResult(external_id=decision.external_id, status=ApplyStatus.APPLIED)
        draft = decision.change.draft
        new = _Row(shown=draft, applied=draft, is_deleted=False, sources=decision.sources)
        rows[change.external_id] = new
        return ContactResult(external_id=change.external_id, status=decision.status)

    # ------------------------------------------------------------------ what the PBX itself does

    def shown(self, book: BookRef) -> list[DraftContact]:
        """Return a book as people see it, by name."""
        synced = [row.shown for row in self._books.get(book, {}).values() if not row.is_deleted]
        return sorted([*synced, *self.by_hand.get(book, [])], key=lambda draft: draft.name)

    def add_by_hand(self, book: BookRef, draft: DraftContact) -> None:
        """Add a contact as a person does."""
        self.by_hand.setdefault(book, []).append(draft)

    def edit_by_hand(self, book: BookRef, external_id: str, draft: DraftContact) -> None:
        """Change a synced contact as a person does. It is diverged afterwards."""
        rows = self._books[book]
        rows[external_id] = replace(rows[external_id], shown=draft)

    def delete_by_hand(self, book: BookRef, external_id: str) -> None:
        """Delete a synced contact as a person does. It is diverged afterwards."""
        rows = self._books[book]
        rows[external_id] = replace(rows[external_id], is_deleted=True)


def _show(external_id: str, row: _Row) -> SyncedContact:
    return SyncedContact(external_id=external_id, draft=row.applied, sources=row.sources)
