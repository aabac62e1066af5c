"""One person outside the sync, described by the same rules as in it."""

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
"""What somebody reads whose first sign-in does not make a user."""


def describe_person(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """Describe the person a request names, or say why not; None where this tenant uses no Microsoft 365.

    Only describes; the host applies. Cost: one request, and two for the photo where the tenant wants photos.
    """
    config = load_config(host)
    client = connect(host, config.connection, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return None if client.is_missing else ProvisionRefused(reason="not_connected", sentence=client.describe())
    rules = config.mapping_rules(tenant)
    if request.link is not None and request.link.authority != rules.entra_tenant_id:
        return None  # of a directory that is not this tenant's: somebody else's to describe
    wanted = request.link.subject if request.link is not None else (request.typed or "").strip()
    try:
        user = get_user(client, wanted) if wanted else None
    except GraphError as error:
        return _refuse(request, "not_reachable", error.describe())
    if user is None:
        return _refuse(request, "not_found", "Nobody of that sign-in name or object id is in the directory.")
    outcome = map_user(user, rules)
    if isinstance(outcome, Skip):
        return _refuse(request, outcome.reason, outcome.detail)
    no_person = Mailboxes(host).reason_for(outcome.link.subject)
    if no_person is not None:
        return _refuse(request, no_person, SKIP_DETAILS[no_person])
    photo = read_one_photo(client, outcome.link.subject) if config.photos.is_on else None
    return Provisioned(draft=outcome, photo=photo)


def _refuse(request: ProvisionRequest, reason: str, for_admin: str) -> ProvisionRefused:
    """Say it in the words of whoever reads it: an administrator, or the person who has just signed in."""
    if request.reason is not ProvisionReason.FIRST_SIGN_IN:
        return ProvisionRefused(reason=reason, sentence=for_admin)
    return ProvisionRefused(reason=reason, sentence=_FOR_THE_PERSON.get(reason, _NOT_COVERED))
