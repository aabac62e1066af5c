"""A moment that a plugin has chosen, until it is stored.

A time is usually computed inside the transaction that stores it: transactions follow one another, so `ClockWatch` moves
it if the clock was wrong. A plugin's time is chosen before, and the write may have to wait for a minute. If the clock
is set right meanwhile, the time would be late by as much as the clock was wrong.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from pbx_devhost.store.database import CLOCK_SLACK_S, Database


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in seconds since 1970, by the clock as it was when the time was chosen."""

    at: float
    _ahead_s: float

    @classmethod
    def of(cls, database: Database, chosen: datetime | None) -> Moment | None:
        """Return the moment of a plugin's answer that has just arrived; None for none."""
        return None if chosen is None else cls.choose(database, chosen.timestamp())

    @classmethod
    def after(cls, database: Database, wait_s: float) -> Moment:
        """Return the moment in so many seconds from now."""
        return cls.choose(database, database.now() + wait_s)

    @classmethod
    def choose(cls, database: Database, at: float) -> Moment:
        """Remember what the clock says now. Call it when the time arrives, before anything slow."""
        return cls(at, database.now() - time.monotonic())

    def read(self, database: Database) -> float:
        """Return the time by the clock as it is now: earlier by as much as the clock was set back."""
        back_s = self._ahead_s - (database.now() - time.monotonic())
        return self.at - back_s if back_s > CLOCK_SLACK_S else self.at
