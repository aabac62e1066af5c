"""Due times and leases: one row per tenant and plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.sql.schema import due
from pbx_devhost.store.work.at_work import AtWork
from pbx_devhost.store.work.processes import ProcessStore
from pbx_plugin_api import LeaseLostError

LEASE_S = 1020.0
"""Longer than a plugin may wait for a service between two reports of progress, which is 15 minutes.

The lease of a process that has died ends when that is known (`ProcessStore`): at once on the same machine, otherwise
within half a minute. This time is for a plugin that hangs in a living process.
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

    def __init__(self, database: Database, processes: ProcessStore) -> None:
        self._db, self._processes = database, processes
        self._at_work = AtWork()

    def take(self, tenant_id: str, plugin: str, *, lease_s: float = LEASE_S, only_if_due: bool = False) -> Lease | None:
        """Take the lease, or return None while another worker holds it.

        The lease of a dead process does not count: its run goes on. Neither does one that this process has without
        knowing it, because the answer of the database was lost. With `only_if_due` the result is also None if the
        tenant is not due any more, because another worker was faster.
        """
        me = self._processes.my_id()
        with self._at_work.beginning() as begin, self._db.write() as connection:
            self._ensure_row(connection, tenant_id, plugin)
            row = connection.execute(_row(self._db, tenant_id, plugin)).one()
            now = self._db.now()
            # Not in the same statement: one that waited for the row would see heartbeats as they were before it waited.
            is_alive = connection.execute(select(self._processes.is_alive(literal(row.lease_holder)))).scalar_one()
            is_held = row.lease_until > now and is_alive
            if row.lease_holder == me:  # it knows better than its heartbeat, which may be late
                is_held = row.lease_until > now and self._is_at_work(tenant_id, plugin, row.lease_token)
            if is_held and not self._processes.is_gone(connection, row.lease_holder):
                return None
            if only_if_due and (row.next_due_at is None or row.next_due_at > now):
                return None
            values = {"lease_token": row.lease_token + 1, "lease_until": now + lease_s, "lease_holder": me}
            connection.execute(update(due).where(*_at(tenant_id, plugin)).values(values))
            lease = Lease(tenant_id=tenant_id, plugin=plugin, token=row.lease_token + 1)
            begin(lease)
            return lease

    def renew(self, lease: Lease, *, lease_s: float = LEASE_S) -> None:
        """Extend the lease."""
        with self._db.write() as connection:
            check_lease(self._db, connection, lease)
            values = {"lease_until": self._db.now() + lease_s}
            connection.execute(update(due).where(*_at(lease.tenant_id, lease.plugin)).values(values))

    def release(self, lease: Lease) -> None:
        """Release the lease. Nothing happens if it was lost."""
        self._at_work.end(lease)
        held = (*_at(lease.tenant_id, lease.plugin), due.c.lease_token == lease.token)
        with self._db.write() as connection:
            connection.execute(update(due).where(*held).values(lease_until=0.0))

    def set_due(self, tenant_id: str, plugin: str, at: float | Moment | None, *, lease: Lease | None = None) -> None:
        """Set when a tenant is due next; None for never. Nothing happens if a given lease was lost."""
        chosen = [*_at(tenant_id, plugin)]
        if lease is not None:
            chosen.append(due.c.lease_token == lease.token)
        with self._db.write() as connection:
            self._ensure_row(connection, tenant_id, plugin)
            next_due_at = at.read(self._db) if isinstance(at, Moment) else at
            connection.execute(update(due).where(*chosen).values(next_due_at=next_due_at))

    def is_held(self, tenant_id: str, plugin: str) -> bool:
        """Whether a living process has the lease."""
        held = is_worked_on(self._processes, self._db.now())
        with self._db.read() as connection:
            row = connection.execute(select(due.c.lease_token).where(*_at(tenant_id, plugin), held)).first()
        return row is not None

    def set_valid_until(self, lease: Lease, at: float | None) -> None:
        """Keep when the plugin's credential ends. Nothing happens if the lease was lost."""
        held = (*_at(lease.tenant_id, lease.plugin), due.c.lease_token == lease.token)
        with self._db.write() as connection:
            connection.execute(update(due).where(*held, due.c.valid_until.is_distinct_from(at)).values(valid_until=at))

    def next_due_at(self, tenant_id: str, plugin: str) -> float | None:
        """Return when a tenant is due next."""
        with self._db.read() as connection:
            row = connection.execute(_row(self._db, tenant_id, plugin)).first()
        return None if row is None else row.next_due_at

    def who_is_due(self, now: float, *, limit: int = 1_000) -> list[Due]:
        """Return who is due and has no lease of a living process. One indexed query, also for many tenants."""
        is_over, is_free = is_due(self._processes, now)
        mine = due.c.lease_holder == self._processes.current_id  # of these it knows itself
        statement = (
            select(due.c.tenant_id, due.c.plugin, due.c.lease_token)
            .where(is_over, or_(is_free, mine))
            .order_by(due.c.next_due_at)
            .limit(limit)
        )
        with self._db.read() as connection:
            found = connection.execute(statement).all()
        return [
            Due(tenant_id=row.tenant_id, plugin=row.plugin)
            for row in found
            if not self._is_at_work(row.tenant_id, row.plugin, row.lease_token)
        ]

    def _is_at_work(self, tenant_id: str, plugin: str, token: int) -> bool:
        """Whether this process has a lease, and knows of it."""
        return self._at_work.has(Lease(tenant_id=tenant_id, plugin=plugin, token=token))

    def _ensure_row(self, connection: Connection, tenant_id: str, plugin: str) -> None:
        self._db.insert_missing(connection, due, {"tenant_id": tenant_id, "plugin": plugin})


def is_due(processes: ProcessStore, now: float) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that a row of `due` waits for a slot: the lease of a dead process does not count."""
    return due.c.next_due_at <= now, ~is_worked_on(processes, now)


def is_worked_on(processes: ProcessStore, now: float) -> ColumnElement[bool]:
    """Return the condition that a living process has the lease of a row of `due`."""
    return and_(due.c.lease_until > now, processes.is_alive(due.c.lease_holder))


def check_lease(database: Database, connection: Connection, lease: Lease) -> None:
    """Refuse a write if the lease was lost. Call it inside the transaction of the write.

    Raises:
        LeaseLostError: Another worker has taken over the tenant.
    """
    row = connection.execute(_row(database, lease.tenant_id, lease.plugin)).first()
    if row is None or row.lease_token != lease.token:
        raise LeaseLostError("another worker has taken over this tenant; nothing was written")


def _row(database: Database, tenant_id: str, plugin: str) -> Select[Any]:
    columns = (due.c.lease_token, due.c.lease_until, due.c.next_due_at, due.c.lease_holder)
    statement: Select[Any] = select(*columns).where(*_at(tenant_id, plugin))
    return statement if database.is_sqlite else statement.with_for_update(of=due)


def _at(tenant_id: str, plugin: str) -> tuple[ColumnElement[bool], ...]:
    return due.c.tenant_id == tenant_id, due.c.plugin == plugin
