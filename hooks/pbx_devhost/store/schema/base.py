"""What all tables share."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, Text

SCHEMA_VERSION: Final = 16
"""The version of these tables. Each has a migration of its number in `store/migrations/versions`."""

AUTHORITY_MAX_CHARS: Final = 255
SUBJECT_MAX_CHARS: Final = 255
BOOK_MAX_CHARS: Final = 1024

metadata = MetaData()


def ordered(length: int) -> String:
    """Text that is compared and ordered by code point, also if the database has the order of a language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


# Alembic's own table, with its only row: the version as four digits.
alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# Not read here. Programs from before alembic look for version 3 here, and refuse another one by name.
meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))
META_ROW: Final = {"name": "schema_version", "value": "4 or newer"}
