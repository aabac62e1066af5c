"""The queue of mail: durable, in order, delivered at least once, with a mark on mails that may go twice.

A notification is accepted as soon as it is in the table. `attempt_started` is written before a plugin sends it. If the
process is killed after that, the outcome of the attempt is unknown, and it is tried again as a marked copy. Contents
are encrypted (a welcome mail contains passwords) and deleted once they are sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.leases import is_dead, name_holder
from pbx_devhost.store.outbox.order import is_behind, lane_of_mail, leave_line, select_next, wait_in_line
from pbx_devhost.store.outbox.waits import UNKNOWN_AT_MOST, growing_s
from pbx_devhost.store.schema import outbox, outbox_lanes, outbox_recipients
from pbx_devhost.store.vault import Vault
from pbx_plugin_api import Notification, NotificationKind, Priority, RejectedRecipient, dump, load

KEEP_S: Final = 3 * 86_400.0
"""How long delivery is tried, if the sender gives no other time."""
CODE_KEEP_S: Final = 600.0
"""A sign-in code is useless later."""
ATTEMPT_S: Final = 900.0
"""An attempt on another machine that is older than this has ended: no hook may take so long."""
HISTORY_S: Final = 30 * 86_400.0

_PUT_BACK_S: Final = {Priority.URGENT: -1e10, Priority.NORMAL: 0.0, Priority.BULK: 1800.0}
"""Urgent mail goes first. Bulk mail goes after other mail that is up to half an hour younger."""


class MailState(StrEnum):
    """The state of a notification."""

    QUEUED = "queued"
    ATTEMPT_STARTED = "attempt_started"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    """It may have been delivered. A marked copy is sent when it is due."""
    HELD = "held"
    """It may have been delivered. An administrator decides."""
    SENT = "sent"
    DEAD = "dead"
    EXPIRED = "expired"


_WAITING: Final = (MailState.QUEUED, MailState.DEFERRED, MailState.UNKNOWN)
RESENDABLE: Final = (MailState.DEAD, MailState.EXPIRED, MailState.HELD, MailState.DEFERRED, MailState.UNKNOWN)


class OutboxError(Exception):
    """A mail cannot be found or sent again. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A notification whose attempt is recorded. No other worker sends it now."""

    seq: int
    tenant_id: str
    notification: Notification
    n_unknown: int
    refused: tuple[list[str], ...]
    """Address and reason for each recipient that earlier attempts could not reach."""
    unreachable_since: float | None
    probed_at: float | None

    @property
    def lane(self) -> tuple[str, int]:
        """The tenant's fast or slow lane. A pause of the slow lane does not stop the fast one."""
        return self.tenant_id, int(self.notification.priority is Priority.URGENT)


class OutboxStore:
    """The mail of all tenants."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def put(self, tenant_id: str, notification: Notification, *, keep_s: float | None = None) -> bool:
        """Accept a notification. When this returns, the notification is stored and survives the process.

        Returns:
            False if a notification with this id was accepted before. Nothing was changed.
        """
        now = self._db.now()
        if keep_s is None:
            keep_s = CODE_KEEP_S if notification.kind is NotificationKind.TWO_FACTOR_CODE else KEEP_S
        everyone = _everyone(notification)
        mail_id = notification.notification_id
        row: dict[str, Any] = {
            "id": mail_id,
            "tenant_id": tenant_id,
            "kind": notification.kind.value,
            "priority": int(notification.priority),
            "state": MailState.QUEUED,
            "waiting": 1,
            "rank": now + _PUT_BACK_S[notification.priority],
            "subject": notification.subject,
            "recipients": json.dumps(everyone),
            "created_at": now,
            "due_at": now,
            "expires_at": now + keep_s,
        }
        with self._db.write(lock="outbox") as connection:
            if connection.execute(select(outbox.c.seq).where(outbox.c.id == mail_id)).first():
                return False
            self._vault.hold_key(connection)
            sealed = self._vault.seal(json.dumps(dump(notification)).encode(), "outbox", mail_id)
            connection.execute(insert(outbox).values(row | {"sealed": sealed}))
            seq = connection.execute(select(outbox.c.seq).where(outbox.c.id == mail_id)).scalar_one()
            wait_in_line(connection, seq, tenant_id, int(notification.priority), everyone)
        return True

    def claim(self, *, tenant_id: str | None = None) -> Claimed | None:
        """Take the next notification that is due, and record that an attempt begins. None if nothing is due."""
        now = self._db.now()
        with self._db.write(lock="outbox") as connection:
            row = connection.execute(select_next(now, tenant_id)).first()
            if row is None:
                return None
            values = {"state": MailState.ATTEMPT_STARTED, "waiting": 0, "attempt": row.attempt + 1}
            values |= {"started_at": now, "holder": name_holder()}
            connection.execute(update(outbox).where(outbox.c.seq == row.seq).values(values))
        whole = load(Notification, json.loads(self._vault.open(row.sealed, "outbox", row.id)))
        return Claimed(
            seq=row.seq,
            tenant_id=row.tenant_id,
            notification=replace(
                _only(whole, json.loads(row.recipients)),
                attempt=row.attempt + 1,
                previous_outcome_unknown=row.n_unknown > 0,
                copy_approved=bool(row.copy_approved),
            ),
            n_unknown=row.n_unknown,
            refused=tuple(json.loads(row.refused)),
            unreachable_since=row.unreachable_since,
            probed_at=row.probed_at,
        )

    def settle(
        self,
        claimed: Claimed,
        state: MailState,
        *,
        due_at: float = 0.0,
        pending: Sequence[str] = (),
        refused: Sequence[RejectedRecipient] = (),
        may_have_gone: bool = False,
        channel: str = "",
        reason: str = "",
        remedy: str = "",
        detail: str = "",
    ) -> None:
        """Record the result of an attempt. An attempt that `recover` has ended in the meantime stays as it is."""
        now = self._db.now()
        ours = (
            outbox.c.seq == claimed.seq,
            outbox.c.state == MailState.ATTEMPT_STARTED,
            outbox.c.attempt == claimed.notification.attempt,
        )
        waiting = state in _WAITING
        values: dict[str, Any] = {"state": state, "waiting": int(waiting), "holder": "", "copy_approved": 0}
        values |= {"channel": channel, "reason": reason, "remedy": remedy, "detail": detail[:2000]}
        values |= {"due_at": due_at} if waiting else {"finished_at": now}
        if may_have_gone:
            values["n_unknown"] = claimed.n_unknown + 1
        if state is MailState.SENT:
            values["sealed"] = None
        if pending:
            values["recipients"] = json.dumps(list(pending))
        if refused:
            values["refused"] = json.dumps([*claimed.refused, *([item.address, item.reason] for item in refused)])
        with self._db.write(lock="outbox") as connection:
            if connection.execute(update(outbox).where(*ours).values(values)).rowcount == 0:
                return
            line = delete(outbox_recipients).where(outbox_recipients.c.seq == claimed.seq)
            if not waiting:
                connection.execute(line)
            elif pending:
                connection.execute(line)
                priority = int(claimed.notification.priority)
                wait_in_line(connection, claimed.seq, claimed.tenant_id, priority, pending)

    def recover(self) -> int:
        """End the attempts of processes that have ended: they may have been delivered. Return how many.

        Each waits longer than the last time, and after too many a person decides. Otherwise a mail that ends the
        process would be tried for ever.
        """
        now = self._db.now()
        columns = (outbox.c.seq, outbox.c.holder, outbox.c.started_at, outbox.c.attempt, outbox.c.n_unknown)
        with self._db.read() as connection:
            begun = connection.execute(select(*columns).where(outbox.c.state == MailState.ATTEMPT_STARTED)).all()
        lost = [
            (r.seq, r.attempt, r.n_unknown + 1) for r in begun if is_dead(r.holder) or r.started_at < now - ATTEMPT_S
        ]
        for seq, attempt, n_unknown in lost:
            values: dict[str, Any] = {"n_unknown": n_unknown, "holder": "", "copy_approved": 0, "remedy": ""}
            values |= {"reason": "The process ended during the attempt."}
            is_over = n_unknown >= UNKNOWN_AT_MOST
            if is_over:
                values |= {"state": MailState.HELD, "waiting": 0, "finished_at": now}
                values |= {"remedy": "It may have been sent. Ask the recipient, then send it again or drop it."}
            else:
                values |= {"state": MailState.UNKNOWN, "waiting": 1, "due_at": now + growing_s(n_unknown)}
            same = (outbox.c.seq == seq, outbox.c.attempt == attempt, outbox.c.state == MailState.ATTEMPT_STARTED)
            with self._db.write(lock="outbox") as connection:
                if connection.execute(update(outbox).where(*same).values(values)).rowcount and is_over:
                    leave_line(connection, [seq])
        return len(lost)

    def expire(self) -> int:
        """End mails that have waited too long, and delete mails that ended long ago. Return how many expired."""
        now = self._db.now()
        with self._db.write(lock="outbox") as connection:
            over = (outbox.c.waiting == 1, outbox.c.expires_at <= now)
            seqs = connection.execute(select(outbox.c.seq).where(*over)).scalars().all()
            if seqs:
                leave_line(connection, seqs)
                values = {"state": MailState.EXPIRED, "waiting": 0, "finished_at": now}
                connection.execute(update(outbox).where(*over).values(values))
            old = (outbox.c.waiting == 0, outbox.c.finished_at < now - HISTORY_S, outbox.c.state != MailState.HELD)
            connection.execute(delete(outbox).where(*old))
        return len(seqs)

    def send_again(self, tenant_id: str, notification_id: str, *, keep_s: float = KEEP_S) -> None:
        """Queue a dead, expired or held mail again, or try a waiting one at once.

        A mail that may have been delivered is marked as a copy. An administrator may send it even if copies are held.

        Raises:
            OutboxError: There is none, it is being sent, or it was sent and its contents are deleted.
        """
        now = self._db.now()
        at = (outbox.c.tenant_id == tenant_id, outbox.c.id == notification_id)
        with self._db.write(lock="outbox") as connection:
            row = connection.execute(select(outbox).where(*at)).first()
            if row is None:
                raise OutboxError(f"there is no mail {notification_id!r}; see: pbx-devhost outbox")
            if row.state not in RESENDABLE:
                raise OutboxError(f"the mail {notification_id} is {row.state} and cannot be sent again")
            values: dict[str, Any] = {"state": MailState.UNKNOWN if row.n_unknown else MailState.QUEUED, "waiting": 1}
            values |= {"due_at": now, "expires_at": now + keep_s, "copy_approved": 1, "finished_at": None}
            connection.execute(update(outbox).where(outbox.c.seq == row.seq).values(values))
            leave_line(connection, [row.seq])
            wait_in_line(connection, row.seq, tenant_id, row.priority, json.loads(row.recipients))
            connection.execute(update(outbox_lanes).where(outbox_lanes.c.tenant_id == tenant_id).values(paused_until=0))

    def drop(self, tenant_id: str, notification_id: str) -> None:
        """Drop a held mail: no other copy is sent.

        Raises:
            OutboxError: It is not held.
        """
        held = (outbox.c.tenant_id == tenant_id, outbox.c.id == notification_id, outbox.c.state == MailState.HELD)
        values = {"state": MailState.DEAD, "reason": "An administrator dropped it. It may have been delivered."}
        with self._db.write(lock="outbox") as connection:
            if connection.execute(update(outbox).where(*held).values(values)).rowcount == 0:
                raise OutboxError(f"there is no held mail {notification_id!r}")

    # ------------------------------------------------------------------ lanes

    def pause(self, claimed: Claimed, until: float) -> None:
        """Pause a lane: the reason for one mail is a reason for all. A pause of urgent mail pauses all mail."""
        tenant_id, urgent = claimed.lane
        for lane in (0, 1) if urgent else (0,):
            self._set_lane(tenant_id, lane, {"paused_until": until})

    def note_reached(self, claimed: Claimed, *, reached: bool) -> None:
        """Store whether the plugin's service could be reached, and since when it cannot."""
        if reached and claimed.unreachable_since is None:
            return
        now = self._db.now()
        since = None if reached else claimed.unreachable_since if claimed.unreachable_since is not None else now
        for lane in (0, 1):
            self._set_lane(claimed.tenant_id, lane, {"unreachable_since": since, "probed_at": None if reached else now})

    def _set_lane(self, tenant_id: str, urgent: int, values: dict[str, Any]) -> None:
        first = {"tenant_id": tenant_id, "urgent": urgent, "paused_until": 0.0}
        at = (outbox_lanes.c.tenant_id == tenant_id, outbox_lanes.c.urgent == urgent)
        with self._db.write(lock="outbox") as connection:
            self._db.insert_missing(connection, outbox_lanes, first)
            connection.execute(update(outbox_lanes).where(*at).values(values))

    # ------------------------------------------------------------------ reading

    def next_due_at(self, *, tenant_id: str | None = None) -> float | None:
        """Return the next time at which a mail is due, or at which the pause of its lane ends."""
        statement = select(outbox.c.due_at, outbox_lanes.c.paused_until).select_from(
            outbox.outerjoin(outbox_lanes, lane_of_mail())
        )
        statement = statement.where(outbox.c.waiting == 1, ~is_behind())
        if tenant_id is not None:
            statement = statement.where(outbox.c.tenant_id == tenant_id)
        with self._db.read() as connection:
            return min(
                (max(row.due_at, row.paused_until or 0.0) for row in connection.execute(statement)), default=None
            )

    def counts(self, tenant_id: str) -> dict[str, int]:
        """Return how many mails are in each state."""
        statement = select(outbox.c.state, func.count()).where(outbox.c.tenant_id == tenant_id)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(statement.group_by(outbox.c.state))}

    def rows(self, tenant_id: str, *, state: str | None = None, limit: int | None = None) -> Iterator[Any]:
        """Yield a tenant's mails, newest first, without their contents."""
        columns = [column for column in outbox.c if column is not outbox.c.sealed]
        statement = select(*columns).where(outbox.c.tenant_id == tenant_id).order_by(outbox.c.seq.desc()).limit(limit)
        if state is not None:
            statement = statement.where(outbox.c.state == state)
        with self._db.read() as connection, connection.execution_options(yield_per=500).execute(statement) as found:
            yield from found


def _everyone(notification: Notification) -> list[str]:
    return list(dict.fromkeys((*notification.to, *notification.cc, *notification.bcc)))


def _only(notification: Notification, addresses: Sequence[str]) -> Notification:
    """Return the notification with only the recipients that still wait."""
    kept = set(addresses)
    parts = {name: tuple(a for a in getattr(notification, name) if a in kept) for name in ("to", "cc", "bcc")}
    return replace(notification, **parts)  # type: ignore[arg-type]  # tuples of text, by name
