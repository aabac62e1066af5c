"""The one form in which people read a time: the tenant's own clock, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pbx_plugin_api import Tenant, Text
from portsip_m365_plugin.texts import _


def show_time(moment: datetime, tenant: Tenant) -> Text:
    """Return an aware moment as the tenant's clocks show it, such as `2026-11-26 14:05`."""
    return _say_time(moment.astimezone(ZoneInfo(tenant.time_zone)))


def show_day(moment: datetime, tenant: Tenant) -> Text:
    """Return the day of an aware moment in the tenant's time zone, such as `2026-11-26`."""
    return _say_day(moment.astimezone(ZoneInfo(tenant.time_zone)))


def show_utc_day(moment: datetime) -> Text:
    """Return the day of an aware moment in UTC, such as `2026-11-26`: for what no tenant's clock decides."""
    return _say_day(moment.astimezone(UTC))


def show_utc_time(moment: datetime) -> Text:
    """Return an aware moment in UTC, such as `2026-11-26 14:05`; the text around it says that it is UTC."""
    return _say_time(moment.astimezone(UTC))


def _say_time(at: datetime) -> Text:
    # Translators: a time as people write it in your language; the day comes as a text of its own
    return _("{day} {hour:02}:{minute:02}", day=_say_day(at), hour=at.hour, minute=at.minute)


def _say_day(at: datetime) -> Text:
    # Translators: a day as people write it in your language
    return _("{year:04}-{month:02}-{day:02}", year=at.year, month=at.month, day=at.day)
