"""The clock: looks for tenants that are due and for mail that is due, and offers what it finds to free slots.

`schedule` drives the look for tenants. It lets a job's exception out of `run_pending`, skips the later jobs and runs
the failed one again at every poll. So every job here catches its exceptions, and a failed job waits for its next turn.
It goes by the time of day: where that is set back, the look is made all the same.
"""

from __future__ import annotations

import logging
import threading
import time

import schedule

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.runs.queues import open_queue
from pbx_devhost.runs.upkeep import Upkeep
from pbx_devhost.runs.work import Lane, Work, WorkQueue, plan_slots
from pbx_devhost.store.database import log_failure

_log = logging.getLogger(__name__)


class Clock:
    """Looks until it is stopped. Several processes may look at one database.

    Args:
        pbx: The PBX.
        queue: Where it offers work. By default one of its own, which it also starts and stops.
        poll_s: How often it looks for tenants.
        mail_poll_s: How often it looks for mail.
        n_workers: How many slots for runs its own queue has.
    """

    def __init__(
        self,
        pbx: Pbx,
        queue: WorkQueue | None = None,
        *,
        poll_s: int = 2,
        mail_poll_s: float = 1.0,
        n_workers: int = 2,
    ) -> None:
        self._pbx, self._poll_s, self._mail_poll_s = pbx, poll_s, mail_poll_s
        self._own = open_queue(pbx, plan_slots(n_workers)) if queue is None else None
        self._queue: WorkQueue = queue or self._own  # type: ignore[assignment]  # one of them is there
        self._delivery = Delivery(pbx)
        self._stop, self._looked_at = threading.Event(), time.monotonic()
        self._schedule = schedule.Scheduler()
        self._schedule.every(poll_s).seconds.do(self._guarded_poll)
        self._upkeep = Upkeep(pbx)
        self._threads = [
            threading.Thread(target=self._look_for_tenants, name="clock", daemon=True),
            # Of its own: a slow look for tenants must not delay a sign-in code.
            threading.Thread(target=self._look_for_mail, name="mail-clock", daemon=True),
        ]

    def start(self) -> None:
        """Start to look, each on a thread of its own."""
        if self._own is not None:
            self._own.start()
        for thread in self._threads:
            thread.start()
        self._upkeep.start()

    def is_working(self) -> bool:
        """Whether it looks for work. False means a bug: its threads end only with `stop`. Waits for nothing."""
        return self._stop.is_set() or all(each.ident is None or each.is_alive() for each in self._threads)

    def stop(self) -> None:
        """Stop to look, ask running runs to stop at a safe place, and wait for them."""
        self._stop.set()
        self._pbx.stop_wanted[0] = True
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._upkeep.stop()
        if self._own is not None:
            self._own.stop()

    def poll(self) -> int:
        """Offer every tenant that is due. Return how many were not waiting yet."""
        stores = self._pbx.stores
        stores.processes.bury()
        due = stores.leases.who_is_due(stores.database.now())
        return self._queue.offer(
            Work(
                lane=Lane.RUNS,
                key=f"run {item.tenant_id} {item.plugin}",
                tenant_id=item.tenant_id,
                plugin=item.plugin,
            )
            for item in due
        )

    def poll_mail(self) -> int:
        """Offer the mail that is due. Urgent mail is looked for first, whatever else there is to do."""
        count = self._offer_mail(Lane.URGENT)
        self._delivery.look_after()
        return count + self._offer_mail(Lane.MAIL)

    def _offer_mail(self, lane: Lane) -> int:
        if not self._delivery.is_any_due(is_urgent_only=lane is Lane.URGENT):
            return 0
        # As work for each slot: one mail may be slow.
        n_slots = self._queue.slots.get(lane, 0)
        return self._queue.offer(Work(lane=lane, key=f"{lane.value} {n}") for n in range(n_slots))

    def _look_for_tenants(self) -> None:
        while not self._stop.is_set():
            self._schedule.run_pending()
            if time.monotonic() - self._looked_at > 2 * self._poll_s + 1:
                self._schedule.run_all()
            self._stop.wait(min(1.0, self._poll_s))

    def _guarded_poll(self) -> None:
        self._looked_at = time.monotonic()
        try:
            self.poll()
        except Exception as error:  # noqa: BLE001  # any failure is logged, and the clock goes on
            log_failure(_log, error, "Finding due tenants failed; the next try is in %d s", self._poll_s)

    def _look_for_mail(self) -> None:
        while not self._stop.is_set():
            try:
                self.poll_mail()
            except Exception as error:  # noqa: BLE001  # any failure is logged, and the next look goes on
                log_failure(_log, error, "Looking for mail failed; the next look is in %s s", self._mail_poll_s)
            self._stop.wait(self._mail_poll_s)
