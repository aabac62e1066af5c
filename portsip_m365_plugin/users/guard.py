"""Whether a plan may be applied without asking: the brake against taking many people's telephones away by mistake.

- The first plan of a tenant always asks.
- Removals (deletions, and disablings of enabled users) ask by the rule of `removals`, measured by the enabled linked
  users.
- Updates ask when they touch more than 10 people and more than 30 % of the linked users: that is a changed mapping, not
  daily life.

An approval names people and actions: a later plan that would remove only those goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import UserCounts
from portsip_m365_plugin.removals import FEW, is_too_many
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import SyncPlan

WINDOW_KEY: Final = "users.guard"
"""Where the removals of the last 24 hours are kept."""
_UPDATED_SHARE: Final = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard says of a plan."""

    why: str = ""
    """Sentences for the admin; empty if the plan may be applied."""
    approved: bool = False
    """Whether an admin approved these removals; then they do not count against the next 24 hours."""


def judge(plan: SyncPlan, users: UserCounts, *, removed_before: int, is_first: bool, has_approval: bool) -> Verdict:
    """Judge a plan, and mark what an approval of it would be about.

    Args:
        plan: The plan, with its removals already marked as guarded.
        users: How many users are linked and enabled now.
        removed_before: Removals of the last 24 hours.
        is_first: Whether the tenant's first plan still has to be confirmed.
        has_approval: Whether there is an approval in the spool.
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
    if new_updates > max(FEW, users.linked * _UPDATED_SHARE):
        plan.guard(Phase.UPDATE)
        why.append(f"{updates} of {users.linked} people would be changed at once.")
    return Verdict(why=" ".join(why), approved=approved)
