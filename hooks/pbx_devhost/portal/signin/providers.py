"""Sign-in with a plugin's provider: to the provider, and back.

The host's half of the OpenID Connect flow: it seals the flow into a cookie of the browser that began, and uses it once.
The callback's parameters are limited in size, never trusted, and passed to the plugin that began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pbx_devhost.portal.shield import also_drawn_before_sign_in, without_form_token
from pbx_devhost.portal.signin.admission import Admitted, AdmittedAdministrator, admit
from pbx_devhost.portal.signin.flow_cookies import (
    FLOW_COOKIE_S,
    drop_flow,
    drop_surplus_flows,
    open_flow,
    seal_flow,
)
from pbx_devhost.portal.signin.identified import show_link, show_test
from pbx_devhost.portal.signin.landing import open_landing, show_landing
from pbx_devhost.portal.signin.native import AppRequest, give_code, refuse_for_app
from pbx_devhost.portal.signin.passwords import choose_tenant, open_session
from pbx_devhost.portal.signin.refusals import AGAIN, NOT_NOW, SWITCHED_OFF, refuse
from pbx_devhost.portal.visit import local_path, set_cookie, the_pbx, the_visit
from pbx_devhost.portal.words import is_safe_link
from pbx_devhost.store.signin.flows import BegunFlow, FlowTooLargeError
from pbx_devhost.store.signin.sessions import SessionRefusedError
from pbx_devhost.texts import _, _n, say
from pbx_plugin_api import (
    LoginClient,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    ResponseMode,
    SignedIn,
    Tenant,
    listing,
)
from pbx_plugin_api.hosting.isolation import Outcome

pages = Blueprint("signin", __name__)

_NOT_OFFERED: Final = frozenset({Outcome.DISABLED, Outcome.MISSING})
_PARAMS_MAX: Final = 20
_NAME_MAX_CHARS: Final = 64
_PARAMS_MAX_CHARS: Final = 16 * 1024
"""An authorization code may have 1,000 characters and more, an error description some hundred."""


@pages.post("/sign-in/<plugin>/<provider_id>")
@also_drawn_before_sign_in
def begin(plugin: str, provider_id: str) -> ResponseReturnValue:
    """Begin: ask the plugin where to send the browser, store the flow, and send the browser there."""
    visit = the_visit()
    tenant = choose_tenant(visit, request.form.get("domain", ""))
    app = AppRequest.read(request.form)
    if tenant is None or isinstance(app, str):
        detail = app if isinstance(app, str) else _("no tenant of that domain")
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
    tenant: Tenant,
    plugin: str,
    provider_id: str,
    asked: LoginRequest,
    *,
    app: AppRequest | None = None,
    links_admin: str = "",
) -> ResponseReturnValue:
    """Ask the plugin where to send the browser, keep the flow, and send the browser there."""
    answer = the_pbx().plugins.begin_login(plugin, tenant, provider_id, asked)
    outcome = answer.value
    if isinstance(outcome, LoginRefused):
        return refuse(tenant, outcome)
    if answer.outcome in _NOT_OFFERED:
        return refuse(tenant, LoginRefused(sentence=SWITCHED_OFF, reason="not_offered", detail=answer.sentence))
    if not isinstance(outcome, LoginRedirect) or not is_safe_link(outcome.url):
        why = answer.sentence or _("the plugin returned an address that is not safe to open")
        return refuse(tenant, LoginRefused(sentence=NOT_NOW, reason="plugin_failed", detail=why), status=502)
    try:
        texts = app.as_texts() if app is not None else {}
        name, sealed = seal_flow(tenant, plugin, outcome.flow, app=texts, links_admin=links_admin)
    except FlowTooLargeError as error:
        return refuse(tenant, LoginRefused(sentence=NOT_NOW, reason="flow_too_large", detail=say(error)), status=502)
    # Not a redirect, because `form-action 'self'` also covers the redirects of a form. Every browser calls itself
    # Mozilla; a script does not, has no such policy, and gets a redirect.
    response = make_response(render_template("go.html", url=outcome.url))
    if not (request.user_agent.string or "").startswith("Mozilla/"):
        response.status_code, response.location = 303, outcome.url
    is_posted_back = outcome.flow.response_mode is ResponseMode.FORM_POST
    same_site = "None" if is_posted_back else "Lax"
    drop_surplus_flows(response)
    set_cookie(response, name, sealed, same_site=same_site, max_age=FLOW_COOKIE_S)
    return response


@pages.route("/<provider_id>/callback", methods=["GET", "POST"])
@without_form_token  # the provider's page posts it: the state and the flow cookie replace a form token
def callback(provider_id: str) -> ResponseReturnValue:
    """End: use the flow up and let the plugin decide. Browsers also come here after consent and after sign-out."""
    params = _read_params()
    if isinstance(params, str):
        return refuse(None, LoginRefused(sentence=AGAIN, reason="malformed_callback", detail=params), status=400)
    if "state" not in params and "code" not in params and "error" not in params and request.method == "GET":
        return render_template("landing.html", is_consent="admin_consent" in params)
    landing = open_landing(params)
    if landing is not None:
        return show_landing(landing, params)
    begun = open_flow(params.get("state", ""))
    if begun is None or not the_pbx().stores.flows.use(begun):
        if begun is None and "admin_consent" in params and request.method == "GET":
            return render_template("landing.html", is_consent=True)
        return refuse(None, LoginRefused(sentence=AGAIN, reason="flow_unknown", detail=_describe(params)))
    tenant = the_pbx().stores.tenants.find(begun.tenant_id)
    outcome = _complete(provider_id, tenant, begun, params)
    if begun.flow.is_test:
        return show_link(tenant, begun, outcome) if begun.links_admin else show_test(tenant, begun, outcome)
    admitted = admit(the_pbx(), tenant, outcome, in_browser=not begun.app) if isinstance(outcome, SignedIn) else outcome
    return _finish(tenant, begun, outcome, admitted)


def _complete(provider_id: str, tenant: Tenant, begun: BegunFlow, params: Mapping[str, str]) -> SignedIn | LoginRefused:
    flow, visit = begun.flow, the_visit()
    if flow.provider_id != provider_id or flow.redirect_uri != visit.origin + request.path:
        detail = _("begun for {address}", address=flow.redirect_uri)
        return LoginRefused(sentence=AGAIN, reason="redirect_uri_mismatch", detail=detail)
    if (flow.response_mode is ResponseMode.FORM_POST) != (request.method == "POST"):
        return LoginRefused(
            sentence=AGAIN, reason="response_mode_mismatch", detail=_("answered by {method}", method=request.method)
        )
    if not visit.reaches(tenant.pbx_tenant_id):
        return LoginRefused(
            sentence=AGAIN, reason="origin_unknown", detail=_("the tenant is not reached here any more")
        )
    answer = the_pbx().plugins.complete_login(begun.plugin, tenant, flow, params)
    if answer.outcome in _NOT_OFFERED:
        return LoginRefused(sentence=SWITCHED_OFF, reason="not_offered", detail=answer.sentence)
    if answer.value is None:
        return LoginRefused(sentence=NOT_NOW, reason="plugin_failed", detail=answer.sentence)
    return answer.value


def _finish(
    tenant: Tenant,
    begun: BegunFlow,
    outcome: SignedIn | LoginRefused,
    admitted: Admitted | AdmittedAdministrator | LoginRefused,
) -> ResponseReturnValue:
    app = AppRequest.of_texts(begun.app)
    response: ResponseReturnValue
    if isinstance(outcome, SignedIn) and isinstance(admitted, AdmittedAdministrator):
        who = _("{login_name}, object id {subject}", login_name=outcome.login_name, subject=outcome.link.subject)
        try:
            response = _open(tenant, begun, outcome, admin_name=admitted.username)
            detail = _("administrator, with {provider} as {person}", provider=begun.flow.provider_id, person=who)
            the_pbx().stores.audit.record(tenant.pbx_tenant_id, admitted.username, "sign_in", detail=detail)
        except SessionRefusedError:
            response = refuse(
                tenant, LoginRefused(sentence=AGAIN, reason="link_removed", detail=_("{person}, just now", person=who))
            )
    elif isinstance(outcome, SignedIn) and isinstance(admitted, Admitted):
        try:
            response = (
                _open(tenant, begun, outcome, user_id=admitted.user.user_id)
                if app is None
                else give_code(tenant, begun, outcome, admitted, app)
            )
            described = _describe_user(begun, outcome, admitted)
            the_pbx().stores.audit.record(tenant.pbx_tenant_id, admitted.user.username, "sign_in", detail=described)
        except SessionRefusedError:
            gone = LoginRefused(
                sentence=AGAIN, reason="user_disabled", detail=_("{person}, just now", person=admitted.user.username)
            )
            response = refuse(tenant, gone)
    else:
        refusal = admitted if isinstance(admitted, LoginRefused) else LoginRefused(sentence=AGAIN, reason="refused")
        response = refuse(tenant, refusal) if app is None else refuse_for_app(tenant, refusal, app)
    made_response = make_response(response)
    drop_flow(made_response, begun)
    return made_response


def _describe_user(begun: BegunFlow, outcome: SignedIn, admitted: Admitted) -> str:
    provider, name, subject = begun.flow.provider_id, outcome.login_name, outcome.link.subject
    if admitted.was_created:
        return _(
            "with {provider} as {name}, user created, object id {subject}",
            provider=provider,
            name=name,
            subject=subject,
        )
    return _("with {provider} as {name}, object id {subject}", provider=provider, name=name, subject=subject)


def _open(
    tenant: Tenant, begun: BegunFlow, outcome: SignedIn, *, user_id: str | None = None, admin_name: str | None = None
) -> Response:
    return open_session(
        tenant,
        begun.flow.return_to,
        user_id=user_id,
        admin_name=admin_name,
        provider=begun.flow.provider_id,
        plugin=begun.plugin,
        session_hint=outcome.session_hint,
        earlier_session=begun.session_hash,
        admin_link=outcome.link if admin_name is not None else None,
    )


def _read_params() -> dict[str, str] | str:
    """Return the callback's parameters, or a sentence that says what is wrong with them."""
    given: MultiDict[str, str] = request.args
    if request.method == "POST":
        if request.args:
            return _("a posted answer with parameters in the address too")
        if request.mimetype != "application/x-www-form-urlencoded":
            return _("a posted answer of another type ({content_type})", content_type=repr(request.mimetype[:64]))
        if (request.content_length or 0) > _PARAMS_MAX_CHARS:
            return _n("{n} byte", "{n} bytes", request.content_length or 0)
        given = request.form
    pairs = list(given.items(multi=True))
    if len(pairs) > _PARAMS_MAX or sum(len(name) + len(value) for name, value in pairs) > _PARAMS_MAX_CHARS:
        return _n("{n} parameter, or a too long one", "{n} parameters, or too long ones", len(pairs))
    params = dict(pairs)
    if len(params) != len(pairs):
        return _("a parameter is given twice")
    if any(len(name) > _NAME_MAX_CHARS or not name.isascii() for name in params):
        return _("an unusable parameter name")
    return params


def _read_hint(text: str) -> str | None:
    hint = text.strip()[:320]
    return hint if hint and hint.isprintable() else None


def _describe(params: Mapping[str, str]) -> str:
    """Name the parameters, but not their values: anybody can send an answer that was not asked for."""
    names = [name for name in ("state", "code", "error", "iss", "session_state") if name in params]
    if not names:
        return _("this browser has no sign-in in progress; it sent nothing")
    return _("this browser has no sign-in in progress; it sent {names}", names=listing(names))
