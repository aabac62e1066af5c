"""When the credential of a plugin ends, for a monitor of the whole PBX."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add a column. It is filled by the next run."""
    op.add_column("due", sa.Column("valid_until", sa.Float()))
