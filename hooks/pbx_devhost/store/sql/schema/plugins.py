"""What plugins store: settings, secrets, state, blobs, budgets; and which plugins are switched off."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from pbx_devhost.store.sql.schema.base import metadata, ordered

plugin_settings = Table(
    "plugin_settings",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("values", Text, nullable=False),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

state = Table(
    "state",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("key", ordered(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("value", Text, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("content_type", String(128), nullable=False),
    Column("size_bytes", BigInteger),  # None: still being written
    Column("expires_at", Float, index=True),
)

blob_chunks = Table(
    "blob_chunks",
    metadata,
    Column("blob_id", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

budget_takes = Table(
    "budget_takes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), nullable=False),
    Column("bucket", String(200), nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("amount", Integer, nullable=False),
)
Index(
    "budget_takes_by_bucket",
    budget_takes.c.tenant_id,
    budget_takes.c.bucket,
    budget_takes.c.taken_at,
    budget_takes.c.amount,
)

switches = Table(
    "switches",
    metadata,
    Column("plugin", String(64), primary_key=True),
    Column("tenant_id", String(64), primary_key=True),  # "" for the whole PBX
    Column("enabled", Integer, nullable=False),
)
