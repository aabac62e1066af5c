"""Users, the links that say who they are at the source, their numbers, photos and telephones."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from pbx_devhost.store.sql.schema.base import (
    AUTHORITY_MAX_CHARS,
    LANGUAGE_MAX_CHARS,
    SUBJECT_MAX_CHARS,
    metadata,
    on_postgres,
    ordered,
)

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("username", String(64), nullable=False),
    Column("username_key", String(64), nullable=False),
    Column("display_name", String(128), nullable=False),
    Column("email", String(128)),
    Column("mobile_phone", String(32)),
    Column("mobile_phone_e164", String(16)),
    Column("work_phone", String(32)),
    Column("work_phone_e164", String(16)),
    Column("home_phone", String(32)),
    Column("department", String(128)),
    Column("extension_number", String(64), nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("disabled_reason", String(32)),
    Column("disabled_at", Float),
    Column("role", String(64), nullable=False),
    Column("sip_secret", LargeBinary),
    Column("pin_secret", LargeBinary),
    Column("password_hash", Text),
    Column("photo_sha256", String(64)),
    Column("created_at", Float, nullable=False),
    Column("language", String(LANGUAGE_MAX_CHARS)),  # their own choice; None: as the tenant
    UniqueConstraint("tenant_id", "username_key"),
    UniqueConstraint("tenant_id", "extension_number"),
)

links = Table(
    "links",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("authority", ordered(AUTHORITY_MAX_CHARS), primary_key=True),
    Column("subject", ordered(SUBJECT_MAX_CHARS), primary_key=True),
    # No foreign key and no cascade: the link outlives its user, which is how a deletion in the PBX is noticed.
    Column("user_id", String(32), nullable=False, index=True),
    Column("applied_display_name", String(128), nullable=False),
    Column("applied_email", String(128)),
    Column("applied_mobile_phone", String(32)),
    Column("applied_work_phone", String(32)),
    Column("applied_department", String(128)),
    Column("applied_enabled", Integer, nullable=False),
    Column("photo_etag", String(256)),
)

numbers = Table(
    "numbers",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("number", String(64), primary_key=True),
    Column("n", BigInteger),  # the number as an integer, for the search upward; see `search_key`
    Column("user_id", String(32)),  # None: a service, or resting
    Column("service", String(64)),  # what other service has it
    Column("authority", String(AUTHORITY_MAX_CHARS)),  # whose it was, or is
    Column("subject", String(SUBJECT_MAX_CHARS)),
    Column("free_since", Float),  # when it began to rest
)
Index("numbers_by_n", numbers.c.tenant_id, numbers.c.n)
Index("numbers_by_person", numbers.c.tenant_id, numbers.c.authority, numbers.c.subject)
Index("numbers_by_user", numbers.c.user_id)
_rests = numbers.c.free_since.is_not(None)
on_postgres(Index("numbers_resting", numbers.c.tenant_id, numbers.c.free_since, sqlite_where=_rests), where=_rests)

number_cursors = Table(
    "number_cursors",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("next", BigInteger, nullable=False),  # every number from start to here has a row in `numbers`
)

photos = Table(
    "photos",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("content_type", String(64), nullable=False),
)

registrations = Table(
    "registrations",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("device", String(128), primary_key=True),
    Column("registered_at", Float, nullable=False),
)
