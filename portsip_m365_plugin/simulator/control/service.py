"""The control interface: ``/_control/…`` on a cloud's own port, JSON in and out.

For a person with curl and for tests in another process. A test in this process uses ``AdminCenter`` and the realm
directly, and so does this interface. It is not Microsoft's, and no page in a browser may call it.
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from portsip_m365_plugin.simulator.control import tenant as control_tenant
from portsip_m365_plugin.simulator.control.admin_center import AdminCenter
from portsip_m365_plugin.simulator.exchange import Answer, Request, encode_json
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.realm import Realm

Body = dict[str, Any]


class Control:
    """Answers for one cloud. ``?tenant=ID`` chooses a tenant; without it, the first."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[..., Any]]] = []
        self._add("GET", "/_control", self._index, "this list")
        self._add("GET", "/_control/settings", self._get_settings, "page sizes, latency, habits")
        self._add("PATCH", "/_control/settings", self._set_settings, "change some")
        self._add("GET", "/_control/limits", self._get_limits, "service limits, and the concurrency reached")
        self._add("PATCH", "/_control/limits", self._set_limits, "change some: enabled, scale, …")
        self._add("POST", "/_control/limits/reset", self._reset_limits, "reset the counts")
        self._add("GET", "/_control/faults", self._get_faults, "active rules with their hits")
        self._add("POST", "/_control/faults", self._add_fault, "add a rule: kind, match, times, …")
        self._add("DELETE", "/_control/faults", self._clear_faults, "remove all rules")
        self._add("GET", "/_control/clock", self._get_clock, "the simulated moment")
        self._add("POST", "/_control/clock", self._set_clock, '{"shift_s": 3600, "speed": 60}')
        self._add("GET", "/_control/journal", self._get_journal, "requests counted by method, template and status")
        self._add("GET", "/_control/journal/entries", self._get_entries, "the last requests; ?last=100")
        self._add("DELETE", "/_control/journal", self._reset_journal, "delete them")
        self._add("POST", "/_control/tokens/expire", self._expire_tokens, "refuse every access token issued so far")
        self._add("POST", "/_control/keys/roll", self._roll_keys, 'sign ID tokens with a new key; {"keep_old": true}')
        self._add("GET", "/_control/tenants", self._get_tenants, "ids and domains")
        self._add("POST", "/_control/tenants", self._add_tenant, '{"domain": …, "users": 50, "seed": 2}')
        for method, path, handler, text in control_tenant.ROUTES:
            self._add(method, path, handler, text)

    def _add(self, method: str, path: str, handler: Callable[..., Any], text: str) -> None:
        pattern = re.compile(re.sub(r"\{\w+\}", "([^/]+)", path))
        self._routes.append((method, pattern, f"{method} {path}  {text}", handler))

    def answer(self, request: Request) -> Answer:
        """One request: 200 with JSON, or 400, 403, 404 with ``{"error": …}``."""
        # A page of another site sends Origin. A page whose name resolves to this machine sends its own name as Host.
        if "origin" in request.headers or urlsplit(request.origin).hostname not in ("127.0.0.1", "localhost"):
            return _json({"error": "the control interface is not for pages of a browser"}, 403)
        path = "/" + "/".join(segment.replace("/", "%2F") for segment in request.segments)
        for method, pattern, _, handler in self._routes:
            match = pattern.fullmatch(path)
            if match is None or method != request.method:
                continue
            try:
                body = _read_body(request)
                keys = [key.replace("%2F", "/") for key in match.groups()]
                if handler in _TENANT_HANDLERS:
                    return _json(handler(self._admin(request), body, *keys))
                return _json(handler(request, body, *keys))
            except (ValueError, TypeError) as error:
                return _json({"error": str(error)}, 400)
        return _json({"error": f"{request.method} {request.path} is unknown; GET /_control lists what there is"}, 404)

    def _admin(self, request: Request) -> AdminCenter:
        key = request.query.get("tenant")
        tenant = self._realm.find_tenant(key) if key else next(iter(self._realm.tenants.values()))
        if tenant is None:
            raise ValueError(f"no tenant has the id or domain {key!r}")
        return AdminCenter(self._realm.schema, tenant)

    # -- the cloud -------------------------------------------------------------------------------------------------

    def _index(self, _request: Request, _body: Body) -> Any:
        return {"cloud": self._realm.cloud, "routes": [text for _, _, text, _ in self._routes]}

    def _get_settings(self, _request: Request, _body: Body) -> Any:
        return dataclasses.asdict(self._realm.settings)

    def _set_settings(self, _request: Request, body: Body) -> Any:
        return _change(self._realm.settings, body)

    def _get_limits(self, _request: Request, _body: Body) -> Any:
        limits = self._realm.limits
        return {**dataclasses.asdict(limits.settings), "concurrency_peaks": limits.concurrency_peaks}

    def _set_limits(self, _request: Request, body: Body) -> Any:
        return _change(self._realm.limits.settings, body)

    def _reset_limits(self, _request: Request, _body: Body) -> Any:
        self._realm.limits.reset()
        return {}

    def _get_faults(self, _request: Request, _body: Body) -> Any:
        return {"faults": [_fault_shape(fault) for fault in self._realm.faults.rules()]}

    def _add_fault(self, _request: Request, body: Body) -> Any:
        known = {field.name for field in dataclasses.fields(Fault) if field.init and field.name[0] != "_"} - {"hits"}
        unknown = sorted(set(body) - known)
        if unknown:
            raise ValueError(f"a fault has no {unknown[0]!r}; it has {', '.join(sorted(known))}")
        return _fault_shape(self._realm.faults.add(Fault(**body)))

    def _clear_faults(self, _request: Request, _body: Body) -> Any:
        self._realm.faults.clear()
        return {}

    def _get_clock(self, _request: Request, _body: Body) -> Any:
        return {"now_utc": self._realm.clock.now_utc().isoformat()}

    def _set_clock(self, request: Request, body: Body) -> Any:
        unknown = sorted(set(body) - {"shift_s", "speed"})
        if unknown:
            raise ValueError(f"the clock has no {unknown[0]!r}; it has shift_s and speed")
        if "shift_s" in body:
            self._realm.clock.shift(float(body["shift_s"]))
        if "speed" in body:
            self._realm.clock.run_at(float(body["speed"]))
        return self._get_clock(request, body)

    def _get_journal(self, _request: Request, _body: Body) -> Any:
        return self._realm.journal.counts()

    def _get_entries(self, request: Request, _body: Body) -> Any:
        last = int(request.query.get("last", "100"))
        return {"entries": [entry.as_json() for entry in self._realm.journal.entries()[-last:]]}

    def _reset_journal(self, _request: Request, _body: Body) -> Any:
        self._realm.journal.reset()
        return {}

    def _expire_tokens(self, _request: Request, _body: Body) -> Any:
        self._realm.tokens.expire_all()
        return {}

    def _roll_keys(self, _request: Request, body: Body) -> Any:
        self._realm.signing_keys.roll(keep_old=bool(body.get("keep_old", True)))
        return {"keys": [key.kid for key in self._realm.signing_keys.published]}

    def _get_tenants(self, _request: Request, _body: Body) -> Any:
        return {"tenants": [control_tenant.tenant_shape(tenant) for tenant in self._realm.tenants.values()]}

    def _add_tenant(self, _request: Request, body: Body) -> Any:
        if not body.get("domain") or self._realm.find_tenant(str(body["domain"])):
            raise ValueError("a new tenant needs a domain that no other has")
        tenant = self._realm.add_tenant(
            int(body.get("users", 50)), int(body.get("seed", 1)), str(body["domain"]).lower()
        )
        return control_tenant.tenant_shape(tenant)


_TENANT_HANDLERS = {handler for _, _, handler, _ in control_tenant.ROUTES}


def _read_body(request: Request) -> Body:
    if request.body.lstrip().startswith(b"-----BEGIN CERTIFICATE"):
        return {"certificate_pem": request.body.decode()}  # curl --data-binary @public_key.pem
    body = request.json() if request.body else {}
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body


def _json(document: Any, status: int = 200) -> Answer:
    return Answer(status, encode_json(document).encode(), "application/json; charset=utf-8", {}, document)


def _fault_shape(fault: Fault) -> dict[str, Any]:
    return {field.name: getattr(fault, field.name) for field in dataclasses.fields(fault) if field.name[0] != "_"}


def _change(target: Any, body: Body) -> dict[str, Any]:
    """Set fields of a dataclass; each keeps its type."""
    fields = {field.name for field in dataclasses.fields(target)}
    for name, value in body.items():
        if name not in fields:
            raise ValueError(f"there is no {name!r}; there are {', '.join(sorted(fields))}")
        now = getattr(target, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        right = (
            (is_number or value is None)
            if now is None or (isinstance(now, int | float) and not isinstance(now, bool))
            else isinstance(value, type(now))
        )
        if not right:
            raise ValueError(f"{name}: {value!r} is not a value like {now!r}")
    for name, value in body.items():
        setattr(target, name, value)
    return dataclasses.asdict(target)
