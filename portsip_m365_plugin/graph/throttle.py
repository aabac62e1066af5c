"""One gate per app and tenant: when Microsoft asks one thread to wait, all of them wait.

Requests made while throttled count against the limit too, so waiting is better than a quick retry. Outlook's limits
are per mailbox: there only the key of that mailbox is closed. Outlook also serves an app at most 4 requests of one
mailbox at a time, so the gate counts them.

The gate also says how many requests of a long pass may be in flight, and how long it pauses before the next one that
costs units of the directory. The number falls before Microsoft refuses anything, and grows again with every calm
answer.

Source: "Microsoft Graph service-specific throttling limits", `x-ms-throttle-limit-percentage` (learn.microsoft.com,
2026-05): sent from 0.8 of a limit up to 1.8; identity and access count units in 10 seconds; Outlook serves 4 concurrent
requests for each app and mailbox.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

DIRECTORY = ""
LOAD_HEADER: Final = "x-ms-throttle-limit-percentage"
_KEYS_MAX = 20_000
_LOAD_BEGINS: Final = 0.8
"""Below this share of a limit Microsoft sends no header, and a pass may use all it was given."""
_SHARE_MIN: Final = 0.05
_SHARE_STEP: Final = 0.05
"""How much of its slots a pass gets back with each calm answer."""
_WINDOW_S: Final = 10.0
"""In which Microsoft counts the units of the directory."""
LOOK_UP_S: Final = 1.0
"""How long a wait may go on before it is asked whether to stop."""
MAILBOX_SLOTS: Final = 4
"""Requests of one mailbox at a time; beyond that Exchange answers 429."""
_PRESSED_SHARE: Final = 0.5
"""What a pass may use while somebody waits for an answer of the same app and tenant."""


class ThrottleGate:
    """Shared by the threads of one app and tenant.

    Args:
        monotonic: A clock in seconds that never goes back.
        sleep: Waits; tests move their clock instead.
    """

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._closed_until: dict[str, float] = {}
        self._share, self._n_waited_for = 1.0, 0
        self._paused_until = 0.0
        self._turn = threading.Lock()
        self._at_mailbox: Counter[str] = Counter()
        self._wanted: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._has_left = threading.Condition(self._lock)

    def close_for(self, seconds: float, key: str = DIRECTORY) -> None:
        """Close the gate for so long. It never opens earlier than before. `key` is a mailbox, or `DIRECTORY`: all."""
        until = self._monotonic() + seconds
        with self._lock:
            if key == DIRECTORY and self._monotonic() >= self._closed_until.get(DIRECTORY, 0.0):
                self._share = max(_SHARE_MIN, self._share / 2)  # once for all answers to one wave of requests
                self._paused_until = 0.0  # Microsoft has said itself how long
            if len(self._closed_until) > _KEYS_MAX:
                now = self._monotonic()
                self._closed_until = {k: t for k, t in self._closed_until.items() if t > now}
            self._closed_until[key] = max(until, self._closed_until.get(key, 0.0))

    def wait_s(self, key: str = DIRECTORY) -> float:
        """Return how long a request with this key would have to wait now."""
        with self._lock:
            until = max(self._closed_until.get(DIRECTORY, 0.0), self._closed_until.get(key, 0.0))
        return max(0.0, until - self._monotonic())

    def pass_through(
        self, key: str = DIRECTORY, *, at_most_s: float, should_stop: Callable[[], bool] | None = None
    ) -> bool:
        """Wait until the gate is open.

        False if it stays closed for longer than `at_most_s`, measured by the clock, or if `should_stop`, which is asked
        every second. Another thread may close it for longer while this one waits, so some of that time may have passed
        by then, but never more.
        """
        until = self._monotonic() + at_most_s
        while (wait := self.wait_s(key)) > 0:
            if self._monotonic() + wait > until or (should_stop is not None and should_stop()):
                return False
            self._sleep(wait if should_stop is None else min(wait, LOOK_UP_S))
        return True

    def note_answer(self, headers: Mapping[str, str]) -> None:
        """Note how near to a limit an answer says that this app is. Without the header it is calm."""
        load = read_load(headers.get(LOAD_HEADER))
        with self._lock:
            if load < _LOAD_BEGINS:
                self._share = min(1.0, self._share + _SHARE_STEP)
            else:
                # From three quarters of the slots at 0.8 of the limit down to one eighth at the limit.
                self._share = min(self._share, max(_SHARE_MIN, 0.75 - (load - _LOAD_BEGINS) * 3.125))
                # Nothing at 0.8 of the limit, the whole window at the limit: the last fifth lasts until more is there.
                nearness = min(1.0, (load - _LOAD_BEGINS) / (1 - _LOAD_BEGINS))
                self._paused_until = max(self._paused_until, self._monotonic() + _WINDOW_S * nearness**2)

    @contextmanager
    def in_turn(self, *, at_most_s: float) -> Iterator[float]:
        """Near the limit of the directory, what nobody waits for is sent one after another, each after a pause.

        That ends only after several calm answers: what has waited would otherwise all be sent at once, and be refused.
        Waits for at most so long, then goes on all the same; yields how long it has waited.
        """
        began = self._monotonic()
        until = began + at_most_s
        has_turn = self._share < 1.0 and self._turn.acquire(timeout=min(at_most_s, threading.TIMEOUT_MAX))
        try:
            pause_s = min(self._paused_until, until) - self._monotonic()
            if pause_s > 0:
                self._sleep(pause_s)
            yield self._monotonic() - began
        finally:
            if has_turn:
                self._turn.release()

    def closed_s(self, mailbox: str) -> float:
        """Return for how long a mailbox is closed by itself."""
        with self._lock:
            return max(0.0, self._closed_until.get(mailbox, 0.0) - self._monotonic())

    def try_enter(self, mailbox: str) -> bool:
        """Take a slot of a mailbox for a long pass, if it is open and one is free that nobody waits for.

        `leave` gives it back.
        """
        with self._lock:
            is_closed = self._closed_until.get(mailbox, 0.0) > self._monotonic()
            if is_closed or self._at_mailbox[mailbox] + self._wanted[mailbox] >= MAILBOX_SLOTS:
                return False
            self._at_mailbox[mailbox] += 1
            return True

    def leave(self, mailbox: str) -> None:
        """Give a slot of a mailbox back."""
        with self._lock:
            self._at_mailbox[mailbox] -= 1
            if not self._at_mailbox[mailbox]:
                del self._at_mailbox[mailbox]
            self._has_left.notify_all()

    def wait_for_slot(self, mailbox: str, *, at_most_s: float) -> bool:
        """Take a slot of a mailbox, open or not, as soon as one is free; False if none is within that time."""
        with self._lock:
            self._wanted[mailbox] += 1
            try:
                is_free = self._has_left.wait_for(lambda: self._at_mailbox[mailbox] < MAILBOX_SLOTS, at_most_s)
            finally:
                self._wanted[mailbox] -= 1
                if not self._wanted[mailbox]:
                    del self._wanted[mailbox]
            if is_free:
                self._at_mailbox[mailbox] += 1
            return is_free

    def slots(self, n: int, *, gives_way: bool) -> int:
        """Return how many of `n` requests of a long pass may be in flight now: at least 1.

        A pass that gives way uses fewer while somebody waits for an answer.
        """
        with self._lock:
            share = min(self._share, _PRESSED_SHARE) if gives_way and self._n_waited_for else self._share
        return max(1, math.floor(n * share + 0.001))

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """Somebody waits for what is sent inside: long passes of the same app and tenant use fewer slots meanwhile."""
        with self._lock:
            self._n_waited_for += 1
        try:
            yield
        finally:
            with self._lock:
                self._n_waited_for -= 1


def read_load(text: str | None) -> float:
    """Return a `LOAD_HEADER` as a number; 0 where there is none."""
    try:
        load = float(text or "0")
    except ValueError:
        return 0.0
    return load if math.isfinite(load) else 0.0
