"""What follows when the clock was set back: waits that were stored while it was ahead would last too long.

On PostgreSQL the time is the server's, and no host's clock matters. On SQLite it is the machine's, which may be a day
ahead until somebody, or NTP, sets it right. Then a tenant would miss a night, mail would wait for a day, and a limit
would count as used up. So those times move back with the clock.

When the clock was set forward, waits end early, which costs requests, and leases end, which the fence survives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select, update

from pbx_devhost.store.database import CLOCK, CLOCK_SLACK_S, Database
from pbx_devhost.store.sql import schema
from pbx_devhost.store.work.leases import LEASE_S

_BEGAN: Final[Mapping[Any, tuple[Any, tuple[Any, ...]]]] = {
    table: (began, tuple(table.c[name] for name in names))
    for table, began, names in (
        (
            schema.outbox,
            schema.outbox.c.created_at,
            ("created_at", "due_at", "expires_at", "rank", "started_at", "finished_at"),
        ),
        (schema.sessions, schema.sessions.c.created_at, ("created_at", "expires_at")),
        (schema.renewals, schema.renewals.c.created_at, ("created_at", "renewed_at", "expires_at")),
        (schema.flows, schema.flows.c.created_at, ("created_at", "expires_at")),
        (schema.runs, schema.runs.c.started_at, ("started_at", "finished_at")),
    )
}
"""Rows that began in the future: all their times move."""

_WAITS: Final = (
    schema.outbox.c.due_at,
    schema.outbox.c.started_at,
    schema.outbox.c.finished_at,
    schema.outbox_lanes.c.paused_until,
    schema.outbox_faults.c.since,
    schema.outbox_faults.c.probe_at,
    schema.outbox_faults.c.fallback_at,
    schema.budget_takes.c.taken_at,
    schema.wrong_passwords.c.locked_until,
    schema.wrong_passwords.c.counted_at,
    schema.numbers.c.free_since,
    schema.users.c.disabled_at,
    schema.notices.c.mail_due_at,
    schema.notices.c.repeated_at,
    schema.notices.c.ended_at,
)
"""Times that are in the future, or should not be: each moves by itself."""

STAYS: Final[Mapping[str, str]] = {
    "audit.at": "the log says what the clock said; a line names the moment at which it was set back",
    "blobs.expires_at": "a file that is kept for longer harms nobody",
    "chores.due_at": "a chore knows how far ahead it may be",
    "data_keys.created_at": "an order",
    "due.valid_until": "the end of a certificate",
    "erasures.asked_at": "an order",
    "erasures.done_at": "counts for the retention",
    "notices.at": "what administrators have read",
    "notices.dismissed_at": "what administrators have read",
    "processes.started_at": "shown only",
    "processes.seen_at": "in the time since the machine was started",
    "registrations.registered_at": "shown only",
    "tenants.created_at": "shown only",
    "users.created_at": "shown only",
}
"""Times that stay as they are, and why."""


class ClockWatch:
    """Notices that the clock was set back, in any process and also while none was running."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def look(self) -> float:
        """Return by how many seconds the clock was set back since the last look; 0.0 for not at all. Call it often.

        One of the processes that share the database moves the stored times, in one transaction.
        """
        self._db.read_clock()  # a process that has not noticed yet would report the old time, and all would move again
        with self._db.write(lock="clock") as connection:
            now = self._db.now()
            seen = select(schema.chores.c.due_at).where(schema.chores.c.name == CLOCK)
            seen_at = connection.execute(seen).scalar()
            self._db.upsert(connection, schema.chores, [{"name": CLOCK, "due_at": now}])
            back_s = 0.0 if seen_at is None else seen_at - now
            if back_s <= CLOCK_SLACK_S:
                return 0.0
            _move(connection, now, back_s)
            return float(back_s)


def _move(connection: Connection, now: float, back_s: float) -> None:
    # A night that was planned before the clock was ahead is right as it is; one that was planned since is late.
    planned, lease_until = schema.due.c.next_due_at, schema.due.c.lease_until
    connection.execute(update(schema.due).where(planned > now + back_s).values(next_due_at=planned - back_s))
    # Neither is a lease wrong that ends within its time. Without it another would take over from a living run.
    wrong = update(schema.due).where(lease_until > now + LEASE_S)
    connection.execute(wrong.values(lease_until=lease_until - back_s))
    for column in _WAITS:
        late = [column > now]
        if column.table in _BEGAN:
            late.append(_BEGAN[column.table][0] <= now)  # of the others all times move, below
        connection.execute(update(column.table).where(*late).values({column.name: column - back_s}))
    for table, (began, columns) in _BEGAN.items():
        moved = {column.name: column - back_s for column in columns}
        connection.execute(update(table).where(began > now).values(moved))
