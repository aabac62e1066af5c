"""Which PBX user made by hand is which person of the directory: only where there is no doubt."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Host
from portsip_m365_plugin.users.spool import Kind, Spool

_DRAFT: Final = int(Kind.DRAFT)


def find_matches(host: Host, spool: Spool, *, is_full: bool) -> None:
    """Fill the table `matched` with pairs of a person and a user made by hand that may be linked.

    They match if the user's mail equals the person's mail or UPN, case ignored, and if that is true for exactly one
    person of the directory and exactly one such user. People whom the rules leave out (guests, for example) never
    match, but they raise doubt. People in doubt go into the table `doubtful`: they get users of their own, and the plan
    reports a problem.
    """
    if spool.first("SELECT 1 FROM pulled WHERE kind = ? LIMIT 1", (_DRAFT,)) is None:
        return
    keys = ((user.user_id, user.email.strip().casefold()) for user in host.users.unlinked() if user.email)
    spool.run_many("INSERT OR REPLACE INTO unlinked VALUES (?, ?)", keys)
    if not spool.count("unlinked"):
        return
    spool.run("CREATE INDEX unlinked_mail ON unlinked (mail_key)")
    for key in ("mail_key", "upn_key"):
        spool.run(
            "INSERT OR IGNORE INTO matched SELECT pulled.oid, unlinked.user_id"  # noqa: S608 - our own two names
            f" FROM pulled JOIN unlinked ON unlinked.mail_key = pulled.{key}"
        )
    if not is_full and spool.count("matched"):
        _doubt_by_linked(host, spool)
    spool.run(_NOTE_DOUBTFUL)
    spool.run("DELETE FROM matched WHERE oid IN (SELECT oid FROM doubtful)")
    spool.run("DELETE FROM matched WHERE oid NOT IN (SELECT oid FROM pulled WHERE kind = ?)", (_DRAFT,))


_NOTE_DOUBTFUL: Final = """
INSERT INTO doubtful
SELECT oid FROM matched GROUP BY oid HAVING count(*) > 1
UNION SELECT oid FROM matched WHERE user_id IN (SELECT user_id FROM matched GROUP BY user_id HAVING count(*) > 1)
"""


def _doubt_by_linked(host: Host, spool: Spool) -> None:
    """After a round of changes, the rest of the directory is known only by its linked users: compare those too."""
    for linked in host.users.linked():
        if linked.email:
            spool.run(
                "INSERT OR IGNORE INTO matched SELECT ?, user_id FROM unlinked WHERE mail_key = ?",
                (linked.link.subject, linked.email.strip().casefold()),
            )
