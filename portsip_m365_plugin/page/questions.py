"""What a button would do now, in numbers: the question before something is deleted, removed or let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pbx_plugin_api import ActionRequest, Confirmation, ConfirmOutcome, Counts, Host, Refused, Scope, Tenant
from portsip_m365_plugin.contacts.leaving import APPROVE_REMOVAL_ACTION, pending_removal
from portsip_m365_plugin.contacts.state import load_mailboxes
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.photos.vanishing import APPROVE_PHOTO_REMOVAL_ACTION, pending_photo_removal
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.approval import APPROVE_ACTION, last_plan

_GONE: Final = Refused(
    message=_("This does not wait for approval any more."), remedy=_("Look at the tab again: it shows what waits now.")
)

_PLANNED: Final[Mapping[str, Callable[[int], str]]] = {
    "created": lambda n: _n("{n:,} user is created.", "{n:,} users are created.", n),
    "linked": lambda n: _n(
        "{n:,} user made by hand is linked to a person.", "{n:,} users made by hand are linked to people.", n
    ),
    "updated": lambda n: _n("{n:,} user is changed.", "{n:,} users are changed.", n),
    "enabled": lambda n: _n("{n:,} user is enabled again.", "{n:,} users are enabled again.", n),
    "disabled": lambda n: _n(
        "{n:,} user is disabled: telephone and sign-in end at once.",
        "{n:,} users are disabled: their telephones and sign-ins end at once.",
        n,
    ),
    "deleted": lambda n: _n(
        "{n:,} user is deleted, with voicemail and contacts.",
        "{n:,} users are deleted, with their voicemails and contacts.",
        n,
    ),
}
"""Says what a plan would do, by the name of its count."""


def ask_first(host: Host, tenant: Tenant, request: ActionRequest) -> ConfirmOutcome | None:
    """Return what the action would do now with these values; None if nothing has to be asked. No network."""
    ask = _QUESTIONS.get(request.action)
    return ask(host, tenant, request.values) if ask is not None else None


def _ask_disconnect(host: Host, tenant: Tenant, values: Mapping[str, str]) -> ConfirmOutcome:
    linked = host.users.counts().linked
    if values.get("delete_users") == "true" and tenant.scope is not Scope.SYSTEM:
        contacts = sum(record.contacts for record in load_mailboxes(host)) or _count_kept_contacts(host)
        too = _n("{n:,} synced contact is deleted too.", "{n:,} synced contacts are deleted too.", contacts)
        return Confirmation(
            sentence=_n(
                "Delete {n:,} synced user, and disconnect from Microsoft 365.",
                "Delete {n:,} synced users, and disconnect from Microsoft 365.",
                linked,
            ),
            details=(
                *((too,) if contacts else ()),
                _(
                    "Their telephones and sign-ins end at once, and their voicemails are deleted. This cannot be"
                    " undone."
                ),
                _("Users and contacts that were made by hand stay."),
                _FORGOTTEN,
            ),
            typed=tenant.name,
        )
    return Confirmation(
        sentence=_("Disconnect from Microsoft 365, and delete nobody."),
        details=(
            _n(
                "{n:,} synced user stays with extension, voicemail and contacts; nothing is synced any more.",
                "{n:,} synced users stay with extension, voicemail and contacts; nothing is synced any more.",
                linked,
            ),
            _("Nobody can sign in with Microsoft any more, and no mail goes out through Microsoft 365."),
            _FORGOTTEN,
        ),
    )


def _count_kept_contacts(host: Host) -> int:
    """Count those of which nothing is remembered: an earlier Disconnect left them. Cost: one pass over them."""
    return sum(1 for book in list(host.contacts.books()) for __ in host.contacts.synced(book))


_FORGOTTEN: Final = _(
    "The application, its key pairs and everything that is remembered about the directory are forgotten here. At"
    " Microsoft nothing changes."
)


def _ask_approve(host: Host, _tenant: Tenant, values: Mapping[str, str]) -> ConfirmOutcome:
    plan = last_plan(host)
    if plan is None or plan.checksum != values.get("checksum"):
        return Refused(
            message=_("There is no such plan, or a newer one has been made since this one was shown."),
            remedy=_("Look at the newest plan, then approve."),
        )
    planned = tuple(_say_counts(plan.counts))
    return Confirmation(
        sentence=_("Apply this plan, and sync now.") if planned else _("Sync now. This plan changes nothing."),
        details=planned,
    )


def _say_counts(counts: Counts) -> Iterator[str]:
    for name, say in _PLANNED.items():
        n = getattr(counts, name)
        if n:
            yield say(n)


def _ask_contact_removal(host: Host, _tenant: Tenant, values: Mapping[str, str]) -> ConfirmOutcome:
    pending = pending_removal(host)
    if pending is None or pending.checksum != values.get("checksum"):
        return _GONE
    return Confirmation(
        sentence=_n("Remove {n:,} contact from the PBX.", "Remove {n:,} contacts from the PBX.", pending.contacts),
        details=(
            _n("{n:,} mailbox left the contact sync.", "{n:,} mailboxes left the contact sync.", pending.mailboxes),
            _("In the mailboxes at Microsoft they stay."),
        ),
    )


def _ask_photo_removal(host: Host, _tenant: Tenant, values: Mapping[str, str]) -> ConfirmOutcome:
    pending = pending_photo_removal(host)
    if pending is None or pending.checksum != values.get("checksum"):
        return _GONE
    return Confirmation(
        sentence=_n(
            "Remove {n:,} photo of {all:,} that came from Microsoft.",
            "Remove {n:,} photos of {all:,} that came from Microsoft.",
            pending.photos,
            all=pending.of,
        ),
        details=(_("Photos that were chosen in the PBX stay."),),
    )


_QUESTIONS: Final[Mapping[str, Callable[[Host, Tenant, Mapping[str, str]], ConfirmOutcome]]] = {
    Job.DISCONNECT: _ask_disconnect,
    APPROVE_ACTION: _ask_approve,
    APPROVE_REMOVAL_ACTION: _ask_contact_removal,
    APPROVE_PHOTO_REMOVAL_ACTION: _ask_photo_removal,
}
