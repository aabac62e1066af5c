"""Delivers mail when it is due, on its own threads: a sync or a large upload must not delay a sign-in code."""

from __future__ import annotations

import logging
import threading

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery

_log = logging.getLogger(__name__)


class MailClock:
    """Delivers until it is stopped.

    One worker takes urgent mail only: however long the others are busy, a sign-in code goes at once. With it there are
    as many workers as the 4 requests that Exchange allows for one mailbox at a time.
    """

    def __init__(self, pbx: Pbx, *, poll_s: float = 1.0, n_workers: int = 3) -> None:
        self._pbx, self._delivery, self._poll_s = pbx, Delivery(pbx), poll_s
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(False,), name=f"mail-{number}", daemon=True)
            for number in range(n_workers)
        ]
        self._threads.append(threading.Thread(target=self._run, args=(True,), name="mail-urgent", daemon=True))

    def start(self) -> None:
        """Start delivering."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait for the current attempts and start no others."""
        self._stop.set()
        self._pbx.stop_wanted[0] = True
        for thread in self._threads:
            thread.join()

    def _run(self, is_urgent_only: bool) -> None:
        while not self._stop.is_set():
            try:
                self._delivery.deliver_due(is_urgent_only=is_urgent_only)
            except Exception:  # noqa: BLE001  # any failure is logged, and the next look goes on
                _log.exception("Delivering mail failed; the next look is in %s s", self._poll_s)
            self._stop.wait(self._poll_s)
