"""The notices: what lasts, what was dismissed, what ended lately."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.texts import _

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@admin_only
@also_for_system
def list_notices() -> ResponseReturnValue:
    """List the notices: those that last first, then page by page what was dismissed or ended."""
    page, store, tenant_id = read_page(), the_pbx().stores.notices, the_visit().tenant.pbx_tenant_id
    over = store.over(tenant_id, skip=page.offset, limit=page.size + 1)
    return render_template("notices.html", shown=store.shown(tenant_id), page=page.of(over))


@pages.post("/notices/<int:notice_id>/dismiss")
@admin_only
@also_for_system
def dismiss(notice_id: int) -> ResponseReturnValue:
    """Put a notice away, until it becomes worse or begins again."""
    visit, stores = the_visit(), the_pbx().stores
    tenant_id = visit.tenant.pbx_tenant_id
    kept = stores.notices.find(tenant_id, notice_id)
    if kept is None:
        abort(404)
    if stores.notices.dismiss(tenant_id, notice_id, visit.name):
        stores.audit.record(tenant_id, visit.name, "notice.dismiss", subject=kept.notice.key)
    return redirect_with_note(
        "/notices", _("Dismissed. It is shown again if it becomes worse, or ends and begins again.")
    )
