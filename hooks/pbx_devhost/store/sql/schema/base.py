"""What all tables share."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
)

from pbx_plugin_api import texts

SCHEMA_VERSION: Final = 17
"""The version of these tables. Each has a migration of its number in `store/migrations/versions`."""

AUTHORITY_MAX_CHARS: Final = 255
SUBJECT_MAX_CHARS: Final = 255
BOOK_MAX_CHARS: Final = 1024
LANGUAGE_MAX_CHARS: Final = 35
"""Of a BCP 47 tag."""

metadata = MetaData()

_SEPARATOR: Final = "\x1f"


class Sentence(TypeDecorator[str]):
    """A column of text for people. A `pbx_plugin_api.Text` comes back as one, for a reader of another language.

    It is kept as its English, a unit separator and its JSON: a program that reads the table finds a sentence first.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write a sentence."""
        if value is None:
            return None
        plain = value.replace(_SEPARATOR, " ")
        if not isinstance(value, texts.Text):
            return plain
        english = str(value.in_language("en")).replace(_SEPARATOR, " ")
        return english + _SEPARATOR + json.dumps(value.as_shape(), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Read a sentence."""
        return value if value is None or _SEPARATOR not in value else _read_sentence(value)


@lru_cache(maxsize=256)
def _read_sentence(stored: str) -> str:
    """Remembered: thirty runs on a page say mostly the same, and each sentence has a dozen others in it."""
    english, _, shape = stored.partition(_SEPARATOR)
    try:
        return texts.Text.from_shape(json.loads(shape))
    except (KeyError, RecursionError, TypeError, ValueError):
        return english  # another version wrote it


def ordered(length: int) -> String:
    """Text that is compared and ordered by code point, also if the database has the order of a language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


_postgres_options: Final[list[tuple[Index, dict[str, Any]]]] = []


def on_postgres(index: Index, **options: Any) -> Index:
    """Give an index options of PostgreSQL, where tables are made there.

    To name them in `Index` would load that dialect and its drivers in every process: a tenth of a command's start.
    """
    _postgres_options.append((index, {f"postgresql_{name}": value for name, value in options.items()}))
    return index


def make_tables(connection: Connection) -> None:
    """Make all tables and indexes in an empty database."""
    if connection.dialect.name == "postgresql":
        for index, options in _postgres_options:
            index.dialect_kwargs.update(options)
    metadata.create_all(connection)


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
