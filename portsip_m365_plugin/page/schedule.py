"""When a tenant is due next: HH:MM in the tenant's own time zone, once a day whatever the clocks there do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from pbx_plugin_api import JsonValue, Tenant
from portsip_m365_plugin.contacts.scope import SharedMode
from portsip_m365_plugin.page.contacts_tab import read_contact_settings
from portsip_m365_plugin.page.users_tab import SyncMode, read_sync_mode

__all__ = ["DEFAULT_SYNC_TIME", "JITTER_MAX_S", "next_due_at_utc"]

DEFAULT_SYNC_TIME: Final = "00:00"
JITTER_MAX_S: Final = 120
"""Tenants that all chose midnight do not all begin in the same second."""


def next_due_at_utc(values: Mapping[str, JsonValue], tenant: Tenant, now_utc: datetime) -> datetime | None:
    """Return the next moment after now at which the tenant is due, or None where the clock starts nothing.

    Manual mode is about users: contacts and photos that are switched on keep their nights. The system, which has only
    mail, has its nights for the sake of its certificate.

    A time that the clocks skip (spring) is due as long after midnight as on other days; one that comes twice (autumn)
    is due the first time only. Each tenant has an offset of its own of at most `JITTER_MAX_S`, the same every day.
    """
    if not (values.get("directory_id") and values.get("application_id")):
        return None
    if read_sync_mode(values) is SyncMode.MANUAL and not _has_other_work(values, tenant):
        return None
    at = time.fromisoformat(str(values.get("sync_time") or DEFAULT_SYNC_TIME))
    zone = ZoneInfo(tenant.time_zone)
    today = now_utc.astimezone(zone).date()
    # Yesterday's run may still lie ahead, by the offset; where a zone skips a whole day, tomorrow's is today's again.
    for days in (-1, 0, 1, 2):
        local = datetime.combine(today + timedelta(days=days), at, tzinfo=zone)
        moment = local.astimezone(timezone.utc) + timedelta(seconds=_jitter_s(tenant))
        if moment > now_utc:
            return moment
    raise AssertionError(f"no {at} within three days of {now_utc} in {tenant.time_zone}")


def _has_other_work(values: Mapping[str, JsonValue], tenant: Tenant) -> bool:
    contacts = read_contact_settings(values, tenant)
    return contacts.personal or contacts.shared is not SharedMode.OFF or values.get("sync_photo") is True


def _jitter_s(tenant: Tenant) -> int:
    digest = hashlib.sha256(tenant.pbx_tenant_id.encode()).digest()
    return int.from_bytes(digest[:4], "big") % (JITTER_MAX_S + 1)
