"""Which disabled leavers are to be deleted by now. No round of changes shows them: nothing changed but the date.

The earliest date is kept, so that other nights do not read all linked users for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import Host, dump
from portsip_m365_plugin.config.leavers import LeaverPolicy, LeaversConfig
from portsip_m365_plugin.users.decide import OUR_REASONS

_KEY: Final = "users.leavers"


def have_policies_changed(host: Host, leavers: LeaversConfig) -> bool:
    """Return whether the last finished run followed other policies: everybody has to be looked at again."""
    kept = _read(host)
    return kept is not None and kept["policies"] != dump(leavers)


def find_due_leavers(host: Host, authority: str, leavers: LeaversConfig, now_utc: datetime) -> list[str]:
    """Return the object ids of disabled leavers whose days are over; the caller reads each of them at Microsoft.

    Cost: one look at the state; where a date has come and somebody is disabled, all linked users are read once.
    """
    kept = _read(host)
    if kept is not None and (kept["next_at_utc"] is None or datetime.fromisoformat(kept["next_at_utc"]) > now_utc):
        return []
    counts = host.users.counts()
    if counts.enabled == counts.linked:
        _write(host, leavers, None)
        return []
    dates: list[datetime] = []
    due: list[str] = []
    for linked in host.users.linked():
        if linked.link.authority != authority or linked.disabled_reason not in OUR_REASONS:
            continue
        rule, since = leavers.rule(linked.disabled_reason), linked.disabled_at_utc
        if rule.is_over(since, now_utc):
            due.append(linked.link.subject)
        elif rule.policy is LeaverPolicy.DELETE and since is not None:
            dates.append(since + rule.delete_after)
    # Those who are due are looked at again until they are gone: a deletion may wait for approval.
    _write(host, leavers, now_utc if due else min(dates, default=None))
    return due


def note_disabled(host: Host, leavers: LeaversConfig, now_utc: datetime) -> None:
    """Note, before users are disabled, when the first of them may have to be deleted."""
    kept = _read(host)
    rules = [leavers.rule(reason) for reason in OUR_REASONS]
    dates = [now_utc + rule.delete_after for rule in rules if rule.policy is LeaverPolicy.DELETE]
    if kept is None or not dates or kept["policies"] != dump(leavers):
        return  # the next night reads everybody in any case, or nobody is ever deleted
    if kept["next_at_utc"] is not None:
        dates.append(datetime.fromisoformat(kept["next_at_utc"]))
    _write(host, leavers, min(dates))


def note_full_listing(host: Host, leavers: LeaversConfig, now_utc: datetime) -> None:
    """Note that everybody was looked at by these policies; the next night reads the dates."""
    _write(host, leavers, now_utc)


def _read(host: Host) -> dict[str, Any] | None:
    record = host.state.get(_KEY)
    return record.value if record is not None and isinstance(record.value, dict) else None


def _write(host: Host, leavers: LeaversConfig, next_at_utc: datetime | None) -> None:
    next_at = None if next_at_utc is None else next_at_utc.isoformat()
    host.state.put(_KEY, {"policies": dump(leavers), "next_at_utc": next_at})
