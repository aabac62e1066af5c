"""A mailbox by itself: what it is for, and what an error says about it.

Source: "Get user mailbox settings", Microsoft Graph v1.0, 2021. Asking needs MailboxSettings.Read.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.errors import (
    GraphError,
    MailboxMissingError,
    MailboxMovingError,
    MailboxRefusedError,
    NotFoundError,
    QuotaError,
)
from portsip_m365_plugin.graph.wire import Request, build


class MailboxStatus(StrEnum):
    """Whether a mailbox can be read. While it cannot, its contacts stay as they are."""

    OK = "ok"
    NO_MAILBOX = "no_mailbox"
    ON_PREMISES = "on_premises"
    INACTIVE = "inactive"
    """Not licensed, deactivated, or on premises: Microsoft answers the same for all three."""
    MOVING = "moving"
    REFUSED = "refused"
    FULL = "full"
    FAILED = "failed"
    """An error of the moment; the next run asks again."""


_BY_CODE: Final = {
    "MailboxNotHostedInExchangeOnline": MailboxStatus.ON_PREMISES,
    "MailboxNotEnabledForRESTAPI": MailboxStatus.INACTIVE,
    "ErrorMailboxNotEnabledForRESTAPI": MailboxStatus.INACTIVE,
    "MailboxNotSupportedForRESTAPI": MailboxStatus.INACTIVE,
    "AuthenticationError": MailboxStatus.NO_MAILBOX,
}
_BY_KIND: Final = (
    (MailboxMissingError, MailboxStatus.NO_MAILBOX),
    (NotFoundError, MailboxStatus.NO_MAILBOX),
    (MailboxMovingError, MailboxStatus.MOVING),
    (MailboxRefusedError, MailboxStatus.REFUSED),
    (QuotaError, MailboxStatus.FULL),
)


def judge_mailbox(error: GraphError) -> MailboxStatus:
    """Return what an error says about the mailbox; `FAILED` where it is about the moment."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((status for kind, status in _BY_KIND if isinstance(error, kind)), MailboxStatus.FAILED)


def ask_purpose(cloud: Cloud, mailbox_id: str) -> Request:
    """Build the request for what a mailbox is for."""
    return build("mailbox.purpose", cloud, user_id=mailbox_id)


def read_purpose(body: object) -> str:
    """Return `user`, `shared`, `room` and so on; empty where the answer says nothing.

    The documentation prints `{"value": "shared"}`, inside the whole settings `{"userPurpose": {"value": "user"}}`, and
    the schema says plain text: all of them are accepted.
    """
    while isinstance(body, Mapping):
        body = body.get("userPurpose", body.get("value"))
    return body if isinstance(body, str) else ""
