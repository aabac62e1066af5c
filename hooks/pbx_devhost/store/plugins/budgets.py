"""Rate budgets shared by all workers: sliding windows in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from pbx_devhost.store.database import from_timestamp
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import budget_takes
from pbx_plugin_api import RateLimit


class PluginRateBudget:
    """Implements `pbx_plugin_api.RateBudget`.

    It works in a read-only scope too: tenants that send by the system's mailbox share its limits.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope, self._db = scope, scope.database

    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        """See `RateBudget`. An amount above a limit could never be granted, so it counts as the whole limit."""
        tenant_id, bucket = self._scope.tenant_id, f"{self._scope.plugin}:{bucket}"
        longest_s = max((limit.window_s for limit in limits), default=0)
        at = (budget_takes.c.tenant_id == tenant_id, budget_takes.c.bucket == bucket)
        opened = self._db.write(lock=f"budget {tenant_id} {bucket}") if amount else self._db.read()
        with opened as connection:
            now = self._db.now()
            if amount:
                connection.execute(delete(budget_takes).where(*at, budget_takes.c.taken_at <= now - longest_s))
            statement = (
                select(budget_takes.c.taken_at, budget_takes.c.amount)
                .where(*at)
                .order_by(budget_takes.c.taken_at.desc())
            )
            takes = connection.execute(statement).all()
            ask_again_at = now
            for limit in limits:
                room = limit.amount - min(amount, limit.amount)
                used = 0
                for take in takes:
                    if take.taken_at <= now - limit.window_s:
                        break
                    used += take.amount
                    if used > room:
                        ask_again_at = max(ask_again_at, take.taken_at + limit.window_s)
                        break
            if ask_again_at > now:
                return from_timestamp(ask_again_at)
            if not amount:
                return None
            row = {"tenant_id": tenant_id, "bucket": bucket, "taken_at": now, "amount": amount}
            connection.execute(insert(budget_takes).values(row))
        return None
