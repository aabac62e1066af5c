"""Why somebody is synced or not: one person asked for by an administrator, by the rules of the sync.

The directory is asked once. What the PBX knows is added: the linked user, the waiting plan, and who waits for a user.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import (
    DisableReason,
    DraftUser,
    Host,
    InvalidValueError,
    LinkedUser,
    Tenant,
    UserLink,
    listing,
    sentences,
)
from portsip_m365_plugin.config.reader import Config, load_config
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import find_users, get_user, select_users
from portsip_m365_plugin.mapping.addresses import read_addresses
from portsip_m365_plugin.mapping.users import MappingRules, Skip
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.users.approval import read_waiting_pairs
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.judge import judge_person
from portsip_m365_plugin.users.left_out import find_left_out
from portsip_m365_plugin.users.match import match_by_hand
from portsip_m365_plugin.users.members import MemberStore
from portsip_m365_plugin.users.scope import which_filter
from portsip_m365_plugin.users.waiting import read_waiting

_WHO_MAX_CHARS: Final = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known of one person."""

    is_synced: bool
    """Whether the person has an enabled, linked user of the PBX now."""
    reason: str
    """A short machine word: `synced`, `not_in_directory`, `guest`, `out_of_scope`, `awaits_approval` and so on."""
    sentence: str
    """The rule, and what to do, for an administrator."""
    since_utc: datetime | None = None
    """When a run met this reason for the first time; None where no run has."""
    entra_object_id: str | None = None
    upn: str | None = None
    display_name: str | None = None
    username: str | None = None
    extension_number: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON, times in ISO 8601."""
        since = self.since_utc.isoformat() if self.since_utc is not None else None
        return {**asdict(self), "since_utc": since}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotExplain:
    """Nothing is known, because the directory could not be asked. Never to be read as "not there"."""

    message: str
    remedy: str = ""


def explain_person(host: Host, tenant: Tenant, typed: str) -> Explanation | CannotExplain:
    """Say whether a person is synced, and if not, which rule leaves them out and since when.

    Changes nothing. Cost: one request for an object id or sign-in name, up to four for an address, one more for 20
    groups.

    Args:
        host: The tenant's.
        tenant: The tenant.
        typed: A sign-in name, an address (also an alias) or an object id.
    """
    wanted = typed.strip()
    if not wanted or len(wanted) > _WHO_MAX_CHARS:
        return CannotExplain(
            message=_("Nobody is named."), remedy=_("Give a sign-in name, an address or an object id.")
        )
    config = load_config(host)
    client = connect(host, config.connection, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return CannotExplain(message=client.describe())
    rules = config.mapping_rules(tenant)
    try:
        return _ask(host, client, config, rules, wanted)
    except GraphError as error:
        # Translators: {name} is what was typed; {why} is whole sentences.
        message = _("The directory could not be asked about {name}: {why}", name=wanted, why=error.describe())
        return CannotExplain(message=message)


def _ask(host: Host, client: GraphClient, config: Config, rules: MappingRules, wanted: str) -> Explanation:
    found = find_users(client, wanted)
    if len(found) > 1:
        several = _(
            "Several people of the directory have the address {address}. Ask by object id: {ids}.",
            address=wanted,
            ids=listing(str(user["id"]) for user in found),
        )
        return Explanation(is_synced=False, reason="ambiguous", sentence=several)
    user = get_user(client, str(found[0]["id"]), select_users(rules.extension_source.select)) if found else None
    if user is None:
        return _explain_absent(host, rules, wanted)
    oid = str(user["id"])
    linked = host.users.find(UserLink(authority=rules.entra_tenant_id, subject=oid))
    outcome = judge_person(host, client, rules, config.scope, user)
    reason, sentence, since = _judge(host, user, linked, outcome)
    return Explanation(
        is_synced=linked is not None and linked.enabled,
        reason=reason,
        sentence=sentence,
        since_utc=since,
        entra_object_id=oid,
        upn=_text(user.get("userPrincipalName")),
        display_name=_text(user.get("displayName")),
        username=linked.username if linked else None,
        extension_number=linked.extension_number if linked else None,
    )


def _judge(
    host: Host, user: dict[str, Any], linked: LinkedUser | None, outcome: DraftUser | Skip
) -> tuple[str, str, datetime | None]:
    """Return reason, sentence, and since when."""
    oid = str(user["id"])
    if isinstance(outcome, Skip):
        return _explain_skip(host, oid, linked, outcome)
    if linked is not None:
        return _explain_linked(linked)
    waiting = read_waiting(host, oid)
    if waiting is not None:
        return waiting[0], waiting[1], None
    if _waits(host, oid, Phase.CREATE, Phase.LINK):
        plan = _("A plan that waits for approval would make this user. Approve it on the USER SYNC tab.")
        return "awaits_approval", plan, None
    left = find_left_out(host, oid)
    if left is not None:
        now_in = _("The last run left this person out for a reason that no longer holds; the next sync brings them in.")
        return "next_sync", now_in, left.since_utc
    matches = match_by_hand(host, read_addresses(user))
    if matches:
        settles = _(
            "The next sync settles whether the PBX user {names}, made by hand, is this person.",
            names=listing(sorted(match.username for match in matches)),
        )
        return "next_sync", settles, None
    return "next_sync", _("No rule leaves this person out: the next sync makes them a user."), None


def _explain_skip(host: Host, oid: str, linked: LinkedUser | None, skip: Skip) -> tuple[str, str, datetime | None]:
    left = find_left_out(host, oid)
    since = left.since_utc if left is not None and left.reason == skip.reason else None
    sentence = skip.detail
    if linked is not None and linked.enabled:
        unread = MemberStore(host).unread() if which_filter(skip.reason, skip.detail) == "groups" else ()
        then = (
            _("They stay so while the sync cannot read every group ({groups}).", groups=listing(unread))
            if unread
            else _describe_next(host, oid, skip.reason)
        )
        sentence = sentences(sentence, _say_enabled(linked), then)
    elif linked is not None:
        since = since or linked.disabled_at_utc
        kept = _(
            "The user {user} is disabled and keeps extension {extension}.",
            user=linked.username,
            extension=linked.extension_number,
        )
        sentence = sentences(sentence, kept)
    return skip.reason, sentence, since


def _explain_linked(linked: LinkedUser) -> tuple[str, str, datetime | None]:
    who, extension = linked.username, linked.extension_number
    if linked.enabled:
        return "synced", _("Synced as user {user}, extension {extension}.", user=who, extension=extension), None
    if linked.disabled_reason is DisableReason.BY_ADMIN:
        sentence = _(
            "An administrator of the PBX has disabled the user {user}, extension {extension}. The sync never enables"
            " such a user.",
            user=who,
            extension=extension,
        )
        return "disabled_by_admin", sentence, linked.disabled_at_utc
    sentence = _(
        "The user {user}, extension {extension}, is disabled for a reason that no longer holds; the next sync enables"
        " the user.",
        user=who,
        extension=extension,
    )
    return "next_sync", sentence, linked.disabled_at_utc


def _explain_absent(host: Host, rules: MappingRules, wanted: str) -> Explanation:
    """Explain somebody who is not in the directory. The PBX may still have the user of a person who left."""
    linked = _find_linked(host, rules, wanted)
    if linked is None:
        sentence = _("Nobody in the directory has the sign-in name, address or object id {name}.", name=wanted)
        return Explanation(is_synced=False, reason="not_in_directory", sentence=sentence)
    if linked.enabled:
        state = sentences(_say_enabled(linked), _describe_next(host, linked.link.subject, "deleted"))
    else:
        state = _(
            "The user {user} (extension {extension}) is disabled.",
            user=linked.username,
            extension=linked.extension_number,
        )
    return Explanation(
        is_synced=linked.enabled,
        reason="deleted",
        sentence=sentences(_("Deleted at Microsoft."), state),
        since_utc=linked.disabled_at_utc,
        entra_object_id=linked.link.subject,
        display_name=linked.display_name,
        username=linked.username,
        extension_number=linked.extension_number,
    )


def _find_linked(host: Host, rules: MappingRules, wanted: str) -> LinkedUser | None:
    try:
        by_id = host.users.find(UserLink(authority=rules.entra_tenant_id, subject=wanted))
    except InvalidValueError:
        return None
    if by_id is not None or "@" not in wanted:
        return by_id
    same = [user for user in host.users.linked() if (user.email or "").casefold() == wanted.casefold()]
    return same[0] if len(same) == 1 else None


def _waits(host: Host, oid: str, *phases: Phase) -> bool:
    """Whether one of these actions for a person waits for approval."""
    words = {phase.word for phase in phases}
    return any(subject == oid and action in words for subject, action in read_waiting_pairs(host))


def _say_enabled(linked: LinkedUser) -> str:
    return _(
        "The user {user} (extension {extension}) is still enabled.",
        user=linked.username,
        extension=linked.extension_number,
    )


def _describe_next(host: Host, oid: str, reason: str) -> str:
    """Return what the next sync does with an enabled user whose person is left out."""
    if reason in ("no_name", "invalid"):
        return _("The sync leaves the user as it is.")
    if _waits(host, oid, Phase.DISABLE, Phase.DELETE):
        return _("A plan that waits for approval on the USER SYNC tab would change that.")
    return _("The next sync does what the settings for leavers say.")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
