"""How much may be taken away without asking: the brake of users and of contacts against removing many by mistake.

Removals of the last 24 hours and of this run together ask an administrator when they are more than 10 *and* more than
10 %; or, where there are few, at least 3 and more than half. Ten people may leave a small firm on one day. A tenth of a
large one may not, unless somebody says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host

FEW: Final = 10
"""So many are daily life, whatever share of the whole they are."""
_SHARE: Final = 0.10
_SMALL: Final = 3
_SMALL_SHARE: Final = 0.50
_WINDOW: Final = timedelta(hours=24)


def is_too_many(removals: int, before: int) -> bool:
    """Whether this number of removals, out of the number that was there before them, asks first."""
    if removals > FEW and removals > before * _SHARE:
        return True
    return removals >= _SMALL and removals > before * _SMALL_SHARE


class RemovalWindow:
    """How many were removed within the last 24 hours, by run. Kept in the host's state.

    Args:
        host: The tenant's.
        now_utc: Of this run.
        key: Where it is kept. Users count people, contacts count mailboxes.
    """

    def __init__(self, host: Host, now_utc: datetime, key: str) -> None:
        self._host, self._now_utc, self._key = host, now_utc, key
        record = host.state.get(key)
        entries: Any = record.value if record is not None else []
        since = now_utc - _WINDOW
        self._earlier: dict[str, int] = {at: n for at, n in entries if datetime.fromisoformat(at) > since}
        self._mine = 0

    @property
    def removed(self) -> int:
        """Removals in the window, this run's included."""
        return sum(self._earlier.values()) + self._mine

    def add(self, removed: int) -> None:
        """Count removals and write it down at once; a negative number takes back what was not done after all."""
        if removed:
            self._mine += removed
            at = self._now_utc.isoformat()
            entries = {**self._earlier, at: self._earlier.get(at, 0) + self._mine}
            self._host.state.put(self._key, [[at, n] for at, n in entries.items()])
