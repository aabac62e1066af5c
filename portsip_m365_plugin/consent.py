"""Admin consent by somebody else: the address to give away, and what is known after a browser came back.

What comes back proves nothing about permissions: its parameters are not signed. It proves the redirect URI, because
Entra sends a browser only to a registered one, and it is a reason to look again with a new token.

Source: Microsoft identity platform, "Admin consent" (v2-admin-consent, read 2026-11): `/{tenant}/adminconsent` with
`client_id`, `redirect_uri` and `state` consents to everything that the registration lists; never trust `tenant` in
the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from pbx_plugin_api import Done, Host, JsonValue, Landing, Refused
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.connect import NotReady, find_app, forget_tokens
from portsip_m365_plugin.redirects import redirect_uris, remember_proven
from portsip_m365_plugin.texts import _

PURPOSE: Final = "consent"
ADDRESS_DAYS: Final = 30
"""How long a consent address is of use."""
_KEY: Final = "consent"
_GIVEN: Final = "true"
_FORGET_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A browser came back from the consent page of the app that is connected now."""

    at_utc: datetime
    is_given: bool
    """Whether the page said that consent was given. Only a call can prove it."""


def make_consent_address(host: Host, connection: ConnectionConfig) -> str:
    """Return an address at which an administrator of the directory consents; of use for `ADDRESS_DAYS`. No network.

    Empty where the application or its cloud is not known yet.
    """
    app = find_app(connection)
    if isinstance(app, NotReady):
        return ""
    state = host.landing_state(PURPOSE, about=connection.mark, keep_s=ADDRESS_DAYS * 86_400)
    query = {"client_id": app.client_id, "redirect_uri": redirect_uris(host.web_origins)[0], "state": state}
    return f"{app.cloud.authority}/{quote(app.entra_tenant_id, safe='')}/adminconsent?{urlencode(query)}"


def read_consent(host: Host, connection: ConnectionConfig) -> Consent | None:
    """Return how a browser came back last; None if none has, or the app is another one by now."""
    record = host.state.get(_KEY)
    shape = record.value if record is not None else None
    if not isinstance(shape, dict) or shape.get("app") != connection.mark:
        return None
    return Consent(at_utc=datetime.fromisoformat(str(shape["at"])), is_given=shape["given"] is True)


def settle_landing(host: Host, connection: ConnectionConfig, landing: Landing) -> Done | Refused:
    """Remember that a browser came back from the consent page, and answer the person. No network. Idempotent."""
    if landing.purpose != PURPOSE or landing.about != connection.mark:
        return Refused(
            message=_("This address was made for another application than the one that the PBX uses now."),
            remedy=_("Ask the administrator of the PBX for a new address."),
        )
    remember_proven(host, connection, landing.address)
    is_given = landing.params.get("admin_consent", "").lower() == _GIVEN and "error" not in landing.params
    before = read_consent(host, connection)
    if is_given or before is None or not before.is_given:  # somebody who cancels later takes nothing back
        shape: JsonValue = {"app": landing.about, "at": host.clock.now_utc().isoformat(), "given": is_given}
        host.state.put(_KEY, shape)
    if not is_given:
        return Refused(
            message=_("Microsoft reports that consent was not given."),
            remedy=_(
                "Open the address again and accept, as a Privileged Role Administrator or a Global Administrator."
            ),
        )
    forget_tokens(connection, not_within_s=_FORGET_S)
    return Done(
        message=_(
            "Microsoft reports that consent was given. The administrator of the PBX can now press Test connection."
        )
    )
