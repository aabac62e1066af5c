"""The first page: the state of the PBX for an administrator, their own data for a user."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.pages.plugin_steps import find_way
from pbx_devhost.portal.pages.system import show_system
from pbx_devhost.portal.visit import also_for_system, signed_in, the_pbx, the_visit

pages = Blueprint("overview", __name__)

_NOTICES_SHOWN: Final = 5


@pages.get("/")
@signed_in
@also_for_system
def show() -> ResponseReturnValue:
    """Show the page."""
    visit, stores = the_visit(), the_pbx().stores
    if visit.is_system_scope:
        return show_system()
    if not visit.is_admin:
        return render_template("me.html", user=visit.user)
    tenant = visit.tenant
    tenant_id = tenant.pbx_tenant_id
    states = the_pbx().plugins.plugins(tenant)
    notices = stores.notices.shown(tenant_id, limit=_NOTICES_SHOWN + 1)
    linked = stores.linked_users(tenant_id).counts()
    # Drawing whole pages takes time, so it is done only until the first sync: then nobody has to be led any more.
    drawn = the_pbx().plugins.settings_pages(tenant, visit.viewer) if not linked.linked else ()
    ways = [find_way(each.plugin, each.value) for each in drawn if each.value is not None]
    return render_template(
        "overview.html",
        ways=[way for way in ways if way is not None],
        tenant=tenant,
        origins=stores.tenants.origins(tenant),
        n_users=stores.users.count_all(tenant_id),
        linked=linked,
        states=states,
        due={state.name: stores.leases.next_due_at(tenant_id, state.name) for state in states},
        runs=list(stores.runs.rows(tenant_id, limit=5)),
        notices=notices[:_NOTICES_SHOWN],
        tenant_language=stores.languages.of_tenant(tenant_id),
        more_notices=len(notices) > _NOTICES_SHOWN,
    )
