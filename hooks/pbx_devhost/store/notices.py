"""Notices to administrators; see `pbx_plugin_api.notices`. Each keeps when a mail about it is due.

While a plugin is switched off, its open notices are not listed, counted or mailed: it does nothing that could end them.
They stay as they are, and are there again when it is switched on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, insert, or_, select, update

from pbx_devhost.store.database import Database, from_timestamp, to_timestamp
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import notices, outbox, switches
from pbx_plugin_api import Notice, Severity, Text, raise_notice

_MAIL_TRY_S: Final = 600.0
"""How long one try to mail a notice may take. After that another worker tries."""
MAIL_TRIES_MAX: Final = 12
_OFF: Final = exists(
    select(switches.c.enabled).where(
        switches.c.plugin == notices.c.plugin,
        switches.c.tenant_id.in_(("", notices.c.tenant_id)),
        switches.c.enabled == 0,
    )
)
LASTING: Final[tuple[ColumnElement[bool], ...]] = (notices.c.ended_at.is_(None), ~_OFF)
"""The conditions that the cause of a notice lasts, and that its plugin is on."""
_BAD: Final = (notices.c.severity == Severity.BAD.value, *LASTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotice:
    """A notice and what the PBX knows about it."""

    id: int
    tenant_id: str
    plugin: str
    """Empty: the PBX itself."""
    notice: Notice
    dismissed_by: str
    mail_tries: int


class NoticeStore:
    """Notices of all tenants."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.mailed: dict[int, set[str]] = {}
        """By notice: the languages in which this process has mailed it, while a mail in another language waits."""

    # ------------------------------------------------------------------ their life

    def begin(
        self,
        tenant_id: str,
        key: str,
        subject: str,
        text: str,
        severity: Severity,
        *,
        plugin: str = "",
        kind: str = "",
        level: int = 0,
        values: dict[str, str | int] | None = None,
        scope: Scope | None = None,
    ) -> bool:
        """Raise a notice. Return whether it is news: another one, or one that became worse. A mail is due then.

        Args:
            tenant_id: Whose administrators.
            key: Its cause.
            subject: One line.
            text: What happened and what to do.
            severity: How bad it is.
            plugin: Who raises it; empty for the PBX itself.
            kind: Which texts it has; by default the key.
            level: How bad it is within the severity.
            values: What the texts name.
            scope: The scope of a run, whose lease is checked in the same transaction.
        """
        chosen = select(notices).where(*_at(tenant_id, plugin), notices.c.key == key)
        with self._write(tenant_id, scope) as connection:
            raised = Notice(
                key=key,
                kind=kind,
                subject=subject,
                text=text,
                severity=severity,
                level=level,
                values=values or {},
                raised_at_utc=datetime.fromtimestamp(self._db.now(), timezone.utc),
            )
            last = connection.execute(chosen.order_by(notices.c.id.desc()).limit(1)).first()
            notice, is_another, is_news = raise_notice(None if last is None else _read(last).notice, raised)
            row = _row(notice)
            if is_news:
                row |= {"mail_due_at": self._db.now(), "mail_tries": 0}
            if last is None or is_another:
                connection.execute(insert(notices).values(tenant_id=tenant_id, plugin=plugin, **row))
            else:
                connection.execute(update(notices).where(notices.c.id == last.id).values(row))
        return is_news

    def end(self, tenant_id: str, key_or_kind: str, *, plugin: str = "", scope: Scope | None = None) -> None:
        """End the open notices with this key or of this kind. Nothing is written if there is none."""
        named = or_(notices.c.key == key_or_kind, notices.c.kind == key_or_kind)
        open_ones = (*_at(tenant_id, plugin), named, notices.c.ended_at.is_(None))
        with self._db.read() as connection:
            if connection.execute(select(notices.c.id).where(*open_ones).limit(1)).first() is None:
                return
        with self._write(tenant_id, scope) as connection:
            ended = {"ended_at": self._db.now(), "mail_due_at": None}
            connection.execute(update(notices).where(*open_ones).values(ended))

    def dismiss(self, tenant_id: str, notice_id: int, username: str) -> bool:
        """Put an open notice away. Return whether there was one to put away."""
        at = (notices.c.tenant_id == tenant_id, notices.c.id == notice_id)
        shown = (notices.c.ended_at.is_(None), notices.c.dismissed_at.is_(None))
        with self._db.write() as connection:
            values = {"dismissed_at": self._db.now(), "dismissed_by": username[:64], "mail_due_at": None}
            return connection.execute(update(notices).where(*at, *shown).values(values)).rowcount > 0

    def _write(self, tenant_id: str, scope: Scope | None) -> Any:
        return scope.write() if scope is not None else self._db.write(lock=f"tenant {tenant_id}")

    # ------------------------------------------------------------------ reading

    def rows(self, tenant_id: str, *, limit: int | None = 20) -> list[KeptNotice]:
        """Return a tenant's notices, newest first."""
        return self._list(select(notices).where(notices.c.tenant_id == tenant_id), limit)

    def open_ones(self, tenant_id: str, *, limit: int | None = None) -> list[KeptNotice]:
        """Return the notices whose cause lasts, dismissed ones too, newest first."""
        return self._list(select(notices).where(notices.c.tenant_id == tenant_id, *LASTING), limit)

    def shown(self, tenant_id: str, *, limit: int | None = None) -> list[KeptNotice]:
        """Return the open notices that nobody dismissed, newest first."""
        shown = (notices.c.tenant_id == tenant_id, notices.c.dismissed_at.is_(None), *LASTING)
        return self._list(select(notices).where(*shown), limit)

    def over(self, tenant_id: str, *, skip: int = 0, limit: int) -> list[KeptNotice]:
        """Return the notices that ended or were dismissed, newest first."""
        over = or_(notices.c.ended_at.is_not(None), notices.c.dismissed_at.is_not(None))
        return self._list(select(notices).where(notices.c.tenant_id == tenant_id, over).offset(skip), limit)

    def find(self, tenant_id: str, notice_id: int) -> KeptNotice | None:
        """Return one notice of a tenant."""
        found = self._list(select(notices).where(notices.c.tenant_id == tenant_id, notices.c.id == notice_id), 1)
        return found[0] if found else None

    def tenants_with(self, kind: str, *, without_mail: str) -> list[str]:
        """Return the ids of the tenants that have an open notice of the PBX of this kind, and no mail in this state.

        One query: it is asked every second, and thousands of tenants may have both.
        """
        mail = (outbox.c.tenant_id == notices.c.tenant_id, outbox.c.state == without_mail)
        at = (notices.c.kind == kind, notices.c.plugin == "", notices.c.ended_at.is_(None), ~exists().where(*mail))
        with self._db.read() as connection:
            return list(connection.execute(select(notices.c.tenant_id).where(*at).distinct()).scalars())

    def count_bad(self, tenant_ids: Sequence[str]) -> dict[str, int]:
        """Return how many bad notices last at each of these tenants; those without one are left out."""
        bad = (notices.c.tenant_id.in_(list(tenant_ids)), *_BAD)
        chosen = select(notices.c.tenant_id, func.count()).where(*bad).group_by(notices.c.tenant_id)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(chosen)}

    def count_tenants_in_trouble(self, plugin: str) -> int:
        """Return at how many tenants a bad notice of a plugin lasts."""
        chosen = select(func.count(notices.c.tenant_id.distinct())).where(notices.c.plugin == plugin, *_BAD)
        with self._db.read() as connection:
            return connection.execute(chosen).scalar_one()

    def _list(self, chosen: Select[Any], limit: int | None) -> list[KeptNotice]:
        with self._db.read() as connection:
            rows = connection.execute(chosen.order_by(notices.c.id.desc()).limit(limit))
            return [_read(row) for row in rows]

    # ------------------------------------------------------------------ mail

    def is_mail_due(self) -> bool:
        """Whether a notice is to be mailed now."""
        due = select(notices.c.id).where(notices.c.mail_due_at <= self._db.now(), ~_OFF).limit(1)
        with self._db.read() as connection:
            return connection.execute(due).first() is not None

    def claim_mail(self) -> KeptNotice | None:
        """Return a notice that is to be mailed now, and reserve it for this process; None if there is none."""
        if not self.is_mail_due():
            return None
        with self._db.write() as connection:
            now = self._db.now()
            due = select(notices).where(notices.c.mail_due_at <= now, ~_OFF).order_by(notices.c.mail_due_at).limit(1)
            row = connection.execute(due.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            values = {"mail_due_at": now + _MAIL_TRY_S, "mail_tries": row.mail_tries + 1}
            connection.execute(update(notices).where(notices.c.id == row.id).values(values))
            return _read(row)

    def settle_mail(self, kept: KeptNotice, *, again_in_s: float | None = None) -> None:
        """Store that a notice was mailed, or in how many seconds to try again."""
        if kept.mail_tries + 1 >= MAIL_TRIES_MAX:
            again_in_s = None
        with self._db.write() as connection:
            again_at = None if again_in_s is None else self._db.now() + again_in_s
            # A notice that became worse meanwhile has no tries: its new mail stays due.
            same = (notices.c.id == kept.id, notices.c.mail_tries == kept.mail_tries + 1)
            connection.execute(update(notices).where(*same).values(mail_due_at=again_at))


def _at(tenant_id: str, plugin: str) -> tuple[Any, Any]:
    return notices.c.tenant_id == tenant_id, notices.c.plugin == plugin


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "key": notice.key,
        "kind": notice.kind,
        "subject": notice.subject,
        "text": notice.text,
        "severity": notice.severity.value,
        "level": notice.level,
        "named_values": json.dumps(dict(notice.values)),
        "at": to_timestamp(notice.raised_at_utc),
        "repeated_at": to_timestamp(notice.repeated_at_utc),
        "ended_at": to_timestamp(notice.ended_at_utc),
        "dismissed_at": to_timestamp(notice.dismissed_at_utc),
    }


def _read(row: Any) -> KeptNotice:
    notice = Notice(
        key=row.key,
        kind=row.kind,
        subject=_one_line(row.subject) or row.key,
        text=row.text,
        severity=Severity(row.severity),
        level=row.level,
        values=json.loads(row.named_values),
        raised_at_utc=datetime.fromtimestamp(row.at, timezone.utc),
        repeated_at_utc=from_timestamp(row.repeated_at),
        ended_at_utc=from_timestamp(row.ended_at),
        dismissed_at_utc=from_timestamp(row.dismissed_at),
    )
    return KeptNotice(
        id=row.id,
        tenant_id=row.tenant_id,
        plugin=row.plugin,
        notice=notice,
        dismissed_by=row.dismissed_by,
        mail_tries=row.mail_tries,
    )


def _one_line(subject: str) -> str:
    """A subject from before subjects had limits."""
    if isinstance(subject, Text):
        return subject
    return " ".join("".join(each if each.isprintable() else " " for each in subject).split())[:200]
