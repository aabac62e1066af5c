"""Each plugin that the clock did not start any more is asked once when it is due: a new version may want the clock."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make it due at once. Its answer says when it is due next, if ever."""
    op.execute("UPDATE due SET next_due_at = 0 WHERE next_due_at IS NULL")
