"""Sign-in with a plugin's provider: to the provider, and back.

The host's half of the OpenID Connect flow: it stores the flow, binds it to the browser by a cookie, and pops it once.
The callback's parameters are limited in size, never trusted, and passed to the plugin that began.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pbx_devhost.portal.shield import without_form_token
from pbx_devhost.portal.signin.admission import Admitted, admit
from pbx_devhost.portal.signin.native import AppRequest, give_code, refuse_for_app
from pbx_devhost.portal.signin.passwords import choose_tenant, open_session
from pbx_devhost.portal.signin.refusals import AGAIN, NOT_NOW, record_refusal, refuse
from pbx_devhost.portal.visit import drop_cookie, local_path, set_cookie, the_pbx, the_visit
from pbx_devhost.portal.words import is_safe_link
from pbx_devhost.store.sessions import SessionRefusedError, StoredFlow
from pbx_plugin_api import (
    LoginClient,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    ResponseMode,
    SignedIn,
    Tenant,
)

pages = Blueprint("signin", __name__)

FLOW_COOKIE: Final = "__Host-pbx_flow"
_FLOW_COOKIE_S: Final = 15 * 60
_COOKIE_CHARS: Final = range(40, 100)
_PARAMS_MAX: Final = 20
_NAME_MAX_CHARS: Final = 64
_PARAMS_MAX_CHARS: Final = 16 * 1024
"""An authorization code may have 1,000 characters and more, an error description some hundred."""
_STATE_CHARS: Final = range(22, 257)


@pages.post("/sign-in/<plugin>/<provider_id>")
def begin(plugin: str, provider_id: str) -> ResponseReturnValue:
    """Begin: ask the plugin where to send the browser, store the flow, and send the browser there."""
    visit = the_visit()
    tenant = choose_tenant(visit, request.form.get("domain", ""))
    app = AppRequest.read(request.form)
    if tenant is None or isinstance(app, str):
        detail = app if isinstance(app, str) else "no tenant of that domain"
        return refuse(tenant, LoginRefused(sentence=AGAIN, reason="malformed_begin", detail=detail), status=400)
    if plugin not in (state.name for state in the_pbx().plugins.plugins()) or len(provider_id) > _NAME_MAX_CHARS:
        abort(404)
    asked = LoginRequest(
        origin=visit.origin,
        client=LoginClient.NATIVE if app is not None else LoginClient.WEB,
        login_hint=_read_hint(request.form.get("login_hint", "")),
        return_to=local_path(request.form.get("return_to", "/")),
        other_account=request.form.get("other_account") == "1",
    )
    return send_to_provider(tenant, plugin, provider_id, asked, app=app)


def send_to_provider(
    tenant: Tenant, plugin: str, provider_id: str, asked: LoginRequest, *, app: AppRequest | None = None
) -> ResponseReturnValue:
    """Ask the plugin where to send the browser, keep the flow, and send the browser there."""
    answer = the_pbx().plugins.begin_login(plugin, tenant, provider_id, asked)
    outcome = answer.value
    if isinstance(outcome, LoginRefused):
        return refuse(tenant, outcome)
    if not isinstance(outcome, LoginRedirect) or not is_safe_link(outcome.url):
        why = answer.sentence or "the plugin returned an address that is not safe to open"
        return refuse(tenant, LoginRefused(sentence=NOT_NOW, reason="plugin_failed", detail=why), status=502)
    browser = request.cookies.get(FLOW_COOKIE, "")
    if len(browser) not in _COOKIE_CHARS:
        browser = secrets.token_urlsafe(32)  # kept for a second tab: each flow has its own state
    extra = app.as_extra() if app is not None else {}
    the_pbx().stores.flows.put(tenant.pbx_tenant_id, plugin, outcome.flow, browser=browser, extra=extra)
    # Not a redirect, because `form-action 'self'` also covers the redirects of a form. Every browser calls itself
    # Mozilla; a script does not, has no such policy, and gets a redirect.
    response = make_response(render_template("go.html", url=outcome.url))
    if not (request.user_agent.string or "").startswith("Mozilla/"):
        response.status_code, response.location = 303, outcome.url
    is_posted_back = outcome.flow.response_mode is ResponseMode.FORM_POST
    same_site = "None" if is_posted_back else "Lax"
    set_cookie(response, FLOW_COOKIE, browser, same_site=same_site, max_age=_FLOW_COOKIE_S)
    return response


@pages.route("/<provider_id>/callback", methods=["GET", "POST"])
@without_form_token  # the provider's page posts it: the state and the flow cookie replace a form token
def callback(provider_id: str) -> ResponseReturnValue:
    """End: pop the flow and let the plugin decide. Browsers also come here after consent and after sign-out."""
    params = _read_params()
    if isinstance(params, str):
        return refuse(None, LoginRefused(sentence=AGAIN, reason="malformed_callback", detail=params), status=400)
    if "state" not in params and "code" not in params and "error" not in params and request.method == "GET":
        return render_template("landing.html", is_consent="admin_consent" in params)
    state, browser = params.get("state", ""), request.cookies.get(FLOW_COOKIE, "")
    stored = None
    if len(state) in _STATE_CHARS and len(browser) in _COOKIE_CHARS:
        stored = the_pbx().stores.flows.pop(state, browser=browser)
    if stored is None:
        if "admin_consent" in params and request.method == "GET":
            return render_template("landing.html", is_consent=True)
        return refuse(None, LoginRefused(sentence=AGAIN, reason="flow_unknown", detail=_describe(params)))
    tenant = the_pbx().stores.tenants.find(stored.tenant_id)
    outcome = _complete(provider_id, tenant, stored, params)
    if stored.flow.is_test:
        return _show_test(tenant, stored, outcome)
    admitted = admit(the_pbx(), tenant, outcome) if isinstance(outcome, SignedIn) else outcome
    return _finish(tenant, stored, outcome, admitted)


def _complete(
    provider_id: str, tenant: Tenant, stored: StoredFlow, params: Mapping[str, str]
) -> SignedIn | LoginRefused:
    flow, visit = stored.flow, the_visit()
    if flow.provider_id != provider_id or flow.redirect_uri != visit.origin + request.path:
        detail = f"begun for {flow.redirect_uri}"
        return LoginRefused(sentence=AGAIN, reason="redirect_uri_mismatch", detail=detail)
    if (flow.response_mode is ResponseMode.FORM_POST) != (request.method == "POST"):
        return LoginRefused(sentence=AGAIN, reason="response_mode_mismatch", detail=f"answered by {request.method}")
    if not visit.reaches(tenant.pbx_tenant_id):
        return LoginRefused(sentence=AGAIN, reason="origin_unknown", detail="the tenant is not reached here any more")
    answer = the_pbx().plugins.complete_login(stored.plugin, tenant, flow, params)
    if answer.value is None:
        return LoginRefused(sentence=NOT_NOW, reason="plugin_failed", detail=answer.sentence)
    return answer.value


def _show_test(tenant: Tenant, stored: StoredFlow, outcome: SignedIn | LoginRefused) -> ResponseReturnValue:
    """Say how a test went. Nobody is signed in by it, and no session ends."""
    is_good = isinstance(outcome, SignedIn)
    if isinstance(outcome, SignedIn):
        detail = f"{outcome.login_name}, object id {outcome.link.subject}"
        record = the_pbx().stores.audit.record
        record(tenant.pbx_tenant_id, "somebody", "sign_in.test", subject=stored.flow.provider_id, detail=detail)
        sentence, reference = f"You were identified as {outcome.display_name or outcome.login_name}.", ""
    else:
        sentence, reference = outcome.sentence, record_refusal(tenant, outcome)
    body = render_template(
        "login_test.html",
        is_good=is_good,
        sentence=sentence,
        reference=reference,
        back=local_path(stored.flow.return_to),
    )
    response = make_response(body, 200 if is_good else 403)
    if is_good:
        drop_cookie(response, FLOW_COOKIE, same_site="None")
    return response


def _finish(
    tenant: Tenant, stored: StoredFlow, outcome: SignedIn | LoginRefused, admitted: Admitted | LoginRefused
) -> ResponseReturnValue:
    app, is_done = AppRequest.of_extra(stored.extra), False
    response: ResponseReturnValue
    if isinstance(outcome, SignedIn) and isinstance(admitted, Admitted):
        try:
            response = (
                _open(tenant, stored, outcome, admitted)
                if app is None
                else give_code(tenant, stored, outcome, admitted, app)
            )
            made = ", user created" if admitted.was_created else ""
            detail = f"with {stored.flow.provider_id} as {outcome.login_name}{made}, object id {outcome.link.subject}"
            the_pbx().stores.audit.record(tenant.pbx_tenant_id, admitted.user.username, "sign_in", detail=detail)
            is_done = True
        except SessionRefusedError:
            gone = LoginRefused(sentence=AGAIN, reason="user_disabled", detail=f"{admitted.user.username}, just now")
            response = refuse(tenant, gone)
    else:
        refusal = admitted if isinstance(admitted, LoginRefused) else LoginRefused(sentence=AGAIN, reason="refused")
        response = refuse(tenant, refusal) if app is None else refuse_for_app(tenant, refusal, app)
    made_response = make_response(response)
    if is_done:  # a refusal does not end the sign-in in another tab: each state is valid once anyway
        drop_cookie(made_response, FLOW_COOKIE, same_site="None")
    return made_response


def _open(tenant: Tenant, stored: StoredFlow, outcome: SignedIn, admitted: Admitted) -> Response:
    return open_session(
        tenant,
        stored.flow.return_to,
        user_id=admitted.user.user_id,
        provider=stored.flow.provider_id,
        plugin=stored.plugin,
        session_hint=outcome.session_hint,
    )


def _read_params() -> dict[str, str] | str:
    """Return the callback's parameters, or a sentence that says what is wrong with them."""
    given: MultiDict[str, str] = request.args
    if request.method == "POST":
        if request.args:
            return "a posted answer with parameters in the address too"
        if request.mimetype != "application/x-www-form-urlencoded":
            return f"a posted answer of another type ({request.mimetype[:64]!r})"
        if (request.content_length or 0) > _PARAMS_MAX_CHARS:
            return f"{request.content_length} bytes"
        given = request.form
    pairs = list(given.items(multi=True))
    if len(pairs) > _PARAMS_MAX or sum(len(name) + len(value) for name, value in pairs) > _PARAMS_MAX_CHARS:
        return f"{len(pairs)} parameters, or too long ones"
    params = dict(pairs)
    if len(params) != len(pairs):
        return "a parameter is given twice"
    if any(len(name) > _NAME_MAX_CHARS or not name.isascii() for name in params):
        return "an unusable parameter name"
    return params


def _read_hint(text: str) -> str | None:
    hint = text.strip()[:320]
    return hint if hint and hint.isprintable() else None


def _describe(params: Mapping[str, str]) -> str:
    """Name the parameters, but not their values: anybody can send an answer that was not asked for."""
    names = [name for name in ("state", "code", "error", "iss", "session_state") if name in params]
    return f"this browser has no sign-in in progress; it sent {', '.join(names) or 'nothing'}"
