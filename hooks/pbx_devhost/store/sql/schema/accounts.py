"""Who is signed in, who is signing in, and who may do so with a password."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from pbx_devhost.store.sql.schema.base import AUTHORITY_MAX_CHARS, LANGUAGE_MAX_CHARS, SUBJECT_MAX_CHARS, metadata

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("user_id", String(32), index=True),  # None: the tenant's administrator
    Column("admin_name", String(64)),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("provider", String(64)),
    Column("plugin", String(64)),
    Column("session_hint", Text, nullable=False, default=""),
    Column("system_name", String(64), index=True),  # a system administrator, in the tenant that they have entered
    Column("renewal_id", String(32), index=True),  # of a native app's session: what renews it
)

# One instance of a native app that may renew its session. The token is the id and a secret, which changes at each use.
renewals = Table(
    "renewals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("user_id", String(32), nullable=False, index=True),
    Column("plugin", String(64), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("session_hint", Text, nullable=False),
    Column("challenge_hash", String(64), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("renewed_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)

# Sign-ins that came back, each until it would have expired (browser_hash and sealed are empty); codes for native apps.
flows = Table(
    "flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("plugin", String(64), nullable=False),
    Column("browser_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)

admins = Table(
    "admins",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("username", String(64), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("authority", String(AUTHORITY_MAX_CHARS)),  # with subject: the account of a login provider, if one is linked
    Column("subject", String(SUBJECT_MAX_CHARS)),
    Column("email", String(320), nullable=False, server_default=""),  # where notices are mailed to; empty: nowhere
    Column("language", String(LANGUAGE_MAX_CHARS)),  # their own choice; None: as the tenant
    Index("ix_admins_link", "tenant_id", "authority", "subject", unique=True),
)

wrong_passwords = Table(
    "wrong_passwords",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    # "admin:NAME", "user:ID"; or with a hash "known:" (browser), "pair:" (account and address), "from:" (address)
    Column("account", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
    Column("counted_at", Float, nullable=False, server_default="0"),
)
