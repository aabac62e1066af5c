"""When a tenant is due next: at its time of day in its own time zone, once a day whatever the clocks there do."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from pbx_plugin_api import Tenant
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.users import SyncMode

JITTER_MAX_S: Final = 120
"""Tenants that all chose midnight do not all start in the same second."""


def next_due_at_utc(config: Config, tenant: Tenant, now_utc: datetime) -> datetime | None:
    """Return the next moment after now at which the tenant is due, or None if the clock starts nothing.

    Manual mode is about users: contacts and photos that are switched on are still synced every night. The system, which
    has only mail, has its nights because of its certificate.

    A time that the clocks skip (spring) is due as long after midnight as on other days; one that comes twice (autumn)
    is due the first time only. Each tenant has an offset of its own of at most `JITTER_MAX_S`, the same every day.
    """
    if not config.connection.is_complete:
        return None
    has_other_work = not config.contacts.is_off or config.photos.is_on
    if config.users.sync_mode is SyncMode.MANUAL and not has_other_work:
        return None
    zone = ZoneInfo(tenant.time_zone)
    today = now_utc.astimezone(zone).date()
    # Yesterday's run may still be ahead, by the offset; where a zone skips a whole day, tomorrow's is today's again.
    for days in (-1, 0, 1, 2):
        local = datetime.combine(today + timedelta(days=days), config.schedule.sync_time, tzinfo=zone)
        moment = local.astimezone(timezone.utc) + timedelta(seconds=_jitter_s(tenant))
        if moment > now_utc:
            return moment
    raise AssertionError(f"no {config.schedule.sync_time} within three days of {now_utc} in {tenant.time_zone}")


def _jitter_s(tenant: Tenant) -> int:
    digest = hashlib.sha256(tenant.pbx_tenant_id.encode()).digest()
    return int.from_bytes(digest[:4], "big") % (JITTER_MAX_S + 1)
