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
    PasswordPolicy,
    SignedIn,
    UserLink,
)
from portsip_m365_plugin.config.reader import Config, load_config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.connect import NotReady, credential_for, find_app
from portsip_m365_plugin.entra.identity_provider import shared_identity_provider
from portsip_m365_plugin.entra.signin import PROVIDER_ID, SignIn, SignInApp
from portsip_m365_plugin.keys.store import choose_single
from portsip_m365_plugin.redirects import remember_proven
from portsip_m365_plugin.signin_health import (
    forget_fault,
    refuses_passwords,
    remember_test,
    remember_test_failure,
    report_fault,
)
from portsip_m365_plugin.texts import _

_NOT_SET_UP = _("Signing in with Microsoft is not set up completely. Ask your administrator.")


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
        outcome = signing if isinstance(signing, LoginRefused) else signing.complete(flow, params)
        if isinstance(outcome, SignedIn):
            forget_fault(host)
            remember_proven(host, config.connection, flow.redirect_uri)
            if flow.is_test:
                remember_test(host, config.connection, outcome.login_name or outcome.link.subject)
        elif flow.is_test:
            remember_test_failure(host, config.connection, outcome.sentence, outcome.reason)
        return outcome

    def sign_out(post_logout_redirect_uri: str, session_hint: str) -> str | None:
        signing = _open(host, config)
        return None if isinstance(signing, LoginRefused) else signing.sign_out(post_logout_redirect_uri, session_hint)

    def admits(link: UserLink) -> bool:
        is_ours = link.authority == config.connection.entra_tenant_id and config.is_readable("signin")
        return is_ours and config.signin.admits(link.subject)

    is_refused = refuses_passwords(host, config.signin)
    provider = LoginProvider(
        id=PROVIDER_ID,
        label=_("Sign in with Microsoft"),
        icon="microsoft",
        password_policy=PasswordPolicy.REFUSED if is_refused else PasswordPolicy.ALLOWED,
        begin=begin,
        complete=complete,
        sign_out=sign_out,
        admits=admits,
        for_administrators=config.signin.administrators,
    )
    return (provider,)


def _open(host: Host, config: Config) -> SignIn | LoginRefused:
    if not config.is_readable("signin"):  # with a default list somebody could get in who is on the real one
        return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail=config.why_unreadable)
    app = find_app(config.connection)
    if isinstance(app, NotReady):
        return _not_set_up(host, config, app.describe())
    try:
        pair = choose_single(host)
        if pair is None:
            why = _(
                "There is no valid key pair. Generate one on the PERMISSIONS tab and upload public_key.pem to the app"
                " registration."
            )
            return _not_set_up(host, config, why)
        signin_app = SignInApp.of(credential_for(app, pair))
        provider = shared_identity_provider()
    except (ValueError, OSError) as error:
        why = _("The key pair or trust store cannot be used ({error}).", error=type(error).__name__)
        return _not_set_up(host, config, why)
    return SignIn(
        app=signin_app,
        admits=config.signin.admits,
        first_sign_in_creates=config.signin.first_sign_in_creates,
        administrators_may=config.signin.administrators,
        response_mode=config.signin.response_mode,
        provider=provider,
        origins=host.web_origins,
        users=host.users,
        clock=host.clock,
        budget=host.rate_budget,
        report_fault=lambda text: report_fault(host, config.signin, text),
    )


def _not_set_up(host: Host, config: Config, why: str) -> LoginRefused:
    report_fault(host, config.signin, why)
    return LoginRefused(sentence=_NOT_SET_UP, reason="not_set_up", detail=why)
