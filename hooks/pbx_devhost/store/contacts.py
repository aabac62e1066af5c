"""Company and personal contacts: those a plugin keeps in step, those made by hand, and who is calling."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import contact_numbers, contact_sources, contacts, links, users
from pbx_plugin_api import (
    ApplyStatus,
    BookRef,
    CompanyBook,
    ContactChange,
    ContactResult,
    ContactSource,
    DraftContact,
    DropContact,
    PersonalBook,
    SyncedContact,
    UserLink,
    dump,
    load,
)

__all__ = ["ContactStore", "book_key"]

_COMPANY = "company"
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "/%")
_MAX_CHANGES = 500


def book_key(book: BookRef) -> str:
    """Return the key under which a book is stored: `company`, or authority, slash and subject.

    A slash in the authority is percent-encoded, so that the first slash of a key is always the one between the two.
    """
    if isinstance(book, CompanyBook):
        return _COMPANY
    return f"{quote(book.owner.authority, safe=_SAFE)}/{book.owner.subject}"


def _read_book(key: str) -> BookRef:
    if key == _COMPANY:
        return CompanyBook()
    authority, subject = key.split("/", 1)
    return PersonalBook(owner=UserLink(authority=unquote(authority), subject=subject))


class ContactStore:
    """Contacts of all tenants; every method names the tenant."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ------------------------------------------------------------------ what a plugin sees

    def books(self, tenant_id: str, plugin: str) -> Iterator[BookRef]:
        """Yield the books that hold synced contacts."""
        yield from self._books(tenant_id, plugin, diverged=False)

    def diverged_books(self, tenant_id: str, plugin: str) -> Iterator[BookRef]:
        """Yield the books in which a synced contact was edited or deleted by hand."""
        yield from self._books(tenant_id, plugin, diverged=True)

    def synced(
        self, tenant_id: str, plugin: str, book: BookRef, *, mailbox_id: str | None, folder_id: str | None
    ) -> Iterator[SyncedContact]:
        """Yield synced contacts by external id, those deleted by hand included."""
        statement = select(contacts).where(*_in_book(tenant_id, plugin, book)).order_by(contacts.c.external_id)
        if mailbox_id is not None:
            at = [contact_sources.c.contact_id == contacts.c.id, contact_sources.c.mailbox_id == mailbox_id]
            if folder_id is not None:
                at.append(contact_sources.c.folder_id == folder_id)
            statement = statement.where(select(contact_sources.c.contact_id).where(*at).exists())
        yield from self._read(statement)

    def find(self, tenant_id: str, plugin: str, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """Return those of the named contacts that exist."""
        if len(external_ids) > _MAX_CHANGES:
            raise ValueError(f"{len(external_ids)} names; at most {_MAX_CHANGES}")
        chosen = contacts.c.external_id.in_(external_ids)
        statement = select(contacts).where(*_in_book(tenant_id, plugin, book), chosen)
        return {contact.external_id: contact for contact in self._read(statement)}

    def diverged(self, tenant_id: str, plugin: str, book: BookRef) -> Iterator[SyncedContact]:
        """Yield synced contacts edited or deleted by hand, as last applied."""
        yield from self._read(select(contacts).where(*_in_book(tenant_id, plugin, book), _DIVERGED))

    def apply(
        self, connection: Connection, tenant_id: str, plugin: str, book: BookRef, changes: Sequence[ContactChange]
    ) -> list[ContactResult]:
        """Make a plugin's changes inside the caller's write transaction."""
        if len(changes) > _MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one apply; at most {_MAX_CHANGES}")
        drops_only = all(isinstance(change, DropContact) for change in changes)
        if isinstance(book, PersonalBook) and not drops_only and not self._has_owner(connection, tenant_id, book):
            why = "the owner of this book is not a user of the PBX (any more)"
            return [
                ContactResult(external_id=change.external_id, status=ApplyStatus.REFUSED, reason=why)
                for change in changes
            ]
        names = [change.external_id for change in changes]
        chosen = select(contacts).where(*_in_book(tenant_id, plugin, book), contacts.c.external_id.in_(names))
        rows = {row.external_id: dict(row._mapping) for row in connection.execute(chosen)}
        results = []
        for change in changes:
            row = rows.get(change.external_id)
            if isinstance(change, DropContact):
                status = ApplyStatus.UNCHANGED if row is None else ApplyStatus.APPLIED
                if row is not None:
                    _delete(connection, [row["id"]])
                    del rows[change.external_id]
                results.append(ContactResult(external_id=change.external_id, status=status))
                continue
            fields = _dump_fields(change.draft)
            same = row is not None and row["fields"] == fields == row["applied"] and not row["deleted"]
            contact_id = row["id"] if row is not None else uuid.uuid4().hex
            values = {**_shown_columns(change.draft), "applied": fields, "deleted": 0}
            if row is None:
                new = {"id": contact_id, "tenant_id": tenant_id, "book": book_key(book), "plugin": plugin}
                new |= {"external_id": change.external_id, **values}
                connection.execute(insert(contacts).values(new))
            elif not same:
                connection.execute(update(contacts).where(contacts.c.id == contact_id).values(values))
            sources_changed = self._put_sources(connection, contact_id, tenant_id, book, change.sources, row is None)
            if not same:
                _put_numbers(connection, contact_id, tenant_id, book_key(book), change.draft)
            rows[change.external_id] = {"id": contact_id, **values}
            status = ApplyStatus.UNCHANGED if same and not sources_changed else ApplyStatus.APPLIED
            results.append(ContactResult(external_id=change.external_id, status=status))
        return results

    # ------------------------------------------------------------------ what the PBX itself does

    def add(self, tenant_id: str, book: BookRef, draft: DraftContact) -> str:
        """Add a contact by hand and return its id. No plugin can see or touch it."""
        contact_id = uuid.uuid4().hex
        row = {"id": contact_id, "tenant_id": tenant_id, "book": book_key(book), "plugin": None, "deleted": 0}
        row |= _shown_columns(draft)
        with self._db.write() as connection:
            connection.execute(insert(contacts).values(row))
            _put_numbers(connection, contact_id, tenant_id, book_key(book), draft)
        return contact_id

    def edit(self, tenant_id: str, contact_id: str, draft: DraftContact) -> None:
        """Change a contact by hand; a synced one comes back at the next sync."""
        with self._db.write() as connection:
            at = (contacts.c.tenant_id == tenant_id, contacts.c.id == contact_id)
            book = connection.execute(select(contacts.c.book).where(*at)).scalar_one()
            connection.execute(update(contacts).where(*at).values(_shown_columns(draft)))
            _put_numbers(connection, contact_id, tenant_id, book, draft)

    def delete(self, tenant_id: str, contact_id: str) -> None:
        """Delete a contact by hand; a synced one comes back at the next sync."""
        at = (contacts.c.tenant_id == tenant_id, contacts.c.id == contact_id)
        with self._db.write() as connection:
            row = connection.execute(select(contacts.c.plugin).where(*at)).first()
            if row is None:
                return
            if row.plugin is None:
                _delete(connection, [contact_id])
            else:
                connection.execute(update(contacts).where(*at).values(deleted=1))
                connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id == contact_id))

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
            yield {"id": row.id, "synced_by": row.plugin, "external_id": row.external_id, **_show(row.fields)}

    def who_is_calling(self, tenant_id: str, e164: str, owner: UserLink | None = None) -> str | None:
        """Return the name behind a number: the callee's own book first, then the company's. Never asks anybody else."""
        books = [_COMPANY] if owner is None else [book_key(PersonalBook(owner=owner)), _COMPANY]
        statement = (
            select(contacts.c.name, contacts.c.book)
            .join(contact_numbers, contact_numbers.c.contact_id == contacts.c.id)
            .where(
                contact_numbers.c.tenant_id == tenant_id,
                contact_numbers.c.e164 == e164,
                contact_numbers.c.book.in_(books),
            )
            .order_by(contacts.c.name)
        )
        with self._db.read() as connection:
            found = connection.execute(statement).all()
        ranked = sorted(found, key=lambda row: books.index(row.book))
        return ranked[0].name if ranked else None

    # ------------------------------------------------------------------ helpers

    def _books(self, tenant_id: str, plugin: str, *, diverged: bool) -> Iterator[BookRef]:
        statement = select(contacts.c.book).where(contacts.c.tenant_id == tenant_id, contacts.c.plugin == plugin)
        if diverged:
            statement = statement.where(_DIVERGED)
        with self._db.read() as connection:
            keys = list(connection.execute(statement.distinct().order_by(contacts.c.book)).scalars())
        yield from map(_read_book, keys)

    def _read(self, statement: Any) -> Iterator[SyncedContact]:
        options = {"yield_per": 300}
        with self._db.read() as connection, connection.execute(statement, execution_options=options) as result:
            for rows in result.partitions():
                ids = [row.id for row in rows]
                chosen = select(contact_sources).where(contact_sources.c.contact_id.in_(ids))
                sources: dict[str, list[ContactSource]] = {}
                for source in connection.execute(chosen):
                    sources.setdefault(source.contact_id, []).append(
                        ContactSource(
                            mailbox_id=source.mailbox_id,
                            folder_id=source.folder_id,
                            contact_id=source.source_contact_id,
                            change_key=source.change_key,
                        )
                    )
                for row in rows:
                    draft = load(DraftContact, json.loads(row.applied))
                    ordered = sorted(sources.get(row.id, ()), key=lambda s: (s.mailbox_id, s.contact_id))
                    yield SyncedContact(external_id=row.external_id, draft=draft, sources=tuple(ordered))

    def _has_owner(self, connection: Connection, tenant_id: str, book: PersonalBook) -> bool:
        statement = (
            select(users.c.id)
            .join(links, links.c.user_id == users.c.id)
            .where(
                links.c.tenant_id == tenant_id,
                links.c.authority == book.owner.authority,
                links.c.subject == book.owner.subject,
            )
        )
        return connection.execute(statement).first() is not None

    def _put_sources(
        self,
        connection: Connection,
        contact_id: str,
        tenant_id: str,
        book: BookRef,
        wanted: Sequence[ContactSource],
        is_new: bool,
    ) -> bool:
        """Write where a contact lives; return whether that changed."""
        at = contact_sources.c.contact_id == contact_id
        had: set[tuple[str, ...]] = set()
        if not is_new:
            had = {
                (row.mailbox_id, row.source_contact_id, row.folder_id, row.change_key)
                for row in connection.execute(select(contact_sources).where(at))
            }
        have = {(s.mailbox_id, s.contact_id, s.folder_id, s.change_key) for s in wanted}
        if had == have:
            return False
        if had:
            connection.execute(delete(contact_sources).where(at))
        rows = [
            {
                "contact_id": contact_id,
                "mailbox_id": mailbox_id,
                "source_contact_id": source_contact_id,
                "folder_id": folder_id,
                "change_key": change_key,
                "tenant_id": tenant_id,
                "book": book_key(book),
            }
            for mailbox_id, source_contact_id, folder_id, change_key in sorted(have)
        ]
        connection.execute(insert(contact_sources), rows)
        return True


_DIVERGED = or_(contacts.c.deleted == 1, contacts.c.fields.is_distinct_from(contacts.c.applied))


def _in_book(tenant_id: str, plugin: str, book: BookRef) -> tuple[Any, ...]:
    return contacts.c.tenant_id == tenant_id, contacts.c.book == book_key(book), contacts.c.plugin == plugin


def _put_numbers(connection: Connection, contact_id: str, tenant_id: str, book: str, draft: DraftContact) -> None:
    connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id == contact_id))
    e164s = sorted({phone.e164 for phone in draft.phones() if phone.e164})
    rows = [{"contact_id": contact_id, "e164": e164, "tenant_id": tenant_id, "book": book} for e164 in e164s]
    if rows:
        connection.execute(insert(contact_numbers), rows)


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(contact_sources).where(contact_sources.c.contact_id.in_(ids)))
    connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id.in_(ids)))
    connection.execute(delete(contacts).where(contacts.c.id.in_(ids)))


def _dump_fields(draft: DraftContact) -> str:
    shape = {name: value for name, value in dump(draft).items() if value is not None}
    return json.dumps(shape, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _shown_columns(draft: DraftContact) -> dict[str, Any]:
    """What is stored of a contact as people see it."""
    shape = dump(draft)
    values = [shape[name] for name in DraftContact.__dataclass_fields__ if shape[name] is not None]
    texts = [text or "" for value in values for text in _texts(value)]
    return {"fields": _dump_fields(draft), "name": draft.name, "search": "\n".join(texts).casefold()}


def _texts(value: Any) -> list[str | None]:
    return [value["raw"], value["e164"]] if isinstance(value, dict) else [value]


def _show(fields: str) -> dict[str, Any]:
    shape = json.loads(fields)
    shape.pop("type", None)
    shown = {}
    for name in DraftContact.__dataclass_fields__:
        value = shape.get(name)
        shown[name] = value["raw"] if isinstance(value, dict) else value
        if isinstance(value, dict) and value.get("e164"):
            shown[f"{name}_e164"] = value["e164"]
    return shown
