"""The cookies in which a browser keeps its sign-ins under way: one for each, so that two tabs can both finish."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from pbx_devhost.portal.visit import drop_cookie, the_pbx, the_visit
from pbx_devhost.store.signin.flows import BegunFlow, label_of
from pbx_devhost.store.signin.tokens import hash_token
from pbx_plugin_api import LoginFlow, Tenant

FLOW_COOKIE: Final = "__Host-pbx_flow_"
"""The name begins so and ends with the flow's label. `__Host-`: no other host and no page without TLS can set it."""
FLOW_COOKIE_S: Final = 15 * 60
FLOWS_MAX_PER_BROWSER: Final = 5
"""More would make the headers of the request too long."""
_STATE_CHARS: Final = range(22, 257)


def seal_flow(
    tenant: Tenant, plugin: str, flow: LoginFlow, *, app: dict[str, str], links_admin: str
) -> tuple[str, str]:
    """Return the name and the value of the cookie for a begun sign-in.

    Raises:
        FlowTooLargeError: It does not fit.
    """
    visit = the_visit()
    begun = BegunFlow(
        tenant_id=tenant.pbx_tenant_id,
        plugin=plugin,
        flow=flow,
        app=app,
        links_admin=links_admin,
        session_hash=hash_token(visit.token) if visit.session is not None else "",
    )
    return FLOW_COOKIE + label_of(flow.state), the_pbx().stores.flows.seal(begun)


def open_flow(state: str) -> BegunFlow | None:
    """Return the sign-in that this browser began with this state; None if it began none, or too long ago."""
    if len(state) not in _STATE_CHARS:
        return None
    label = label_of(state)
    kept = request.cookies.get(FLOW_COOKIE + label)
    begun = the_pbx().stores.flows.open(kept, label) if kept else None
    return begun if begun is not None and begun.flow.state == state else None


def drop_flow(response: Response, begun: BegunFlow) -> None:
    """Delete the cookie of a sign-in that came back. Those of other tabs stay."""
    drop_cookie(response, FLOW_COOKIE + label_of(begun.flow.state), same_site="None")


def drop_surplus_flows(response: Response) -> None:
    """Make room for one more: delete what does not open, and the oldest of too many."""
    kept = []
    for name, value in request.cookies.items():
        if name.startswith(FLOW_COOKIE):
            begun = the_pbx().stores.flows.open(value, name.removeprefix(FLOW_COOKIE))
            kept.append((begun.flow.expires_at_utc.timestamp() if begun is not None else 0.0, name))
    kept.sort()
    surplus = len(kept) - FLOWS_MAX_PER_BROWSER + 1
    for n, (expires_at, name) in enumerate(kept):
        if n < surplus or not expires_at:
            drop_cookie(response, name, same_site="None")
