"""Contacts as rows: how a book, a draft, its sources and its numbers are stored."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Connection, delete, insert

from pbx_devhost.store.sql.schema import contact_numbers, contact_sources, contacts
from pbx_plugin_api import BookRef, CompanyBook, ContactSource, DraftContact, PersonalBook, UserLink, dump

COMPANY = "company"
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "/%")


def book_key(book: BookRef) -> str:
    """Return the key under which a book is stored: `company`, or authority, slash and subject.

    A slash in the authority is percent-encoded, so that the first slash of a key is always the one between the two.
    """
    if isinstance(book, CompanyBook):
        return COMPANY
    return f"{quote(book.owner.authority, safe=_SAFE)}/{book.owner.subject}"


def read_book(key: str) -> BookRef:
    """Return the book that is stored under a key."""
    if key == COMPANY:
        return CompanyBook()
    authority, subject = key.split("/", 1)
    return PersonalBook(owner=UserLink(authority=unquote(authority), subject=subject))


def dump_fields(draft: DraftContact) -> str:
    """Return a draft as JSON in one canonical form: equal drafts have equal texts. What is empty is left out."""
    shape = {name: value for name, value in dump(draft).items() if value not in (None, [])}
    return json.dumps(shape, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def shown_columns(draft: DraftContact) -> dict[str, Any]:
    """Return the columns of a contact as people see it."""
    shape = dump(draft)
    values = [shape[name] for name in DraftContact.__dataclass_fields__ if shape[name] is not None]
    texts = [text or "" for value in values for text in _texts(value)]
    return {"fields": dump_fields(draft), "name": draft.name, "search": "\n".join(texts).casefold()}


def show(fields: str) -> dict[str, Any]:
    """Return stored fields as people see them: a phone number as written, and its E.164 form."""
    shape = json.loads(fields)
    shown = {}
    for name in DraftContact.__dataclass_fields__:
        value = shape.get(name)
        shown[name] = value["raw"] if isinstance(value, dict) else value
        if isinstance(value, dict) and value.get("e164"):
            shown[f"{name}_e164"] = value["e164"]
    return shown


def read_source(row: Any) -> ContactSource:
    """Return the source in a row of `contact_sources`."""
    return ContactSource(
        mailbox_id=row.mailbox_id,
        folder_id=row.folder_id,
        contact_id=row.source_contact_id,
        change_key=row.change_key,
    )


def put_sources(
    connection: Connection,
    tenant_id: str,
    books: Mapping[str, str],
    sources: Mapping[str, Sequence[ContactSource]],
    *,
    old: Collection[str],
) -> None:
    """Replace the sources of contacts, by contact id. `old` are those that may have some already."""
    if had := [contact_id for contact_id in sources if contact_id in old]:
        connection.execute(delete(contact_sources).where(contact_sources.c.contact_id.in_(had)))
    rows = [
        {
            "contact_id": contact_id,
            "mailbox_id": source.mailbox_id,
            "source_contact_id": source.contact_id,
            "folder_id": source.folder_id,
            "change_key": source.change_key,
            "tenant_id": tenant_id,
            "book": books[contact_id],
        }
        for contact_id, each in sources.items()
        for source in each
    ]
    if rows:
        connection.execute(insert(contact_sources), rows)


def put_numbers(
    connection: Connection,
    tenant_id: str,
    books: Mapping[str, str],
    drafts: Mapping[str, DraftContact],
    *,
    old: Collection[str],
) -> None:
    """Replace the numbers by which a caller is found, by contact id. `old` are those that may have some already."""
    if had := [contact_id for contact_id in drafts if contact_id in old]:
        connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id.in_(had)))
    rows = [
        {"contact_id": contact_id, "e164": e164, "tenant_id": tenant_id, "book": books[contact_id]}
        for contact_id, draft in drafts.items()
        for e164 in draft.caller_numbers()
    ]
    if rows:
        connection.execute(insert(contact_numbers), rows)


def delete_contacts(connection: Connection, ids: Sequence[str]) -> None:
    """Delete contacts with their sources and numbers."""
    connection.execute(delete(contact_sources).where(contact_sources.c.contact_id.in_(ids)))
    connection.execute(delete(contact_numbers).where(contact_numbers.c.contact_id.in_(ids)))
    connection.execute(delete(contacts).where(contacts.c.id.in_(ids)))


def _texts(value: Any) -> list[str | None]:
    if isinstance(value, list):
        return [*value]
    return [value["raw"], value["e164"]] if isinstance(value, dict) else [value]
