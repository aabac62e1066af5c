"""A tenant and each person can choose a language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the columns. NULL: nobody chose."""
    for table in ("tenants", "users", "admins"):
        op.add_column(table, sa.Column("language", sa.String(35)))
