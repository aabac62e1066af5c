"""Work done by the threads of this process. Other processes of the same database find theirs by themselves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from pbx_devhost.runs.work import NotBegunError, Slots, Work

_log = logging.getLogger(__name__)


class ThreadQueue:
    """Keeps `WorkQueue`. What waits is in memory: after a restart the next look finds it again."""

    def __init__(self, slots: Slots, do: Callable[[Work], None]) -> None:
        self.slots, self._do = slots, do
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._pools = {
            lane: ThreadPoolExecutor(max_workers=n, thread_name_prefix=lane.value) for lane, n in slots.items() if n
        }

    def start(self) -> None:
        """See `WorkQueue`. Threads begin with the first work."""

    def offer(self, works: Iterable[Work]) -> int:
        """See `WorkQueue`."""
        count = 0
        for work in works:
            pool = self._pools.get(work.lane)
            with self._lock:
                if pool is None or work.key in self._known:
                    continue
                self._known.add(work.key)
            pool.submit(self._do_one, work)
            count += 1
        return count

    def knows(self, work: Work) -> bool:
        """See `WorkQueue`."""
        with self._lock:
            return work.key in self._known

    def stop(self) -> None:
        """See `WorkQueue`."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _do_one(self, work: Work) -> None:
        try:
            self._do(work)
        except NotBegunError:
            _log.warning("The process ends, and what a page asked for was not begun. Start it again")
        except Exception:  # noqa: BLE001  # nobody waits for it: the log says it, and the next look offers it again
            _log.exception("Work %r of tenant %s failed", work.lane.value, work.tenant_id or "-")
        finally:
            with self._lock:
                self._known.discard(work.key)
