"""Who is left out, why, and since when: kept in the host's state, so that it can be counted on every night.

A full listing writes everybody; a round of changes corrects the people whom it shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from pbx_plugin_api import Host, JsonValue, Text, listing
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.scope import name_groups, which_filter
from portsip_m365_plugin.users.spool import Kind, Spool

_COUNTS_KEY: Final = "users.left_out"
_PREFIX: Final = "users.left_out."
_KEY_MAX_PEOPLE: Final = 2000
"""As many people as fit into one value of the host's state (256 KiB). With 256 keys that is half a million."""
# Translators: these count people of the directory who are not synced, in a list: "49 disabled at Microsoft, 2 guests"
_WORDS: Final[Mapping[str, Callable[[int], Text]]] = {
    "account_disabled": lambda n: _("{n:,} disabled at Microsoft", n=n),
    "agent": lambda n: _n("{n:,} AI agent", "{n:,} AI agents", n),
    "guest": lambda n: _n("{n:,} guest", "{n:,} guests", n),
    "invalid": lambda n: _("{n:,} with unusable data", n=n),
    "no_name": lambda n: _("{n:,} without first and last name", n=n),
    "no_plan": lambda n: _("{n:,} without a Microsoft 365 plan", n=n),
    "room": lambda n: _n("{n:,} room or equipment", "{n:,} rooms or equipment", n),
    "shared_mailbox": lambda n: _n("{n:,} shared mailbox", "{n:,} shared mailboxes", n),
    "out_of_scope.users": lambda n: _("{n:,} by the list of users", n=n),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One person of the directory who is not synced, by the last run."""

    reason: str
    filter: str
    """For `out_of_scope`: `users` or `groups`; else empty."""
    since_utc: datetime
    """When a run met this reason for the first time."""


def find_left_out(host: Host, entra_object_id: str) -> LeftOut | None:
    """Return why a person was left out by the last run, or None. Cost: one look into the state."""
    entry = _read(host, _key(entra_object_id)).get(entra_object_id)
    if entry is None:
        return None
    reason, chosen, since = entry
    return LeftOut(reason=reason, filter=chosen, since_utc=datetime.fromisoformat(since))


def count_left_out(host: Host) -> dict[str, int]:
    """Return how many people the last run left out, by reason; `out_of_scope.users` and `.groups` name the filter."""
    record = host.state.get(_COUNTS_KEY)
    counts = record.value if record is not None and isinstance(record.value, dict) else {}
    return {reason: n for reason, n in counts.items() if isinstance(n, int)}


def describe_left_out(counts: Mapping[str, int], scope: ScopeConfig) -> Text:
    """Return counts as a phrase, the most frequent reason first: `49 not in group Sales, 2 guests`."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return listing(_say_count(reason, n, scope) for reason, n in ordered)


def _say_count(reason: str, n: int, scope: ScopeConfig) -> Text:
    if reason in _WORDS:
        return _WORDS[reason](n)
    if reason != "out_of_scope.groups":
        return _("{n:,} for another reason", n=n)
    if not scope.has_groups:
        return _("{n:,} not in the chosen groups", n=n)
    names, n_more = name_groups(scope.groups.entries)
    if len(scope.groups.entries) == 1:
        return _("{n:,} not in group {group}", n=n, group=names)
    if n_more:
        return _("{n:,} not in any of the groups {groups} and {more} more", n=n, groups=names, more=n_more)
    return _("{n:,} not in any of the groups {groups}", n=n, groups=names)


def say_nobody(host: Host, spool: Spool, counts: Mapping[str, int], scope: ScopeConfig, *, is_full: bool) -> str:
    """Return the sentence a message begins with if everybody of the directory is left out; empty otherwise."""
    n_in = spool.count(f"pulled WHERE kind = {int(Kind.DRAFT)}") if is_full else host.users.counts().enabled
    if n_in or not counts:
        return ""
    return _n(
        "Nobody is synced: the one person of the directory is left out ({reasons}).",
        "Nobody is synced: all {n:,} people of the directory are left out ({reasons}).",
        sum(counts.values()),
        reasons=describe_left_out(counts, scope),
    )


def count_pulled(spool: Spool) -> Counter[str]:
    """Return how many of those who were pulled are left out, by reason as in `count_left_out`."""
    return _count([reason, chosen, ""] for __, is_left_out, reason, chosen in _pulled(spool) if is_left_out)


def keep_left_out(host: Host, spool: Spool, now_utc: datetime, *, is_full: bool) -> dict[str, int]:
    """Take over who is left out among those who were pulled, and return the counts by reason.

    Idempotent. Only keys of people who changed are written.
    """
    counts = Counter(count_left_out(host))
    changed: dict[str, JsonValue] = {}
    seen = set()
    kept_keys = {key for key, __ in host.state.items(_PREFIX)} if is_full else None
    for key, people in groupby(_pulled(spool), key=lambda person: _key(person[0])):
        seen.add(key)
        before = _read(host, key) if kept_keys is None or key in kept_keys else {}
        after = {} if is_full else dict(before)
        for oid, is_left_out, reason, chosen in people:
            since = before.get(oid)
            after.pop(oid, None)
            if is_left_out and len(after) < _KEY_MAX_PEOPLE:
                is_same = since is not None and since[:2] == [reason, chosen]
                after[oid] = since if is_same and since is not None else [reason, chosen, now_utc.isoformat()]
        counts.subtract(_count(before.values()))
        counts.update(_count(after.values()))
        if after != before:
            changed[key] = {oid: list(entry) for oid, entry in after.items()}
    gone = sorted((kept_keys or set()) - seen)
    for key in gone:
        counts.subtract(_count(_read(host, key).values()))
        host.state.delete(key)
    kept: dict[str, JsonValue] = {reason: n for reason, n in counts.items() if n > 0}
    if changed or gone or host.state.get(_COUNTS_KEY) is None:
        host.state.put_many({**changed, _COUNTS_KEY: kept})
    return count_left_out(host)


def _pulled(spool: Spool) -> Iterator[tuple[str, bool, str, str]]:
    """Yield everybody pulled, in the order of the keys: object id, whether left out, reason, filter."""
    rows = spool.rows("SELECT oid, kind, reason, detail FROM pulled ORDER BY lower(substr(oid, 1, 2)), oid")
    for oid, kind, reason, detail in rows:
        yield oid, kind in (Kind.SKIP, Kind.INVALID), reason or "", which_filter(reason, detail)


def _count(entries: Iterable[list[str]]) -> Counter[str]:
    return Counter(f"{reason}.{chosen}" if chosen else reason for reason, chosen, __ in entries)


def _key(oid: str) -> str:
    return f"{_PREFIX}{oid[:2].lower()}"


def _read(host: Host, key: str) -> dict[str, list[str]]:
    record = host.state.get(key)
    value: Any = record.value if record is not None and isinstance(record.value, dict) else {}
    return {oid: entry for oid, entry in value.items() if isinstance(entry, list) and len(entry) == 3}
