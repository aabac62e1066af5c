"""The pages of a system administrator: the PBX itself, its tenants, and the way into a tenant and out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.signin.passwords import open_session
from pbx_devhost.portal.visit import signed_in, system_only, the_pbx, the_visit
from pbx_devhost.store.languages import offered_languages
from pbx_devhost.store.signin.accounts import (
    NAME_MAX_CHARS,
    PASSWORD_MAX_CHARS,
    PASSWORD_MIN_CHARS,
    AccountError,
    check_admin_name,
    check_password,
)
from pbx_devhost.store.tenants import SYSTEM_TENANT, TenantError
from pbx_devhost.texts import _, say
from pbx_plugin_api import Tenant, rules
from pbx_plugin_api.errors import InvalidValueError

pages = Blueprint("system", __name__)

_NUMBER_MAX: Final = 9_999_999
_DIFFERENT: Final = _("The two passwords differ.")
_NAME_RULE: Final = _(
    "Not possible: 1 to {n} characters, no colon, and no space at the beginning or the end.", n=NAME_MAX_CHARS
)
_PASSWORD_RULE: Final = _(
    "Not possible: {n_min} to {n_max} characters.", n_min=PASSWORD_MIN_CHARS, n_max=PASSWORD_MAX_CHARS
)
_NEW: Final = {
    "name": "",
    "sip_domain": "",
    "time_zone": "UTC",
    "country": "US",
    "language": "",
    "web_origin": "",
    "sbc_origin": "",
    "user_limit": "",
    "rest_days": "30",
    "username": "admin",
}


def show_system() -> ResponseReturnValue:
    """Show the first page of a system administrator."""
    stores, pbx = the_pbx().stores, the_pbx()
    system = SYSTEM_TENANT.pbx_tenant_id
    mailers = [state for state in pbx.plugins.plugins() if "on_send_notification" in state.hooks]
    return render_template(
        "system.html",
        n_tenants=stores.tenants.count(),
        origin=stores.tenants.system_origin(),
        states=pbx.plugins.plugins(),
        mailers=mailers,
        fault=stores.outbox.lanes.fault(system),
        notices=stores.notices.shown(system, limit=5),
    )


@pages.get("/system/tenants")
@system_only
def list_tenants() -> ResponseReturnValue:
    """List the tenants, page by page, all or those that a text is found in."""
    stores, page = the_pbx().stores, read_page()
    found = page.of(stores.tenants.page(page.search, offset=page.offset, limit=page.size + 1))
    ids = [tenant.pbx_tenant_id for tenant in found.rows]
    return render_template(
        "tenants.html",
        page=found,
        total=stores.tenants.count(page.search),
        users=stores.users.count_by_tenant(ids),
        in_trouble=stores.notices.count_bad(ids),
        without_admin=stores.accounts.without_admin(ids),
        origins={tenant.pbx_tenant_id: stores.tenants.origins(tenant) for tenant in found.rows},
    )


@pages.get("/system/tenants/new")
@system_only
def ask_tenant() -> ResponseReturnValue:
    """Show the form of a new tenant."""
    return _draw_new(_NEW | {"web_origin": the_visit().origin}, {})


@pages.post("/system/tenants/new")
@system_only
def add_tenant() -> ResponseReturnValue:
    """Add a tenant with its first administrator. All errors at once, and then nothing is added."""
    typed = {name: request.form.get(name, "").strip()[:400] for name in _NEW}
    password, again = request.form.get("password", ""), request.form.get("password_again", "")
    errors = _find_errors(typed, password, again)
    if errors:
        return _draw_new(typed, errors)
    stores, visit = the_pbx().stores, the_visit()
    try:
        added = stores.tenants.add(
            typed["name"],
            sip_domain=typed["sip_domain"] or None,
            time_zone=typed["time_zone"],
            country=typed["country"],
            language=typed["language"] or None,
            web_origin=typed["web_origin"],
            sbc_origin=typed["sbc_origin"] or None,
            user_limit=int(typed["user_limit"]) if typed["user_limit"] else None,
            rest_days=int(typed["rest_days"]),
        )
    except TenantError as error:
        return _draw_new(typed, {"name": _("{reason}.", reason=say(error))})
    stores.accounts.set_admin_password(added.pbx_tenant_id, typed["username"], password)
    for tenant_id in (added.pbx_tenant_id, SYSTEM_TENANT.pbx_tenant_id):
        stores.audit.record(tenant_id, visit.name, "tenant.add", subject=added.name, detail=added.sip_domain)
    stores.audit.record(added.pbx_tenant_id, visit.name, "admin.password", subject=typed["username"])
    where = f"{typed['web_origin']}/login?domain={added.sip_domain}"
    sentence = _(
        "{tenant} was added. Its administrator {name} signs in at {address}.",
        tenant=added.name,
        name=typed["username"],
        address=where,
    )
    return redirect_with_note("/system/tenants", sentence)


@pages.post("/system/tenants/<tenant_id>/enter")
@system_only
def enter(tenant_id: str) -> ResponseReturnValue:
    """Enter a tenant. A new session with a new form token begins, so that no form of another tab acts on this one."""
    visit, tenant = the_visit(), _find(tenant_id)
    for where in (tenant.pbx_tenant_id, SYSTEM_TENANT.pbx_tenant_id):
        the_pbx().stores.audit.record(where, visit.name, "system.enter", subject=tenant.name)
    return open_session(tenant, "/", system_name=_system_name())


@pages.post("/system/leave")
@signed_in
def leave() -> ResponseReturnValue:
    """Leave the tenant, again with a new session."""
    visit = the_visit()
    if not visit.is_system:
        abort(403)
    for where in (visit.tenant.pbx_tenant_id, SYSTEM_TENANT.pbx_tenant_id):
        the_pbx().stores.audit.record(where, visit.name, "system.leave", subject=visit.tenant.name)
    return open_session(SYSTEM_TENANT, "/system/tenants", system_name=_system_name())


def _system_name() -> str:
    session = the_visit().session
    return session.system_name if session is not None and session.system_name else abort(403)


def _find(tenant_id: str) -> Tenant:
    try:
        tenant = the_pbx().stores.tenants.find(tenant_id)
    except TenantError:
        abort(404)
    return tenant if tenant.pbx_tenant_id == tenant_id and tenant is not SYSTEM_TENANT else abort(404)


def _find_errors(typed: dict[str, str], password: str, again: str) -> dict[str, str]:
    """Return what is wrong, by input."""
    checks: dict[str, Callable[[str, str], None]] = {
        "name": lambda name, text: rules.check_text(name, text, min_chars=1, max_chars=128),
        "sip_domain": lambda name, text: rules.check_text(name, text, max_chars=253),
        "time_zone": rules.check_time_zone,
        "country": rules.check_country,
        "web_origin": rules.check_origin,
    }
    if typed["sbc_origin"]:
        checks["sbc_origin"] = rules.check_origin
    errors: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check(name, typed[name])
        except InvalidValueError as error:
            errors[name] = _("Not possible: {reason}.", reason=error.rule)
    for name, may_be_empty in (("user_limit", True), ("rest_days", False)):
        text = typed[name]
        is_number = text.isascii() and text.isdecimal() and len(text) <= 8 and int(text) <= _NUMBER_MAX
        if not is_number and not (may_be_empty and not text):
            errors[name] = _("Not possible: a whole number, 0 or more.")
    if typed["language"] and typed["language"] not in offered_languages():
        errors["language"] = _("Not possible: choose one of the list.")
    accounts: tuple[tuple[str, Callable[[str], None], str, str], ...] = (
        ("username", check_admin_name, typed["username"], _NAME_RULE),
        ("password", check_password, password, _PASSWORD_RULE),
    )
    for name, check_account, text, rule in accounts:
        try:
            check_account(text)
        except AccountError:
            errors[name] = rule
    if "password" not in errors and password != again:
        errors |= {"password_again": _DIFFERENT}
    return errors


def _draw_new(typed: dict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    return render_template("tenant_new.html", typed=typed, errors=errors), 422 if errors else 200
