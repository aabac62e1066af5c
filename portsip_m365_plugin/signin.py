"""Sign-in with Microsoft as the login page offers it: one provider, or none while sign-in is off."""

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
from portsip_m365_plugin.config.reader import Config, load_config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.connect import NotReady, credential_for, find_app
from portsip_m365_plugin.entra.identity_provider import shared_identity_provider
from portsip_m365_plugin.entra.keypair import KeyPair
from portsip_m365_plugin.entra.signin import PROVIDER_ID, SignIn, SignInApp
from portsip_m365_plugin.keys import ACTIVE_KEY, NEXT_KEY, load_key_pair

_NOT_SET_UP = "Signing in with Microsoft is not set up completely. Ask your administrator."


def offer_sign_in(host: Host) -> tuple[LoginProvider, ...]:
    """Return the Microsoft icon if the tenant has switched sign-in on. Cost: one look at the settings, no network.

    If the connection is broken, the icon stays and signing in says so. If the icon disappeared, the rule that synced
    users may not use passwords would disappear with it.
    """
    config = load_config(host)
    if config.signin.mode is SignInMode.OFF:
        return ()

    def begin(request: LoginRequest) -> LoginRedirect | LoginRefused:
        signing = _open(host, config)
        return signing if isinstance(signing, LoginRefused) else signing.begin(request)

    def complete(flow: LoginFlow, params: Mapping[str, str]) -> LoginOutcome:
        signing = _open(host, config)
        return signing if isinstance(signing, LoginRefused) else signing.complete(flow, params)

    def sign_out(post_logout_redirect_uri: str, session_hint: str) -> str | None:
        signing = _open(host, config)
        return None if isinstance(signing, LoginRefused) else signing.sign_out(post_logout_redirect_uri, session_hint)

    provider = LoginProvider(
        id=PROVIDER_ID,
        label="Sign in with Microsoft",
        icon="microsoft",
        password_policy=config.signin.password_policy,
        begin=begin,
        complete=complete,
        sign_out=sign_out,
    )
    return (provider,)


def _open(host: Host, config: Config) -> SignIn | LoginRefused:
    if not config.is_readable("signin"):  # with a default list somebody could get in who is on the real one
        return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail=config.why_unreadable)
    app = find_app(config.connection)
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
        admits=config.signin.admits,
        first_sign_in_creates=config.signin.first_sign_in_creates,
        response_mode=config.signin.response_mode,
        provider=provider,
        origins=host.web_origins,
        users=host.users,
        clock=host.clock,
    )


def _choose_pair(host: Host) -> KeyPair | None:
    """Return the active pair while it is valid, else the next one. A code can be redeemed only once."""
    for name in (ACTIVE_KEY, NEXT_KEY):
        pair = load_key_pair(host, name)
        if pair is not None and pair.certificate.not_after_utc > host.clock.now_utc():
            return pair
    return None
