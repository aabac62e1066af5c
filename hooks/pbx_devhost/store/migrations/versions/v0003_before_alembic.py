"""The schema of commit a2ef317. Such a database was made without alembic: there is nothing to do."""

from __future__ import annotations

revision = "0003"
down_revision = None


def upgrade() -> None:
    """Do nothing."""
