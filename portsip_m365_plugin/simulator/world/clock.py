"""The simulator's time: real time that can be shifted and sped up."""

import threading
import time
from datetime import datetime, timezone


class SimulatedClock:
    """The time at Microsoft. Offset and speed may be changed while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base_real_s = time.time()
        self._base_simulated_s = self._base_real_s
        self._speed = 1.0

    def time_s(self) -> float:
        """Seconds since the epoch, simulated."""
        return self._base_simulated_s + (time.time() - self._base_real_s) * self._speed

    def now_utc(self) -> datetime:
        """The simulated moment, aware, in UTC."""
        return datetime.fromtimestamp(self.time_s(), timezone.utc)

    def shift(self, seconds: float) -> None:
        """Jump by some seconds (negative: back)."""
        with self._lock:
            self._rebase(self.time_s() + seconds)

    def run_at(self, speed: float) -> None:
        """Run ``speed`` times as fast as real time; 0 stops the clock."""
        with self._lock:
            self._rebase(self.time_s())
            self._speed = speed

    def _rebase(self, simulated_s: float) -> None:
        self._base_real_s, self._base_simulated_s = time.time(), simulated_s


def graph_time(moment: datetime) -> str:
    """A moment as Graph prints it: ``2026-11-23T21:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
