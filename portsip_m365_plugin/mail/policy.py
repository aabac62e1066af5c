"""What the admin decided about mail, and whose decision counts: the tenant's own, else the system's where it may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Host, JsonValue, Scope, Tenant

__all__ = ["RECIPIENTS_AT_MOST", "MailPolicy", "Sender", "find_sender", "read_mail_policy", "read_sender"]

RECIPIENTS_AT_MOST: Final = 15
"""PortSIP's limit of the Recipients field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPolicy:
    """One scope's mail settings."""

    mailbox: str = ""
    """Address, sign-in name or object id; empty: no mail through Microsoft 365."""
    reply_to: str = ""
    recipients: tuple[str, ...] = ()
    save_to_sent: bool = False
    hold_copies: bool = False
    """Whether a mail that may have gone out already waits for the admin instead of being sent again, marked."""
    for_tenants: bool = True
    """Of the system's settings only: whether tenants without settings of their own may use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose mailbox and whose app registration a mail goes out by."""

    host: Host
    """Bound to the tenant, or to the system: settings, key pair and rate budget are read there."""
    policy: MailPolicy
    values: Mapping[str, JsonValue]
    """All settings of that scope: the app registration is in them."""


def read_sender(host: Host) -> Sender:
    """Return the sender that a scope's own settings make; its mailbox may be empty. Cost: one look at the settings."""
    values = host.settings.read().values
    return Sender(host=host, policy=read_mail_policy(values), values=values)


def read_mail_policy(values: Mapping[str, JsonValue]) -> MailPolicy:
    """Return what stored settings say."""
    recipients = values.get("mail_recipients")
    return MailPolicy(
        mailbox=str(values.get("mail_mailbox") or ""),
        reply_to=str(values.get("mail_reply_to") or ""),
        recipients=tuple(str(item) for item in recipients) if isinstance(recipients, list) else (),
        save_to_sent=values.get("mail_save_to_sent") is True,
        hold_copies=values.get("mail_hold_copies") is True,
        for_tenants=values.get("mail_for_tenants") is not False,
    )


def find_sender(host: Host, tenant: Tenant) -> Sender | None:
    """Return who sends this tenant's mail; None where nobody does through Microsoft 365.

    A tenant's own settings win. The system's are used where it has a mailbox, its admin shares it (the default, as in
    PortSIP), and the PBX hands the system's host out.
    """
    own = read_sender(host)
    if own.policy.mailbox:
        return own
    system = host.system() if tenant.scope is not Scope.SYSTEM else None
    if system is None:
        return None
    shared = read_sender(system)
    return shared if shared.policy.mailbox and shared.policy.for_tenants else None
