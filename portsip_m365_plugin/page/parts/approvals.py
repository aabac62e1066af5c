"""What waits for an administrator's approval: a plan, a removal of photos, a removal of contacts."""

from __future__ import annotations

from pbx_plugin_api import Action, Fact, Field, FieldKind, PlanRef, Severity
from portsip_m365_plugin.contacts.leaving import APPROVE_REMOVAL_ACTION, PendingRemoval, pending_removal
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.photos.vanishing import (
    APPROVE_PHOTO_REMOVAL_ACTION,
    PendingPhotoRemoval,
    pending_photo_removal,
)
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_time
from portsip_m365_plugin.users.approval import APPROVE_ACTION


def draw_approvals(view: PageView, plan: PlanRef | None) -> tuple[Action, ...]:
    """Draw a button for each thing that waits; none where nothing does."""
    why_disabled = view.why_no_call
    photos, contacts = pending_photo_removal(view.host), pending_removal(view.host)
    return (
        *((draw_approve(plan, why_disabled, primary=True),) if plan is not None else ()),
        *draw_photo_approval(photos, why_disabled),
        *draw_contact_approval(contacts, why_disabled),
    )


def draw_approve(plan: PlanRef | None, why_disabled: str, *, primary: bool = False) -> Action:
    """Draw the button that approves a plan; without one it says where plans come from."""
    why_no_approval = why_disabled or ("" if plan is not None else _("There is no plan yet: press Preview."))
    return Action(
        name=APPROVE_ACTION,
        label=_("Approve and sync"),
        help=_("Applies the plan shown here. If the sync would remove more people than that by now, it asks again."),
        enabled=not why_no_approval,
        why_disabled=why_no_approval,
        confirm=_("Apply this plan?"),
        primary=primary,
        parameters=(_checksum(_("Plan checksum"), plan.checksum if plan is not None else ""),),
    )


def draw_photo_approval(photos: PendingPhotoRemoval | None, why_disabled: str) -> tuple[Action, ...]:
    """Draw the button that approves a removal of photos."""
    if photos is None:
        return ()
    return (
        Action(
            name=APPROVE_PHOTO_REMOVAL_ACTION,
            label=_("Approve the removal of photos"),
            help=photos.describe(),
            enabled=not why_disabled,
            why_disabled=why_disabled,
            danger=True,
            confirm=_n("Remove {n:,} photo?", "Remove {n:,} photos?", photos.photos),
            parameters=(_checksum(_("Checksum"), photos.checksum),),
        ),
    )


def draw_contact_approval(pending: PendingRemoval | None, why_disabled: str) -> tuple[Action, ...]:
    """Draw the button that approves a removal of contacts."""
    if pending is None:
        return ()
    return (
        Action(
            name=APPROVE_REMOVAL_ACTION,
            label=_("Approve the removal"),
            help=pending.describe(),
            enabled=not why_disabled,
            why_disabled=why_disabled,
            danger=True,
            confirm=_n("Remove {n:,} contact?", "Remove {n:,} contacts?", pending.contacts),
            parameters=(_checksum(_("Checksum"), pending.checksum),),
        ),
    )


def plan_facts(view: PageView, plan: PlanRef | None) -> tuple[Fact, ...]:
    """Say which plan waits, and why."""
    if plan is None:
        return ()
    made = show_time(plan.made_at_utc, view.tenant)
    facts = [
        Fact(label=_("Plan that waits"), value=_("made {time}", time=made)),
        Fact(label=_("Plan checksum"), value=plan.checksum),
    ]
    if plan.why:
        facts.insert(0, Fact(label=_("Approval needed"), value=plan.why, severity=Severity.WARNING))
    return tuple(facts)


def _checksum(label: str, value: str) -> Field:
    return Field(name="checksum", label=label, kind=FieldKind.HIDDEN, value=value)
