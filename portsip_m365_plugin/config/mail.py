"""Which mailbox sends the PBX's mail, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RECIPIENTS_AT_MOST: Final = 15
"""PortSIP's limit for the Recipients field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConfig:
    """The mail settings of a tenant, or of the system."""

    mailbox: str = ""
    """Address, sign-in name or object id; empty: no mail through Microsoft 365."""
    reply_to: str = ""
    recipients: tuple[str, ...] = ()
    """Who gets the test mail."""
    save_to_sent: bool = False
    hold_copies: bool = False
    """Whether a mail that may have been sent already waits for the administrator, instead of being sent again."""
    for_tenants: bool = True
    """Only in the system's settings: whether tenants without a mailbox of their own may use the system's."""
