"""Whether a plan may be applied without asking: the brake against taking many people's telephones away by mistake.

The rules, and why these numbers:

- The first plan of a tenant always asks.
- Removals (deletions, and disablings of enabled users) of the last 24 hours and of this plan together ask when they are
  more than 10 people *and* more than 10 % of the enabled linked users; or, in small tenants, at least 3 and more than
  half. Ten people may leave a small firm on one day; a tenth of a large one may not, without somebody having said so.
- Updates ask when they touch more than 10 people and more than 30 % of the linked: a changed mapping, not daily life.

What was approved is approved as people and actions: a later plan that would remove only those goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, UserCounts
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import SyncPlan

__all__ = ["RemovalWindow", "Verdict", "is_too_many", "judge"]

_KEY: Final = "users.guard"
_WINDOW: Final = timedelta(hours=24)
_PEOPLE: Final = 10
_REMOVED_SHARE: Final = 0.10
_SMALL_PEOPLE: Final = 3
_SMALL_SHARE: Final = 0.50
_UPDATED_SHARE: Final = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard says of a plan."""

    why: str = ""
    """Sentences for the admin; empty where the plan may be applied."""
    approved: bool = False
    """Whether the removals are within what an admin approved; such do not count against the next 24 hours."""


class RemovalWindow:
    """How many people lost their telephone within the last 24 hours, by run. Kept in the host's state.

    Args:
        host: The tenant's.
        now_utc: Of this run.
        key: Where it is kept: contacts count their own, mailboxes.
    """

    def __init__(self, host: Host, now_utc: datetime, key: str = _KEY) -> None:
        self._host, self._now_utc, self._key = host, now_utc, key
        record = host.state.get(key)
        entries: Any = record.value if record is not None else []
        since = now_utc - _WINDOW
        self._earlier: dict[str, int] = {at: n for at, n in entries if datetime.fromisoformat(at) > since}
        self._mine = 0

    @property
    def removed(self) -> int:
        """People removed in the window, this run's included."""
        return sum(self._earlier.values()) + self._mine

    def add(self, removed: int) -> None:
        """Count removals and write it down at once; a negative number takes back what was not done after all."""
        if removed:
            self._mine += removed
            at = self._now_utc.isoformat()
            entries = {**self._earlier, at: self._earlier.get(at, 0) + self._mine}
            self._host.state.put(self._key, [[at, n] for at, n in entries.items()])


def judge(plan: SyncPlan, users: UserCounts, *, removed_before: int, is_first: bool, has_approval: bool) -> Verdict:
    """Judge a plan, and mark what an approval of it would be about.

    Args:
        plan: The plan, with its removals already marked as guarded.
        users: How many users are linked and enabled now.
        removed_before: Removals of the last 24 hours.
        is_first: Whether the tenant's first plan still has to be confirmed.
        has_approval: Whether an approval stands in the spool.
    """
    why: list[str] = []
    removals, updates = plan.guarded, plan.count(Phase.UPDATE)
    approved = has_approval and plan.count_unapproved() == 0
    if is_first and not has_approval and plan.changes:
        plan.guard(Phase.CREATE, Phase.LINK, Phase.UPDATE, Phase.ENABLE)
        why.append("This is the tenant's first plan, and somebody has to look at it once.")
    enabled_before = users.enabled + removed_before
    if removals and not approved and is_too_many(removals + removed_before, enabled_before):
        earlier = f", after {removed_before} within the last 24 hours," if removed_before else ""
        why.append(
            f"{removals} of {users.enabled} people{earlier} would lose their extension."
            " If that is right, approve the plan; if not, look first at what changed at Microsoft."
        )
    new_updates = plan.count_unapproved(Phase.UPDATE) if has_approval else updates
    if new_updates > max(_PEOPLE, users.linked * _UPDATED_SHARE):
        plan.guard(Phase.UPDATE)
        why.append(f"{updates} of {users.linked} people would be changed at once.")
    return Verdict(why=" ".join(why), approved=approved)


def is_too_many(removals: int, before: int) -> bool:
    """Whether so many removals, out of so many that were there before them, ask first."""
    if removals > _PEOPLE and removals > before * _REMOVED_SHARE:
        return True
    return removals >= _SMALL_PEOPLE and removals > before * _SMALL_SHARE
