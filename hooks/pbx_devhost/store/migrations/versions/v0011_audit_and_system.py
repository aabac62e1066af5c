"""The audit log says what changed and from where, and is searched; system administrators have sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add columns with their indexes, and a table. A reference moves out of its line's subject into a column too."""
    op.add_column("audit", sa.Column("address", sa.String(64), nullable=False, server_default=""))
    op.add_column("audit", sa.Column("changes", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("audit", sa.Column("reference", sa.String(16)))
    op.add_column("audit", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE audit SET reference = substr(subject, 11) WHERE subject LIKE 'reference %' AND length(subject) = 18"
    )
    op.create_index("ix_audit_reference", "audit", ["reference"])
    op.create_index("ix_audit_actor", "audit", ["tenant_id", "actor"])
    op.create_index("ix_audit_event", "audit", ["tenant_id", "event"])
    op.create_index("ix_audit_day", "audit", ["tenant_id", "at"])
    op.create_index("ix_audit_subject", "audit", ["subject"], postgresql_using="hash")
    op.create_table(
        "system_settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.add_column("sessions", sa.Column("system_name", sa.String(64)))
    op.create_index("ix_sessions_system_name", "sessions", ["system_name"])
