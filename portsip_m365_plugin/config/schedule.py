"""At what time of the day a tenant is synced, and how often between two nights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

EVERY_MINUTES_MIN: Final = 5
EVERY_MINUTES_MAX: Final = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """When the nightly sync starts; `config.due` computes the next one."""

    sync_time: time = time()
    """In the tenant's own time zone."""
    every_minutes: int = 0
    """How often changes of users are asked for between the nights; 0: never."""
