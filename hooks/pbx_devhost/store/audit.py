"""The audit log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, insert, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import audit
from pbx_devhost.store.scope import Scope


class AuditStore:
    """The lines: who did what, when, and with which outcome."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def record(
        self,
        tenant_id: str | None,
        actor: str,
        event: str,
        *,
        outcome: str = "ok",
        subject: str = "",
        detail: str = "",
        connection: Connection | None = None,
    ) -> None:
        """Write one line, in the caller's transaction or in a new one."""
        row = {"tenant_id": tenant_id, "at": self._db.now(), "actor": actor[:128], "event": event[:128]}
        row |= {"outcome": outcome[:32], "subject": subject[:2000], "detail": detail[:8000]}
        if connection is not None:
            connection.execute(insert(audit).values(row))
        else:
            with self._db.write() as own:
                own.execute(insert(audit).values(row))

    def lines(self, tenant_id: str, *, limit: int | None = None) -> Iterator[Any]:
        """Yield a tenant's lines, newest first."""
        statement = select(audit).where(audit.c.tenant_id == tenant_id).order_by(audit.c.id.desc())
        yield from self._db.stream(statement.limit(limit))


class PluginAudit:
    """Keeps `pbx_plugin_api.Audit`. Lines are written even after a lost lease: they record what was done."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        """See `Audit`."""
        scope = self._scope
        scope.check_writable()
        store, actor = AuditStore(scope.database), f"plugin:{scope.plugin}"
        store.record(scope.tenant_id, actor, event, outcome=outcome, subject=subject, detail=detail)
