"""What the SIGN IN tab offers on the login page: one provider, or none while sign-in is off."""

from __future__ import annotations

from collections.abc import Mapping

from pbx_plugin_api import (
    Host,
    LoginFlow,
    LoginOutcome,
    LoginProvider,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
)
from portsip_m365_plugin.connect import (
    ACTIVE_KEY,
    NEXT_KEY,
    NotReady,
    credential_for,
    load_app_settings,
    load_key_pair,
)
from portsip_m365_plugin.entra.identity_provider import shared_identity_provider
from portsip_m365_plugin.entra.keypair import KeyPair
from portsip_m365_plugin.entra.signin import PROVIDER_ID, SignIn, SignInApp
from portsip_m365_plugin.entra.signin_policy import SignInMode, SignInPolicy
from portsip_m365_plugin.page.signin_tab import read_signin_policy

__all__ = ["offer_sign_in"]

_NOT_SET_UP = "Signing in with Microsoft is not set up completely. Ask your administrator."


def offer_sign_in(host: Host) -> tuple[LoginProvider, ...]:
    """Return the Microsoft icon where the tenant has switched it on. Cost: one look at the settings, no network.

    A tenant whose connection is broken keeps the icon, which then says so: were it to vanish, so would the rule that
    synced users may not use passwords.
    """
    policy = read_signin_policy(host.settings.read().values)
    if policy.mode is SignInMode.OFF:
        return ()

    def begin(request: LoginRequest) -> LoginRedirect | LoginRefused:
        signing = _open(host, policy)
        return signing if isinstance(signing, LoginRefused) else signing.begin(request)

    def complete(flow: LoginFlow, params: Mapping[str, str]) -> LoginOutcome:
        signing = _open(host, policy)
        return signing if isinstance(signing, LoginRefused) else signing.complete(flow, params)

    def sign_out(post_logout_redirect_uri: str, session_hint: str) -> str | None:
        signing = _open(host, policy)
        return None if isinstance(signing, LoginRefused) else signing.sign_out(post_logout_redirect_uri, session_hint)

    provider = LoginProvider(
        id=PROVIDER_ID,
        label="Sign in with Microsoft",
        icon="microsoft",
        password_policy=policy.password_policy,
        begin=begin,
        complete=complete,
        sign_out=sign_out,
    )
    return (provider,)


def _open(host: Host, policy: SignInPolicy) -> SignIn | LoginRefused:
    app = load_app_settings(host.settings.read().values)
    if isinstance(app, NotReady):
        return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail=app.describe())
    try:
        pair = _choose_pair(host)
        if pair is None:
            return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail="there is no valid key pair")
        signin_app = SignInApp.of(credential_for(app, pair))
        provider = shared_identity_provider()
    except (ValueError, OSError) as error:
        detail = f"key pair or trust store cannot be used: {type(error).__name__}"
        return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail=detail)
    return SignIn(
        app=signin_app,
        policy=policy,
        provider=provider,
        origins=host.web_origins,
        users=host.users,
        clock=host.clock,
    )


def _choose_pair(host: Host) -> KeyPair | None:
    """The active pair while it is valid, else the next one. A code is redeemed once, so nothing is tried out here."""
    for name in (ACTIVE_KEY, NEXT_KEY):
        pair = load_key_pair(host, name)
        if pair is not None and pair.certificate.not_after_utc > host.clock.now_utc():
            return pair
    return None
