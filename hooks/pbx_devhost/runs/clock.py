"""The clock: finds tenants that are due every few seconds and gives them to workers.

`schedule` drives the poll. It lets a job's exception out of `run_pending`, skips the later jobs and runs the failed one
again at every poll. So every job here catches its exceptions, and a failed job waits for its next turn.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import schedule

from pbx_devhost.core import Pbx
from pbx_devhost.mail.clock import MailClock
from pbx_devhost.runs.runner import Runner
from pbx_devhost.runs.upkeep import Upkeep
from pbx_devhost.store.leases import Due
from pbx_plugin_api import TickReason

_log = logging.getLogger(__name__)

_PUT_OFF_S = 3600.0


class Clock:
    """Runs what is due until it is stopped."""

    def __init__(self, pbx: Pbx, *, poll_s: int = 10, n_workers: int = 2) -> None:
        self._pbx, self._runner, self._poll_s = pbx, Runner(pbx), poll_s
        self._pool = ThreadPoolExecutor(max_workers=n_workers, thread_name_prefix="tick")
        self._at_work: dict[tuple[str, str], Future[None]] = {}
        self._stop = threading.Event()
        self._schedule = schedule.Scheduler()
        self._schedule.every(poll_s).seconds.do(self._guarded_poll)
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._mail, self._upkeep = MailClock(pbx), Upkeep(pbx)

    def start(self) -> None:
        """Start the poll on its own thread, and the delivery of mail."""
        self._thread.start()
        self._mail.start()
        self._upkeep.start()

    def stop(self) -> None:
        """Stop the poll, ask running runs to stop at a safe place, and wait for them."""
        self._stop.set()
        self._pbx.stop_wanted[0] = True
        self._thread.join()
        self._mail.stop()
        self._upkeep.stop()
        self._pool.shutdown(wait=True)

    def poll(self) -> int:
        """Give every tenant that is due to a worker. Return how many were given."""
        self._at_work = {key: work for key, work in self._at_work.items() if not work.done()}
        count = 0
        self._pbx.stores.processes.bury()
        for item in self._pbx.stores.leases.who_is_due(self._pbx.stores.database.now()):
            key = (item.tenant_id, item.plugin)
            if key not in self._at_work:
                self._at_work[key] = self._pool.submit(self._work, item)
                count += 1
        return count

    def _run(self) -> None:
        while not self._stop.is_set():
            self._schedule.run_pending()
            self._stop.wait(min(1.0, self._poll_s))

    def _guarded_poll(self) -> None:
        try:
            self.poll()
        except Exception:  # noqa: BLE001  # any failure is logged, and the clock goes on
            _log.exception("Finding due tenants failed; the next try is in %d s", self._poll_s)

    def _work(self, item: Due) -> None:
        try:
            tenant = self._pbx.stores.tenants.find(item.tenant_id)
            if item.plugin not in self._pbx.plugins.tick_plugins(tenant):
                _log.warning("%s is due for %s, but switched off or not loaded", item.plugin, tenant.name)
                self._put_off(item)
                return
            self._runner.run(tenant, item.plugin, TickReason.DUE)
        except Exception:  # noqa: BLE001  # one tenant's failure is that tenant's
            _log.exception("A run of %s for tenant %s failed; it is due again later", item.plugin, item.tenant_id)
            self._put_off(item)

    def _put_off(self, item: Due) -> None:
        stores = self._pbx.stores
        stores.leases.set_due(item.tenant_id, item.plugin, stores.database.now() + _PUT_OFF_S)
