"""Which PBX user made by hand is which person of the directory: only where there is no doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from pbx_plugin_api import Host, UnlinkedUser, UserLink, listing, sentences
from portsip_m365_plugin.graph.errors import BudgetSpentError, GraphError
from portsip_m365_plugin.mapping.addresses import address_key
from portsip_m365_plugin.texts import _, pack
from portsip_m365_plugin.users.spool import Kind, Spool

AMBIGUOUS: Final = "ambiguous_match"
ADMINISTRATOR: Final = "administrator_match"

FindOwners: TypeAlias = Callable[[str], Iterable[str]]
"""Returns the object ids of everybody in the directory who has an address. May raise `GraphError`."""

_ASK_MAX_PEOPLE: Final = 100
"""More new people than this, each with the address of a user made by hand, are not asked about in one run."""
_NOT_ASKED: Final = _(
    "A PBX user has an address of this person, and Microsoft could not be asked yet who else has it. Nobody was linked,"
    " and no second user was made; the next run asks again."
)
_REMEDY: Final = _("Change the e-mail address of the PBX user, or correct the addresses at Microsoft.")


def find_matches(host: Host, spool: Spool, authority: str, find_owners: FindOwners | None) -> None:
    """Fill `matched` with pairs of a person and a user made by hand, and `doubtful` with people in doubt.

    They match if the user's mail is the person's sign-in name, mail or one of their aliases, case ignored, and if that
    holds for exactly one person of the directory and exactly one such user. People whom the rules leave out (guests,
    for example) never match, but they raise doubt. An administrator's user raises doubt too: it is never linked. People
    in doubt get no user: they would be two users of the PBX.

    Args:
        host: The tenant's.
        spool: With everybody who was pulled.
        authority: The directory.
        find_owners: Asks the directory who has an address; None if everybody was listed. Cost: up to three requests
            for each new person whose address a user made by hand has; none while that doubt is as it was.

    Raises:
        GraphError: The directory is busy, or the run's time is over; retryable. Nothing was concluded.
    """
    users = _by_address(host)
    if not users:
        return
    for oid, addresses in spool.rows("SELECT oid, addresses FROM pulled WHERE addresses IS NOT NULL"):
        found = {user.user_id for address in addresses.split() for user in users.get(address, ())}
        spool.run_many("INSERT OR IGNORE INTO matched VALUES (?, ?)", ((oid, user_id) for user_id in sorted(found)))
    by_id = {user.user_id: user for same in users.values() for user in same}
    n_asked = 0
    wanted = [oid for (oid,) in spool.rows(_NEW_PEOPLE, (Kind.DRAFT,))]
    for oid in wanted:
        user_ids = _matched(spool, oid)
        doubt = sign_doubt(by_id[user_id] for user_id in user_ids)
        kept = spool.first(
            "SELECT reason, detail FROM waiting WHERE oid = ? AND doubt = ? AND is_restored", (oid, doubt)
        )
        if kept is not None:
            spool.run("INSERT OR IGNORE INTO doubtful VALUES (?, ?, ?, ?)", (oid, *kept, doubt))
        elif find_owners is not None and host.users.find(UserLink(authority=authority, subject=oid)) is None:
            n_asked += 1
            if n_asked > _ASK_MAX_PEOPLE or not _ask(spool, user_ids, by_id, find_owners):
                # Without a doubt's signature: the next run asks again.
                spool.run("INSERT OR IGNORE INTO doubtful VALUES (?, ?, ?, '')", (oid, AMBIGUOUS, pack(_NOT_ASKED)))
    for oid in wanted:
        matches = [by_id[user_id] for user_id in _matched(spool, oid)]
        shared = spool.first(_SHARED, (oid,)) is not None
        why = explain_doubt(matches, is_shared=shared)
        if why is not None:
            doubt = sign_doubt(matches)
            reason, detail = why
            spool.run("INSERT OR IGNORE INTO doubtful VALUES (?, ?, ?, ?)", (oid, reason, pack(detail), doubt))


def _ask(spool: Spool, user_ids: list[str], by_id: dict[str, UnlinkedUser], find_owners: FindOwners) -> bool:
    """Add everybody else who has an address of these users; False if Microsoft refuses to say."""
    for user_id in user_ids:
        try:
            others = find_owners(address_key(by_id[user_id].email))
        except GraphError as error:
            if error.retry_at_utc is not None or isinstance(error, BudgetSpentError):
                raise
            return False  # one person waits; the sync of all the others goes on
        spool.run_many("INSERT OR IGNORE INTO matched VALUES (?, ?)", ((other, user_id) for other in others))
    return True


_NEW_PEOPLE: Final = "SELECT DISTINCT oid FROM matched JOIN pulled USING (oid) WHERE kind = ? ORDER BY oid"
_SHARED: Final = """
SELECT 1 FROM matched AS own JOIN matched AS other USING (user_id) WHERE own.oid = ? AND other.oid <> own.oid LIMIT 1
"""


def explain_doubt(matches: list[UnlinkedUser], *, is_shared: bool) -> tuple[str, str] | None:
    """Return why a person cannot be linked, as reason and detail; None if the one match is certain.

    Args:
        matches: The users made by hand that have an address of the person; at least one.
        is_shared: Whether another person has the address too.
    """
    names = listing(sorted(user.username for user in matches))
    if any(not user.is_linkable for user in matches):
        sentence = _(
            "The PBX user {users} has an address of this person and is an administrator, who is never linked. No second"
            " user was made.",
            users=names,
        )
        return ADMINISTRATOR, sentences(sentence, _REMEDY)
    if len(matches) > 1:
        sentence = _("Several PBX users have an address of this person: {users}. None was linked.", users=names)
        return AMBIGUOUS, sentences(sentence, _REMEDY)
    if is_shared:
        sentence = _(
            "The PBX user {users} has an address that several people of the directory have. Nobody was linked, and no"
            " second user was made.",
            users=names,
        )
        return AMBIGUOUS, sentences(sentence, _REMEDY)
    return None


def match_by_hand(host: Host, addresses: Iterable[str]) -> list[UnlinkedUser]:
    """Return the users made by hand that have one of these addresses. Cost: one pass over them."""
    keys = set(addresses)
    return [user for user in host.users.unlinked() if address_key(user.email) in keys]


def sign_doubt(users: Iterable[UnlinkedUser]) -> str:
    """Return a text that changes when other users match, or the same ones with other addresses."""
    return " ".join(sorted(f"{user.user_id}:{address_key(user.email)}:{int(user.is_linkable)}" for user in users))


def _by_address(host: Host) -> dict[str, list[UnlinkedUser]]:
    found: dict[str, list[UnlinkedUser]] = {}
    for user in host.users.unlinked():
        key = address_key(user.email)
        if key:
            found.setdefault(key, []).append(user)
    return found


def _matched(spool: Spool, oid: str) -> list[str]:
    return [row[0] for row in spool.rows("SELECT user_id FROM matched WHERE oid = ? ORDER BY user_id", (oid,))]
