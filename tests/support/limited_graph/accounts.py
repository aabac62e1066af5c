"""What is counted: resource units of the app in the directory, and requests of the app at each mailbox.

Sources: "Microsoft Graph service-specific throttling limits", "Microsoft Graph throttling guidance", "Combine multiple
HTTP requests using JSON batching" (learn.microsoft.com, 2026-05).
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass

DIRECTORY = "directory"
LOAD_SAID_FROM, LOAD_MAX = 0.8, 1.8
GRACE_S = 0.3
"""After a refusal has left the server, a request that was on its way already may still come in for so long."""


@dataclass(frozen=True)
class Limits:
    """Microsoft's own; tests scale them."""

    units: int | None = None
    """Resource units of the directory for each window; None: by the size of the directory, as documented."""
    window_s: float = 10.0
    concurrent: int = 4
    mailbox_requests: int = 10_000
    mailbox_window_s: float = 600.0

    def units_of(self, n_users: int) -> int:
        return self.units or (3_500 if n_users < 50 else 5_000 if n_users <= 500 else 8_000)


@dataclass(frozen=True)
class Refusal:
    """A 429 or 503 that was given."""

    scope: str
    """`directory` or the id of a mailbox."""
    why: str
    """`units`, `concurrent`, `requests`, `planned` by a test, or `early`."""
    retry_after_s: float
    at_s: float
    status: int = 429
    was_warned: bool = False
    """Units: an answer had said before this request came that all of them were used."""


@dataclass
class _Closed:
    until_s: float
    known_at_s: float | None = None
    """When the first answer that says so had left the server."""


class Accounts:
    """Counts for one app in one directory. Safe on any thread."""

    def __init__(self, limits: Limits, n_users: int) -> None:
        self.limits, self.capacity = limits, limits.units_of(n_users)
        self.refusals: list[Refusal] = []
        self.early: list[str] = []
        """Scopes of requests that came before Retry-After was over, though the client knew of it."""
        self.asked: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()
        """The most requests at the same time, by mailbox."""
        self.load_peak = 0.0
        self._used, self._used_at_s = 0.0, time.monotonic()
        self._said_full_at_s: float | None = None
        self._closed: dict[str, _Closed] = {}
        self._in_flight: Counter[str] = Counter()
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def refuse(self, scope: str, why: str, retry_after_s: float, status: int = 429, *, warned: bool = False) -> Refusal:
        """Refuse a request, and close its scope for so long."""
        now = time.monotonic()
        with self._lock:
            refusal = Refusal(scope, why, retry_after_s, now, status, warned)
            self.refusals.append(refusal)
            before = self._closed.get(scope)
            if before is None or before.until_s < now:
                self._closed[scope] = _Closed(now + retry_after_s)
        return refusal

    def note_sent(self, refusals: list[Refusal]) -> None:
        """These have left the server: from now on the client knows."""
        with self._lock:
            for refusal in refusals:
                closed = self._closed[refusal.scope]
                if closed.known_at_s is None:
                    closed.known_at_s = time.monotonic()

    def enter(self, mailbox: str, arrived_s: float) -> Refusal | None:
        """Begin a request at a mailbox; `leave` ends it where there is no refusal."""
        refusal = self._check_early(mailbox, arrived_s)
        if refusal is not None:
            return refusal
        with self._lock:
            now, times = time.monotonic(), self._times.setdefault(mailbox, deque())
            while times and times[0] <= now - self.limits.mailbox_window_s:
                times.popleft()
            times.append(now)
            # A refused one is counted too: it was there at the same time.
            self.peaks[mailbox] = max(self.peaks[mailbox], self._in_flight[mailbox] + 1)
            is_busy, is_spent = (
                self._in_flight[mailbox] >= self.limits.concurrent,
                len(times) > self.limits.mailbox_requests,
            )
            if not is_busy and not is_spent:
                self._in_flight[mailbox] += 1
                return None
            oldest_leaves_s = times[0] + self.limits.mailbox_window_s - now
        if is_busy:
            return self.refuse(mailbox, "concurrent", 1)
        return self.refuse(mailbox, "requests", max(1, math.ceil(oldest_leaves_s)))

    def leave(self, mailbox: str) -> None:
        """End a request at a mailbox."""
        with self._lock:
            self._in_flight[mailbox] -= 1

    def spend(self, units: int, arrived_s: float) -> tuple[Refusal | None, float]:
        """Take units out of the bucket; return the refusal if there are too few, and the used share."""
        refusal = self._check_early(DIRECTORY, arrived_s)
        if refusal is not None:
            return refusal, LOAD_MAX
        with self._lock:
            now = time.monotonic()
            leaked = (now - self._used_at_s) * self.capacity / self.limits.window_s
            self._used, self._used_at_s = max(0.0, self._used - leaked) + units, now
            load = self._used / self.capacity
            warned = self._said_full_at_s is not None and self._said_full_at_s < arrived_s
            self.load_peak = max(self.load_peak, load)
            if load <= 1:
                return None, load
            # What is asked in vain counts too.
            self._used = min(self._used, self.capacity * LOAD_MAX)
            wait_s = max(1, math.ceil((load - LOAD_SAID_FROM) * self.limits.window_s))
        return self.refuse(DIRECTORY, "units", wait_s, warned=warned), load

    def use_up(self) -> None:
        """Somebody else with the same app uses all units and asks for more."""
        with self._lock:
            self._used, self._used_at_s = 1.2 * self.capacity, time.monotonic()

    def note_said(self, load: float) -> None:
        """An answer with this load has left the server."""
        with self._lock:
            # One more request of one unit would not fit.
            self._said_full_at_s = time.monotonic() if load + 1 / self.capacity > 1 else None

    def _check_early(self, scope: str, arrived_s: float) -> Refusal | None:
        with self._lock:
            self.asked[scope] += 1
            closed = self._closed.get(scope)
            if closed is None or arrived_s >= closed.until_s:
                return None
            left_s = closed.until_s - arrived_s
            if closed.known_at_s is None or arrived_s < closed.known_at_s + GRACE_S:
                # It was on its way. It is refused all the same, and nobody is to blame.
                self.refusals.append(refusal := Refusal(scope, "on its way", left_s, arrived_s))
                return refusal
            self.early.append(scope)
            self.refusals.append(refusal := Refusal(scope, "early", left_s, arrived_s))
            return refusal
