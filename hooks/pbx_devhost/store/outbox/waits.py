"""How long a mail waits for its next attempt, and after how many attempts a person decides."""

from __future__ import annotations

from typing import Final

WAIT_S: Final = 15.0
WAIT_AT_MOST_S: Final = 1800.0
UNKNOWN_AT_MOST: Final = 8
"""After so many attempts that may have been delivered, a person decides."""


def growing_s(n: int, chance: float = 0.0) -> float:
    """Return a wait in seconds that doubles each time: 15, 30, ... 1800.

    Args:
        n: The number of the wait, from 1.
        chance: From 0 to 1. It makes the wait up to a tenth longer, so that mails do not return all at once.
    """
    return float(min(WAIT_AT_MOST_S, WAIT_S * 2.0 ** min(n - 1, 20)) * (1.0 + 0.1 * chance))
