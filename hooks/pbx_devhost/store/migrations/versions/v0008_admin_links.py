"""An administrator can be linked to an account of a login provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the link's columns, empty. No row is rewritten."""
    op.add_column("admins", sa.Column("authority", sa.String(255)))
    op.add_column("admins", sa.Column("subject", sa.String(255)))
    op.create_index("ix_admins_link", "admins", ["tenant_id", "authority", "subject"], unique=True)
