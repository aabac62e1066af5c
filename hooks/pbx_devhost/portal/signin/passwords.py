"""The sign-in page, password sign-in, and signing out."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.core import Pbx
from pbx_devhost.portal.languages import for_reader
from pbx_devhost.portal.shield import also_drawn_before_sign_in
from pbx_devhost.portal.signin.refusals import record_refusal
from pbx_devhost.portal.visit import (
    KNOWN_COOKIE,
    SESSION_COOKIE,
    TENANT_COOKIE,
    Visit,
    drop_cookie,
    local_path,
    set_cookie,
    the_pbx,
    the_visit,
    with_browser_secret,
)
from pbx_devhost.portal.words import is_safe_link
from pbx_devhost.store.signin.known_browsers import MARK_S
from pbx_devhost.store.signin.sessions import SessionRefusedError
from pbx_devhost.store.tenants import TenantError
from pbx_devhost.store.users.rows import link_of
from pbx_devhost.texts import _
from pbx_plugin_api import LoginProvider, LoginRefused, PasswordPolicy, Tenant, UserLink

pages = Blueprint("passwords", __name__)

_WRONG: Final = _("The user name or the password is wrong.")
_WRONG_OR_UNSURE: Final = _(
    "The user name or the password is wrong, or password sign-in is not possible for you at the moment. Please try"
    " again later, or ask your administrator."
)
TOO_MANY: Final = _("Too many wrong passwords came from your network. Please try again in 15 minutes.")


def choose_tenant(visit: Visit, domain: str) -> Tenant | None:
    """Return the tenant with this SIP domain at this origin. Without a domain, the only tenant at this origin."""
    if not domain:
        only = visit.known.only_tenant_id
        return None if only is None else visit.pbx.stores.tenants.find(only)
    try:
        tenant = visit.pbx.stores.tenants.find(domain[:253])
    except TenantError:
        return None
    is_here = visit.reaches(tenant.pbx_tenant_id) and tenant.sip_domain == domain.casefold()
    return tenant if is_here else None


def offered(pbx: Pbx, tenant: Tenant) -> tuple[list[tuple[str, LoginProvider]], bool]:
    """Return the ways to sign in with their plugins, and whether every plugin answered."""
    answers = pbx.plugins.login_providers(tenant)
    ways = [(answer.plugin, provider) for answer in answers for provider in answer.value or ()]
    return ways, all(answer.ok for answer in answers)


@pages.get("/login")
def login() -> ResponseReturnValue:
    """Show the sign-in page. Without a tenant, ask for the domain."""
    visit = the_visit()
    domain, back = request.args.get("domain", "").strip(), local_path(request.args.get("return_to", "/"))
    if visit.session is not None and (not domain or visit.tenant.sip_domain == domain.casefold()):
        return redirect(back, code=303)
    if visit.known.is_system and not domain and "choose" not in request.args and not visit.known.has_tenants:
        return redirect("/system/login", code=303)
    tenant = choose_tenant(visit, domain)
    if tenant is None and not domain and "choose" not in request.args:
        tenant = choose_tenant(visit, request.cookies.get(TENANT_COOKIE, ""))
    if tenant is None:
        error = _("No PBX tenant has this domain here.") if domain else ""
        return render_template(
            "domain.html", menu=(), domain=domain, return_to=back, error=error
        ), 404 if domain else 200
    return _draw_login(tenant, back)


@pages.get("/info")
@pages.get("/api/info")
def info() -> ResponseReturnValue:
    """Tell apps what a domain offers, as PortSIP's `GET /info?domain=` does. It needs no sign-in."""
    visit = the_visit()
    tenant = choose_tenant(visit, request.args.get("domain", "").strip())
    if tenant is None:
        return {"error": "not_found", "error_description": "No PBX tenant has this domain here."}, 404
    ways, __ = offered(the_pbx(), tenant)
    return {
        "domain": tenant.sip_domain,
        # The name is PortSIP's, in the answer of its own `GET /info`.
        "enable_ms365_integration": any(provider.id == "ms365" for _, provider in ways),
        "providers": [{"id": way.id, "label": for_reader(way.label), "icon": way.icon} for _, way in ways],
        "app_sign_in_endpoint": f"{visit.origin}/app/sign-in",
        "app_token_endpoint": f"{visit.origin}/app/token",
    }


@pages.post("/login")
@also_drawn_before_sign_in
def sign_in() -> ResponseReturnValue:
    """Sign in by password: administrators always, users unless a provider's policy refuses it."""
    visit, pbx = the_visit(), the_pbx()
    back = local_path(request.form.get("return_to", "/"))
    tenant = choose_tenant(visit, request.form.get("domain", ""))
    if tenant is None:
        return redirect("/login", code=303)
    username, password = request.form.get("username", "").strip()[:128], request.form.get("password", "")
    tenant_id, accounts, mark = tenant.pbx_tenant_id, pbx.stores.accounts, request.cookies.get(KNOWN_COOKIE, "")
    address = request.remote_addr or ""
    if accounts.check_admin(tenant_id, username, password, mark=mark, address=address):
        pbx.stores.audit.record(tenant_id, username, "sign_in", detail=_("administrator, by password"))
        opened = open_session(tenant, back, admin_name=username)
        return with_mark(opened, accounts.make_mark(tenant_id, admin_name=username))
    user_id = accounts.check_user(tenant_id, username, password, mark=mark, address=address)
    user = None if user_id is None else pbx.stores.users.find_by_id(tenant_id, user_id)
    if user is None:
        reason, sentence = "wrong_password", _say_wrong(pbx, tenant)
        if not accounts.is_address_open(tenant_id, address):
            reason, sentence = "too_many_from_address", TOO_MANY
        accounts.count_failure_at(tenant_id, address)
        refusal = LoginRefused(sentence=sentence, reason=reason, detail=_("typed as {name}", name=repr(username[:64])))
        return _draw_login(tenant, back, refusal=refusal, username=username)
    refusal_of_policy = _find_policy_refusal(pbx, tenant, user)
    if refusal_of_policy is not None:
        # Counted like a wrong one: otherwise the count of the address says which guess was right.
        accounts.count_failure_at(tenant_id, address)
        return _draw_login(tenant, back, refusal=refusal_of_policy, username=username)
    try:
        response = open_session(tenant, back, user_id=user_id)
    except SessionRefusedError:
        detail = _("{name} was disabled meanwhile", name=repr(username[:64]))
        gone = LoginRefused(sentence=_say_wrong(pbx, tenant), reason="user_disabled", detail=detail)
        return _draw_login(tenant, back, refusal=gone, username=username)
    pbx.stores.audit.record(tenant_id, user.username, "sign_in", detail=_("by password"))
    return with_mark(response, accounts.make_mark(tenant_id, user_id=user_id))


@pages.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End the session here, and offer to end it at the provider too."""
    visit, pbx = the_visit(), the_pbx()
    session, provider_link, domain = visit.session, None, ""
    if session is not None:
        tenant, domain = visit.tenant, "" if visit.is_system else visit.tenant.sip_domain
        pbx.stores.audit.record(tenant.pbx_tenant_id, visit.name or "somebody", "sign_out")
        pbx.stores.sessions.end(visit.token)
        if session.plugin and session.provider:
            back = f"{visit.origin}/{session.provider}/callback"
            answer = pbx.plugins.sign_out(session.plugin, tenant, session.provider, back, session.session_hint)
            provider_link = answer.value if is_safe_link(answer.value) else None
    body = render_template(
        "signed_out.html", provider_link=provider_link, domain=domain, is_system=visit.is_system, visit=None, menu=()
    )
    response = make_response(body)
    drop_cookie(response, SESSION_COOKIE)
    return response


def open_session(
    tenant: Tenant,
    back: str,
    *,
    user_id: str | None = None,
    admin_name: str | None = None,
    provider: str | None = None,
    plugin: str | None = None,
    session_hint: str = "",
    earlier_session: str = "",
    admin_link: UserLink | None = None,
    system_name: str | None = None,
) -> Response:
    """Begin a session with a new token, end the browser's earlier one, and send the browser on.

    `earlier_session` is the hash of that one's token, where the request itself may not bring it.

    Raises:
        SessionRefusedError: The user was disabled meanwhile, or the administrator's account is no longer linked.
    """
    visit, sessions = the_visit(), the_pbx().stores.sessions
    token = sessions.begin(
        tenant.pbx_tenant_id,
        user_id=user_id,
        admin_name=admin_name,
        provider=provider,
        plugin=plugin,
        session_hint=session_hint,
        admin_link=admin_link,
        system_name=system_name,
    )
    if visit.session is not None:
        sessions.end(visit.token)
    if earlier_session:
        sessions.end_hashed(earlier_session)
    response = make_response(redirect(local_path(back), code=303))
    set_cookie(response, SESSION_COOKIE, token)
    if visit.known.only_tenant_id is None and system_name is None:
        set_cookie(response, TENANT_COOKIE, tenant.sip_domain, max_age=MARK_S)
    return response


def with_mark(response: Response, mark: str) -> Response:
    """Give the browser the mark of a sign-in by password."""
    if mark:
        set_cookie(response, KNOWN_COOKIE, mark, max_age=MARK_S)
    return response


def _find_policy_refusal(pbx: Pbx, tenant: Tenant, user: Any) -> LoginRefused | None:
    """Return a refusal if a synced user must sign in with a provider, or if a plugin cannot say whether they must."""
    link = link_of(user)
    if link is None:
        return None
    answers = pbx.plugins.password_refusals(tenant, link)
    if any(answer.value for answer in answers):
        reason = "password_refused_by_policy"
    elif not all(answer.ok for answer in answers):
        reason = "password_policy_unknown"
    else:
        return None
    return LoginRefused(sentence=_say_wrong(pbx, tenant), reason=reason, detail=user.username)


def _say_wrong(pbx: Pbx, tenant: Tenant) -> str:
    """Return the sentence for a wrong password, and for a right one that is refused: a stranger learns nothing."""
    ways, all_answered = offered(pbx, tenant)
    refusing = next((way for _, way in ways if way.password_policy is PasswordPolicy.REFUSED), None)
    if refusing is not None:
        return _(
            "The user name or the password is wrong, or your organisation does not allow password sign-in for you: use"
            " “{label}”.",
            label=refusing.label,
        )
    return _WRONG if all_answered else _WRONG_OR_UNSURE


def _draw_login(
    tenant: Tenant, back: str, *, refusal: LoginRefused | None = None, username: str = ""
) -> ResponseReturnValue:
    visit = with_browser_secret(the_visit())
    ways, __ = offered(the_pbx(), tenant)
    reference = record_refusal(tenant, refusal, actor=username or "somebody") if refusal is not None else ""
    body = render_template(
        "login.html",
        menu=(),
        tenant=tenant,
        visit=visit,
        ways=ways,
        return_to=back,
        username=username,
        hint=request.args.get("login_hint", "")[:320] if refusal is None else "",
        other_account=request.args.get("other_account") == "1",
        refusal=refusal,
        reference=reference,
        only_one_tenant=visit.known.only_tenant_id is not None,
        has_admin=the_pbx().stores.accounts.has_admin(tenant.pbx_tenant_id),
    )
    return body, 200 if refusal is None else 401
