"""Sign in with Microsoft: OpenID Connect's authorization-code flow with PKCE, for one tenant.

`begin` redirects the browser and gives the host a `LoginFlow`; `complete` redeems the code with exactly one token
request and decides who it is. Nothing is kept here between the two.

Sources: Microsoft "OAuth 2.0 authorization code flow" and "OpenID Connect" (read 2026-11); RFC 7636 (PKCE), RFC 9207
(issuer in the answer), RFC 9700 (security best current practice).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from pbx_plugin_api import (
    Clock,
    LoginFlow,
    LoginOutcome,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    RateBudget,
    RateLimit,
    ResponseMode,
    SignedIn,
    UserLink,
    Users,
    WebOrigins,
)
from portsip_m365_plugin.entra.aadsts import explain_token_error
from portsip_m365_plugin.entra.assertion import ASSERTION_TYPE, AssertionSigner, load_signer
from portsip_m365_plugin.entra.endpoints import SignInEndpoints
from portsip_m365_plugin.entra.identity_provider import IdentityProvider
from portsip_m365_plugin.entra.idtoken import ExpectedToken, IdTokenClaims, IdTokenError, check_id_token
from portsip_m365_plugin.entra.signin_errors import explain_refusal
from portsip_m365_plugin.entra.tokens import AppCredential
from portsip_m365_plugin.entra.transport import EntraUnreachableError
from portsip_m365_plugin.texts import _, _n

_log = logging.getLogger(__name__)

PROVIDER_ID: Final = "ms365"
CALLBACK_PATH: Final = "/ms365/callback"
"""The administrator registers it for the web domain and for the SBC domain."""

_SCOPE: Final = "openid profile"
"""`profile` adds `oid` and the name. No mail (not used), no `offline_access` (no token is kept)."""
_FLOW_LIFE: Final = timedelta(minutes=10)
"""Microsoft's codes are valid for about ten minutes; so is the page that the person sees."""
_CODE_MAX_CHARS: Final = 8192
_FAILED: Final = "signin/failed"
"""The bucket of redemptions that Microsoft refused: anybody can begin a sign-in and come back with a made-up code. The
nightly run takes from no bucket of this name."""
_FAILED_MAX: Final = RateLimit(amount=60, window_s=600)
_BELOW_FAILED_MAX: Final = RateLimit(amount=59, window_s=600)
_TOO_MANY: Final = _("Too many sign-ins have failed here. Please try again in ten minutes.")

_UNREACHABLE: Final = _("Microsoft cannot be reached at the moment. Please try again in a few minutes.")
_AGAIN: Final = _("This sign-in is no longer valid. Please sign in again.")
_NOT_TRUSTED: Final = _("Microsoft's answer could not be trusted. Please try again, or ask your administrator.")
_ID_TOKEN_SENTENCES: Final[Mapping[str, str]] = {
    "personal_account": _("Personal Microsoft accounts cannot sign in here. Use your work account."),
    "tenant_mismatch": _(
        "This Microsoft account belongs to another organisation. Use your work account of this organisation."
    ),
    "expired": _(
        "Microsoft's answer has expired. Please sign in again. If it happens again, ask your administrator to"
        " check the clock of the PBX."
    ),
    "not_yet_valid": _("Microsoft's answer is not valid yet. Ask your administrator to check the clock of the PBX."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInApp:
    """The PBX's identity at Entra, for one tenant."""

    discovery_url: str
    """The tenant's own discovery document for this application, at the authority of its cloud."""
    entra_tenant_id: str
    """The GUID."""
    client_id: str
    signer: AssertionSigner

    @classmethod
    def of(cls, credential: AppCredential) -> SignInApp:
        """Return the app that also gets the tokens for Graph. Cost: the key is parsed once in each process.

        Raises:
            ValueError: The stored key pair is damaged.
        """
        root = f"{credential.cloud.authority}/{credential.entra_tenant_id}/v2.0"
        return cls(
            # With `appid` the document leads to the application's own signing key, where claims mapping gave it one
            # (Microsoft, "Access tokens", section "Validate the signature", read 2026-11).
            discovery_url=f"{root}/.well-known/openid-configuration?appid={quote(credential.client_id)}",
            entra_tenant_id=credential.entra_tenant_id,
            client_id=credential.client_id,
            signer=load_signer(credential.private_key_pem, credential.certificate_pem.encode()),
        )


def _ignore(_text: str) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Signing in to one tenant of the PBX. Valid only inside one hook call, like its host."""

    app: SignInApp
    admits: Callable[[str], bool]
    """Whether the tenant's administrator lets this object id sign in."""
    provider: IdentityProvider
    origins: WebOrigins
    users: Users
    clock: Clock
    budget: RateBudget
    first_sign_in_creates: bool = False
    """Whether somebody who is not a user of the PBX yet becomes one by signing in."""
    administrators_may: bool = False
    """Whether the host may find an administrator of the PBX by this account."""
    response_mode: ResponseMode = ResponseMode.FORM_POST
    report_fault: Callable[[str], None] = _ignore
    """Gets a text for the administrators when Microsoft signs nobody of the tenant in, such as without consent.

    They may let passwords in again because of it, so it is called only for what Microsoft itself has answered."""

    def begin(self, request: LoginRequest) -> LoginRedirect | LoginRefused:
        """Return where to send the browser. Cost: at most one request (discovery), usually none."""
        if request.origin not in self.origins.all():
            return LoginRefused(
                sentence=_("Please open the sign-in page at the PBX's own address."),
                reason="origin_unknown",
                detail=_("the request names an origin that does not belong to the PBX"),
            )
        try:
            endpoints = self.provider.endpoints(self.app.discovery_url, self.app.entra_tenant_id)
        except EntraUnreachableError as error:
            return _unreachable(error)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = LoginFlow(
            state=state,
            provider_id=PROVIDER_ID,
            redirect_uri=request.origin + CALLBACK_PATH,
            response_mode=self.response_mode,
            expires_at_utc=self.clock.now_utc() + _FLOW_LIFE,
            client=request.client,
            return_to=request.return_to,
            is_test=request.is_test,
            secrets={"code_verifier": verifier, "nonce": nonce, "app": self._app_mark()},
        )
        query = {
            "client_id": self.app.client_id,
            "response_type": "code",
            "redirect_uri": flow.redirect_uri,
            "response_mode": flow.response_mode.value,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        if request.other_account:
            # Without it Microsoft takes the account of the browser's session again, and so does the refusal.
            query["prompt"] = "select_account"
        elif request.login_hint:
            query["login_hint"] = request.login_hint
        return LoginRedirect(url=_with_query(endpoints.authorization_endpoint, query), flow=flow)

    def complete(self, flow: LoginFlow, params: Mapping[str, str]) -> LoginOutcome:
        """Decide who has signed in. Cost: one token request; two more in an hour, for addresses and keys."""
        stale = self._find_staleness(flow, params)
        if stale is not None:
            return stale
        try:
            endpoints = self.provider.endpoints(self.app.discovery_url, self.app.entra_tenant_id)
            if params.get("iss", endpoints.issuer) != endpoints.issuer:
                return _refuse("answer_of_another_issuer", _("the callback names another issuer (RFC 9207)"))
            if "error" in params:
                description = params.get("error_description", "")
                # Any visitor can come back with an error of their own making; only administrators begin a test.
                return self._explain(params["error"], description, at="callback", is_proven=flow.is_test)
            code = params.get("code", "")
            if not 1 <= len(code) <= _CODE_MAX_CHARS or not code.isascii() or not code.isprintable() or " " in code:
                return _refuse(
                    "malformed_callback",
                    _n("no usable code ({n} character)", "no usable code ({n} characters)", len(code)),
                )
            token = self._redeem(code, flow, endpoints)
            if isinstance(token, LoginRefused):
                return token
            claims = check_id_token(
                token,
                self._expected(flow, endpoints),
                find_key=functools.partial(self.provider.find_signing_key, endpoints),
                now_utc=self.clock.now_utc(),
            )
        except EntraUnreachableError as error:
            return _unreachable(error)
        except IdTokenError as error:
            sentence = _ID_TOKEN_SENTENCES.get(error.reason, _NOT_TRUSTED)
            return replace(_refuse(error.reason, error.detail, sentence), may_use_another_account=error.is_about_person)
        return self._make_signed_in(claims) if flow.is_test else self._admit(claims)

    def sign_out(self, post_logout_redirect_uri: str, session_hint: str) -> str | None:
        """Return where to send the browser to sign out at Microsoft too, or None. Cost: usually no request."""
        if post_logout_redirect_uri not in [origin + CALLBACK_PATH for origin in self.origins.all()]:
            return None  # Entra accepts registered addresses only
        try:
            endpoints = self.provider.endpoints(self.app.discovery_url, self.app.entra_tenant_id)
        except EntraUnreachableError as error:
            _log.warning("Signing out at Microsoft is not possible now: %s", error)
            return None
        if endpoints.end_session_endpoint is None:
            return None
        query = {"post_logout_redirect_uri": post_logout_redirect_uri, "client_id": self.app.client_id}
        if session_hint:
            query["logout_hint"] = session_hint
        return _with_query(endpoints.end_session_endpoint, query)

    def _app_mark(self) -> str:
        """What must be the same at the start and the end of a flow: an admin may change settings in between."""
        identity = "\n".join((self.app.discovery_url, self.app.entra_tenant_id, self.app.client_id))
        return hashlib.sha256(identity.encode()).hexdigest()

    def _find_staleness(self, flow: LoginFlow, params: Mapping[str, str]) -> LoginRefused | None:
        if flow.provider_id != PROVIDER_ID or not _same(params.get("state", ""), flow.state):
            return _refuse("state_mismatch", _("the answer belongs to another sign-in"), _AGAIN)
        if self.clock.now_utc() >= flow.expires_at_utc:
            return _refuse("flow_expired", _("started more than {duration} ago", duration=str(_FLOW_LIFE)), _AGAIN)
        if flow.redirect_uri not in [origin + CALLBACK_PATH for origin in self.origins.all()]:
            return _refuse("origin_unknown", _("started at an origin that no longer belongs to the PBX"), _AGAIN)
        if not _same(flow.secrets.get("app", ""), self._app_mark()):
            return _refuse("settings_changed", _("cloud, tenant or application was changed in between"), _AGAIN)
        return None

    def _redeem(self, code: str, flow: LoginFlow, endpoints: SignInEndpoints) -> str | LoginRefused:
        """Redeem the code, once. The access token of the answer is not used."""
        if self.budget.take(_FAILED, 0, (_BELOW_FAILED_MAX,)) is not None:
            detail = _(
                "{n} redemptions have failed within {window_s} s", n=_FAILED_MAX.amount, window_s=_FAILED_MAX.window_s
            )
            return _refuse("too_many_failures", detail, _TOO_MANY)
        answer = self.provider.transport.post_form(
            endpoints.token_endpoint,
            {
                "grant_type": "authorization_code",
                "client_id": self.app.client_id,
                "code": code,
                "redirect_uri": flow.redirect_uri,
                "code_verifier": flow.secrets.get("code_verifier", ""),
                "scope": _SCOPE,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.app.signer.sign(
                    client_id=self.app.client_id, audience=endpoints.token_endpoint, now_utc=self.clock.now_utc()
                ),
            },
        )
        body = answer.body
        if answer.status != 200 or "error" in body:
            self.budget.take(_FAILED, 1, (_FAILED_MAX,))
            ids = f"Trace ID: {body.get('trace_id')} Correlation ID: {body.get('correlation_id')}"
            description = f"{body.get('error_description')} {ids}"
            return self._explain(str(body.get("error")), description, at="token request", is_proven=True)
        token = body.get("id_token")
        if not isinstance(token, str):
            return _refuse("no_id_token", _("the token endpoint returned no ID token"))
        return token

    def _expected(self, flow: LoginFlow, endpoints: SignInEndpoints) -> ExpectedToken:
        return ExpectedToken(
            issuer=endpoints.issuer,
            client_id=self.app.client_id,
            entra_tenant_id=self.app.entra_tenant_id,
            nonce=flow.secrets.get("nonce", ""),
        )

    def _admit(self, claims: IdTokenClaims) -> LoginOutcome:
        refusal = self._find_refusal(claims)
        if refusal is not None and not self.administrators_may:
            return refusal
        return replace(self._make_signed_in(claims), refusal_as_user=refusal)

    def _find_refusal(self, claims: IdTokenClaims) -> LoginRefused | None:
        """Return why the person may not sign in as a user."""
        subject = claims.entra_object_id
        if not self.admits(claims.entra_object_id):
            sentence = _("Sign-in with Microsoft is not switched on for you. Ask your administrator.")
            return _refuse_person(
                "not_admitted",
                _("object id {subject} is not admitted by the SIGN IN settings", subject=subject),
                sentence,
            )
        link = UserLink(authority=claims.entra_tenant_id, subject=claims.entra_object_id)
        user = self.users.find(link)
        if user is None and not self.first_sign_in_creates:
            sentence = _("You are not a user of this PBX yet. Ask your administrator to add you.")
            return _refuse_person(
                "not_synced", _("object id {subject} is not linked to a user", subject=subject), sentence
            )
        if user is not None and not user.enabled:
            sentence = _("Your user of this PBX is disabled. Ask your administrator.")
            return _refuse_person(
                "user_disabled",
                _("object id {subject} is {user}, disabled", subject=subject, user=user.username),
                sentence,
            )
        return None

    def _make_signed_in(self, claims: IdTokenClaims) -> SignedIn:
        return SignedIn(
            link=UserLink(authority=claims.entra_tenant_id, subject=claims.entra_object_id),
            display_name=claims.display_name,
            login_name=claims.upn,
            may_create=self.first_sign_in_creates,
            may_be_administrator=self.administrators_may,
            session_hint=claims.login_hint,
        )

    def _explain(self, error: str, description: str, *, at: str, is_proven: bool) -> LoginRefused:
        refusal = explain_refusal(error, description, at=at)
        if refusal.is_for_everybody and is_proven:
            self.report_fault(explain_token_error({"error": error, "error_description": description}).describe())
        return LoginRefused(
            sentence=refusal.sentence,
            reason=refusal.reason,
            detail=refusal.detail,
            may_use_another_account=refusal.is_about_person,
        )


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode().rstrip("=")


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query, errors='replace')}"


def _refuse(reason: str, detail: str, sentence: str = _NOT_TRUSTED) -> LoginRefused:
    return LoginRefused(sentence=sentence, reason=reason, detail=detail)


def _refuse_person(reason: str, detail: str, sentence: str) -> LoginRefused:
    return LoginRefused(sentence=sentence, reason=reason, detail=detail, may_use_another_account=True)


def _unreachable(error: EntraUnreachableError) -> LoginRefused:
    _log.warning("Signing in is not possible now: %s", error)
    return LoginRefused(sentence=_UNREACHABLE, reason="microsoft_unreachable", detail=error.text)
