"""People who should have a user of the PBX and have none: what the last run could not do. No request."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Host, sentences
from portsip_m365_plugin.checks.board import PEOPLE, Board
from portsip_m365_plugin.last_run import read_last_run
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.waiting import count_waiting, read_examples

_OTHERWISE: Final = _("The problems of the last run name everybody; they become users as soon as the reason is gone.")
_REMEDIES: Final = {
    "user_limit": _("Let the PBX's operator raise the limit of users, or sync fewer people on the USER SYNC tab."),
    "ambiguous_match": _("Enter each person's address at the right user of the PBX, and at no other."),
}


def check_people(board: Board, host: Host) -> None:
    """Note how many people wait for a user, and why."""
    counts, examples = count_waiting(host), read_examples(host)
    if not counts and read_last_run(host) is None:
        board.not_checked(PEOPLE, _("No sync has run yet."), is_needed=False)
        return
    if not counts:
        board.ok(PEOPLE, _("Nobody waits for a user of the PBX."))
        return
    reason, n_people = counts.most_common(1)[0]
    others = counts.total() - n_people
    found = _n(
        "{n:,} of the people who are synced has no user of the PBX yet. For example: {example}",
        "{n:,} of the people who are synced have no user of the PBX yet. For example: {example}",
        n_people,
        example=examples.get(reason, ""),
    )
    more = _n("{n:,} more waits for another reason.", "{n:,} more wait for other reasons.", others) if others else ""
    board.not_well(PEOPLE, sentences(found, more), sentences(_REMEDIES.get(reason, ""), _OTHERWISE))
