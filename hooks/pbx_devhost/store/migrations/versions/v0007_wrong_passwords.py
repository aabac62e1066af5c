"""Wrong passwords are counted for a day, so that a counter for an address can be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add a time to each counter. Those from before count as old; a lock stays."""
    op.add_column("wrong_passwords", sa.Column("counted_at", sa.Float(), nullable=False, server_default="0"))
