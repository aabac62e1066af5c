"""Exchange Online's sending limits. Every message is taken from a budget that all workers share.

The numbers are here and nowhere else; texts use `LIMITS_TEXT`. A part is reserved for urgent mail, so that a sign-in
code does not wait behind voicemails.

Source: "Exchange Online limits", sending limits
(https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits,
2025-04): per mailbox, by the minute and by 24 hours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, Priority, RateLimit
from portsip_m365_plugin.texts import _

MESSAGES_A_MINUTE: Final = 30
ORDINARY_MESSAGES_A_MINUTE: Final = 27
"""For what is not urgent."""
RECIPIENTS_A_DAY: Final = 10_000
_ORDINARY_RECIPIENTS_A_DAY: Final = 9_900

LIMITS_TEXT: Final = _(
    "{messages} messages a minute, {recipients:,} recipients a day",
    messages=MESSAGES_A_MINUTE,
    recipients=RECIPIENTS_A_DAY,
)
"""For texts that people read."""

_MINUTE_S: Final = 62
"""A little longer than Exchange's minute, since messages arrive there after varying delays."""
_DAY_S: Final = 86_460

_MESSAGES: Final = {
    True: RateLimit(amount=MESSAGES_A_MINUTE, window_s=_MINUTE_S),
    False: RateLimit(amount=ORDINARY_MESSAGES_A_MINUTE, window_s=_MINUTE_S),
}
_RECIPIENTS: Final = {
    True: RateLimit(amount=RECIPIENTS_A_DAY, window_s=_DAY_S),
    False: RateLimit(amount=_ORDINARY_RECIPIENTS_A_DAY, window_s=_DAY_S),
}


def take_budget(host: Host, mailbox: str, n_recipients: int, priority: Priority) -> datetime | None:
    """Take one message from a mailbox's budget. Return None if it was taken, otherwise when to ask again.

    Args:
        host: Of the scope that owns the mailbox, so that all tenants that use the mailbox share one budget.
        mailbox: Object id or address.
        n_recipients: How many addresses the message has.
        priority: Urgent mail may use the reserved part.
    """
    urgent, key = priority is Priority.URGENT, mailbox.casefold()
    # Messages first: if the recipients are refused, one place in a minute is lost, not hundreds in a day.
    return host.rate_budget.take(f"mail/{key}", 1, (_MESSAGES[urgent],)) or host.rate_budget.take(
        f"recipients/{key}", n_recipients, (_RECIPIENTS[urgent],)
    )
