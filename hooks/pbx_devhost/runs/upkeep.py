"""What keeps the database in order, on a thread of its own: retention once a day, and people who are to be forgotten.

Several processes may do this for one database: a chore belongs to the one that claims it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.store.database import log_failure
from pbx_devhost.texts import _
from pbx_plugin_api import Severity, sentences

_log = logging.getLogger(__name__)

_DAY_S: Final = 86_400.0
_ERASE_EVERY_S: Final = 300.0
_AGAIN_S: Final = 3_600.0


class Upkeep:
    """Works until it is stopped."""

    def __init__(self, pbx: Pbx, *, poll_s: float = 60.0) -> None:
        self._pbx, self._poll_s = pbx, poll_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Start to look what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Wait for the current transaction, and begin no other."""
        self._stop.set()
        self._thread.join()

    def work(self) -> None:
        """Do what is due. A failure of a chore is logged, and that chore is due again within the hour."""
        self._look_at_clock()
        self._chore("retention", self._delete_old, every_s=_DAY_S)
        self._chore("erasures", self._erase, every_s=_ERASE_EVERY_S)
        self._chore("remains", self._end_notices, every_s=_ERASE_EVERY_S)

    def _look_at_clock(self) -> None:
        stores = self._pbx.stores
        back_s = stores.clock_watch.look()
        if back_s:
            _log.warning("The clock was set back by %.0f s. Waits that were stored before were moved with it.", back_s)
            stores.audit.record(None, "pbx", "clock.set_back", detail=_("by {n:.0f} s", n=back_s))

    def _chore(self, name: str, do: Callable[[], None], *, every_s: float) -> None:
        chores = self._pbx.stores.chores
        if self._stop.is_set() or not chores.claim(name, every_s=every_s):
            return
        try:
            do()
        except Exception:  # noqa: BLE001  # any failure is logged, and the next turn tries again
            _log.exception("The chore %s failed; it is due again later", name)
            chores.put_off(name, by_s=min(every_s, _AGAIN_S))

    def _delete_old(self) -> None:
        gone = self._pbx.stores.retention.apply(should_stop=self._stop.is_set)
        if self._stop.is_set():
            self._pbx.stores.chores.put_off("retention", by_s=0.0)
        if any(gone.values()):
            counts = ", ".join(f"{n} {subject}" for subject, n in gone.items() if n)
            _log.info("Deleted what was older than its retention: %s", counts)

    def _erase(self) -> None:
        for erasure_id in self._pbx.stores.erasures.waiting():
            if self._stop.is_set():
                return
            try:
                done = self._pbx.stores.erasures.work(erasure_id)
            except Exception:  # noqa: BLE001  # one person's failure must not keep all others named
                _log.exception("The erasure %s failed; it is tried again with the next ones", erasure_id)
                continue
            if done.is_done and done.remains:
                # Who it was is not said: the notice is stored.
                where = _("The audit log has the erasure under {erasure_id}.", erasure_id=erasure_id)
                self._pbx.stores.notices.begin(
                    done.tenant_id,
                    _notice_key(erasure_id),
                    _("A person was erased, and something of others still names them"),
                    sentences(where, *done.remains),
                    Severity.WARNING,
                    kind="erasure",
                )

    def _end_notices(self) -> None:
        """End the notice about what still names a person, once nothing does."""
        stores = self._pbx.stores
        for tenant_id, erasure_id in stores.erasures.without_remains():
            stores.notices.end(tenant_id, _notice_key(erasure_id))
            stores.erasures.stop_watching(erasure_id)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.work()
            except Exception as error:  # noqa: BLE001  # any failure is logged, and the next look goes on
                log_failure(_log, error, "The upkeep of the database failed; the next look is in %s s", self._poll_s)
            self._stop.wait(self._poll_s)


def _notice_key(erasure_id: str) -> str:
    return f"erasure.{erasure_id}"
