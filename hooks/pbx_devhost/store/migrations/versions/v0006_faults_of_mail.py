"""A fault that stops a tenant's mail has a row of its own; a notice can end; urgent mail does not wait in a line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Move what lanes know of an unreachable service into the new table. No mail is changed."""
    op.create_table(
        "outbox_faults",
        sa.Column("tenant_id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("probe_at", sa.Float(), nullable=False),
        sa.Column("n_probes", sa.Integer(), nullable=False),
        sa.Column("fallback_at", sa.Float()),
    )
    op.execute(
        "INSERT INTO outbox_faults (tenant_id, channel, cause, reason, remedy, since, probe_at, n_probes)"
        " SELECT tenant_id, '', 'unreachable', 'The service of the plugin cannot be reached.', '',"
        " unreachable_since, 0, 1 FROM outbox_lanes WHERE urgent = 0 AND unreachable_since IS NOT NULL"
    )
    with op.batch_alter_table("outbox_lanes") as table:
        table.drop_column("unreachable_since")
        table.drop_column("probed_at")
    op.execute("DELETE FROM outbox_recipients WHERE priority = 0")
    op.add_column("notices", sa.Column("ended_at", sa.Float()))
