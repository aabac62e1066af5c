"""The plugins, their state, and a switch for this tenant."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.visit import admin_only, the_pbx, the_visit

pages = Blueprint("plugin_list", __name__)


@pages.get("/plugins")
@admin_only
def list_plugins() -> ResponseReturnValue:
    """List the plugins with state and reason."""
    return render_template("plugins.html", states=the_pbx().plugins.plugins(the_visit().tenant))


@pages.post("/plugins/<plugin>/switch")
@admin_only
def switch(plugin: str) -> ResponseReturnValue:
    """Switch a plugin on or off for this tenant."""
    visit, on = the_visit(), request.form.get("on") == "1"
    try:
        the_pbx().plugins.set_enabled(plugin, on, visit.tenant)
    except KeyError:
        abort(404)
    event = "plugin.enable" if on else "plugin.disable"
    the_pbx().stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, event, subject=plugin)
    return redirect_with_note("/plugins", f"{plugin} is switched {'on' if on else 'off'} for this tenant.")
