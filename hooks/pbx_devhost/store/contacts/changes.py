"""A batch of a plugin's changes to some books: it reads everything first, then writes everything in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, insert, select, update

from pbx_devhost.store.contacts.rows import (
    book_key,
    delete_contacts,
    dump_fields,
    put_numbers,
    put_sources,
    read_source,
    shown_columns,
)
from pbx_devhost.store.database import match_people, new_row_id
from pbx_devhost.store.sql.schema import contact_sources, contacts, links, users
from pbx_plugin_api import (
    ApplyStatus,
    BookChanges,
    BookRef,
    ContactChange,
    ContactResult,
    ContactSource,
    DraftContact,
    PersonalBook,
    PutContact,
    UserLink,
)
from pbx_plugin_api.hosting.apply_rules.contacts import Drop, Put, StoredContact, decide, order_sources

_Stored: TypeAlias = StoredContact[str]


@dataclass(slots=True)
class _Write:
    """What the end of the batch writes for one contact."""

    book: str
    external_id: str
    is_new: bool
    draft: DraftContact | None = None
    sources: tuple[ContactSource, ...] | None = None


class ContactChangeSet:
    """Applies changes within one write transaction of one tenant and plugin."""

    def __init__(self, connection: Connection, tenant_id: str, plugin: str) -> None:
        self._connection, self._tenant_id, self._plugin = connection, tenant_id, plugin
        self._stored: dict[tuple[str, str], tuple[str, _Stored]] = {}
        """Id and state of a contact, by its book and external id."""
        self._writes: dict[str, _Write] = {}
        self._dropped: list[str] = []

    def apply(self, groups: Sequence[BookChanges]) -> list[list[ContactResult]]:
        """Make the changes in order, and return the results of each group."""
        people = self._find_owners([group.book for group in groups])
        self._read_ahead(groups)
        results = []
        for group in groups:
            has_owner = not isinstance(group.book, PersonalBook) or group.book.owner in people
            book = book_key(group.book)
            results.append([self._apply_one(book, change, has_owner) for change in group.changes])
        self._flush()
        return results

    def _apply_one(self, book: str, change: ContactChange, has_owner: bool) -> ContactResult:
        wanted = dump_fields(change.draft) if isinstance(change, PutContact) else None
        contact_id, stored = self._stored.get((book, change.external_id), ("", None))
        decision = decide(change, wanted, stored, has_owner=has_owner)
        if isinstance(decision, ContactResult):
            return decision
        if isinstance(decision, Drop):
            del self._stored[book, change.external_id]
            pending = self._writes.pop(contact_id, None)
            if pending is None or not pending.is_new:
                self._dropped.append(contact_id)
            return ContactResult(external_id=change.external_id, status=ApplyStatus.APPLIED)
        self._put(book, decision, wanted or "", contact_id)
        return ContactResult(external_id=change.external_id, status=decision.status)

    def _put(self, book: str, put: Put, fields: str, contact_id: str) -> None:
        external_id, is_new = put.change.external_id, not contact_id
        contact_id = contact_id or new_row_id()
        stored = StoredContact(shown=fields, applied=fields, is_deleted=False, sources=put.sources)
        self._stored[book, external_id] = contact_id, stored
        if put.status is ApplyStatus.UNCHANGED:
            return
        write = self._writes.setdefault(contact_id, _Write(book, external_id, is_new))
        if put.writes_fields:
            write.draft = put.change.draft
        if put.writes_sources:
            write.sources = put.sources

    def _read_ahead(self, groups: Sequence[BookChanges]) -> None:
        names = list({change.external_id for group in groups for change in group.changes})
        chosen = select(
            *(contacts.c.id, contacts.c.book, contacts.c.external_id),
            *(contacts.c.fields, contacts.c.applied, contacts.c.deleted),
        )
        # It may find a name in another book of the batch too: that row is kept apart, and not used.
        rows = self._connection.execute(
            chosen.where(
                contacts.c.tenant_id == self._tenant_id,
                contacts.c.book.in_({book_key(group.book) for group in groups}),
                contacts.c.plugin == self._plugin,
                contacts.c.external_id.in_(names),
            )
        ).all()
        sources: dict[str, list[ContactSource]] = {row.id: [] for row in rows}
        if rows:
            at = contact_sources.c.contact_id.in_(list(sources))
            for row in self._connection.execute(select(contact_sources).where(at)):
                sources[row.contact_id].append(read_source(row))
        for row in rows:
            self._stored[row.book, row.external_id] = (
                row.id,
                StoredContact(
                    shown=row.fields,
                    applied=row.applied,
                    is_deleted=bool(row.deleted),
                    sources=order_sources(sources[row.id]),
                ),
            )

    def _find_owners(self, books: Sequence[BookRef]) -> set[UserLink]:
        """Return those owners of the books that are linked users."""
        owners = {(book.owner.authority, book.owner.subject) for book in books if isinstance(book, PersonalBook)}
        if not owners:
            return set()
        statement = (
            select(links.c.authority, links.c.subject)
            .join(users, links.c.user_id == users.c.id)
            .where(links.c.tenant_id == self._tenant_id, match_people(links, owners))
        )
        rows = self._connection.execute(statement)
        return {UserLink(authority=row.authority, subject=row.subject) for row in rows}

    def _flush(self) -> None:
        """Write what was collected. Deletions go first: a contact may be dropped and put again in one batch."""
        if self._dropped:
            delete_contacts(self._connection, self._dropped)
        drafts = {contact_id: write.draft for contact_id, write in self._writes.items() if write.draft is not None}
        new, changed = [], []
        for contact_id, draft in drafts.items():
            columns = shown_columns(draft)
            columns |= {"applied": columns["fields"], "deleted": 0}
            if self._writes[contact_id].is_new:
                new.append(self._identify(contact_id) | columns)
            else:
                changed.append({"_id": contact_id, **columns})
        if new:
            self._connection.execute(insert(contacts), new)
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "_id"}
            self._connection.execute(update(contacts).where(contacts.c.id == bindparam("_id")).values(values), changed)
        old = {contact_id for contact_id, write in self._writes.items() if not write.is_new}
        books = {contact_id: write.book for contact_id, write in self._writes.items()}
        put_numbers(self._connection, self._tenant_id, books, drafts, old=old)
        sources = {contact_id: each.sources for contact_id, each in self._writes.items() if each.sources is not None}
        put_sources(self._connection, self._tenant_id, books, sources, old=old)

    def _identify(self, contact_id: str) -> dict[str, Any]:
        return {
            "id": contact_id,
            "tenant_id": self._tenant_id,
            "book": self._writes[contact_id].book,
            "plugin": self._plugin,
            "external_id": self._writes[contact_id].external_id,
        }
