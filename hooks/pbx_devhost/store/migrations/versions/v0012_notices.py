"""Notices end, are dismissed and are mailed; an administrator has an address for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add columns. Notices of plugins, whose end nobody reported until now, end: what lasts is raised again."""
    for column in (
        sa.Column("plugin", sa.String(64), nullable=False, server_default=""),
        sa.Column("kind", sa.String(200), nullable=False, server_default=""),
        sa.Column("repeated_at", sa.Float()),
        sa.Column("level", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("named_values", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("dismissed_at", sa.Float()),
        sa.Column("dismissed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("mail_due_at", sa.Float()),
        sa.Column("mail_tries", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("notices", column)
    op.create_index("ix_notices_mail_due_at", "notices", ["mail_due_at"])
    op.create_index("notices_by_kind", "notices", ["kind", "ended_at"])
    op.add_column("admins", sa.Column("email", sa.String(320), nullable=False, server_default=""))
    notices = sa.table("notices", *map(sa.column, ("key", "at", "ended_at")))
    is_of_the_queue = notices.c.key.like("mail.paused:%")
    op.execute(sa.update(notices).where(notices.c.ended_at.is_(None), ~is_of_the_queue).values(ended_at=notices.c.at))
