"""Every request of the portal finds its tenants by the address that it came to."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add indexes. No row is rewritten."""
    op.create_index("ix_tenants_web_origin", "tenants", ["web_origin"])
    op.create_index("ix_tenants_sbc_origin", "tenants", ["sbc_origin"])
