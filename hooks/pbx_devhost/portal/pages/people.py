"""Users: the list with photo and extension, and one user."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.refresh import NotRefreshed, refresh_user
from pbx_devhost.portal.signin.admission import pick, say_picked
from pbx_devhost.portal.visit import admin_only, signed_in, the_pbx, the_visit
from pbx_devhost.store.users.rows import link_of
from pbx_devhost.texts import _
from pbx_plugin_api import LoginRefused, PersonalBook, listing, sentences

pages = Blueprint("people", __name__)

_TYPED_MAX_CHARS: Final = 320

_PHOTO_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


@pages.get("/users")
@admin_only
def list_users() -> ResponseReturnValue:
    """List users by extension number."""
    visit, store = the_visit(), the_pbx().stores.users
    tenant_id, page = visit.tenant.pbx_tenant_id, read_page()
    rows = store.rows(tenant_id, search=page.search, offset=page.offset, limit=page.size + 1)
    return render_template(
        "users.html",
        page=page.of(list(rows)),
        total=store.count_all(tenant_id),
        may_pick=_may_provision(),
    )


@pages.post("/users")
@admin_only
def add_from_directory() -> ResponseReturnValue:
    """Add or refresh one person of the directory, outside of the sync."""
    visit, typed = the_visit(), request.form.get("typed", "").strip()
    if not typed or len(typed) > _TYPED_MAX_CHARS or not typed.isprintable():
        return redirect_with_note("/users", _("Type a sign-in name or an object id."), "warning")
    found = pick(the_pbx(), visit.tenant, typed, visit.name)
    if isinstance(found, LoginRefused):
        return redirect_with_note("/users", found.sentence, "bad")
    return redirect_with_note(f"/users/{found.user_id}", say_picked(found), "good" if found.enabled else "warning")


@pages.get("/users/<user_id>")
@admin_only
def show_user(user_id: str) -> ResponseReturnValue:
    """Show one user, with their synced contacts."""
    tenant_id, stores = the_visit().tenant.pbx_tenant_id, the_pbx().stores
    user = the_pbx().stores.users.find_by_id(tenant_id, user_id)
    if user is None:
        abort(404)
    link, page = link_of(user), read_page()
    contacts: list[dict[str, object]] = []
    if link is not None:
        book = PersonalBook(owner=link)
        rows = stores.contacts.rows(tenant_id, book, search=page.search, offset=page.offset, limit=page.size + 1)
        contacts = list(rows)
    may_sync = link is not None and _may_provision()
    return render_template("user.html", user=user, page=page.of(contacts), may_sync=may_sync)


@pages.post("/users/<user_id>/sync")
@admin_only
def sync_user(user_id: str) -> ResponseReturnValue:
    """Sync one linked user now."""
    visit, stores = the_visit(), the_pbx().stores
    user = stores.users.find_by_id(visit.tenant.pbx_tenant_id, user_id)
    link = link_of(user)
    if user is None or link is None:
        abort(404)
    result = refresh_user(the_pbx(), visit.tenant, link)
    if isinstance(result, NotRefreshed):
        outcome, detail, tone = "refused", result.reason, "bad"
        sentence = sentences(result.sentence, _("Nothing was changed."))
    elif result.changed:
        outcome, detail, tone = "ok", listing(result.changed), "good"
        sentence = _("Synced now. Changed: {what}.", what=detail)
    else:
        outcome, detail, tone = "ok", _("nothing changed"), "good"
        sentence = _("Synced now. Nothing has changed.")
    stores.audit.record(
        visit.tenant.pbx_tenant_id, visit.name, "user.sync", outcome=outcome, subject=user.username, detail=detail
    )
    return redirect_with_note(f"/users/{user_id}", sentence, tone)


@pages.get("/users/<user_id>/photo")
@signed_in
def photo(user_id: str) -> ResponseReturnValue:
    """Send a photo. Administrators may see all photos, users their own."""
    visit = the_visit()
    if not visit.is_admin and (visit.session is None or visit.session.user_id != user_id):
        abort(404)
    found = the_pbx().stores.users.photo(visit.tenant.pbx_tenant_id, user_id)
    if found is None:
        abort(404)
    content, content_type = found
    if content_type not in _PHOTO_TYPES:
        content_type = "application/octet-stream"
    return Response(
        content,
        content_type=content_type,
        headers={"Content-Disposition": "inline", "Content-Length": str(len(content))},
    )


def _may_provision() -> bool:
    """Whether a plugin can be asked about one person."""
    states = the_pbx().plugins.plugins(the_visit().tenant)
    return any("on_user_provision" in state.hooks for state in states if state.status == "loaded")
