"""The one form in which people read a time: the tenant's own clock, to the minute."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pbx_plugin_api import Tenant


def show_time(moment: datetime, tenant: Tenant) -> str:
    """Return an aware moment as the tenant's clocks show it, such as `2026-11-26 14:05`."""
    return f"{moment.astimezone(ZoneInfo(tenant.time_zone)):%Y-%m-%d %H:%M}"


def show_day(moment: datetime, tenant: Tenant) -> str:
    """Return the day of an aware moment in the tenant's time zone, such as `2026-11-26`."""
    return show_time(moment, tenant)[:10]
