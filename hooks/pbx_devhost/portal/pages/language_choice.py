"""Choosing a language: one's own, and an administrator's for the tenant."""

from __future__ import annotations

from flask import Blueprint, abort, g, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.visit import admin_only, also_for_system, read_visit, signed_in, the_pbx, the_visit
from pbx_devhost.store.languages import offered_languages
from pbx_devhost.texts import _
from pbx_plugin_api import Scope

pages = Blueprint("language_choice", __name__)


@pages.post("/account/language")
@signed_in
@also_for_system
def set_own() -> ResponseReturnValue:
    """Set the language of the person who is signed in."""
    visit, stores, language = the_visit(), the_pbx().stores, _read()
    if visit.session is None:
        abort(403)
    before = stores.languages.of_person(visit.session)
    stores.languages.set_of_person(visit.session, language)
    changes = [("language", before, language)] if before != language else []
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "account.language", changes=changes)
    return _say_saved("/account")


@pages.post("/tenant/language")
@admin_only
def set_of_tenant() -> ResponseReturnValue:
    """Set the language of the tenant, for all who chose none."""
    visit, stores, language = the_visit(), the_pbx().stores, _read()
    if visit.tenant.scope is Scope.SYSTEM:
        abort(404)
    before = stores.languages.of_tenant(visit.tenant.pbx_tenant_id)
    stores.languages.set_of_tenant(visit.tenant, language)
    changes = [("language", before, language)] if before != language else []
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "tenant.language", changes=changes)
    return _say_saved("/")


def _read() -> str | None:
    """The language that was chosen; None: none of them. The form offers no other ones."""
    chosen = request.form.get("language", "")
    if chosen and chosen not in offered_languages():
        abort(400)
    return chosen or None


def _say_saved(path: str) -> ResponseReturnValue:
    g.visit = read_visit(the_pbx(), the_visit().known)  # with the new language
    g.pop("language", None)
    return redirect_with_note(path, _("Saved."))
