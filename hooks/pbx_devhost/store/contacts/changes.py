"""A batch of a plugin's changes to one book: it reads everything first, then writes everything in bulk."""

from __future__ import annotations

import uuid
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
from pbx_devhost.store.schema import contact_sources, contacts, links, users
from pbx_plugin_api import (
    ApplyStatus,
    BookRef,
    ContactChange,
    ContactResult,
    ContactSource,
    DraftContact,
    PersonalBook,
    PutContact,
)
from pbx_plugin_api.hosting.apply_rules.contacts import Drop, Put, StoredContact, decide, order_sources

_Stored: TypeAlias = StoredContact[str]


@dataclass(slots=True)
class _Write:
    """What the end of the batch writes for one contact."""

    external_id: str
    is_new: bool
    draft: DraftContact | None = None
    sources: tuple[ContactSource, ...] | None = None


class ContactChangeSet:
    """Applies changes within one write transaction of one tenant, plugin and book."""

    def __init__(self, connection: Connection, tenant_id: str, plugin: str, book: BookRef) -> None:
        self._connection, self._tenant_id, self._plugin, self._book = connection, tenant_id, plugin, book
        self._book_key = book_key(book)
        self._stored: dict[str, tuple[str, _Stored]] = {}
        self._writes: dict[str, _Write] = {}
        self._dropped: list[str] = []

    def apply(self, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """Make the changes in order, and return their results."""
        has_owner = self._has_owner()
        self._read_ahead(changes)
        results = [self._apply_one(change, has_owner) for change in changes]
        self._flush()
        return results

    def _apply_one(self, change: ContactChange, has_owner: bool) -> ContactResult:
        wanted = dump_fields(change.draft) if isinstance(change, PutContact) else None
        contact_id, stored = self._stored.get(change.external_id, ("", None))
        decision = decide(change, wanted, stored, has_owner=has_owner)
        if isinstance(decision, ContactResult):
            return decision
        if isinstance(decision, Drop):
            del self._stored[change.external_id]
            pending = self._writes.pop(contact_id, None)
            if pending is None or not pending.is_new:
                self._dropped.append(contact_id)
            return ContactResult(external_id=change.external_id, status=ApplyStatus.APPLIED)
        self._put(decision, wanted or "", contact_id)
        return ContactResult(external_id=change.external_id, status=decision.status)

    def _put(self, put: Put, fields: str, contact_id: str) -> None:
        external_id, is_new = put.change.external_id, not contact_id
        contact_id = contact_id or uuid.uuid4().hex
        stored = StoredContact(shown=fields, applied=fields, is_deleted=False, sources=put.sources)
        self._stored[external_id] = contact_id, stored
        if put.status is ApplyStatus.UNCHANGED:
            return
        write = self._writes.setdefault(contact_id, _Write(external_id, is_new))
        if put.writes_fields:
            write.draft = put.change.draft
        if put.writes_sources:
            write.sources = put.sources

    def _read_ahead(self, changes: Sequence[ContactChange]) -> None:
        names = list({change.external_id for change in changes})
        chosen = select(
            contacts.c.id, contacts.c.external_id, contacts.c.fields, contacts.c.applied, contacts.c.deleted
        )
        rows = self._connection.execute(
            chosen.where(
                contacts.c.tenant_id == self._tenant_id,
                contacts.c.book == self._book_key,
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
            self._stored[row.external_id] = (
                row.id,
                StoredContact(
                    shown=row.fields,
                    applied=row.applied,
                    is_deleted=bool(row.deleted),
                    sources=order_sources(sources[row.id]),
                ),
            )

    def _has_owner(self) -> bool:
        if not isinstance(self._book, PersonalBook):
            return True
        owner = self._book.owner
        statement = (
            select(users.c.id)
            .join(links, links.c.user_id == users.c.id)
            .where(
                links.c.tenant_id == self._tenant_id,
                links.c.authority == owner.authority,
                links.c.subject == owner.subject,
            )
        )
        return self._connection.execute(statement).first() is not None

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
        if drafts:
            put_numbers(self._connection, self._tenant_id, self._book_key, drafts)
        sources = {contact_id: each.sources for contact_id, each in self._writes.items() if each.sources is not None}
        if sources:
            put_sources(self._connection, self._tenant_id, self._book_key, sources)

    def _identify(self, contact_id: str) -> dict[str, Any]:
        return {
            "id": contact_id,
            "tenant_id": self._tenant_id,
            "book": self._book_key,
            "plugin": self._plugin,
            "external_id": self._writes[contact_id].external_id,
        }
