"""Words for a reader instead of machine codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pbx_plugin_api import DeliveryStatus, DisableReason, NotificationKind, PlanAction, TickStatus
from portsip_m365_plugin.texts import _, _p

REASONS: Final[Mapping[str, str]] = {
    "account_disabled": _p("why a person is left out or disabled", "account disabled"),
    "agent": _p("why a person is left out or disabled", "account of an AI agent"),
    "guest": _p("why a person is left out or disabled", "guest"),
    "no_plan": _p("why a person is left out or disabled", "no Microsoft 365 plan"),
    "no_name": _p("why a person is left out or disabled", "neither first nor last name"),
    "shared_mailbox": _p("why a person is left out or disabled", "shared mailbox"),
    "room": _p("why a person is left out or disabled", "room or equipment"),
    "group_unreadable": _p("why a person is left out or disabled", "group that could not be read"),
    "invalid": _p("why a person is left out or disabled", "unusable data from Microsoft"),
    "ambiguous_match": _p("why a person is left out or disabled", "more than one possible match"),
    "administrator_match": _p("why a person is left out or disabled", "address of an administrator of the PBX"),
    "extension_taken": _p("a problem of a run", "extension is taken"),
    "number_pool": _p("a problem of a run", "no extension is free"),
    "refused": _p("a problem of a run", "refused by the PBX"),
    "user_limit": _p("a problem of a run", "limit of users of the PBX"),
    "value_lost": _p("a problem of a run", "value too long or not possible here"),
    "photo_unread": _p("a problem of a run", "photo that could not be read"),
    "photo_invalid": _p("a problem of a run", "photo that cannot be used"),
    "photo_no_exchange": _p("a problem of a run", "no photos: the directory has no Exchange Online"),
    "photo_not_permitted": _p("a problem of a run", "photo that the app may not read"),
    "no_exchange": _p("a problem of a run", "the directory has no Exchange Online"),
    "mailbox_purpose_not_permitted": _p("a problem of a run", "the app may not see what a mailbox is for"),
    "contacts_refused": _p("a problem of a run", "contacts that the PBX refused"),
    "contacts_without_name": _p("a problem of a run", "contacts with neither name nor number"),
    "contacts_shortened": _p("a problem of a run", "contacts that were shortened"),
    "contacts_above_limit": _p("a problem of a run", "contacts above the limit"),
    "contacts_held": _p("a problem of a run", "contacts that are suddenly missing"),
    "mailbox_no_mailbox": _p("a problem of a run", "no mailbox"),
    "mailbox_on_premises": _p("a problem of a run", "mailbox on premises"),
    "mailbox_inactive": _p("a problem of a run", "mailbox without a licence, deactivated, or on premises"),
    "mailbox_moving": _p("a problem of a run", "mailbox that Microsoft is moving"),
    "mailbox_refused": _p("a problem of a run", "mailbox that the app may not read"),
    "mailbox_full": _p("a problem of a run", "full mailbox"),
    "mailbox_failed": _p("a problem of a run", "mailbox that could not be read"),
    DisableReason.DEPARTED: _p("why a person is left out or disabled", "no longer in the directory"),
    DisableReason.OUT_OF_SCOPE: _p("why a person is left out or disabled", "no longer covered by the sync"),
    DisableReason.BY_ADMIN: _p("why a person is left out or disabled", "by an administrator"),
}
_ENDS: Final[Mapping[TickStatus, str]] = {
    TickStatus.DONE: _p("how a run ended", "done"),
    TickStatus.NEEDS_APPROVAL: _p("how a run ended", "waits for approval"),
    TickStatus.STOPPED: _p("how a run ended", "stopped early"),
    TickStatus.FAILED: _p("how a run ended", "failed"),
    TickStatus.NOT_CONFIGURED: _p("how a run ended", "not set up"),
}
_FIELDS: Final[Mapping[str, str]] = {
    "display_name": _p("a field of a user", "display name"),
    "email": _p("a field of a user", "e-mail"),
    "mobile_phone": _p("a field of a user", "mobile phone"),
    "work_phone": _p("a field of a user", "work phone"),
    "department": _p("a field of a user", "department"),
    "extension_number": _p("a field of a user", "extension number"),
    "enabled": _p("a field of a user", "enabled"),
}
_KINDS: Final[Mapping[str, str]] = {
    NotificationKind.VOICEMAIL: _p("a kind of mail", "voicemail"),
    NotificationKind.NEW_USER: _p("a kind of mail", "new user"),
    NotificationKind.EMERGENCY_CALL: _p("a kind of mail", "emergency call"),
    NotificationKind.TWO_FACTOR_CODE: _p("a kind of mail", "two factor code"),
    NotificationKind.TEST: _p("a kind of mail", "test"),
    NotificationKind.OTHER: _p("a kind of mail", "other"),
}
_OUTCOMES: Final[Mapping[str, str]] = {
    DeliveryStatus.DEFERRED: _p("what became of a mail", "waits"),
    DeliveryStatus.REJECTED: _p("what became of a mail", "not sent"),
    DeliveryStatus.UNKNOWN: _p("what became of a mail", "perhaps sent"),
    DeliveryStatus.ACCEPTED: _p("what became of a mail", "sent in part"),
}
_PLAN_ACTIONS: Final[Mapping[PlanAction, str]] = {
    PlanAction.CREATE: _p("what a plan does with a user", "create"),
    PlanAction.LINK: _p("what a plan does with a user", "link"),
    PlanAction.UPDATE: _p("what a plan does with a user", "update"),
    PlanAction.ENABLE: _p("what a plan does with a user", "enable"),
    PlanAction.DISABLE: _p("what a plan does with a user", "disable"),
    PlanAction.DELETE: _p("what a plan does with a user", "delete"),
    PlanAction.FORGET: _p("what a plan does with a user", "forget"),
    PlanAction.PROBLEM: _p("what a plan does with a user", "problem"),
}


def say_reason(code: str) -> str:
    """Return why somebody is left out or disabled, or which problem a run had."""
    return REASONS.get(code, code.replace("_", " "))


def say_status(status: TickStatus) -> str:
    """Return how a run ended."""
    return _ENDS[status]


def say_field(name: str) -> str:
    """Return the name of a user's field."""
    return _FIELDS.get(name, name.replace("_", " "))


def say_changes(changes: Iterable[tuple[str, str | None, str | None]]) -> str:
    """Return changes of a user in words. Each is a field with its value before and after; None or nothing: empty."""
    shown: str = ""
    for name, old, new in changes:
        # Translators: A field of a user and its value before and after, such as “department: Sales → Marketing”.
        change = _(
            "{field}: {before} → {after}", field=say_field(name), before=old or _("(empty)"), after=new or _("(empty)")
        )
        # Translators: One change of a user after the other.
        shown = _("{changes}; {change}", changes=shown, change=change) if shown else change
    return shown


def say_kind(code: str) -> str:
    """Return the kind of a mail."""
    return _KINDS.get(code, code.replace("_", " "))


def say_outcome(code: str) -> str:
    """Return what became of a mail that is listed as a failure."""
    return _OUTCOMES.get(code, code)


def say_plan_action(action: PlanAction) -> str:
    """Return what a plan does with one user."""
    return _PLAN_ACTIONS[action]
