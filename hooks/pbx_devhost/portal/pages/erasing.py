"""Erasing a person: what it does, and the wish for it. The clock does the work within minutes."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.visit import admin_only, the_pbx, the_visit
from pbx_devhost.store.erasure.store import ErasureError
from pbx_devhost.texts import _, say

pages = Blueprint("erasing", __name__)

_ALSO_MAX_CHARS: Final = 4_000


@pages.get("/users/<user_id>/erase")
@admin_only
def ask(user_id: str) -> ResponseReturnValue:
    """Say what erasing does."""
    user = the_pbx().stores.users.find_by_id(the_visit().tenant.pbx_tenant_id, user_id)
    if user is None:
        abort(404)
    return render_template("erase.html", user=user)


@pages.post("/users/<user_id>/erase")
@admin_only
def erase(user_id: str) -> ResponseReturnValue:
    """Accept the wish, and let it be worked off at once."""
    visit, stores = the_visit(), the_pbx().stores
    tenant_id = visit.tenant.pbx_tenant_id
    user = stores.users.find_by_id(tenant_id, user_id)
    if user is None:
        abort(404)
    also = tuple(request.form.get("also", "")[:_ALSO_MAX_CHARS].splitlines())
    try:
        erasure_id = stores.erasures.ask(tenant_id, user_id, also=also)
    except ErasureError as error:
        return redirect_with_note(f"/users/{user_id}", say(error), "bad")
    stores.audit.record(tenant_id, visit.name, "person.erase", subject=erasure_id)
    stores.chores.put_off("erasures", by_s=0.0)
    return redirect_with_note("/users", _("The person is erased within minutes, or when a run in progress has ended."))
