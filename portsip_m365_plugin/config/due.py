"""When a tenant is due next: at its time of day in its own time zone, once a day whatever the clocks there do.

Where changes are asked for between the nights, also every few minutes of that. Where the clock starts no sync at all,
there is a daily look at the certificate: it expires in every mode.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from pbx_plugin_api import Tenant
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.users import SyncMode

JITTER_MAX_S: Final = 120
"""Tenants that all chose midnight do not all start in the same second."""


def next_due_at_utc(config: Config, tenant: Tenant, now_utc: datetime) -> datetime | None:
    """Return the next moment after now at which the tenant is due, or None while it is not connected."""
    night_at_utc = next_night_at_utc(config, tenant, now_utc)
    if night_at_utc is None and config.connection.is_complete:
        return next(moment for moment in _nights(config, tenant, now_utc) if moment > now_utc)
    if night_at_utc is None or not runs_between_nights(config):
        return night_at_utc
    period_s = config.schedule.every_minutes * 60
    # A fixed grid, shifted for each tenant, so that tenants do not all ask in the same second.
    now_s = int(now_utc.timestamp())
    wait_s = period_s - (now_s - _digest(tenant)) % period_s
    return min(night_at_utc, datetime.fromtimestamp(now_s + wait_s, timezone.utc))


def runs_between_nights(config: Config) -> bool:
    """Whether changes of users are asked for between the nights."""
    return config.schedule.every_minutes > 0 and config.users.sync_mode is SyncMode.AUTOMATIC


def has_nights(config: Config) -> bool:
    """Whether the clock starts a sync of anything."""
    has_other_work = not config.contacts.is_off or config.photos.is_on or config.photos.is_removal_wanted
    return config.connection.is_complete and (config.users.sync_mode is not SyncMode.MANUAL or has_other_work)


def next_night_at_utc(config: Config, tenant: Tenant, now_utc: datetime) -> datetime | None:
    """Return when the next night's run is due, or None if the clock starts no sync.

    Manual mode is about users: contacts and photos that are switched on are still synced every night. The system, which
    has only mail, has its nights because of its certificate.

    A time that the clocks skip (spring) is due as long after midnight as on other days; one that comes twice (autumn)
    is due the first time only. Each tenant has an offset of its own of at most `JITTER_MAX_S`, the same every day, and
    on top the host's (`Tenant.night_offset_s`).
    """
    if not has_nights(config):
        return None
    return next(moment for moment in _nights(config, tenant, now_utc) if moment > now_utc)


def last_night_at_utc(config: Config, tenant: Tenant, now_utc: datetime) -> datetime | None:
    """Return when the last night's run was due, or None if the clock starts nothing."""
    if next_night_at_utc(config, tenant, now_utc) is None:
        return None
    return max(moment for moment in _nights(config, tenant, now_utc) if moment <= now_utc)


def _nights(config: Config, tenant: Tenant, now_utc: datetime) -> Iterator[datetime]:
    """Yield the nights around a moment, in order."""
    zone = ZoneInfo(tenant.time_zone)
    today = now_utc.astimezone(zone).date()
    # Yesterday's run may still be ahead, by the offset; where a zone skips a whole day, tomorrow's is today's again.
    for days in (-2, -1, 0, 1, 2):
        local = datetime.combine(today + timedelta(days=days), config.schedule.sync_time, tzinfo=zone)
        offset_s = _digest(tenant) % (JITTER_MAX_S + 1) + tenant.night_offset_s
        yield local.astimezone(timezone.utc) + timedelta(seconds=offset_s)


def _digest(tenant: Tenant) -> int:
    digest = hashlib.sha256(tenant.pbx_tenant_id.encode()).digest()
    return int.from_bytes(digest[:4], "big")
