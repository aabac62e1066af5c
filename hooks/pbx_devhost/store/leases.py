"""Due times and leases: one row per tenant and plugin."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Select, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import due
from pbx_plugin_api import LeaseLostError

LEASE_S = 1020.0
"""Longer than a plugin may wait for a service between two reports of progress, which is 15 minutes.

The lease of a worker that was killed on this machine ends at once (`is_dead`); on another machine after this time.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work for one tenant and plugin. A later lease has a higher token and makes this one invalid."""

    tenant_id: str
    plugin: str
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A tenant and plugin that are due."""

    tenant_id: str
    plugin: str


class LeaseStore:
    """Leases and due times."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take(self, tenant_id: str, plugin: str, *, lease_s: float = LEASE_S, only_if_due: bool = False) -> Lease | None:
        """Take the lease, or return None while another worker holds it.

        The lease of a process on this machine that has ended does not count: a killed run can go on at once. With
        `only_if_due` the result is also None if the tenant is not due any more, because another worker was faster.
        """
        now, me = self._db.now(), name_holder()
        with self._db.write() as connection:
            self._ensure_row(connection, tenant_id, plugin)
            row = connection.execute(_row(self._db, tenant_id, plugin)).one()
            if row.lease_until > now and not is_dead(row.lease_holder):
                return None
            if only_if_due and (row.next_due_at is None or row.next_due_at > now):
                return None
            values = {"lease_token": row.lease_token + 1, "lease_until": now + lease_s, "lease_holder": me}
            connection.execute(update(due).where(*_at(tenant_id, plugin)).values(values))
            return Lease(tenant_id=tenant_id, plugin=plugin, token=row.lease_token + 1)

    def renew(self, lease: Lease, *, lease_s: float = LEASE_S) -> None:
        """Extend the lease."""
        with self._db.write() as connection:
            check_lease(self._db, connection, lease)
            values = {"lease_until": self._db.now() + lease_s}
            connection.execute(update(due).where(*_at(lease.tenant_id, lease.plugin)).values(values))

    def release(self, lease: Lease) -> None:
        """Release the lease. Nothing happens if it was lost."""
        held = (*_at(lease.tenant_id, lease.plugin), due.c.lease_token == lease.token)
        with self._db.write() as connection:
            connection.execute(update(due).where(*held).values(lease_until=0.0))

    def set_due(self, tenant_id: str, plugin: str, at: float | None, *, lease: Lease | None = None) -> None:
        """Set when a tenant is due next; None for never. Nothing happens if a given lease was lost."""
        chosen = [*_at(tenant_id, plugin)]
        if lease is not None:
            chosen.append(due.c.lease_token == lease.token)
        with self._db.write() as connection:
            self._ensure_row(connection, tenant_id, plugin)
            connection.execute(update(due).where(*chosen).values(next_due_at=at))

    def next_due_at(self, tenant_id: str, plugin: str) -> float | None:
        """Return when a tenant is due next."""
        with self._db.read() as connection:
            row = connection.execute(_row(self._db, tenant_id, plugin)).first()
        return None if row is None else row.next_due_at

    def who_is_due(self, now: float, *, limit: int = 1_000) -> list[Due]:
        """Return who is due and has no lease. One indexed query, also for many tenants."""
        statement = (
            select(due.c.tenant_id, due.c.plugin)
            .where(due.c.next_due_at <= now, due.c.lease_until <= now)
            .order_by(due.c.next_due_at)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [Due(tenant_id=row.tenant_id, plugin=row.plugin) for row in connection.execute(statement)]

    def _ensure_row(self, connection: Connection, tenant_id: str, plugin: str) -> None:
        self._db.insert_missing(connection, due, {"tenant_id": tenant_id, "plugin": plugin})


def check_lease(database: Database, connection: Connection, lease: Lease) -> None:
    """Refuse a write if the lease was lost. Call it inside the transaction of the write.

    Raises:
        LeaseLostError: Another worker has taken over the tenant.
    """
    row = connection.execute(_row(database, lease.tenant_id, lease.plugin)).first()
    if row is None or row.lease_token != lease.token:
        raise LeaseLostError("another worker has taken over this tenant; nothing was written")


def _row(database: Database, tenant_id: str, plugin: str) -> Select[tuple[int, float, float | None, str]]:
    columns = (due.c.lease_token, due.c.lease_until, due.c.next_due_at, due.c.lease_holder)
    statement = select(*columns).where(*_at(tenant_id, plugin))
    return statement if database.is_sqlite else statement.with_for_update()


def _at(tenant_id: str, plugin: str) -> tuple[ColumnElement[bool], ...]:
    return due.c.tenant_id == tenant_id, due.c.plugin == plugin


def name_holder() -> str:
    """Return a name of this process: machine, process id, and start time (process ids are used again)."""
    return f"{socket.gethostname()}|{os.getpid()}|{_began(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended. In case of doubt it has not."""
    machine, _, rest = holder.partition("|")
    pid, _, began = rest.partition("|")
    if machine != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return began != "" and _began(int(pid)) not in ("", began)


def _began(pid: int) -> str:
    try:
        # Field 22 of proc(5) stat, counted after the command's closing parenthesis.
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
