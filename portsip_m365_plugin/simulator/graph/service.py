"""One Graph call: route, limits, permission, handler. Requests on the wire and items of a batch go the same way."""

import time

from portsip_m365_plugin.simulator.exchange import Answer, Refused, Request, error_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.routes import Route, resolve
from portsip_m365_plugin.simulator.limits import LOAD_TOLD_FROM
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken
from portsip_m365_plugin.simulator.world.clock import graph_time

DIRECTORY = ("directory", "own_app")
PAGE_FAULTS = frozenset({"loop", "endless", "empty_page", "duplicates"})


def prepare(
    realm: Realm, request: Request, token: AccessToken, page_faults: frozenset[str] = frozenset()
) -> tuple[Call, Route | None]:
    """The call and its route; None if there is no such path (then ``refuse_unrouted`` answers)."""
    call = Call(realm, request, token, realm.tenants[token.tenant_id], page_faults=page_faults)
    try:
        route, call.params = resolve(realm.schema, request.method, request.segments[1:])
    except Refused:
        call.template = "(unknown)"
        return call, None
    call.template = route.template
    if route.service not in DIRECTORY and call.params:
        person = call.tenant.directory.find(call.params[0])
        call.mailbox_id = person.id if person else call.params[0]
    return call, route


def refuse_unrouted(call: Call) -> Answer:
    """Refuse a path that does not exist."""
    try:
        resolve(call.realm.schema, call.request.method, call.request.segments[1:])
    except Refused as refused:
        return _finished(call, refusal(call.realm, call.request, refused))
    raise AssertionError("the path resolves after all")


def serve(call: Call, route: Route) -> Answer:
    """Limits, round trip, permission, handler; an answer in any case."""
    slot: str | None = None
    try:
        slot = enter(call, route)
        wait_round_trip(call.realm)
        answer = run(call, route)
    except Refused as refused:
        answer = refusal(call.realm, call.request, refused)
    finally:
        if slot is not None:
            call.realm.limits.leave(slot)
    return _finished(call, answer)


def enter(call: Call, route: Route) -> str | None:
    """Spend what the call costs; returns a mailbox slot to leave later, or None. ``Refused`` 429 over a limit."""
    limits = call.realm.limits
    if route.service not in DIRECTORY:
        return limits.enter_mailbox(f"{call.token.app.client_id}/{call.tenant.id}", call.mailbox_id)
    units = _resource_units(call)
    call.answer_headers["x-ms-resource-unit"] = str(units)
    load = limits.spend_directory(call.token.app.client_id, call.tenant.id, units, len(call.tenant.directory.people))
    if load >= LOAD_TOLD_FROM:
        call.answer_headers["x-ms-throttle-limit-percentage"] = f"{load:.2f}"
    return None


def run(call: Call, route: Route) -> Answer:
    """Permission and handler. Raises ``Refused``."""
    _authorise(call, route)
    answer = route.handler(call)
    answer.headers |= call.answer_headers
    return answer


def finish_item(call: Call, answer: Answer) -> Answer:
    """Journal for an item of a batch."""
    return _finished(call, answer)


def refusal(realm: Realm, request: Request, refused: Refused) -> Answer:
    """The error body."""
    return error_answer(refused, request, graph_time(realm.clock.now_utc())[:-1])


def wait_round_trip(realm: Realm) -> None:
    """Wait for the latency of the settings, while the mailbox slot is held."""
    if realm.settings.latency_s > 0:
        time.sleep(realm.settings.latency_s)


def _finished(call: Call, answer: Answer) -> Answer:
    call.realm.note(call.request, call.template, answer.status, call.token.app.client_id, call.mailbox_id)
    return answer


def _authorise(call: Call, route: Route) -> None:
    if not call.token.app.enabled:
        raise Refused(403, "Authorization_IdentityDisabled", "The calling principal's account is disabled.")
    if not call.token.app.known_to_graph:
        raise Refused(
            401, "Authorization_IdentityNotFound", "The identity of the calling application could not be established."
        )
    if route.service not in DIRECTORY and not call.tenant.has_exchange:
        raise Refused(
            401,
            "OrganizationFromTenantGuidNotFound",
            f"The tenant for tenant guid '{call.tenant.id}' does not exist.",
        )
    if route.service == "own_app":
        return
    granted = call.token.permissions
    if granted & route.permissions:
        return
    if route.service == "directory":
        raise Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if route.service == "outlook":
        # RBAC for Applications: not in the token; Exchange decides for each mailbox.
        rbac = call.token.app.rbac
        if any(call.mailbox_id in rbac.get(permission, ()) for permission in route.permissions):
            return
        if not granted and not rbac:
            raise Refused(
                401,
                "NoPermissionsInAccessToken",
                "The token contains no permissions, or permissions can not be understood.",
            )
    raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _resource_units(call: Call) -> int:
    query = {name.lower(): value for name, value in call.request.query.items()}
    units = 2 if call.template == "/users" else 1
    units -= "$select" in query
    units -= query.get("$top", "").isdigit() and int(query["$top"]) < 20
    units += "$expand" in query
    return max(1, units)
