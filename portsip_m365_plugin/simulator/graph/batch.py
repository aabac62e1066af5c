"""POST /$batch: at most 20 items, any order, an answer for each item (json-batching, 2026-05)."""

import base64
import json
from typing import Any

from portsip_m365_plugin.simulator.exchange import JSON_TYPE, Answer, Refused, Request, encode_json
from portsip_m365_plugin.simulator.faults import faulty_status
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.routes import Route
from portsip_m365_plugin.simulator.graph.service import (
    PAGE_FAULTS,
    enter,
    finish_item,
    prepare,
    refusal,
    refuse_unrouted,
    run,
    wait_round_trip,
)
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken

MAX_ITEMS = 20
OUTLOOK_AT_ONCE = 4
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class _Item:
    """One request of a batch."""

    def __init__(self, realm: Realm, outer: Request, token: AccessToken, raw: dict[str, Any]) -> None:
        self.id: str = raw["id"]
        self.depends_on: list[str] = [str(name).lower() for name in raw.get("dependsOn") or []]
        self.answer: Answer | None = None
        self.dropped = False
        headers = {str(name).lower(): str(value) for name, value in (raw.get("headers") or {}).items()}
        target = raw["url"]
        self.request = Request(
            raw["method"].upper(),
            "/v1.0" + (target if target.startswith("/") else "/" + target),
            headers,
            _body_bytes(raw, headers),
            outer.origin,
            inside_batch=True,
        )
        self.request.client_request_id = headers.get("client-request-id", outer.client_request_id)
        struck = realm.faults.striking(self.request)
        kinds = {fault.kind for fault in struck}
        self.dropped = "drop_item" in kinds
        self.replacement = next((fault for fault in struck if fault.kind == "replace"), None)
        status = next((fault for fault in struck if fault.kind in ("status", "redirect")), None)
        self.call: Call
        self.route: Route | None
        self.call, self.route = prepare(realm, self.request, token, frozenset(kinds & PAGE_FAULTS))
        if status is not None:
            self.answer = finish_item(self.call, faulty_status(status))

    @property
    def of_outlook(self) -> bool:
        return self.route is not None and self.route.service != "directory"


def answer_batch(realm: Realm, request: Request, token: AccessToken) -> Answer:
    """Answer a batch: 400 if it is malformed, else 200."""
    try:
        if not realm.settings.batch:
            raise Refused(400, "BadRequest", "Resource not found for the segment '$batch'.")
        if request.method != "POST":
            raise Refused(405, "Request_BadRequest", f"The method '{request.method}' is not allowed on this resource.")
        items = [_Item(realm, request, token, raw) for raw in _checked(request)]
    except Refused as refused:
        realm.note(request, "/$batch", refused.status, token.app.client_id)
        return refusal(realm, request, refused)
    if any(item.depends_on for item in items):
        _run_in_sequence(realm, items)
    else:
        _run_in_waves(realm, items)
    realm.note(request, "/$batch", 200, token.app.client_id)
    shown = [item for item in items if not item.dropped]
    if realm.settings.batch_shuffled:
        realm.random.shuffle(shown)
    return Answer(200, ('{"responses":[' + ",".join(_response(item) for item in shown) + "]}").encode(), JSON_TYPE)


def _run_in_waves(realm: Realm, items: list[_Item]) -> None:
    """Directory items all at once; Outlook items four at a time, whatever their mailboxes (throttling-outlook)."""
    outlook = [item for item in items if item.of_outlook]
    waves = [outlook[start : start + OUTLOOK_AT_ONCE] for start in range(0, len(outlook), OUTLOOK_AT_ONCE)]
    rest = [item for item in items if not item.of_outlook]
    if rest:
        waves[:1] = [rest + (waves[0] if waves else [])]
    for wave in waves:
        _run_wave(realm, wave)


def _run_wave(realm: Realm, wave: list[_Item]) -> None:
    slots: list[str] = []
    try:
        for item in wave:
            if item.answer is None and item.route is not None:
                try:
                    slot = enter(item.call, item.route)
                    if slot is not None:
                        slots.append(slot)
                except Refused as refused:
                    item.answer = finish_item(item.call, refusal(realm, item.request, refused))
        wait_round_trip(realm)
        for item in wave:
            if item.answer is None:
                item.answer = _run_item(realm, item)
    finally:
        for slot in slots:
            realm.limits.leave(slot)


def _run_in_sequence(realm: Realm, items: list[_Item]) -> None:
    finished: dict[str, _Item] = {}
    waiting = list(items)
    while waiting:
        ready = [item for item in waiting if all(name in finished for name in item.depends_on)]
        if not ready:
            # A circle: none of them can ever run.
            for item in waiting:
                item.answer = _failed_dependency(realm, item)
            return
        item = ready[0]
        waiting.remove(item)
        if any((finished[name].answer or Answer(500)).status >= 400 for name in item.depends_on):
            item.answer = _failed_dependency(realm, item)
        else:
            _run_wave(realm, [item])
        finished[item.id.lower()] = item


def _run_item(realm: Realm, item: _Item) -> Answer:
    if item.route is None:
        return refuse_unrouted(item.call)
    try:
        answer = run(item.call, item.route)
    except Refused as refused:
        answer = refusal(realm, item.request, refused)
    if item.replacement is not None:
        answer = Answer(
            answer.status, (item.replacement.body or "").encode(), item.replacement.content_type or "text/html"
        )
    return finish_item(item.call, answer)


def _failed_dependency(realm: Realm, item: _Item) -> Answer:
    refused = Refused(424, "FailedDependency", "A request this one depends on has failed.")
    return finish_item(item.call, refusal(realm, item.request, refused))


def _response(item: _Item) -> str:
    answer = item.answer or Answer(500)
    headers = {"Cache-Control": "no-cache", "OData-Version": "4.0", **answer.headers}
    body = "null"
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    if answer.body:
        if "json" in answer.content_type:
            body = answer.body.decode()
        else:
            body = encode_json(base64.b64encode(answer.body).decode())
    return f'{{"id":{encode_json(item.id)},"status":{answer.status},"headers":{encode_json(headers)},"body":{body}}}'


def _checked(request: Request) -> list[dict[str, Any]]:
    try:
        document = request.json()
        requests = document["requests"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "BadRequest", "Invalid batch payload format.") from None
    if not isinstance(requests, list) or not requests:
        raise Refused(400, "BadRequest", "Invalid batch payload format.")
    if len(requests) > MAX_ITEMS:
        raise Refused(
            400, "MaximumValueExceeded", f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}."
        )
    seen: set[str] = set()
    for raw in requests:
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not isinstance(raw.get("url"), str):
            raise Refused(400, "BadRequest", "Each request of a batch needs an id, a method and a url.")
        if not isinstance(raw.get("headers") or {}, dict) or not isinstance(raw.get("dependsOn") or [], list):
            raise Refused(400, "BadRequest", f"headers or dependsOn of request '{raw['id']}' is malformed.")
        if str(raw.get("method", "")).upper() not in _METHODS:
            raise Refused(400, "BadRequest", f"Invalid method '{raw.get('method')}' in request '{raw['id']}'.")
        if raw["id"].lower() in seen:
            raise Refused(400, "BadRequest", f"Request Id '{raw['id']}' has to be unique in a batch.")
        seen.add(raw["id"].lower())
        if not raw["url"].strip("/") or raw["url"].startswith("http") or "$batch" in raw["url"].lower():
            raise Refused(
                400, "BadRequest", f"Invalid URL '{raw['url']}' in request '{raw['id']}': it must be relative."
            )
        if raw.get("body") is not None and "content-type" not in {
            str(name).lower() for name in raw.get("headers") or {}
        }:
            raise Refused(
                400, "BadRequest", f"Write request id : {raw['id']} does not contain Content-Type header or body."
            )
    for raw in requests:
        for name in raw.get("dependsOn") or []:
            if str(name).lower() not in seen:
                raise Refused(
                    400, "BadRequest", f"Request '{raw['id']}' depends on '{name}', which is not in the batch."
                )
    return requests


def _body_bytes(raw: dict[str, Any], headers: dict[str, str]) -> bytes:
    body = raw.get("body")
    if body is None:
        return b""
    if "json" in headers.get("content-type", ""):
        return json.dumps(body).encode()
    text = str(body)
    if headers.get("content-type", "").startswith("text/"):
        return text.encode()
    return base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4))
