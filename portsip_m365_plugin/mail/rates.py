"""Exchange Online's sending limits, kept before Microsoft has to: taken from a budget that all workers share.

Source: Exchange Online limits (2025-04): 30 messages a minute and 10,000 recipients in 24 hours per mailbox. A part is
kept back for urgent mail, so that a storm of voicemails does not make a sign-in code wait.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, Priority, RateLimit

MESSAGES_A_MINUTE: Final = 30
ORDINARY_MESSAGES_A_MINUTE: Final = 27
"""For what is not urgent."""
RECIPIENTS_A_DAY: Final = 10_000
_ORDINARY_RECIPIENTS_A_DAY: Final = 9_900

LIMITS_TEXT: Final = f"{MESSAGES_A_MINUTE} messages a minute, {RECIPIENTS_A_DAY:,} recipients a day"
"""For texts that a person reads."""

_MINUTE_S: Final = 62
"""A little longer than Exchange's minute: what is taken now arrives there a moment later, not always the same one."""
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
    """Take one message out of a mailbox's budget; None when taken, else the time from which to ask again.

    Args:
        host: Whose budget: the scope that owns the mailbox, so that all tenants using it share one.
        mailbox: Object id or address.
        n_recipients: How many addresses the message has.
        priority: Urgent mail may use the part that is kept back.
    """
    urgent, key = priority is Priority.URGENT, mailbox.casefold()
    # Messages first: what is taken and then not used is one place in a minute, not hundreds in a day.
    return host.rate_budget.take(f"mail/{key}", 1, (_MESSAGES[urgent],)) or host.rate_budget.take(
        f"recipients/{key}", n_recipients, (_RECIPIENTS[urgent],)
    )
