"""Whether this process can serve pages. Asked often and by anybody, so it costs one small query a second at most."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.store.sealing.fitness import find_unfit
from pbx_devhost.store.sql.disk import DISK_FULL
from pbx_devhost.store.sql.engine import DatabaseError, DiskFullError

_log = logging.getLogger(__name__)

_KEEP_S: Final = 1.0
_WAIT_S: Final = 2.0
NO_ANSWER: Final = "The database does not answer."
NOT_CHECKED: Final = "The check failed. The log has the details."


class Readiness:
    """Checks the database, its schema and the plugins. Share it between threads.

    The check runs on a thread of its own. A database that hangs holds that one, and no thread that serves pages.
    """

    def __init__(self, pbx: Pbx) -> None:
        self._pbx, self._lock = pbx, threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")
        self._check: Future[str] | None = None
        self._begun_at = 0.0

    def problem(self) -> str:
        """Return a sentence about what is missing, without names or addresses; empty if everything is there."""
        with self._lock:
            check = self._check
            if check is None or (check.done() and time.monotonic() - self._begun_at > _KEEP_S):
                check = self._check = self._pool.submit(self._look)
                self._begun_at = time.monotonic()
            left_s = self._begun_at + _WAIT_S - time.monotonic()
        try:
            return check.result(timeout=max(0.0, left_s))
        except FutureTimeoutError:
            return NO_ANSWER

    def _look(self) -> str:
        try:
            unfit = find_unfit(self._pbx.stores.database, self._pbx.stores.vault)
            if unfit is not None:
                return unfit.value
            if self._pbx.stores.database.disk.is_full():
                return DISK_FULL
            switches = self._pbx.stores.switches
            for plugin in self._pbx.plugins.plugins():
                if plugin.status not in ("loaded", "disabled") and switches.is_enabled(plugin.name, None):
                    return f"The plugin {plugin.name} is {plugin.status}."
        except DiskFullError as error:
            _log.warning("Not ready: %s", error)
            return DISK_FULL
        except DatabaseError as error:
            _log.warning("Not ready: %s", error)
            return NO_ANSWER
        except Exception:  # noqa: BLE001  # whatever fails: not ready, and the caller gets no details
            _log.exception("The check whether the portal is ready failed")
            return NOT_CHECKED
        return ""
