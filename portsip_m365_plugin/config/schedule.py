"""At what time of the day a tenant is synced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """When the nightly sync starts; `config.due` computes the next one."""

    sync_time: time = time()
    """In the tenant's own time zone."""
