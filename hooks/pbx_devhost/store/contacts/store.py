"""Contacts as people see and change them, and who is calling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from pbx_devhost.store.contacts.rows import COMPANY, book_key, delete_contacts, put_numbers, show, shown_columns
from pbx_devhost.store.database import Database, new_row_id
from pbx_devhost.store.sql.schema import contact_numbers, contacts
from pbx_plugin_api import BookRef, DraftContact, PersonalBook, UserLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A contact that has a number."""

    name: str
    is_own: bool
    """True: of the callee's own book. False: of the company book."""


class ContactStore:
    """Contacts of all tenants, for people. Every method takes the tenant. For plugins see `SyncedContacts`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, tenant_id: str, book: BookRef, draft: DraftContact) -> str:
        """Add a contact by hand and return its id. Plugins cannot see or change it."""
        contact_id = new_row_id()
        row = {"id": contact_id, "tenant_id": tenant_id, "book": book_key(book), "plugin": None, "deleted": 0}
        row |= shown_columns(draft)
        with self._db.write() as connection:
            connection.execute(insert(contacts).values(row))
            put_numbers(connection, tenant_id, {contact_id: book_key(book)}, {contact_id: draft}, old=())
        return contact_id

    def edit(self, tenant_id: str, contact_id: str, draft: DraftContact) -> None:
        """Change a contact by hand. The next sync restores a synced one."""
        with self._db.write() as connection:
            at = (contacts.c.tenant_id == tenant_id, contacts.c.id == contact_id)
            book = connection.execute(select(contacts.c.book).where(*at)).scalar_one()
            connection.execute(update(contacts).where(*at).values(shown_columns(draft)))
            put_numbers(connection, tenant_id, {contact_id: book}, {contact_id: draft}, old=(contact_id,))

    def delete(self, tenant_id: str, contact_id: str) -> None:
        """Delete a contact by hand. The next sync restores a synced one."""
        at = (contacts.c.tenant_id == tenant_id, contacts.c.id == contact_id)
        with self._db.write() as connection:
            row = connection.execute(select(contacts.c.plugin).where(*at)).first()
            if row is None:
                return
            if row.plugin is None:
                delete_contacts(connection, [contact_id])
            else:
                connection.execute(update(contacts).where(*at).values(deleted=1))
                connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id == contact_id))

    def find_hand_made(self, tenant_id: str, book: BookRef, contact_id: str) -> str | None:
        """Return the name of a contact that was made by hand; None where there is none, or a sync brought it."""
        at = (contacts.c.tenant_id == tenant_id, contacts.c.book == book_key(book), contacts.c.id == contact_id)
        chosen = select(contacts.c.name).where(*at, contacts.c.plugin.is_(None))
        with self._db.read() as connection:
            name: str | None = connection.execute(chosen).scalar()
        return name

    def rows(
        self, tenant_id: str, book: BookRef, *, search: str = "", offset: int = 0, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the contacts of a book as people see them, by name."""
        statement = (
            select(contacts)
            .where(contacts.c.tenant_id == tenant_id, contacts.c.book == book_key(book), contacts.c.deleted == 0)
            .order_by(func.lower(contacts.c.name), contacts.c.id)
            .offset(offset)
            .limit(limit)
        )
        if search:
            statement = statement.where(contacts.c.search.contains(search.casefold(), autoescape=True))
        for row in self._db.stream(statement):
            yield {"id": row.id, "synced_by": row.plugin, "external_id": row.external_id, **show(row.fields)}

    def find_callers(self, tenant_id: str, e164: str, owner: UserLink | None = None) -> list[Caller]:
        """Return all contacts of a number: those of the callee's own book first, then the company's, each by name."""
        books = [COMPANY] if owner is None else [book_key(PersonalBook(owner=owner)), COMPANY]
        statement = (
            select(contacts.c.name, contacts.c.book)
            .join(contact_numbers, contact_numbers.c.contact_id == contacts.c.id)
            .where(
                contact_numbers.c.tenant_id == tenant_id,
                contact_numbers.c.e164 == e164,
                contact_numbers.c.book.in_(books),
            )
            .order_by(func.lower(contacts.c.name), contacts.c.id)
        )
        with self._db.read() as connection:
            found = connection.execute(statement).all()
        ranked = sorted(found, key=lambda row: books.index(row.book))
        return [Caller(name=row.name, is_own=row.book != COMPANY) for row in ranked]
