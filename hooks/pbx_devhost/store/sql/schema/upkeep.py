"""What keeps the database in order: daily chores, and people who are to be forgotten."""

from __future__ import annotations

from sqlalchemy import Column, Float, LargeBinary, String, Table

from pbx_devhost.store.sql.schema.base import metadata

# One row for each chore, so that one of many processes does it.
chores = Table(
    "chores",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("due_at", Float, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column(
        "sealed", LargeBinary
    ),  # who it is; once they are forgotten, where something still names them; see `Remains`
    Column("asked_at", Float, nullable=False),
    Column("done_at", Float),
)
