"""A clock that tests move."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

from pbx_plugin_api import rules

__all__ = ["DEFAULT_NOW_UTC", "FakeClock"]

DEFAULT_NOW_UTC = datetime(2026, 11, 2, 1, 0, tzinfo=timezone.utc)


class FakeClock:
    """Keeps `pbx_plugin_api.Clock`. `sleep` moves the time and returns at once. Threads may share it."""

    def __init__(self, now_utc: datetime = DEFAULT_NOW_UTC) -> None:
        rules.check_utc("now_utc", now_utc)
        self._now_utc = now_utc
        self._lock = threading.Lock()
        self.slept_s: list[float] = []
        """The seconds of every `sleep`, in order."""

    def now_utc(self) -> datetime:
        """See `Clock`."""
        return self._now_utc

    def sleep(self, seconds: float) -> None:
        """See `Clock`. Returns at once, with the time moved."""
        with self._lock:
            self.slept_s.append(seconds)
            self._now_utc += timedelta(seconds=max(0.0, seconds))

    def move(self, **by: float) -> None:
        """Move the time: `move(days=1)`, `move(seconds=30)`. The parameters are those of `timedelta`."""
        with self._lock:
            self._now_utc += timedelta(**by)
