"""A native app renews its session with a token that changes at each use; people see and end their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add a table, and a column to sessions. No row is rewritten."""
    op.create_table(
        "renewals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("plugin", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("session_hint", sa.Text(), nullable=False),
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("renewed_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_renewals_user_id", "renewals", ["user_id"])
    op.add_column("sessions", sa.Column("renewal_id", sa.String(32)))
    op.create_index("ix_sessions_renewal_id", "sessions", ["renewal_id"])
