"""Sign-in for the PortSIP ONE app: in the system browser, back by loopback or URL scheme, then a code for a session.

The app begins with its own challenge (as in PKCE, RFC 7636) and gets a one-time code. The code is valid for 60 seconds
and only together with the verifier. For 30 days the app renews its session with a token that changes at each use.
Tokens are sent in bodies and headers, never in an address. Source: RFC 8252.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.shield import without_form_token
from pbx_devhost.portal.signin.admission import Admitted
from pbx_devhost.portal.signin.passwords import choose_tenant, offered
from pbx_devhost.portal.signin.refusals import refuse
from pbx_devhost.portal.visit import APP_TOKEN_PREFIX, the_pbx, the_visit, with_browser_secret
from pbx_devhost.portal.words import is_safe_link
from pbx_devhost.store.signin.flows import BegunFlow
from pbx_devhost.store.signin.renewals import AppTokens
from pbx_devhost.store.signin.sessions import SESSION_S, Session, SessionRefusedError
from pbx_devhost.store.users.rows import link_of
from pbx_devhost.texts import _, _p
from pbx_plugin_api import LoginRefused, SignedIn, Tenant
from pbx_plugin_api.hosting.isolation import Outcome

pages = Blueprint("native", __name__)

APP_SCHEME: Final = "com.portsip.one"
"""The URL scheme that the app registers: a reversed domain name (RFC 8252, section 7.1)."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_STATE: Final = re.compile(r"[A-Za-z0-9._~-]{8,256}")
_CODE_MAX_CHARS: Final = 100
_NO_APP: Final = _("The app sent a request that is not valid. Update the app, or ask your administrator.")

_NO_DOMAIN: Final = _("No PBX tenant has this domain here. Check the SIP domain that you entered in the app.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRequest:
    """Where the app waits, and what proves that it is the app that began."""

    redirect_uri: str
    code_challenge: str
    app_state: str

    @classmethod
    def read(cls, values: Mapping[str, str]) -> AppRequest | str | None:
        """Read it from a request: None if no app asks, a reason if the app's request is wrong."""
        if "redirect_uri" not in values and "code_challenge" not in values:
            return None
        if values.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(values.get("code_challenge", "")):
            return _("code_challenge: 43 characters, by S256")
        if not _STATE.fullmatch(values.get("app_state", "")):
            return _("app_state: 8 to 256 unreserved characters")
        redirect_uri = values.get("redirect_uri", "")
        if not _is_apps_address(redirect_uri):
            return _("redirect_uri: http://127.0.0.1:PORT/… or http://[::1]:PORT/…, or the app's registered scheme")
        return cls(redirect_uri=redirect_uri, code_challenge=values["code_challenge"], app_state=values["app_state"])

    def as_texts(self) -> dict[str, str]:
        """Return it as texts, to be kept with the flow."""
        return asdict(self)

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> AppRequest | None:
        """Return it from the texts kept with the flow; None if no app asked."""
        return cls(**texts) if texts else None

    def address(self, **values: str) -> str:
        """Return where to send the browser: the app's address with these values and the app's state."""
        return f"{self.redirect_uri}?{urlencode({**values, 'state': self.app_state})}"


@pages.get("/app/sign-in")
def ask() -> ResponseReturnValue:
    """Ask the person in the browser whether they want to sign in to the app. It does not begin a sign-in itself."""
    visit = with_browser_secret(the_visit())
    tenant = choose_tenant(visit, request.args.get("domain", ""))
    app = AppRequest.read(request.args)
    if tenant is None or not isinstance(app, AppRequest):
        detail = app if isinstance(app, str) else _("no tenant of that domain, or no redirect URI")
        # An app whose request is in order names a domain that somebody typed into it.
        sentence = _NO_DOMAIN if isinstance(app, AppRequest) else _NO_APP
        return refuse(
            tenant, LoginRefused(sentence=sentence, reason="malformed_app_request", detail=detail), status=400
        )
    ways, __ = offered(the_pbx(), tenant)
    hint, other = request.args.get("login_hint", "")[:320], request.args.get("other_account") == "1"
    return render_template(
        "app_sign_in.html", tenant=tenant, visit=visit, menu=(), ways=ways, app=app, hint=hint, other_account=other
    )


def give_code(tenant: Tenant, begun: BegunFlow, outcome: SignedIn, admitted: Admitted, app: AppRequest) -> Response:
    """Send the browser to the app with a one-time code. The browser gets no session."""
    grant = {
        "user_id": admitted.user.user_id,
        "provider": begun.flow.provider_id,
        "session_hint": outcome.session_hint,
        "redirect_uri": app.redirect_uri,
    }
    code = the_pbx().stores.flows.put_code(tenant.pbx_tenant_id, begun.plugin, grant, challenge=app.code_challenge)
    return make_response(redirect(app.address(code=code), code=303))


def refuse_for_app(tenant: Tenant, refusal: LoginRefused, app: AppRequest) -> ResponseReturnValue:
    """Refuse in the browser, with a link back to the app that reports the refusal there."""
    again = {**app.as_texts(), "domain": tenant.sip_domain, "code_challenge_method": "S256", "other_account": "1"}
    other_account = f"/app/sign-in?{urlencode(again)}"
    return refuse(tenant, refusal, back_to_app=app.address(error="access_denied"), other_account=other_account)


@pages.post("/app/token")
@without_form_token  # it reads no cookie: the code, or the refresh token, and the verifier count
def exchange() -> ResponseReturnValue:
    """Give the app that began its session: for the code, once, and then for its newest refresh token."""
    form = request.form
    verifier = form.get("code_verifier", "")
    if not _VERIFIER.fullmatch(verifier):
        return _invalid_grant()
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if form.get("grant_type", "authorization_code") == "refresh_token":
        return _renew(form.get("refresh_token", ""), challenge)
    code, stores = form.get("code", ""), the_pbx().stores
    if not 1 <= len(code) <= _CODE_MAX_CHARS:
        return _invalid_grant()
    found = stores.flows.pop_code(code, challenge=challenge)
    if found is None:
        return _invalid_grant()
    tenant_id, plugin, grant = found
    if grant["redirect_uri"] != form.get("redirect_uri", "") or not the_visit().reaches(tenant_id):
        return _invalid_grant()
    try:
        tokens = stores.renewals.begin(tenant_id, plugin, grant, challenge=challenge, prefix=APP_TOKEN_PREFIX)
    except SessionRefusedError:
        return _invalid_grant()
    return _show_tokens(tokens)


def _renew(refresh_token: str, challenge: str) -> ResponseReturnValue:
    pbx = the_pbx()
    renewal = pbx.stores.renewals.find(refresh_token)
    if renewal is None or not the_visit().reaches(renewal.tenant_id):
        return _invalid_grant()
    link = link_of(pbx.stores.users.find_by_id(renewal.tenant_id, renewal.user_id))
    is_admitted = False
    if link is not None:
        tenant = pbx.stores.tenants.find(renewal.tenant_id)
        answer = pbx.plugins.still_admits(renewal.plugin, tenant, renewal.provider, link)
        if answer.outcome in (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.WRONG_TYPE):
            return {"error": "temporarily_unavailable"}, 503  # the token is not used up
        is_admitted = bool(answer.value)
    if not is_admitted:
        pbx.stores.renewals.end(renewal.renewal_id)
        return _invalid_grant()
    tokens = pbx.stores.renewals.renew(refresh_token, challenge=challenge, prefix=APP_TOKEN_PREFIX)
    if tokens is None:
        detail = _("an old refresh token, another verifier, or a disabled user: the app's session has ended")
        pbx.stores.audit.record(renewal.tenant_id, "somebody", "session.renew", outcome="refused", detail=detail)
        return _invalid_grant()
    return _show_tokens(tokens)


def _show_tokens(tokens: AppTokens) -> ResponseReturnValue:
    shown = {"access_token": tokens.access_token, "token_type": "Bearer", "expires_in": SESSION_S}
    return {**shown, "refresh_token": tokens.refresh_token}


@pages.get("/app/me")
def me() -> ResponseReturnValue:
    """Return the user of the app's session."""
    found = _bearer()
    if found is None:
        return _no_token()
    _, session = found
    tenant = the_pbx().stores.tenants.find(session.tenant_id)
    user = the_pbx().stores.users.find_by_id(session.tenant_id, session.user_id or "")
    if user is None:
        return _no_token()
    return {
        "username": user.username,
        "display_name": user.display_name,
        "extension_number": user.extension_number,
        "sip_domain": tenant.sip_domain,
    }


@pages.post("/app/sign-out")
@without_form_token  # it reads no cookie: the token counts
def sign_out() -> ResponseReturnValue:
    """End the app's session. Return the address for signing out at the provider too."""
    found = _bearer()
    if found is None:
        return _no_token()
    token, session = found
    pbx, visit = the_pbx(), the_visit()
    tenant = pbx.stores.tenants.find(session.tenant_id)
    if session.renewal_id is not None:
        pbx.stores.renewals.end(session.renewal_id)
    pbx.stores.sessions.end(token)
    user = pbx.stores.users.find_by_id(session.tenant_id, session.user_id or "")
    pbx.stores.audit.record(
        session.tenant_id,
        user.username if user else "somebody",
        "sign_out",
        detail=_p("how somebody signed out", "app"),
    )
    url = None
    if session.plugin and session.provider:
        back = f"{visit.origin}/{session.provider}/callback"
        answer = pbx.plugins.sign_out(session.plugin, tenant, session.provider, back, session.session_hint)
        url = answer.value if is_safe_link(answer.value) else None
    return {"sign_out_url": url}


def _bearer() -> tuple[str, Session] | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.startswith(APP_TOKEN_PREFIX):
        return None
    session = the_pbx().stores.sessions.find(token)
    if session is None or not the_visit().reaches(session.tenant_id):
        return None
    return token, session


def _is_apps_address(address: str) -> bool:
    if len(address) > 512 or not address.isascii() or not address.isprintable() or set(address) & set(" \\#?"):
        return False
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme == APP_SCHEME:
        return parts.netloc == "" and parts.path.startswith("/")
    # `localhost` may resolve to another machine (RFC 8252, section 8.3).
    is_loopback = parts.scheme == "http" and host in ("127.0.0.1", "::1") and parts.username is None
    return is_loopback and port is not None and port > 0 and parts.path.startswith("/")


def _invalid_grant() -> ResponseReturnValue:
    return {
        "error": "invalid_grant",
        "error_description": "The code was used already, has expired, or belongs to another app.",
    }, 400


def _no_token() -> ResponseReturnValue:
    return {"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}
