"""On PostgreSQL work waits in the tables of procrastinate."""

from __future__ import annotations

from alembic import op

from pbx_devhost.store.migrations import work_queue

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make its tables, in the version that is installed. SQLite needs none."""
    work_queue.bring_up(op.get_bind())
