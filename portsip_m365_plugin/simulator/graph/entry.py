"""Graph's way in: size, token and version of a request, then a single call or a ``$batch``."""

from portsip_m365_plugin.simulator.exchange import Answer, Refused, Request
from portsip_m365_plugin.simulator.graph.batch import answer_batch
from portsip_m365_plugin.simulator.graph.service import prepare, refusal, refuse_unrouted, serve
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken

MAX_REQUEST_BYTES = 4 * 1024 * 1024


def answer_graph(realm: Realm, request: Request, page_faults: frozenset[str]) -> Answer:
    """Answer a request on the wire, errors included, and note it in the journal."""
    try:
        if len(request.body) > MAX_REQUEST_BYTES:
            raise Refused(413, "RequestEntityTooLarge", "The request is larger than 4 MB.")
        token = _authenticate(realm, request)
        if request.segments[0] != "v1.0":
            raise Refused(400, "BadRequest", f"Invalid version: {request.segments[0]}")
    except Refused as refused:
        realm.note(request, f"/{'/'.join(request.segments[1:2])}", refused.status)
        return refusal(realm, request, refused)
    if [piece.lower() for piece in request.segments[1:]] == ["$batch"]:
        return answer_batch(realm, request, token)
    call, route = prepare(realm, request, token, page_faults)
    if route is None:
        return refuse_unrouted(call)
    return serve(call, route)


def _authenticate(realm: Realm, request: Request) -> AccessToken:
    """The token behind the Authorization header; ``Refused`` 401."""
    header = request.headers.get("authorization", "")
    scheme, _, text = header.partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="", client_id=""'}
    if scheme.lower() != "bearer" or not text:
        raise Refused(401, "InvalidAuthenticationToken", "Access token is empty.", challenge)
    token = realm.tokens.find(text)
    if token is None:
        message = "CompactToken parsing failed with error code: 80049217"
        raise Refused(401, "InvalidAuthenticationToken", message, challenge)
    if token.expires_s <= realm.clock.time_s():
        message = "Lifetime validation failed, the token is expired."
        raise Refused(401, "InvalidAuthenticationToken", message, challenge)
    return token
