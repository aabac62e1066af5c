"""Which queue a database has: threads of the process for SQLite, procrastinate for PostgreSQL."""

from __future__ import annotations

from pbx_devhost.core import Pbx
from pbx_devhost.runs.threads import ThreadQueue
from pbx_devhost.runs.work import Slots, WorkQueue
from pbx_devhost.runs.workbench import Workbench


def open_queue(pbx: Pbx, slots: Slots) -> WorkQueue:
    """Return the queue of a PBX, with this process's slots. Start it, and stop it before the PBX is closed."""
    do = Workbench(pbx).do
    if pbx.stores.database.is_sqlite:
        return ThreadQueue(slots, do)
    from pbx_devhost.runs.shared_queue import SharedQueue  # only PostgreSQL needs procrastinate

    return SharedQueue(pbx.stores.database.url, slots, do)
