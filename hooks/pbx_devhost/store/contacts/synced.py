"""The synced contacts of one tenant and plugin, as the plugin sees and changes them."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from pbx_devhost.store.contacts.changes import ContactChangeSet
from pbx_devhost.store.contacts.rows import book_key, read_book, read_source
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import contact_sources, contacts
from pbx_plugin_api import (
    BookChanges,
    BookRef,
    ContactChange,
    ContactResult,
    ContactSource,
    DraftContact,
    SyncedContact,
    load,
)
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.hosting.apply_rules.contacts import order_sources

_ROWS_AT_ONCE = 300
_DIVERGED = or_(contacts.c.deleted == 1, contacts.c.fields.is_distinct_from(contacts.c.applied))
"""`StoredContact.is_diverged` as an SQL condition."""


class SyncedContacts:
    """Implements `pbx_plugin_api.Contacts` for one tenant and plugin."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        return self._books()

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        statement = select(contacts).where(*self._in_book(book)).order_by(contacts.c.external_id)
        if mailbox_id is not None:
            at = [contact_sources.c.contact_id == contacts.c.id, contact_sources.c.mailbox_id == mailbox_id]
            if folder_id is not None:
                at.append(contact_sources.c.folder_id == folder_id)
            statement = statement.where(select(contact_sources.c.contact_id).where(*at).exists())
        return self._scope.track(self._read(statement))

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """See `Contacts`."""
        if len(external_ids) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(external_ids)} names; at most {APPLY_MAX_CHANGES}")
        statement = select(contacts).where(*self._in_book(book), contacts.c.external_id.in_(external_ids))
        return {contact.external_id: contact for contact in self._read(statement)}

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        return self._scope.track(self._read(select(contacts).where(*self._in_book(book), _DIVERGED)))

    def diverged_books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        return self._books(_DIVERGED)

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """See `Contacts`."""
        (results,) = self.apply_books([BookChanges(book=book, changes=tuple(changes))])
        return results

    def apply_books(self, groups: Sequence[BookChanges]) -> list[list[ContactResult]]:
        """See `Contacts`."""
        if (n_changes := sum(len(group.changes) for group in groups)) > APPLY_MAX_CHANGES:
            raise ValueError(f"{n_changes} changes in one apply; at most {APPLY_MAX_CHANGES}")
        if not n_changes:
            return [[] for _ in groups]
        with self._scope.write() as connection:
            return ContactChangeSet(connection, self._scope.tenant_id, self._scope.plugin).apply(groups)

    def _books(self, *narrowed: ColumnElement[bool]) -> Iterator[BookRef]:
        statement = select(contacts.c.book).where(*self._mine(), *narrowed).distinct().order_by(contacts.c.book)
        with self._scope.database.read() as connection:
            return map(read_book, list(connection.execute(statement).scalars()))

    def _read(self, statement: Select[Any]) -> Generator[SyncedContact, None, None]:
        options = {"yield_per": _ROWS_AT_ONCE}
        with (
            self._scope.database.read() as connection,
            connection.execute(statement, execution_options=options) as result,
        ):
            for rows in result.partitions():
                sources: dict[str, list[ContactSource]] = {row.id: [] for row in rows}
                at = contact_sources.c.contact_id.in_(list(sources))
                for source in connection.execute(select(contact_sources).where(at)):
                    sources[source.contact_id].append(read_source(source))
                for row in rows:
                    draft = load(DraftContact, json.loads(row.applied))
                    ordered = order_sources(sources[row.id])
                    yield SyncedContact(external_id=row.external_id, draft=draft, sources=ordered)

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return contacts.c.tenant_id == self._scope.tenant_id, contacts.c.plugin == self._scope.plugin

    def _in_book(self, book: BookRef) -> tuple[ColumnElement[bool], ...]:
        return (*self._mine(), contacts.c.book == book_key(book))
