"""A worker process that delivers mail until none waits. Its clock jumps to the next due time."""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

from sqlalchemy import func, select

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.sql.schema import outbox_lanes


class SharedClock:
    """Seconds since 1970 in a file that several processes map; it never goes back."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", time.time()))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)

    def __call__(self) -> float:
        return float(struct.unpack("d", self._map[:8])[0])

    def move_to(self, moment: float) -> None:
        self._map[:8] = struct.pack("d", max(self(), moment))

    def sleep(self, seconds: float) -> None:
        self.move_to(self() + seconds)


def work(url: str, clock_path: str, tenant_id: str, environment: dict[str, str]) -> None:
    """Deliver until nothing waits. May be killed anywhere."""
    os.environ.update(environment)
    clock = SharedClock(Path(clock_path))
    use_clock_for_gates(clock)
    pbx = Pbx(url, now=clock)
    while True:
        Delivery(pbx).deliver_due()
        if _others_are_at_it(pbx, tenant_id):
            continue
        due_at = _end_of_pause(pbx, clock()) or pbx.stores.outbox.next_due_at()
        if due_at is None:
            return
        clock.move_to(due_at)


def _end_of_pause(pbx: Pbx, now: float) -> float | None:
    """The next event in the usual case, without reading ten thousand mails."""
    statement = select(func.min(outbox_lanes.c.paused_until)).where(outbox_lanes.c.paused_until > now)
    with pbx.stores.database.read() as connection:
        return connection.execute(statement).scalar()


def _others_are_at_it(pbx: Pbx, tenant_id: str) -> bool:
    """Wait until other processes have ended their attempts or are known to be dead; the clock must not jump."""
    waited = False
    while pbx.stores.outbox.counts(tenant_id).get(MailState.ATTEMPT_STARTED) and not pbx.stores.outbox.recover():
        waited = True
        time.sleep(0.01)
    return waited


def use_clock_for_gates(clock: SharedClock) -> None:
    """Let Microsoft's "wait 3 seconds" pass on the same clock as everything else."""
    from portsip_m365_plugin import connect
    from portsip_m365_plugin.graph.throttle import ThrottleGate

    gate = ThrottleGate(clock, clock.sleep)
    connect._find_gate = lambda app: gate
