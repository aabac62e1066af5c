"""Whether an attempt is still this process's, and the end of those that nobody makes any more: each may have gone."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.outbox.order import leave_line
from pbx_devhost.store.outbox.states import MailState
from pbx_devhost.store.outbox.waits import UNKNOWN_AT_MOST, growing_s
from pbx_devhost.store.sql.schema import outbox
from pbx_devhost.store.work.at_work import AtWork
from pbx_devhost.store.work.processes import ProcessStore
from pbx_devhost.texts import _

ATTEMPT_S: Final = 900.0
"""An attempt of a living process that is older than this has ended: no hook may take so long."""
_ASKED_AT_MOST: Final = 3


def is_still_ours(database: Database, processes: ProcessStore, attempt: tuple[ColumnElement[bool], ...]) -> bool:
    """Whether no other process has ended an attempt of this one.

    An answer that was held up on its way may be older than the time after which another process takes the mail over. So
    only an answer counts after which this process is surely alive.
    """
    for _again in range(_ASKED_AT_MOST):
        with database.read() as connection:
            if connection.execute(select(outbox.c.seq).where(*attempt)).first() is None:
                return False
        if processes.is_surely_alive():
            return True
        processes.beat()
    return False


def end_lost_attempts(database: Database, processes: ProcessStore, at_work: AtWork) -> int:
    """End the attempts of dead processes, and those of this process that it does not make. Return how many.

    Each mail waits longer than the last time, and after too many attempts a person decides. Otherwise a mail that ends
    the process would be tried for ever.
    """
    begun = outbox.c.state == MailState.ATTEMPT_STARTED
    with database.read() as connection:
        if connection.execute(select(outbox.c.seq).where(begun).limit(1)).first() is None:
            return 0
    processes.bury()
    me, now = processes.my_id(), database.now()
    is_over = or_(outbox.c.started_at < now - ATTEMPT_S, ~processes.is_alive(outbox.c.holder), outbox.c.holder == me)
    with database.read() as connection:
        columns = (outbox.c.seq, outbox.c.attempt, outbox.c.n_unknown, outbox.c.holder, outbox.c.started_at)
        rows = connection.execute(select(*columns).where(begun, is_over)).all()
    lost = [
        row
        for row in rows
        if row.holder != me or row.started_at < now - ATTEMPT_S or not at_work.has((row.seq, row.attempt))
    ]
    count = 0
    for row in lost:
        n_unknown = row.n_unknown + 1
        reason = _("The process ended during the attempt.")
        if row.holder == me:
            reason = _("The database could not be used during the attempt.")
        values: dict[str, Any] = {"n_unknown": n_unknown, "holder": "", "copy_approved": 0, "remedy": ""}
        values |= {"reason": reason}
        is_held = n_unknown >= UNKNOWN_AT_MOST
        if is_held:
            values |= {"state": MailState.HELD, "waiting": 0}
            values |= {"remedy": _("It may have been sent. Ask the recipient, then send it again or drop it.")}
        else:
            values |= {"state": MailState.UNKNOWN, "waiting": 1}
        same = (outbox.c.seq == row.seq, outbox.c.attempt == row.attempt, begun)
        with database.write() as connection:
            ended_at = database.now()
            values |= {"finished_at": ended_at} if is_held else {"due_at": ended_at + growing_s(n_unknown)}
            ended = connection.execute(update(outbox).where(*same).values(values)).rowcount
            if ended and is_held:
                leave_line(connection, [row.seq])
        count += ended
    return count
