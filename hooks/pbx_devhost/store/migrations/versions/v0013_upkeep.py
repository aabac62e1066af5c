"""Daily chores, people who are to be forgotten, and indexes by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add two tables, and indexes by age. No row is rewritten."""
    op.create_table(
        "chores",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("done_at", sa.Float()),
    )
    op.create_index("ix_erasures_tenant_id", "erasures", ["tenant_id"])
    op.create_index("ix_runs_started_at", "runs", ["started_at"])
    op.create_index("ix_audit_at", "audit", ["at"])
