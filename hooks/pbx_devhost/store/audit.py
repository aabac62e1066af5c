"""The audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import audit
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _, _p
from pbx_plugin_api import Text

_EVENTS_OF_LINES: Final = 1_000
HIDDEN: Final = _("(not shown)")
"""In place of a value that may be secret."""
_SWITCHED: Final = {"on": _p("plugin", "on"), "off": _p("plugin", "off")}

asked_from: ContextVar[str] = ContextVar("asked_from", default="")
"""The address of the browser for which this code runs; empty if it runs for no browser."""

Change: TypeAlias = tuple[str, str | None, str | None]
"""What changed: its name, and what it was before and after. None: it was not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which lines to find. What is empty does not matter."""

    reference: str = ""
    """The number that a person was shown, in any case."""
    who: str = ""
    """Who did it, or whom it was about: a whole name as the log shows it."""
    also: tuple[str, ...] = ()
    """Other names of the same person."""
    event: str = ""
    outcome: str = ""
    since: float | None = None
    until: float | None = None
    """Not included."""


class AuditStore:
    """The lines: who did what, when, from where, what changed, and with which outcome."""

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
        changes: Sequence[Change] = (),
        reference: str | None = None,
        origin: str = "",
        connection: Connection | None = None,
    ) -> None:
        """Write one line, in the caller's transaction or in a new one.

        `reference` is the number that a person is shown. Where the tenant is not known, `origin` says where, so that
        the administrators of the tenants at that address find it.
        """
        row = {"tenant_id": tenant_id, "at": self._db.now(), "actor": actor[:128], "event": event[:128]}
        row |= {
            "outcome": outcome[:32],
            "subject": subject[:2000],
            "detail": detail if isinstance(detail, Text) else detail[:8000],
        }
        row |= {"address": asked_from.get()[:64], "changes": json.dumps(list(changes), ensure_ascii=False)}
        row |= {"reference": reference, "origin": origin}
        if connection is not None:
            connection.execute(insert(audit).values(row))
        else:
            with self._db.write() as own:
                own.execute(insert(audit).values(row))

    def lines(
        self,
        tenant_id: str,
        *,
        query: AuditQuery | None = None,
        origins: Sequence[str] = (),
        offset: int = 0,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """Yield a tenant's lines, newest first.

        A reference that was shown where the tenant was not known yet is found by the tenants at that address
        (`origins`). For the PBX itself (`SYSTEM_TENANT`) lines without a tenant belong to it, and a reference is found
        whatever its tenant.
        """
        wanted = query or AuditQuery()
        is_system = tenant_id == SYSTEM_TENANT.pbx_tenant_id
        mine = audit.c.tenant_id == tenant_id
        if is_system:
            mine = or_(mine, audit.c.tenant_id.is_(None))
        if wanted.reference:
            here = and_(audit.c.tenant_id.is_(None), audit.c.origin.in_(list(origins)))
            mine = and_(audit.c.reference == wanted.reference.upper(), *(() if is_system else (or_(mine, here),)))
        statement = select(audit).where(mine, *_conditions(wanted)).order_by(audit.c.id.desc())
        yield from self._db.stream(statement.offset(offset).limit(limit))

    def events(self, tenant_id: str) -> list[str]:
        """Return the events of a tenant's newest lines, sorted."""
        newest = select(audit.c.event).where(audit.c.tenant_id == tenant_id).order_by(audit.c.id.desc())
        events = newest.limit(_EVENTS_OF_LINES).subquery()
        with self._db.read() as connection:
            return sorted(connection.execute(select(events.c.event).distinct()).scalars())

    def share_reference(self, tenant_id: str | None, reason: str, reference: str, *, origin: str, window_s: int) -> str:
        """Return the reference of the line that stands for many refusals of one reason; write it if there is none.

        The line is used for `window_s` seconds, so that a flood of requests writes few lines and everybody who was
        shown a number is found by it.
        """
        at = (
            audit.c.tenant_id == tenant_id if tenant_id is not None else audit.c.tenant_id.is_(None),
            audit.c.event == "sign_in.flood",
            audit.c.subject == reason,
            audit.c.origin == origin,
        )
        found = select(audit.c.reference).where(*at).order_by(audit.c.id.desc()).limit(1)
        with self._db.write(lock=f"flood {tenant_id} {reason}") as connection:
            shared = connection.execute(found.where(audit.c.at > self._db.now() - window_s)).scalar()
            if shared is None:
                detail = _("More refusals of this reason came than are written one by one; they share this reference.")
                self.record(
                    tenant_id, "somebody", "sign_in.flood", outcome="refused", subject=reason, detail=detail,
                    reference=reference, origin=origin, connection=connection,
                )  # fmt: skip
            return shared or reference


def _conditions(wanted: AuditQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who:
        names = sorted({wanted.who, wanted.who.casefold(), *wanted.also})
        found.append(or_(audit.c.actor.in_(names), audit.c.subject.in_(names)))
    if wanted.event:
        found.append(audit.c.event == wanted.event)
    if wanted.outcome:
        found.append(audit.c.outcome == wanted.outcome)
    if wanted.since is not None:
        found.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit.c.at < wanted.until)
    return found


def read_changes(line: Any) -> list[Change]:
    """Return what a line says that has changed. The PBX's own words in it are texts."""
    return [(name, _say(name, before), _say(name, after)) for name, before, after in json.loads(line.changes)]


def _say(name: str, value: str | None) -> str | None:
    if value == HIDDEN:
        return HIDDEN
    return _SWITCHED.get(value or "", value) if name == "enabled" else value


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
