"""Contacts, where they come from, and the numbers by which a caller is found."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from pbx_devhost.store.sql.schema.base import BOOK_MAX_CHARS, metadata, ordered

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(BOOK_MAX_CHARS), nullable=False),  # see `book_key`
    Column("plugin", String(64)),  # None: made by hand
    Column("external_id", ordered(512)),
    Column("fields", Text, nullable=False),  # DraftContact as JSON: what the PBX shows
    Column("applied", Text),  # what the plugin last applied; differs from `fields` after an edit by hand
    Column("deleted", Integer, nullable=False, default=0),  # a synced contact that was deleted by hand
    Column("name", String(64), nullable=False),
    Column("search", Text, nullable=False),  # all values of `fields`, case-folded
)
Index(
    "contacts_by_external_id",
    contacts.c.tenant_id,
    contacts.c.book,
    contacts.c.plugin,
    contacts.c.external_id,
    unique=True,
)
Index("contacts_by_name", contacts.c.tenant_id, contacts.c.book, contacts.c.name)

contact_sources = Table(
    "contact_sources",
    metadata,
    Column("contact_id", String(32), primary_key=True),
    Column("mailbox_id", String(512), primary_key=True),
    Column("source_contact_id", String(512), primary_key=True),
    Column("folder_id", String(512), nullable=False),
    Column("change_key", String(256), nullable=False),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(BOOK_MAX_CHARS), nullable=False),
)
Index(
    "contact_sources_by_folder",
    contact_sources.c.tenant_id,
    contact_sources.c.book,
    contact_sources.c.mailbox_id,
    contact_sources.c.folder_id,
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("contact_id", String(32), primary_key=True),
    Column("e164", String(16), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(BOOK_MAX_CHARS), nullable=False),
)
Index("contact_numbers_by_e164", contact_numbers.c.tenant_id, contact_numbers.c.e164)
