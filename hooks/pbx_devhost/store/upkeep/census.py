"""Numbers about everything in the database, for a monitor. They name no person and no tenant."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.notices import LASTING
from pbx_devhost.store.sql.engine import sqlite_path
from pbx_devhost.store.sql.schema import (
    due,
    erasures,
    notices,
    outbox,
    outbox_faults,
    outbox_lanes,
    runs,
    sessions,
    tenants,
)
from pbx_devhost.store.work.leases import is_due, is_worked_on
from pbx_devhost.store.work.processes import ProcessStore

_DAY_S: Final = 86_400.0
EXPIRY_DAYS: Final = (0, 7, 14, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What there is at one moment."""

    tenants: int
    due: int
    """Tenants and plugins that are due and are not worked on."""
    due_for_s: float
    """How long the longest of them has waited."""
    runs_in_progress: int
    """Runs that a living process does. One that its process left behind waits for the next run (`due`)."""
    mail: dict[tuple[int, str], int]
    """By priority and state: mail that has not ended, and mail that an administrator has to decide about."""
    mail_oldest_s: dict[int, float]
    """By priority: how long the oldest mail has waited since it was queued."""
    lanes_paused: dict[bool, int]
    """By "urgent": tenants whose mail waits because the service asked for it."""
    mail_faults: int
    """Tenants whose mail waits because of a fault."""
    sessions: dict[str, int]
    """By kind: administrator, user, app."""
    processes: dict[str, int]
    """By command: processes that are alive."""
    slots: dict[str, int]
    """By command: how many runs they can do at the same time."""
    credentials: int
    """Tenants and plugins with a credential that ends."""
    credential_days: float | None
    """Days until the first of them ends; negative after it has. None where there is none."""
    expiring: dict[int, int]
    """By days of `EXPIRY_DAYS`: how many end within so many days."""
    erasures: int
    notices: dict[str, int]
    """By severity: notices whose cause lasts, without those of plugins that are switched off."""
    disk_free_bytes: int | None
    """Free space where the SQLite file is; None for PostgreSQL."""


def take_census(database: Database, processes: ProcessStore) -> Census:
    """Count. Some dozen indexed queries in one snapshot; it is meant to be asked a few times a minute."""
    now = database.now()
    alive = processes.alive()
    with database.read() as connection:
        many = _Many(connection)
        waits = is_due(processes, now)
        ends = [
            value for (value,) in connection.execute(select(due.c.valid_until).where(due.c.valid_until.is_not(None)))
        ]
        first_due = connection.execute(select(func.min(due.c.next_due_at)).where(*waits)).scalar()
        open_mail = (outbox.c.waiting == 1) | outbox.c.state.in_(("attempt_started", "held"))
        by_state = select(outbox.c.priority, outbox.c.state, func.count()).where(open_mail)
        oldest = select(outbox.c.priority, func.min(outbox.c.created_at)).where(outbox.c.waiting == 1)
        paused = select(outbox_lanes.c.urgent, func.count()).where(outbox_lanes.c.paused_until > now)
        kind = case(
            (sessions.c.user_id.is_(None), "administrator"), (sessions.c.renewal_id.is_(None), "user"), else_="app"
        )
        signed_in = select(kind, func.count()).where(sessions.c.expires_at > now).group_by(kind)
        # One run at a time for a tenant and plugin, so the lease of these is the run's.
        of_lease = (
            (runs.c.tenant_id == due.c.tenant_id) & (runs.c.plugin == due.c.plugin) & (runs.c.status == "running")
        )
        in_progress = select(func.count()).select_from(due.join(runs, of_lease)).where(is_worked_on(processes, now))
        lasting = select(notices.c.severity, func.count()).where(*LASTING)
        return Census(
            tenants=many.count(select(func.count()).select_from(tenants)),
            due=many.count(select(func.count()).select_from(due).where(*waits)),
            due_for_s=0.0 if first_due is None else max(0.0, now - first_due),
            runs_in_progress=many.count(in_progress),
            mail={
                (row[0], row[1]): row[2]
                for row in connection.execute(by_state.group_by(outbox.c.priority, outbox.c.state))
            },
            mail_oldest_s={
                row[0]: max(0.0, now - row[1]) for row in connection.execute(oldest.group_by(outbox.c.priority))
            },
            lanes_paused={bool(row[0]): row[1] for row in connection.execute(paused.group_by(outbox_lanes.c.urgent))},
            mail_faults=many.count(select(func.count()).select_from(outbox_faults)),
            sessions={row[0]: row[1] for row in connection.execute(signed_in)},
            processes=_sum((each.command, 1) for each in alive),
            slots=_sum((each.command, each.slots) for each in alive),
            credentials=len(ends),
            credential_days=min(((end - now) / _DAY_S for end in ends), default=None),
            expiring={days: sum(end - now <= days * _DAY_S for end in ends) for days in EXPIRY_DAYS},
            erasures=many.count(select(func.count()).select_from(erasures).where(erasures.c.done_at.is_(None))),
            notices={row[0]: row[1] for row in connection.execute(lasting.group_by(notices.c.severity))},
            disk_free_bytes=_free_bytes(database),
        )


class _Many:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, statement: Select[Any]) -> int:
        return int(self._connection.execute(statement).scalar_one())


def _sum(pairs: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for name, n in pairs:
        total[name] = total.get(name, 0) + n
    return total


def _free_bytes(database: Database) -> int | None:
    path = sqlite_path(database.url)
    return None if path is None else shutil.disk_usage(path.resolve().parent).free
