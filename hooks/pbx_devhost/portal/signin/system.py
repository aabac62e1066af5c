"""Signing in as a system administrator: at the PBX's own address, by password."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.shield import also_drawn_before_sign_in
from pbx_devhost.portal.signin.passwords import TOO_MANY, open_session, with_mark
from pbx_devhost.portal.signin.refusals import record_refusal
from pbx_devhost.portal.visit import KNOWN_COOKIE, the_pbx, the_visit, with_browser_secret
from pbx_devhost.store.signin.sessions import SYSTEM_PREFIX
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _
from pbx_plugin_api import LoginRefused

pages = Blueprint("system_sign_in", __name__)

_WRONG: Final = _("The user name or the password is wrong.")


@pages.get("/system/login")
def login() -> ResponseReturnValue:
    """Show the sign-in page of the PBX itself. At another address there is none."""
    if not the_visit().known.is_system:
        abort(404)
    if the_visit().is_system_scope:
        return redirect("/", code=303)
    return _draw()


@pages.post("/system/login")
@also_drawn_before_sign_in
def sign_in() -> ResponseReturnValue:
    """Sign in. Wrong passwords count as those of a tenant's administrators do."""
    visit, stores = the_visit(), the_pbx().stores
    if not visit.known.is_system:
        abort(404)
    username, password = request.form.get("username", "").strip()[:128], request.form.get("password", "")
    system, mark, address = (
        SYSTEM_TENANT.pbx_tenant_id,
        request.cookies.get(KNOWN_COOKIE, ""),
        request.remote_addr or "",
    )
    if stores.accounts.check_admin(system, username, password, mark=mark, address=address):
        stores.audit.record(
            system, f"{SYSTEM_PREFIX}{username}", "sign_in", detail=_("system administrator, by password")
        )
        opened = open_session(SYSTEM_TENANT, "/", system_name=username)
        return with_mark(opened, stores.accounts.make_mark(system, admin_name=username))
    reason, sentence = "wrong_password", _WRONG
    if not stores.accounts.is_address_open(system, address):
        reason, sentence = "too_many_from_address", TOO_MANY
    stores.accounts.count_failure_at(system, address)
    refusal = LoginRefused(sentence=sentence, reason=reason, detail=_("typed as {name}", name=repr(username[:64])))
    return _draw(refusal, username)


def _draw(refusal: LoginRefused | None = None, username: str = "") -> ResponseReturnValue:
    visit = with_browser_secret(the_visit())
    reference = ""
    if refusal is not None:
        reference = record_refusal(SYSTEM_TENANT, refusal, actor=username or "somebody")
    has_admin = the_pbx().stores.accounts.has_admin(SYSTEM_TENANT.pbx_tenant_id)
    body = render_template(
        "system_login.html",
        menu=(),
        visit=visit,
        refusal=refusal,
        reference=reference,
        username=username,
        has_admin=has_admin,
    )
    return body, 200 if refusal is None else 401
