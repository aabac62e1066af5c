"""One gate per app and tenant: when Microsoft asks one thread to wait, all of them wait.

Requests made while throttled count against the limit too, so waiting is better than a quick retry. Outlook's limits
are per mailbox: there only the key of that mailbox is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

DIRECTORY = ""
_KEYS_MAX = 20_000


class ThrottleGate:
    """Shared by the threads of one app and tenant.

    Args:
        monotonic: A clock in seconds that never goes back.
        sleep: Waits; tests move their clock instead.
    """

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._closed_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def close_for(self, seconds: float, key: str = DIRECTORY) -> None:
        """Close the gate for so long. It never opens earlier than before. `key` is a mailbox, or `DIRECTORY`: all."""
        until = self._monotonic() + seconds
        with self._lock:
            if len(self._closed_until) > _KEYS_MAX:
                now = self._monotonic()
                self._closed_until = {k: t for k, t in self._closed_until.items() if t > now}
            self._closed_until[key] = max(until, self._closed_until.get(key, 0.0))

    def wait_s(self, key: str = DIRECTORY) -> float:
        """Return how long a request with this key would have to wait now."""
        with self._lock:
            until = max(self._closed_until.get(DIRECTORY, 0.0), self._closed_until.get(key, 0.0))
        return max(0.0, until - self._monotonic())

    def pass_through(self, key: str = DIRECTORY, *, at_most_s: float) -> bool:
        """Wait until the gate is open.

        False if it stays closed for longer than `at_most_s`, measured by the clock. Another thread may close it for
        longer while this one waits, so some of that time may have passed by then, but never more.
        """
        until = self._monotonic() + at_most_s
        while (wait := self.wait_s(key)) > 0:
            if self._monotonic() + wait > until:
                return False
            self._sleep(wait)
        return True
