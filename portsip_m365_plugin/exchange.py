"""Whether the directory has Exchange Online at all: one question a night finds out, and one sentence says it.

Without it every mailbox of the directory answers the same (401 OrganizationFromTenantGuidNotFound). So the first such
answer ends the questions of the night, also of the retries. A run that somebody starts asks again. Photos are asked for
themselves: Microsoft keeps some of them outside of Exchange.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Host, Tick, TickReason

MAILBOXES: Final = "mailboxes"
PHOTOS: Final = "photos"
_KEY: Final = "exchange.missing."
_ONE_NIGHT: Final = timedelta(hours=20)
_BY_HAND: Final = (TickReason.JOB, TickReason.FORCED)


def note_exchange_missing(host: Host, what: str = MAILBOXES) -> None:
    """Remember that Microsoft has just said so, about `MAILBOXES` or `PHOTOS`."""
    host.state.put(_KEY + what, host.clock.now_utc().isoformat())


def forget_exchange_missing(host: Host) -> None:
    """A mailbox has answered. Cost: one look."""
    if host.state.get(_KEY + MAILBOXES) is not None:
        for what in (MAILBOXES, PHOTOS):
            host.state.delete(_KEY + what)


def is_exchange_missing(host: Host, what: str = MAILBOXES, *, since_utc: datetime) -> bool:
    """Whether Microsoft has said so since then. Cost: one look."""
    record = host.state.get(_KEY + what)
    return record is not None and datetime.fromisoformat(str(record.value)) >= since_utc


def ask_exchange_since(tick: Tick) -> datetime:
    """Return from when an answer counts: in a run by hand its own answers, else those of the night."""
    return tick.now_utc if tick.reason in _BY_HAND else tick.now_utc - _ONE_NIGHT
