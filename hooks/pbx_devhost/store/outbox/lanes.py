"""When the mail of a tenant may go: pauses that the service asked for, and faults that stop all of its mail.

A pause ends at its time. A fault ends when a mail is accepted: one mail in a growing interval tries (a probe), and all
others wait. It also ends when nothing waits for a day. While a fault lasts, the fallback channel may send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, exists, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.outbox.waits import growing_s
from pbx_devhost.store.sql.schema import outbox, outbox_faults, outbox_lanes

UNREACHABLE: Final = "unreachable"
"""The cause where the service could not be reached. It often ends by itself, so it is probed sooner."""
OUT_OF_REACH_AT_MOST_S: Final = 300.0
"""The longest wait for an unreachable service: it does not report when it is back."""
PROBE_S: Final = 60.0
"""While the fallback channel sends, an unreachable service is tried this often."""
_FAULT_S: Final = 300.0
_FAULT_AT_MOST_S: Final = 900.0
"""A fault is probed after 5, 10, 15, 15, ... minutes: somebody has to repair it, and each probe may cost a token."""

_IDLE_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that stops the mail of a tenant."""

    tenant_id: str
    channel: str
    """The plugin that reported it; empty where none answered."""
    cause: str
    reason: str
    remedy: str
    since: float
    probe_at: float
    """When one mail tries again."""
    n_probes: int
    """How many probes have found it; 1 after the attempt that found it first."""
    fallback_at: float | None
    """From when all mail goes by the fallback channel; None where there is none. Urgent mail goes at once."""


class LaneStore:
    """The lanes of all tenants."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def pause(self, tenant_id: str, wait_s: float, *, urgent: bool) -> None:
        """Pause a lane for `wait_s` seconds: the reason for one mail is a reason for all.

        A pause of urgent mail pauses all mail.
        """
        for lane in (0, 1) if urgent else (0,):
            with self._db.write() as connection:
                row = {"tenant_id": tenant_id, "urgent": lane, "paused_until": self._db.now() + wait_s}
                self._db.upsert(connection, outbox_lanes, [row])

    def fault(self, tenant_id: str) -> Fault | None:
        """Return the fault that stops a tenant's mail."""
        with self._db.read() as connection:
            row = connection.execute(select(outbox_faults).where(outbox_faults.c.tenant_id == tenant_id)).first()
        return None if row is None else Fault(**row._mapping)

    def faults(self) -> list[Fault]:
        """Return the faults of all tenants, the oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(select(outbox_faults).order_by(outbox_faults.c.since, outbox_faults.c.tenant_id))
            return [Fault(**row._mapping) for row in rows]

    def note_fault(
        self,
        tenant_id: str,
        *,
        channel: str,
        cause: str,
        reason: str,
        remedy: str,
        not_before: Moment | None,
        is_probe: bool,
        fallback_after_s: float | None,
        chance: float = 0.0,
    ) -> tuple[Fault, Fault | None]:
        """Store that an attempt found a fault, and when the next one is made.

        Args:
            tenant_id: Whose mail it stops.
            channel: The plugin.
            cause: A word for it.
            reason: A sentence for the administrator.
            remedy: What to do.
            not_before: The plugin wants no earlier attempt; None if it did not say.
            is_probe: Whether the fault was known before the attempt.
            fallback_after_s: How long a fault lasts until all mail goes by the fallback channel; None: there is none.
            chance: See `growing_s`.

        Returns:
            The fault, and what was stored before it.
        """
        at = outbox_faults.c.tenant_id == tenant_id
        first: dict[str, Any] = {"tenant_id": tenant_id, "channel": channel, "cause": cause, "reason": reason}
        with self._db.write() as connection:
            now = self._db.now()
            first |= {"remedy": remedy, "since": now, "probe_at": now, "n_probes": 0}
            self._db.insert_missing(connection, outbox_faults, first)
            locked = select(outbox_faults).where(at)
            before = Fault(**connection.execute(locked.with_for_update()).one()._mapping)
            # Attempts that began before the fault was known are not probes of it.
            n_probes = max(1, before.n_probes + is_probe) if before.cause == cause else 1
            fallback_at = None if fallback_after_s is None else before.since + fallback_after_s
            wait_s = _wait_s(cause, n_probes, chance, is_fallback_on=fallback_at is not None and fallback_at <= now)
            probe_at = now + wait_s
            if not_before is not None:
                probe_at = max(not_before.read(self._db), probe_at)
            if fallback_at is not None and cause == UNREACHABLE and now < fallback_at < probe_at:
                probe_at = fallback_at  # look once more before the fallback channel takes over
            values: dict[str, Any] = {"channel": channel, "cause": cause, "reason": reason, "remedy": remedy}
            values |= {"probe_at": probe_at, "n_probes": n_probes, "fallback_at": fallback_at}
            connection.execute(update(outbox_faults).where(at).values(values))
            row = connection.execute(select(outbox_faults).where(at)).one()
        return Fault(**row._mapping), before if before.n_probes else None

    def end_fault(self, tenant_id: str) -> Fault | None:
        """Let all mail of a tenant go again. Return what stopped it."""
        ended = self.fault(tenant_id)
        if ended is not None:
            with self._db.write() as connection:
                connection.execute(delete(outbox_faults).where(outbox_faults.c.tenant_id == tenant_id))
        return ended

    def end_idle_faults(self) -> list[Fault]:
        """End the faults that stop nothing any more, and return them: no mail waits, and none has tried for a day.

        All mail has expired, was dropped, or went by the fallback channel. The next one shows whether the fault lasts.
        """
        waits = exists().where(outbox.c.tenant_id == outbox_faults.c.tenant_id, outbox.c.waiting == 1)
        idle = (outbox_faults.c.n_probes > 0, ~waits)
        with self._db.read() as connection:
            since = outbox_faults.c.probe_at < self._db.now() - _IDLE_S
            tenant_ids = list(connection.execute(select(outbox_faults.c.tenant_id).where(*idle, since)).scalars())
        ended = []
        for tenant_id in tenant_ids:
            with self._db.write() as connection:
                since = outbox_faults.c.probe_at < self._db.now() - _IDLE_S
                at = (outbox_faults.c.tenant_id == tenant_id, *idle, since)
                row = connection.execute(select(outbox_faults).where(*at)).first()
                if row is not None and connection.execute(delete(outbox_faults).where(*at)).rowcount:
                    ended.append(Fault(**row._mapping))
        return ended

    def probe_now(self, tenant_id: str | None) -> bool:
        """Let the next mail try at once: an administrator may have repaired the fault. None: for all tenants.

        The intervals begin to grow again.
        """
        chosen = [outbox_faults.c.n_probes > 0]
        if tenant_id is not None:
            chosen.append(outbox_faults.c.tenant_id == tenant_id)
        with self._db.read() as connection:
            if connection.execute(select(outbox_faults.c.tenant_id).where(*chosen).limit(1)).first() is None:
                return False
        with self._db.write() as connection:
            connection.execute(update(outbox_faults).where(*chosen).values(probe_at=self._db.now(), n_probes=1))
        return True

    def set_fallback(self, after_s: float | None) -> None:
        """Give the faults that last the fallback channel as it is set up now."""
        wanted = None if after_s is None else outbox_faults.c.since + after_s
        differs = outbox_faults.c.fallback_at.is_distinct_from(wanted)
        with self._db.read() as connection:
            if connection.execute(select(outbox_faults.c.tenant_id).where(differs).limit(1)).first() is None:
                return
        with self._db.write() as connection:
            connection.execute(update(outbox_faults).where(differs).values(fallback_at=wanted))


def take_probe(connection: Connection, tenant_id: str, now: float) -> bool:
    """Whether the caller's mail may try although there is a fault. Only one at a time may."""
    due = (outbox_faults.c.tenant_id == tenant_id, outbox_faults.c.probe_at <= now)
    # A process that is frozen here must stop its own tenant's mail only.
    row = connection.execute(select(outbox_faults).where(*due).with_for_update(skip_locked=True)).first()
    if row is None:
        return False
    values = {"probe_at": now + _wait_s(row.cause, row.n_probes, 0.0, is_fallback_on=False)}
    connection.execute(update(outbox_faults).where(outbox_faults.c.tenant_id == tenant_id).values(values))
    return True


def has_no_fault(now: float, *, is_urgent: Any) -> Any:
    """Return the condition that a mail, joined with its tenant's fault, may go: freely, as a probe, or by fallback."""
    at = outbox_faults.c.fallback_at
    is_fallback_on = or_(at <= now, is_urgent & at.is_not(None))
    return or_(outbox_faults.c.tenant_id.is_(None), outbox_faults.c.probe_at <= now, is_fallback_on)


def _wait_s(cause: str, n_probes: int, chance: float, *, is_fallback_on: bool) -> float:
    if cause == UNREACHABLE:
        return min(growing_s(n_probes, chance), PROBE_S if is_fallback_on else OUT_OF_REACH_AT_MOST_S)
    return min(_FAULT_S * n_probes * (1.0 + 0.1 * chance), _FAULT_AT_MOST_S)
