"""One person outside of the nightly sync, by the same rules."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import (
    Host,
    Provisioned,
    ProvisionOutcome,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Tenant,
)
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import get_user
from portsip_m365_plugin.mailboxes import Mailboxes
from portsip_m365_plugin.mapping.users import SKIP_DETAILS, Skip, map_user
from portsip_m365_plugin.photos import read_one_photo

_NOT_COVERED: Final = "Your Microsoft account is not set up for this PBX. Ask your administrator to add you."
_FOR_THE_PERSON: Final = {
    "guest": "Guests of the organisation get no extension here. Ask your administrator.",
    "no_name": "Your Microsoft account has neither a first nor a last name. Ask your administrator to enter one.",
    "no_plan": "Your Microsoft account has no Microsoft 365 licence. Ask your administrator for one.",
    "not_reachable": "Microsoft cannot be reached just now. Please try again in a few minutes.",
}
"""What people read if their first sign-in does not make them users, by reason."""


def describe_person(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """Describe the person that a request names, or say why not; None if this tenant does not use Microsoft 365.

    Nothing is written here; the host applies the description. Cost: one request, and two for the photo if the tenant
    syncs photos.
    """
    config = load_config(host)
    client = connect(host, config.connection, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return None if client.is_missing else ProvisionRefused(reason="not_connected", sentence=client.describe())
    rules = config.mapping_rules(tenant)
    if request.link is not None and request.link.authority != rules.entra_tenant_id:
        return None  # a person of another directory: another plugin may know them
    wanted = request.link.subject if request.link is not None else (request.typed or "").strip()
    try:
        user = get_user(client, wanted) if wanted else None
    except GraphError as error:
        return _refuse(request, "not_reachable", error.describe())
    if user is None:
        return _refuse(request, "not_found", "Nobody in the directory has this sign-in name or object id.")
    outcome = map_user(user, rules)
    if isinstance(outcome, Skip):
        return _refuse(request, outcome.reason, outcome.detail)
    no_person = Mailboxes(host).reason_for(outcome.link.subject)
    if no_person is not None:
        return _refuse(request, no_person, SKIP_DETAILS[no_person])
    photo = read_one_photo(client, outcome.link.subject) if config.photos.is_on else None
    return Provisioned(draft=outcome, photo=photo)


def _refuse(request: ProvisionRequest, reason: str, for_admin: str) -> ProvisionRefused:
    """Refuse in words for the reader: an administrator, or the person who has just signed in."""
    if request.reason is not ProvisionReason.FIRST_SIGN_IN:
        return ProvisionRefused(reason=reason, sentence=for_admin)
    return ProvisionRefused(reason=reason, sentence=_FOR_THE_PERSON.get(reason, _NOT_COVERED))
