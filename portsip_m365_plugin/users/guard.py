"""Whether a plan may be applied without asking: the brake against taking many people's telephones away by mistake.

- The first plan of a tenant always asks, about everything.
- Removals (deletions, and disablings of enabled users) ask by their share of the enabled linked users and by their
  number, both within 24 hours.
- People who would be created (or linked), and people who would be changed, ask when they are many: that is a changed
  filter or mapping, not daily life.

What is asked about is held back; the rest of the plan goes on. An approval names people and actions: a later plan that
would remove only those goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Text, UserCounts, sentences
from portsip_m365_plugin.config.guard import GuardConfig
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.plan import SyncPlan

WINDOW_KEY: Final = "users.guard"
"""Where the removals of the last 24 hours are kept."""
_CREATIONS: Final = (Phase.CREATE, Phase.LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard says of a plan."""

    why: str = ""
    """Sentences for the admin; empty if the plan may be applied."""
    approved: bool = False
    """Whether an admin approved these removals; then they do not count against the next 24 hours."""


def judge(
    plan: SyncPlan,
    users: UserCounts,
    *,
    limits: GuardConfig,
    removed_before: int,
    is_first: bool,
    is_import: bool,
    has_approval: bool,
    has_new_mapping: bool = False,
) -> Verdict:
    """Judge a plan, and hold back what an approval of it would be about.

    Args:
        plan: The plan, with its removals already marked as guarded.
        users: How many users are linked and enabled now.
        limits: The administrator's.
        removed_before: Removals of the last 24 hours.
        is_first: Whether the tenant's first plan still has to be confirmed.
        is_import: Whether no run has finished yet: the first import may go on in several runs.
        has_approval: Whether there is an approval in the spool.
        has_new_mapping: Whether an administrator changed how fields are mapped. Then every change waits to be seen, but
            an approval of most of them is enough: somebody else may have been renamed meanwhile.
    """
    removals = plan.guarded
    approved = has_approval and plan.count_unapproved() == 0
    if is_first and not has_approval and plan.changes:
        plan.hold(*Phase)
        return Verdict(why=_("This is the tenant's first plan, and somebody has to look at it once."))
    why: list[Text] = []
    enabled_before = users.enabled + removed_before
    if removals and not approved and limits.asks_removals(removals + removed_before, enabled_before):
        plan.hold_removals()
        why.append(_say_removals(removals, users.enabled, removed_before))
        why.append(_("If that is right, approve the plan; if not, look first at what changed at Microsoft."))
    if not is_import and limits.asks_changes(plan.count_unapproved(*_CREATIONS), users.linked):
        plan.hold(*_CREATIONS)
        new = sum(plan.count(phase) for phase in _CREATIONS)
        why.append(
            _n(
                "{n:,} person would get an extension at once, beside the {synced:,} who are synced.",
                "{n:,} people would get an extension at once, beside the {synced:,} who are synced.",
                new,
                synced=users.linked,
            )
        )
    unseen, updates = plan.count_unapproved(Phase.UPDATE), plan.count(Phase.UPDATE)
    if has_new_mapping and unseen * 2 > updates:
        plan.hold(Phase.UPDATE)
        why.append(
            _n(
                "The settings for fields were changed: {n:,} of {synced:,} people would be changed.",
                "The settings for fields were changed: {n:,} of {synced:,} people would be changed.",
                updates,
                synced=users.linked,
            )
        )
    elif limits.asks_changes(unseen, users.linked):
        plan.hold(Phase.UPDATE)
        why.append(
            _n(
                "{n:,} of {synced:,} people would be changed at once.",
                "{n:,} of {synced:,} people would be changed at once.",
                updates,
                synced=users.linked,
            )
        )
    return Verdict(why=sentences(*why), approved=approved)


def _say_removals(removals: int, enabled: int, removed_before: int) -> Text:
    if not removed_before:
        return _n(
            "{n:,} of {enabled:,} people would lose their extension.",
            "{n:,} of {enabled:,} people would lose their extension.",
            removals,
            enabled=enabled,
        )
    return _n(
        "{n:,} of {enabled:,} people, after {before:,} within the last 24 hours, would lose their extension.",
        "{n:,} of {enabled:,} people, after {before:,} within the last 24 hours, would lose their extension.",
        removals,
        enabled=enabled,
        before=removed_before,
    )
