"""A browser that comes back from outside without a sign-in, such as from a consent page.

Anybody may have the address. So the plugin that made its state is asked at a bounded rate, nobody is signed in, and of
the request only the origin and the path reach the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.visit import the_pbx, the_visit
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.store.signin.landings import OpenedLanding
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import Done, Landing, RateLimit, Refused

_LANDINGS: Final = (RateLimit(amount=20, window_s=60), RateLimit(amount=200, window_s=86_400))


def open_landing(params: Mapping[str, str]) -> OpenedLanding | None:
    """Return what the state of a landing says; None if it is not one, or its tenant is not reached here."""
    landing = the_pbx().stores.landings.open(params.get("state", "")) if request.method == "GET" else None
    return landing if landing is not None and _is_reached_here(landing.tenant_id) else None


def _is_reached_here(tenant_id: str) -> bool:
    visit = the_visit()
    if tenant_id == SYSTEM_TENANT.pbx_tenant_id:
        return visit.origin == the_pbx().stores.tenants.system_origin()
    return visit.reaches(tenant_id)


def show_landing(opened: OpenedLanding, params: Mapping[str, str]) -> ResponseReturnValue:
    """Give the landing to the plugin, and show its answer to whoever came back."""
    pbx, visit = the_pbx(), the_visit()
    budget = PluginRateBudget(pbx.stores.scope(f"portal:{opened.tenant_id}", "portal"))
    if budget.take("landing", 1, _LANDINGS) is not None:
        return render_template("landing.html", is_consent=True)
    landing = Landing(
        purpose=opened.purpose,
        about=opened.about,
        address=visit.origin + request.path,
        params={name: value for name, value in params.items() if name != "state"},
    )
    answer = pbx.plugins.land(opened.plugin, pbx.stores.tenants.find(opened.tenant_id), landing)
    outcome = answer.value
    kind = "ok" if isinstance(outcome, Done) else "refused" if isinstance(outcome, Refused) else "failed"
    pbx.stores.audit.record(
        opened.tenant_id, "somebody", f"landing.{opened.purpose}", outcome=kind, detail=landing.address
    )
    if outcome is None:
        return render_template("landing.html", is_consent=True)
    return render_template("landed.html", outcome=outcome, is_done=kind == "ok"), 200 if kind == "ok" else 403
