"""The plugin manager: what each plugin is, whether it works and is well, and its switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.pages.confirming import ask, has_agreed
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.portal.words import is_safe_link
from pbx_devhost.store.notices import KeptNotice
from pbx_devhost.switching import ask_switch_off, describe_force, switch_plugin
from pbx_devhost.texts import _
from pbx_plugin_api import Tenant
from pbx_plugin_api.hosting.manager import PluginState

pages = Blueprint("plugin_list", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """A plugin as the page shows it."""

    state: PluginState
    in_force: str
    """What is in force, and why."""
    last_run: Any
    """The row of its last run for this tenant, or None."""
    notices: list[KeptNotice]
    """What lasts."""
    off_for: int = 0
    """For how many tenants it is switched off; 0 on a tenant's page."""
    in_trouble: int = 0
    """At how many tenants a bad notice of it lasts; 0 on a tenant's page."""

    @property
    def summary(self) -> str:
        """What the plugin is: in its own words, or as its distribution says."""
        return self.state.about.summary or self.state.distribution

    @property
    def documentation(self) -> str:
        """Where the documentation is, if the address is a safe link."""
        url = self.state.about.documentation_url
        return url if is_safe_link(url) else ""

    @property
    def has_page(self) -> bool:
        """Whether it may have a settings page now."""
        return self.state.is_in_force and "on_settings_page" in self.state.hooks


@pages.get("/plugins")
@admin_only
@also_for_system
def list_plugins() -> ResponseReturnValue:
    """List the plugins: for a tenant, or for the whole PBX."""
    visit, pbx = the_visit(), the_pbx()
    whom = _whom()
    tenant_id = visit.tenant.pbx_tenant_id
    notices = pbx.stores.notices.open_ones(tenant_id)
    cards = []
    for state in pbx.plugins.plugins(whom):
        newest = pbx.stores.runs.newest_id(tenant_id, state.name)
        card = _Card(
            state=state,
            in_force=describe_force(state, for_tenant=whom is not None),
            last_run=pbx.stores.runs.get(newest) if newest is not None else None,
            notices=[kept for kept in notices if kept.plugin == state.name],
            off_for=len(pbx.stores.switches.off_for(state.name)) if whom is None else 0,
            in_trouble=pbx.stores.notices.count_tenants_in_trouble(state.name) if whom is None else 0,
        )
        cards.append(card)
    return render_template("plugins.html", cards=cards, whole=whom is None)


@pages.post("/plugins/<plugin>/switch")
@admin_only
@also_for_system
def switch(plugin: str) -> ResponseReturnValue:
    """Switch a plugin on or off: for this tenant, or for the whole PBX. Off is asked about first."""
    pbx, on, whom = the_pbx(), request.form.get("on") == "1", _whom()
    try:
        if not on:
            question = ask_switch_off(pbx, plugin, whom)
            if not has_agreed(question):
                title, post_to = _("Switch {plugin} off", plugin=plugin), f"/plugins/{plugin}/switch"
                back = "/plugins", _("Plugins")
                return ask(question, title=title, post_to=post_to, back=back, values={"on": "0"})
        state, sentence = switch_plugin(pbx, plugin, whom, on, actor=the_visit().name)
    except KeyError:
        abort(404)
    return redirect_with_note("/plugins", sentence, "good" if state.is_in_force is on else "warning")


def _whom() -> Tenant | None:
    """For whom this page switches: the tenant, or the whole PBX (None)."""
    visit = the_visit()
    return None if visit.is_system_scope else visit.tenant
