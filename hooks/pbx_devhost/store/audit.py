"""The audit log, and notices to administrators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import audit, notices
from pbx_devhost.store.scope import Scope

_SAME_NOTICE_S = 86_400
_BEGINS_AGAIN_S = 3_600


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

    def notify(self, tenant_id: str, key: str, subject: str, text: str, severity: str) -> bool:
        """Store a notice to the administrators, unless there was one with the same key within a day."""
        now = self._db.now()
        repeated = select(notices.c.id).where(
            notices.c.tenant_id == tenant_id, notices.c.key == key, notices.c.at > now - _SAME_NOTICE_S
        )
        with self._db.write(lock=f"notice {tenant_id} {key}") as connection:
            if connection.execute(repeated.limit(1)).first():
                return False
            row = {
                "tenant_id": tenant_id,
                "key": key,
                "at": now,
                "severity": severity,
                "subject": subject,
                "text": text,
            }
            connection.execute(insert(notices).values(row))
        return True

    def begin_notice(self, tenant_id: str, key: str, subject: str, text: str, severity: str) -> bool:
        """Store a notice of something that lasts until `end_notice`. Return whether it is a new one.

        While it lasts, its text is brought up to date. One that ended within the hour begins again: what comes and
        goes does not fill the page.
        """
        now = self._db.now()
        same = select(notices.c.id, notices.c.ended_at).where(notices.c.tenant_id == tenant_id, notices.c.key == key)
        values = {"severity": severity, "subject": subject, "text": text, "ended_at": None}
        with self._db.write(lock=f"notice {tenant_id} {key}") as connection:
            last = connection.execute(same.order_by(notices.c.id.desc()).limit(1)).first()
            if last is not None and (last.ended_at is None or last.ended_at > now - _BEGINS_AGAIN_S):
                connection.execute(update(notices).where(notices.c.id == last.id).values(values))
                return False
            connection.execute(insert(notices).values(tenant_id=tenant_id, key=key, at=now, **values))
        return True

    def end_notice(self, tenant_id: str, key: str) -> None:
        """Mark a notice as ended. Nothing happens if there is none."""
        lasting = (notices.c.tenant_id == tenant_id, notices.c.key == key, notices.c.ended_at.is_(None))
        with self._db.write() as connection:
            connection.execute(update(notices).where(*lasting).values(ended_at=self._db.now()))

    def notices(self, tenant_id: str, *, limit: int = 20) -> list[Any]:
        """Return a tenant's notices, newest first."""
        statement = select(notices).where(notices.c.tenant_id == tenant_id).order_by(notices.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return list(connection.execute(statement))


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
