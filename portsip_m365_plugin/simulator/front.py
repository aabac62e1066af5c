"""A cloud's front: every request comes in here. Faults around it; Graph, an upload or Entra answers it."""

import time
from email.utils import formatdate

from portsip_m365_plugin.simulator.entra.service import Entra
from portsip_m365_plugin.simulator.exchange import Answer, Refused, Request
from portsip_m365_plugin.simulator.faults import Fault, Transport, faulty_status
from portsip_m365_plugin.simulator.graph.entry import answer_graph
from portsip_m365_plugin.simulator.graph.service import PAGE_FAULTS, refusal
from portsip_m365_plugin.simulator.graph.uploads import upload
from portsip_m365_plugin.simulator.realm import Realm

_TRANSPORTS = {
    "reset_lost": "reset_before",  # the same on the socket: no byte is sent. But the request was carried out
    "reset_during": "reset_during",
    "reset_after": "reset_after",
    "truncate": "truncate",
    "slow": "slow",
}


def answer(realm: Realm, request: Request) -> tuple[Answer, Transport | None]:
    """Answer one request. The second value says what happens to the connection, if anything."""
    struck = realm.faults.striking(request)
    if not struck:
        return _route(realm, request, frozenset()), None
    return _answer_struck(realm, request, struck)


def _answer_struck(realm: Realm, request: Request, struck: list[Fault]) -> tuple[Answer, Transport | None]:
    for fault in struck:
        if fault.kind == "delay":
            time.sleep(fault.pause_s)
        elif fault.kind == "reset_before":
            realm.note(request, "(reset)", 0)
            return Answer(500), Transport("reset_before")
        elif fault.kind in ("status", "redirect"):
            refused = faulty_status(fault)
            realm.note(request, "(fault)", refused.status)
            return refused, None
        elif fault.kind == "aadsts":
            return Entra(realm).refuse(request, int(fault.code)), None
    kinds = frozenset(fault.kind for fault in struck)
    given = _route(realm, request, kinds & PAGE_FAULTS)
    transport: Transport | None = None
    for fault in struck:
        if fault.kind == "replace":
            body = given.body if fault.body is None else fault.body.encode()
            given = Answer(given.status, body, fault.content_type or given.content_type, given.headers)
        elif fault.kind in _TRANSPORTS:
            transport = Transport(_TRANSPORTS[fault.kind], fault.chunk_bytes, fault.pause_s)
    return given, transport


def _route(realm: Realm, request: Request, page_faults: frozenset[str]) -> Answer:
    first = request.segments[0].lower() if request.segments else ""
    if first in ("v1.0", "beta") and not request.on_browser_port:
        return answer_graph(realm, request, page_faults)
    if first == "api" and not request.on_browser_port:
        try:
            given = upload(realm, request)
        except Refused as refused:
            given = refusal(realm, request, refused)
        realm.note(request, "(upload)", given.status)
        return given
    given = Entra(realm).answer(request)
    # Entra sends its own time: a client learns from it that its clock is wrong.
    given.headers.setdefault("Date", formatdate(realm.clock.time_s(), usegmt=True))
    return given
