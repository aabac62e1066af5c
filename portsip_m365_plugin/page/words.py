"""Words for a reader instead of machine codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pbx_plugin_api import DeliveryStatus, DisableReason, TickStatus

_REASONS: Final[Mapping[str, str]] = {
    "account_disabled": "account disabled",
    "agent": "account of an AI agent",
    "no_plan": "no Microsoft 365 plan",
    "no_name": "neither first nor last name",
    "shared_mailbox": "shared mailbox",
    "room": "room or equipment",
    "group_unreadable": "group that could not be read",
    "invalid": "unusable data from Microsoft",
    "ambiguous_match": "more than one possible match",
    "administrator_match": "address of an administrator of the PBX",
    "extension_taken": "extension is taken",
    "number_pool": "no extension is free",
    "refused": "refused by the PBX",
    "user_limit": "limit of users of the PBX",
    "value_lost": "value too long or not possible here",
    DisableReason.DEPARTED: "no longer in the directory",
    DisableReason.OUT_OF_SCOPE: "no longer covered by the sync",
    DisableReason.BY_ADMIN: "by an administrator",
}
_ENDS: Final[Mapping[TickStatus, str]] = {
    TickStatus.DONE: "done",
    TickStatus.NEEDS_APPROVAL: "waits for approval",
    TickStatus.STOPPED: "stopped early",
    TickStatus.FAILED: "failed",
    TickStatus.NOT_CONFIGURED: "not set up",
}
_FIELDS: Final[Mapping[str, str]] = {"email": "e-mail"}
_OUTCOMES: Final[Mapping[str, str]] = {
    DeliveryStatus.DEFERRED: "waits",
    DeliveryStatus.REJECTED: "not sent",
    DeliveryStatus.UNKNOWN: "perhaps sent",
    DeliveryStatus.ACCEPTED: "sent in part",
}


def say_reason(code: str) -> str:
    """Return why somebody is left out or disabled."""
    return _REASONS.get(code, code.replace("_", " "))


def say_status(status: TickStatus) -> str:
    """Return how a run ended."""
    return _ENDS[status]


def say_field(name: str) -> str:
    """Return the name of a user's field."""
    return _FIELDS.get(name, name.replace("_", " "))


def say_kind(code: str) -> str:
    """Return the kind of a mail."""
    return code.replace("_", " ")


def say_outcome(code: str) -> str:
    """Return what became of a mail that is listed as a failure."""
    return _OUTCOMES.get(code, code)
