"""Your account: where you are signed in, and how an administrator may sign in."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.mail.smtp import load_smtp
from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.signin.passwords import offered
from pbx_devhost.portal.signin.providers import send_to_provider
from pbx_devhost.portal.visit import (
    SESSION_COOKIE,
    admin_only,
    also_for_system,
    drop_cookie,
    signed_in,
    the_pbx,
    the_visit,
)
from pbx_devhost.store.plugins.setting_changes import find_changes
from pbx_devhost.store.signin.accounts import AccountError
from pbx_devhost.texts import _, say
from pbx_plugin_api import LoginRequest

pages = Blueprint("account", __name__)


@pages.get("/account")
@signed_in
@also_for_system
def show() -> ResponseReturnValue:
    """Show the page."""
    visit, stores = the_visit(), the_pbx().stores
    ways = [] if visit.is_system else offered(the_pbx(), visit.tenant)[0]
    is_tenants = visit.is_admin and not visit.is_system
    return render_template(
        "account.html",
        sessions=stores.sessions.of_person(visit.session, visit.token) if visit.session is not None else [],
        way_labels={way.id: way.label for _, way in ways},
        ways=[(plugin, way) for plugin, way in ways if way.for_administrators],
        own_language=stores.languages.of_person(visit.session) if visit.session is not None else None,
        email=stores.accounts.admin_email(visit.tenant.pbx_tenant_id, _own_name()) if _own_name() else "",
        has_address=bool(_own_name()),
        has_mail=load_smtp(stores) is not None,
        link=stores.admin_links.of(visit.tenant.pbx_tenant_id, visit.name) if is_tenants else None,
    )


@pages.post("/account/sign-out-everywhere")
@signed_in
@also_for_system
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of this person: in browsers, this one too, and in apps."""
    visit, stores = the_visit(), the_pbx().stores
    if visit.session is not None:
        stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "sign_out", detail=_("everywhere"))
        stores.sessions.end_all(visit.session)
    response = make_response(redirect("/login", code=303))
    drop_cookie(response, SESSION_COOKIE)
    return response


@pages.post("/account/notices")
@admin_only
@also_for_system
def set_address() -> ResponseReturnValue:
    """Set where this administrator's notices are mailed to."""
    visit, stores, email = the_visit(), the_pbx().stores, request.form.get("email", "").strip()
    before = stores.accounts.admin_email(visit.tenant.pbx_tenant_id, _own_name())
    try:
        if not stores.accounts.set_admin_email(visit.tenant.pbx_tenant_id, _own_name(), email):
            abort(403)
    except AccountError as error:
        return redirect_with_note("/account", say(error), "bad")
    stores.audit.record(
        visit.tenant.pbx_tenant_id,
        visit.name,
        "account.notices",
        changes=find_changes({"email": before}, {"email": email}),
    )
    return redirect_with_note("/account", _("Saved."))


@pages.post("/account/link")
@admin_only
def link() -> ResponseReturnValue:
    """Begin to link an account. The password is asked for, because a link is a second way in."""
    _refuse_system()
    visit, accounts, form = the_visit(), the_pbx().stores.accounts, request.form
    tenant_id, plugin, provider_id = visit.tenant.pbx_tenant_id, form.get("plugin", ""), form.get("provider", "")
    ways, __ = offered(the_pbx(), visit.tenant)
    if not any((name, way.id) == (plugin, provider_id) and way.for_administrators for name, way in ways):
        abort(404)
    password, address = form.get("password", ""), request.remote_addr or ""
    if not accounts.check_admin(tenant_id, visit.name, password, address=address):
        return redirect_with_note("/account", _("The password is wrong. Nothing was linked."), "bad")
    asked = LoginRequest(origin=visit.origin, return_to="/account", is_test=True, other_account=True)
    return send_to_provider(visit.tenant, plugin, provider_id, asked, links_admin=visit.name)


@pages.post("/account/unlink")
@admin_only
def unlink() -> ResponseReturnValue:
    """Remove the link. Sessions that began with it end."""
    _refuse_system()
    visit, stores = the_visit(), the_pbx().stores
    stores.admin_links.remove(visit.tenant.pbx_tenant_id, visit.name)
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "account.unlink")
    return redirect_with_note("/account", _("The account is no longer linked."))


def _own_name() -> str:
    """The name of this administrator's account here; empty for a user, and for a visitor from the system."""
    visit = the_visit()
    if visit.session is None or (visit.is_system and not visit.is_system_scope):
        return ""
    return visit.session.system_name or visit.session.admin_name or ""


def _refuse_system() -> None:
    """A system administrator signs in by password only: an account of a tenant's provider never opens the PBX."""
    if the_visit().is_system:
        abort(403)
