"""A round: one pass over all mailboxes. A run that is cut off leaves its round open, and the next run continues it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, Tick, TickReason
from portsip_m365_plugin.contacts.state import StateWriter, load_mailboxes
from portsip_m365_plugin.jobs import Job

_KEY: Final = "contacts.round"
_MAX_AGE: Final = timedelta(hours=20)


def begin_round(host: Host, tick: Tick, states: StateWriter) -> str:
    """Return the id of the round that this run belongs to: the open one, or a new one.

    Where an admin wants all contacts read again, every mailbox forgets its marks first; but only once in such a round,
    however often it is resumed.
    """
    reads_all, value, now_utc = tick.job == Job.CONTACTS_RESYNC, _read(host), host.clock.now_utc()
    is_continued = tick.reason is TickReason.RESUMED and value.get("open") and value.get("anew")
    if reads_all and not is_continued:
        # Written first: killed in the middle, the next run begins again instead of believing that all was forgotten.
        value = {"id": "", "open": False}
        host.state.put(_KEY, value)
        _forget_marks(host, states)
    if value.get("open") and now_utc - datetime.fromisoformat(value["id"].partition("/")[0]) < _MAX_AGE:
        return str(value["id"])
    round_id = f"{now_utc.isoformat()}/{tick.run_id}"
    host.state.put(_KEY, {"id": round_id, "open": True, "anew": reads_all})
    return round_id


def end_round(host: Host, round_id: str) -> None:
    """Note that all mailboxes were read in this round."""
    host.state.put(_KEY, {"id": round_id, "open": False})


def _forget_marks(host: Host, states: StateWriter) -> None:
    for record in list(load_mailboxes(host)):
        states.put(replace(record.without_marks(), round="", asked_at_utc=None))
    states.flush()


def _read(host: Host) -> dict[str, Any]:
    record = host.state.get(_KEY)
    return record.value if record is not None and isinstance(record.value, dict) else {}
