"""The queue of mail: durable, in order, delivered at least once, with a mark on mails that may go twice.

A notification is accepted as soon as it is in the table. `attempt_started` is written before a plugin sends it. If the
process is killed after that, the outcome of the attempt is unknown, and it is tried again as a marked copy. Contents
are encrypted (a welcome mail contains passwords) and deleted once they are sent.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.outbox.lanes import Fault, LaneStore, take_probe
from pbx_devhost.store.outbox.order import is_behind, lane_of_mail, leave_line, select_next, wait_in_line
from pbx_devhost.store.outbox.recovery import end_lost_attempts, is_still_ours
from pbx_devhost.store.outbox.states import MailState as MailState  # part of what this module gives
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import outbox, outbox_faults, outbox_lanes, outbox_recipients
from pbx_devhost.store.work.at_work import AtWork
from pbx_devhost.store.work.processes import ProcessStore
from pbx_devhost.texts import _
from pbx_plugin_api import Notification, NotificationKind, Priority, RejectedRecipient, Text, dump, load, sentences

KEEP_S: Final = 3 * 86_400.0
"""How long delivery is tried, if the sender gives no other time."""
CODE_KEEP_S: Final = 600.0
"""A sign-in code is useless later."""

_PUT_BACK_S: Final = {Priority.URGENT: -1e10, Priority.NORMAL: 0.0, Priority.BULK: 1800.0}
"""Urgent mail goes first. Bulk mail goes after other mail that is up to half an hour younger."""


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
    fault: Fault | None
    """What stops the tenant's mail."""
    by_fallback: bool
    """Whether it goes by the fallback channel. With a fault and without this, the attempt is a probe."""

    @property
    def is_urgent(self) -> bool:
        """Whether it is in the tenant's fast lane. A pause of the slow lane does not stop the fast one."""
        return self.notification.priority is Priority.URGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Mails of a tenant that waited too long."""

    tenant_id: str
    reason: str
    count: int


class OutboxStore:
    """The mail of all tenants."""

    def __init__(self, database: Database, vault: Vault, processes: ProcessStore) -> None:
        self._db, self._vault, self._processes = database, vault, processes
        self.lanes = LaneStore(database)
        self._at_work = AtWork()

    def put(self, tenant_id: str, notification: Notification, *, keep_s: float | None = None) -> bool:
        """Accept a notification. When this returns, the notification is stored and survives the process.

        Returns:
            False if a notification with this id was accepted before. Nothing was changed.
        """
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
            "subject": str(notification.subject),
            "recipients": json.dumps(everyone),
        }
        with self._db.write() as connection:
            now = self._db.now()
            row |= {"created_at": now, "due_at": now, "expires_at": now + keep_s}
            row["rank"] = now + _PUT_BACK_S[notification.priority]
            self._vault.hold_key(connection)
            sealed = self._vault.seal(json.dumps(dump(notification)).encode(), "outbox", mail_id)
            if not self._db.insert_missing(connection, outbox, row | {"sealed": sealed}, keys=("id",)):
                return False
            seq = connection.execute(select(outbox.c.seq).where(outbox.c.id == mail_id)).scalar_one()
            wait_in_line(connection, seq, tenant_id, int(notification.priority), everyone)
        return True

    def claim(self, *, tenant_id: str | None = None, is_urgent_only: bool = False) -> Claimed | None:
        """Take the next notification that is due, and record that an attempt begins. None if nothing is due.

        On PostgreSQL it waits for no other process: a mail or tenant that another one has locked is passed over. A mail
        that nobody can open ends as dead.

        Raises:
            VaultError: This process has not the key of the database. It took nothing.
        """
        me, without = self._processes.my_id(), list[str]()
        with self._at_work.beginning() as begin, self._db.write() as connection:
            now = self._db.now()
            while True:
                row = connection.execute(
                    select_next(now, tenant_id, is_urgent_only=is_urgent_only, without=without)
                ).first()
                if row is None:
                    return None
                whole = self._open(row)
                if whole is None:
                    _end_unreadable(connection, row.seq, now)
                    continue
                fault = _read_fault(row)
                leaves_probe = fault is not None and _leaves_probe(connection, fault, row.priority)
                is_probe = fault is not None and not leaves_probe and take_probe(connection, row.tenant_id, now)
                if fault is None or is_probe or _has_fallback(fault, row.priority, now):
                    break
                without.append(row.tenant_id)
            values = {"state": MailState.ATTEMPT_STARTED, "waiting": 0, "attempt": row.attempt + 1}
            values |= {"started_at": now, "holder": me}
            connection.execute(update(outbox).where(outbox.c.seq == row.seq).values(values))
            begin((row.seq, row.attempt + 1))
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
            fault=fault,
            by_fallback=fault is not None and not is_probe,
        )

    def _open(self, row: Any) -> Notification | None:
        """Return a mail's contents, or None if they do not open with the key of the database."""
        try:
            return load(Notification, json.loads(self._vault.open(row.sealed, "outbox", row.id)))
        except VaultError:
            self._vault.use_newest_key()  # fails where it is this process that lacks the key
        except ValueError:
            pass  # written by another version of the program
        return None

    def is_ours(self, claimed: Claimed) -> bool:
        """Whether this process still makes the attempt. Ask right before the request that sends."""
        return is_still_ours(self._db, self._processes, _same_attempt(claimed))

    def leave(self, claimed: Claimed) -> None:
        """End the work for an attempt. If its result could not be stored, `recover` ends the attempt."""
        self._at_work.end((claimed.seq, claimed.notification.attempt))

    def settle(
        self,
        claimed: Claimed,
        state: MailState,
        *,
        wait_s: float = 0.0,
        pending: Sequence[str] = (),
        refused: Sequence[RejectedRecipient] = (),
        steps_aside: bool = False,
        may_have_gone: bool = False,
        channel: str = "",
        reason: str = "",
        remedy: str = "",
        detail: str = "",
    ) -> None:
        """Record the result of an attempt. An attempt that `recover` has ended in the meantime stays as it is.

        A mail that is to be tried again is due after `wait_s` seconds.
        With `steps_aside` the mail goes on waiting, and later mail to the same people does not wait for it.
        """
        waiting = state in _WAITING
        values: dict[str, Any] = {"state": state, "waiting": int(waiting), "holder": "", "copy_approved": 0}
        values |= {"channel": channel, "reason": reason, "remedy": remedy}
        values |= {"detail": detail if isinstance(detail, Text) else detail[:2000]}
        if may_have_gone:
            values["n_unknown"] = claimed.n_unknown + 1
        if state is MailState.SENT:
            values["sealed"] = None
        if pending:
            values["recipients"] = json.dumps(list(pending))
        if refused:
            more = [[item.address, dump(item.reason)] for item in refused]
            values["refused"] = json.dumps([*dump(claimed.refused), *more])
        with self._db.write() as connection:
            now = self._db.now()
            values |= {"due_at": now + wait_s} if waiting else {"finished_at": now}
            if connection.execute(update(outbox).where(*_same_attempt(claimed)).values(values)).rowcount == 0:
                return
            line = delete(outbox_recipients).where(outbox_recipients.c.seq == claimed.seq)
            if not waiting or steps_aside:
                connection.execute(line)
            elif pending:
                connection.execute(line)
                priority = int(claimed.notification.priority)
                wait_in_line(connection, claimed.seq, claimed.tenant_id, priority, pending)

    def recover(self) -> int:
        """End the attempts that nobody makes any more: they may have been delivered. Return how many."""
        return end_lost_attempts(self._db, self._processes, self._at_work)

    def expire(self) -> list[Expired]:
        """End mails that have waited too long, and return them. `RetentionStore` deletes mails that ended long ago."""
        with self._db.read() as connection:
            over = (outbox.c.waiting == 1, outbox.c.expires_at <= self._db.now())
            if connection.execute(select(outbox.c.seq).where(*over).limit(1)).first() is None:
                return []
        seqs: dict[tuple[str, str], list[int]] = defaultdict(list)
        with self._db.write() as connection:
            now = self._db.now()
            over = (outbox.c.waiting == 1, outbox.c.expires_at <= now)
            fault = select(outbox_faults.c.reason).where(outbox_faults.c.tenant_id == outbox.c.tenant_id)
            columns = (outbox.c.seq, outbox.c.tenant_id, outbox.c.reason, fault.scalar_subquery().label("fault"))
            for row in connection.execute(select(*columns).where(*over).with_for_update(skip_locked=True, of=outbox)):
                seqs[row.tenant_id, row.fault or row.reason or _("Its turn did not come.")].append(row.seq)
            for (__, why), ended in seqs.items():
                leave_line(connection, ended)
                values = {"state": MailState.EXPIRED, "waiting": 0, "finished_at": now}
                values |= {"reason": sentences(_("It waited too long."), why)}
                for part in _parts(ended):
                    connection.execute(update(outbox).where(outbox.c.seq.in_(part)).values(values))
        return [Expired(tenant_id=each, reason=why, count=len(ended)) for (each, why), ended in seqs.items()]

    def send_again(self, tenant_id: str, notification_id: str, *, keep_s: float = KEEP_S) -> None:
        """Queue a dead, expired or held mail again, or try a waiting one at once.

        A mail that may have been delivered is marked as a copy. An administrator may send it even if copies are held.

        Raises:
            OutboxError: There is none, it is being sent, or it was sent and its contents are deleted.
        """
        at = (outbox.c.tenant_id == tenant_id, outbox.c.id == notification_id)
        with self._db.write() as connection:
            now = self._db.now()
            if connection.execute(select(outbox.c.seq).where(*at)).first() is None:
                raise OutboxError(_("there is no mail {mail}; see: pbx-devhost outbox", mail=repr(notification_id)))
            row = connection.execute(select(outbox).where(*at).with_for_update(skip_locked=True)).first()
            if row is None:
                raise OutboxError(_("the mail {mail} is in use at this moment; try again", mail=notification_id))
            if row.sealed is None and row.state != MailState.SENT:
                raise OutboxError(
                    _("the contents of the mail {mail} were erased with its recipient", mail=notification_id)
                )
            if row.state == MailState.SENT:
                raise OutboxError(_("the mail {mail} is sent and cannot be sent again", mail=notification_id))
            if row.state not in RESENDABLE:
                raise OutboxError(_("the mail {mail} is on its way and cannot be sent again", mail=notification_id))
            values: dict[str, Any] = {"state": MailState.UNKNOWN if row.n_unknown else MailState.QUEUED, "waiting": 1}
            values |= {"due_at": now, "expires_at": now + keep_s, "copy_approved": 1, "finished_at": None}
            connection.execute(update(outbox).where(outbox.c.seq == row.seq).values(values))
            leave_line(connection, [row.seq])
            wait_in_line(connection, row.seq, tenant_id, row.priority, json.loads(row.recipients))
            connection.execute(update(outbox_lanes).where(outbox_lanes.c.tenant_id == tenant_id).values(paused_until=0))
        self.lanes.probe_now(tenant_id)

    def drop(self, tenant_id: str, notification_id: str) -> None:
        """Drop a held mail: no other copy is sent.

        Raises:
            OutboxError: It is not held.
        """
        held = (outbox.c.tenant_id == tenant_id, outbox.c.id == notification_id, outbox.c.state == MailState.HELD)
        values = {"state": MailState.DEAD, "reason": _("An administrator dropped it. It may have been delivered.")}
        with self._db.write() as connection:
            if connection.execute(update(outbox).where(*held).values(values)).rowcount == 0:
                raise OutboxError(_("there is no held mail {mail}", mail=repr(notification_id)))

    # ------------------------------------------------------------------ reading

    def next_due_at(self, *, tenant_id: str | None = None) -> float | None:
        """Return the next time at which a mail is due: also its lane is open, and a fault lets it try."""
        faults = outbox_faults.c
        columns = (outbox.c.due_at, outbox.c.priority, outbox_lanes.c.paused_until, faults.probe_at, faults.fallback_at)
        lanes = outbox.outerjoin(outbox_lanes, lane_of_mail())
        statement = select(*columns).select_from(lanes.outerjoin(outbox_faults, faults.tenant_id == outbox.c.tenant_id))
        statement = statement.where(outbox.c.waiting == 1, ~is_behind())
        if tenant_id is not None:
            statement = statement.where(outbox.c.tenant_id == tenant_id)
        with self._db.read() as connection:
            return min(map(_due_at, connection.execute(statement)), default=None)

    def is_any_due(self, *, is_urgent_only: bool = False) -> bool:
        """Whether `claim` would probably find something. It locks nothing."""
        with self._db.read() as connection:
            due = select_next(self._db.now(), None, is_urgent_only=is_urgent_only, is_locking=False)
            return connection.execute(due).first() is not None

    def oldest_waiting_at(self, tenant_id: str) -> float | None:
        """Return since when a tenant's oldest mail waits; None if none does."""
        waiting = (outbox.c.tenant_id == tenant_id, outbox.c.waiting == 1)
        with self._db.read() as connection:
            return connection.execute(select(func.min(outbox.c.created_at)).where(*waiting)).scalar()

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


def _end_unreadable(connection: Connection, seq: int, now: float) -> None:
    reason = _("Its contents do not open: they were stored with another key, or by another version of the program.")
    values = {"state": MailState.DEAD, "waiting": 0, "finished_at": now, "reason": reason}
    connection.execute(update(outbox).where(outbox.c.seq == seq).values(values))
    leave_line(connection, [seq])


def _same_attempt(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    begun = outbox.c.state == MailState.ATTEMPT_STARTED
    return outbox.c.seq == claimed.seq, outbox.c.attempt == claimed.notification.attempt, begun


def _due_at(row: Any) -> float:
    freed_at = row.probe_at or 0.0
    if row.fallback_at is not None:
        freed_at = min(freed_at, 0.0 if row.priority == int(Priority.URGENT) else row.fallback_at)
    return float(max(row.due_at, row.paused_until or 0.0, freed_at))


def _read_fault(row: Any) -> Fault | None:
    if row.fault_tenant_id is None:
        return None
    return Fault(**{name: getattr(row, f"fault_{name}") for name in Fault.__slots__})


def _leaves_probe(connection: Connection, fault: Fault, priority: int) -> bool:
    """Whether an urgent mail goes by the fallback channel at once, since an ordinary mail waits that can probe."""
    if fault.fallback_at is None or priority != int(Priority.URGENT):
        return False
    ordinary = (outbox.c.tenant_id == fault.tenant_id, outbox.c.waiting == 1, outbox.c.priority != priority)
    return connection.execute(select(outbox.c.seq).where(*ordinary).limit(1)).first() is not None


def _has_fallback(fault: Fault, priority: int, now: float) -> bool:
    at = fault.fallback_at
    return at is not None and (at <= now or priority == int(Priority.URGENT))


def _parts(seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(seqs), 500):
        yield seqs[start : start + 500]


def _everyone(notification: Notification) -> list[str]:
    return list(dict.fromkeys((*notification.to, *notification.cc, *notification.bcc)))


def _only(notification: Notification, addresses: Sequence[str]) -> Notification:
    """Return the notification with only the recipients that still wait."""
    kept = set(addresses)
    parts = {name: tuple(a for a in getattr(notification, name) if a in kept) for name in ("to", "cc", "bcc")}
    return replace(notification, **parts)  # type: ignore[arg-type]  # tuples of text, by name
