"""A sign-in of the plugin at a scripted Entra, begun and completed as a host would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from pbx_plugin_api import (
    LinkedUser,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    SignedIn,
    Users,
    WebOrigins,
)
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.stores import FakeRateBudget
from portsip_m365_plugin.config.signin import SignInConfig, SignInMode
from portsip_m365_plugin.entra.identity_provider import IdentityProvider
from portsip_m365_plugin.entra.signin import SignIn, SignInApp
from tests.support.entra_peer import DISCOVERY_URL, EntraPeer, signer
from tests.support.idtoken_forge import CLIENT_ID, TENANT_ID
from tests.support.signin_host import HostClock, LinkedUsers

WEB, SBC = "https://pbx.example.com:8887", "https://sbc.example.com:8887"


def sign_in(peer: EntraPeer, *users: LinkedUser, **changes: Any) -> SignIn:
    app = SignInApp(discovery_url=DISCOVERY_URL, entra_tenant_id=TENANT_ID, client_id=CLIENT_ID, signer=signer())
    decided = {name: changes.pop(name) for name in ("mode", "people") if name in changes}
    made = SignIn(
        app=app,
        admits=SignInConfig(**{"mode": SignInMode.ALL, **decided}).admits,
        provider=IdentityProvider(peer),
        origins=WebOrigins(web=WEB, sbc=SBC),
        users=cast(Users, LinkedUsers(*users)),
        clock=HostClock(),
        budget=FakeRateBudget(FakeClock()),
    )
    return replace(made, **changes)


def begun(signing: SignIn, **request: Any) -> LoginRedirect:
    redirect = signing.begin(LoginRequest(**{"origin": WEB, **request}))
    assert isinstance(redirect, LoginRedirect), redirect
    return redirect


def completed(signing: SignIn, peer: EntraPeer) -> SignedIn | LoginRefused:
    redirect = begun(signing)
    return signing.complete(redirect.flow, peer.authorize(redirect.url))


def refused(signing: SignIn, peer: EntraPeer) -> LoginRefused:
    outcome = completed(signing, peer)
    assert isinstance(outcome, LoginRefused), outcome
    return outcome
