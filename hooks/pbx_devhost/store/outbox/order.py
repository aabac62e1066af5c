"""Which mail is next: by rank, in order for each recipient and priority, and never during a pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, insert, or_, select

from pbx_devhost.store.outbox.lanes import has_no_fault
from pbx_devhost.store.sql.schema import outbox, outbox_faults, outbox_lanes, outbox_recipients
from pbx_plugin_api import Priority


def lane_of_mail() -> Any:
    """Return the condition that joins a mail to its lane."""
    urgent = case((outbox.c.priority == int(Priority.URGENT), 1), else_=0)
    return and_(outbox_lanes.c.tenant_id == outbox.c.tenant_id, outbox_lanes.c.urgent == urgent)


def is_behind() -> Any:
    """Return the condition that an earlier mail of the same priority still waits for one of a mail's recipients."""
    mine, earlier = outbox_recipients.alias("mine"), outbox_recipients.alias("earlier")
    return exists(
        select(earlier.c.seq)
        .select_from(mine)
        .join(
            earlier,
            and_(
                earlier.c.tenant_id == mine.c.tenant_id,
                earlier.c.address == mine.c.address,
                earlier.c.priority == mine.c.priority,
                earlier.c.seq < mine.c.seq,
            ),
        )
        .where(mine.c.seq == outbox.c.seq)
    )


def _lane_is_open(now: float) -> Any:
    urgent = outbox.c.priority == int(Priority.URGENT)
    slow, fast = (
        select(outbox_lanes.c.tenant_id).where(outbox_lanes.c.urgent == lane, outbox_lanes.c.paused_until > now)
        for lane in (0, 1)
    )
    return or_(and_(~urgent, outbox.c.tenant_id.not_in(slow)), and_(urgent, outbox.c.tenant_id.not_in(fast)))


def select_next(
    now: float,
    tenant_id: str | None,
    *,
    is_urgent_only: bool = False,
    without: Sequence[str] = (),
    is_locking: bool = True,
) -> Any:
    """Return the query for the next mail that is due, with the fault that its tenant has.

    On PostgreSQL it locks the mail (unless not `is_locking`), and passes over those that another process has locked.
    """
    urgent = outbox.c.priority == int(Priority.URGENT)
    fault = [column.label(f"fault_{column.name}") for column in outbox_faults.c]
    statement = (
        select(outbox, *fault)
        .select_from(outbox.outerjoin(outbox_faults, outbox_faults.c.tenant_id == outbox.c.tenant_id))
        .where(
            outbox.c.waiting == 1,
            outbox.c.due_at <= now,
            outbox.c.expires_at > now,
            has_no_fault(now, is_urgent=urgent),
            _lane_is_open(now),  # before the check for earlier mails, which costs something for every row
            ~is_behind(),
        )
        .order_by(outbox.c.rank, outbox.c.seq)
        .limit(1)
    )
    if is_locking:
        statement = statement.with_for_update(skip_locked=True, of=outbox)
    if tenant_id is not None:
        statement = statement.where(outbox.c.tenant_id == tenant_id)
    if is_urgent_only:
        statement = statement.where(urgent)
    return statement.where(outbox.c.tenant_id.not_in(without)) if without else statement


def wait_in_line(connection: Connection, seq: int, tenant_id: str, priority: int, addresses: Sequence[str]) -> None:
    """Queue a mail behind earlier ones to the same addresses. Urgent mail waits for no other."""
    if priority == int(Priority.URGENT):
        return
    rows = [
        {"seq": seq, "address": address, "tenant_id": tenant_id, "priority": priority}
        for address in dict.fromkeys(address.casefold() for address in addresses)
    ]
    connection.execute(insert(outbox_recipients), rows)


def leave_line(connection: Connection, seqs: Sequence[int]) -> None:
    """Let later mails to the same addresses go."""
    for start in range(0, len(seqs), 500):
        part = list(seqs[start : start + 500])
        connection.execute(delete(outbox_recipients).where(outbox_recipients.c.seq.in_(part)))
