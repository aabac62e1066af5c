"""A person is an authority and a subject, longer than Entra's ids; a problem names a subject and a login name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Rename columns and make them longer. No row is rewritten."""
    for table in ("links", "numbers"):
        op.alter_column(table, "entra_tenant_id", new_column_name="authority")
        op.alter_column(table, "entra_object_id", new_column_name="subject")
    op.alter_column("problems", "entra_object_id", new_column_name="subject")
    op.alter_column("problems", "upn", new_column_name="login_name")
    if op.get_bind().dialect.name == "postgresql":  # SQLite ignores lengths
        for column in ("authority", "subject"):
            op.alter_column("links", column, type_=sa.String(255, collation="C"))
            op.alter_column("numbers", column, type_=sa.String(255))
        op.alter_column("problems", "subject", type_=sa.Text())
        for table in ("contacts", "contact_sources", "contact_numbers"):
            op.alter_column(table, "book", type_=sa.String(1024))
    op.execute("UPDATE meta SET value = '4 or newer' WHERE name = 'schema_version'")
