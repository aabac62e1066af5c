"""One person outside of the nightly sync, by the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pbx_plugin_api import (
    DraftUser,
    Host,
    Provisioned,
    ProvisionOutcome,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Tenant,
    listing,
    sentences,
)
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import find_owner_ids, get_user, select_users
from portsip_m365_plugin.mapping.addresses import address_key, read_addresses
from portsip_m365_plugin.mapping.users import Skip
from portsip_m365_plugin.photos.reading import read_one_photo
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.users.joins import report_join, settle_join
from portsip_m365_plugin.users.judge import judge_person
from portsip_m365_plugin.users.match import AMBIGUOUS, explain_doubt, match_by_hand
from portsip_m365_plugin.users.scope import OUT_OF_SCOPE

_NOT_COVERED: Final = _("Your Microsoft account is not set up for this PBX. Ask your administrator to add you.")
_FOR_THE_PERSON: Final = {
    "guest": _("Guests of the organisation get no extension here. Ask your administrator."),
    "no_name": _("Your Microsoft account has neither a first nor a last name. Ask your administrator to enter one."),
    "no_plan": _("Your Microsoft account has no Microsoft 365 licence. Ask your administrator for one."),
    "link_needed": _("A user of this PBX has your e-mail address already. Ask your administrator to link it to you."),
    "out_of_scope": _("Your organisation has not chosen your account for this PBX. Ask your administrator to add you."),
    "not_reachable": _("Microsoft cannot be reached just now. Please try again in a few minutes."),
}
"""What people read if their first sign-in does not make them users, by reason."""


def describe_person(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """Describe the person that a request names, or say why not; None if this tenant does not use Microsoft 365.

    Nothing is written here; the host applies the description. Cost: one request, one more if only some groups are
    synced, one for the photo if the tenant syncs photos, three if a user made by hand has an address of the person, and
    four if an address was typed that is no sign-in name.
    """
    config = load_config(host)
    client = connect(host, config.connection, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return None if client.is_missing else ProvisionRefused(reason="not_connected", sentence=client.describe())
    rules = config.mapping_rules(tenant)
    if request.link is not None and request.link.authority != rules.entra_tenant_id:
        return None  # a person of another directory: another plugin may know them
    select = select_users(rules.extension_source.select)
    wanted = request.link.subject if request.link is not None else (request.typed or "").strip()
    try:
        user = get_user(client, wanted, select) if wanted else None
        owners = find_owner_ids(client, wanted) if user is None and "@" in wanted else set()
        if len(owners) == 1:
            user = get_user(client, owners.pop(), select)
    except GraphError as error:
        return _refuse(request, "not_reachable", error.describe())
    if len(owners) > 1:
        several = _(
            "Several people of the directory have the address {address}. Ask by object id: {ids}.",
            address=wanted,
            ids=listing(sorted(owners)),
        )
        return _refuse(request, AMBIGUOUS, several)
    if user is None:
        nobody = _("Nobody in the directory has the sign-in name, address or object id {name}.", name=wanted)
        return _refuse(request, "not_found", nobody)
    try:
        outcome = judge_person(host, client, rules, config.scope, user)
        if isinstance(outcome, Skip):
            remedy = _("Change the lists on USER SYNC to add this person.") if outcome.reason == OUT_OF_SCOPE else ""
            return _refuse(request, outcome.reason, sentences(outcome.detail, remedy))
        joined = _join(host, client, request, user, outcome)
    except GraphError as error:
        return _refuse(request, "not_reachable", error.describe())
    if isinstance(joined, ProvisionRefused):
        return joined
    photo = read_one_photo(client, outcome.link.subject) if config.photos.is_on else None
    return Provisioned(draft=outcome, photo=photo, fields=rules.fields, link_user_id=joined)


def _join(
    host: Host, client: GraphClient, request: ProvisionRequest, user: Mapping[str, Any], draft: DraftUser
) -> str | ProvisionRefused | None:
    """Return the user made by hand who is this person, None if there is none, or why nobody may be added.

    The rule is the same as in the sync: never a second user. At a first sign-in nobody is linked by an address,
    because an administrator of the directory can give any address to anybody.
    """
    oid, addresses = draft.link.subject, read_addresses(user)
    matches = match_by_hand(host, addresses) if host.users.find(draft.link) is None else []
    if not matches:
        settle_join(host, oid)
        return None
    if request.reason is ProvisionReason.FIRST_SIGN_IN:
        report_join(host, draft, addresses, matches)
        return _refuse(request, "link_needed", "")
    if any(divergence.link == draft.link for divergence in host.users.diverged()):
        return None  # their own user was deleted in the PBX: they get it back, with its number
    keys = {address_key(match.email) for match in matches}
    owners = {owner for key in sorted(keys) for owner in find_owner_ids(client, key)} - {draft.link.subject}
    doubt = explain_doubt(matches, is_shared=bool(owners))
    if doubt is not None:
        return ProvisionRefused(reason=doubt[0], sentence=doubt[1])
    settle_join(host, oid)  # the host links them with this answer; if it cannot, the next sign-in says so again
    return matches[0].user_id


def _refuse(request: ProvisionRequest, reason: str, for_admin: str) -> ProvisionRefused:
    """Refuse in words for the reader: an administrator, or the person who has just signed in."""
    if request.reason is not ProvisionReason.FIRST_SIGN_IN:
        return ProvisionRefused(reason=reason, sentence=for_admin)
    return ProvisionRefused(reason=reason, sentence=_FOR_THE_PERSON.get(reason, _NOT_COVERED))
