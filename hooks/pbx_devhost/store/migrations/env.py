"""Run by alembic for each upgrade, on the connection and in the transaction that `upgrade.py` gives."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
