"""The server: TLS on loopback, tokens, batches, and the limits around each call."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import trustme

from tests.support.limited_graph.accounts import DIRECTORY, LOAD_MAX, LOAD_SAID_FROM, Accounts, Limits, Refusal
from tests.support.limited_graph.directory import Answer, Directory

TENANT_ID = "0a1b2c3d-1111-4222-8333-0123456789ab"
CLIENT_ID = "9f8e7d6c-1111-4222-8333-0123456789ab"
CLOUD = "LIMITED"

Plan = Callable[[str, str, int], tuple[int, float] | None]
"""Whether a test refuses a call (method, address below v1.0, how often it came before): status and Retry-After."""


class LimitedGraph:
    """A context manager: one directory behind one app's limits.

    Args:
        folder: Where the authority's certificate and the file of clouds are written.
        people: How many there are.
        limits: What is allowed.
        contacts_each: Contacts in each folder of each mailbox.
        folders_each: Folders of each mailbox besides the default one.
        page: The most rows on a page.
        latency_s: How long an answer takes.
        plan: Refusals that a test wants.
    """

    def __init__(
        self,
        folder: Path,
        people: int,
        limits: Limits | None = None,
        *,
        contacts_each: int = 3,
        folders_each: int = 0,
        page: int = 999,
        latency_s: float = 0.01,
        plan: Plan = lambda *_: None,
    ) -> None:
        self.directory = Directory(people, contacts_each, folders_each, page)
        self._limits = limits or Limits()
        self.accounts = Accounts(self._limits, people)
        self.latency_s, self.plan, self._came = latency_s, plan, dict[str, int]()
        self.calls: list[tuple[str, str, int]] = []
        """Method, path and status of each call, in a batch or by itself."""
        self.n_requests = 0
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self._http = _Server(("127.0.0.1", 0), _make_handler(self))
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.origin = f"https://127.0.0.1:{self._http.server_address[1]}"
        ca, clouds = folder / "limited-ca.pem", folder / "limited-clouds.json"
        authority.cert_pem.write_to_path(str(ca))
        clouds.write_text(json.dumps({CLOUD: {"authority": self.origin, "graph": self.origin}}))
        self.environment = {"PORTSIP_M365_CLOUDS": str(clouds), "REQUESTS_CA_BUNDLE": str(ca)}
        """Variables by which the plugin finds this server."""
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def forget(self) -> None:
        """Count from zero, as after a long quiet time."""
        self.accounts = Accounts(self._limits, len(self.directory.people))
        self.calls, self.n_requests, self._came = [], 0, {}

    def asked(self, ending: str) -> list[tuple[str, str, int]]:
        """The calls whose path ends so."""
        return [call for call in self.calls if call[1].endswith(ending)]

    def answer_calls(
        self, calls: list[tuple[str, str, bytes]], arrived_s: float
    ) -> tuple[list[Answer], list[Refusal], float]:
        """Answer calls that came together: all of them are in progress at the same time."""
        accounts, refusals, entered, load = self.accounts, list[Refusal](), list[str](), 0.0
        checked: list[Refusal | None] = []
        loads: list[float] = []
        for method, url, _ in calls:
            refusal, used, scope = None, 0.0, _mailbox_of(url) or DIRECTORY
            if scope == DIRECTORY:
                refusal, used = accounts.spend(_units(url), arrived_s)
            else:
                refusal = accounts.enter(scope, arrived_s)
                if refusal is None:
                    entered.append(scope)
            before = self._came.get(url, 0)
            self._came[url] = before + 1
            planned = self.plan(method, url, before) if refusal is None else None
            if planned is not None:
                refusal = accounts.refuse(scope, "planned", planned[1], planned[0])
            checked.append(refusal)
            loads.append(used)
            load = max(load, used)
        time.sleep(self.latency_s)
        answers = []
        for (method, url, body), refusal, used in zip(calls, checked, loads, strict=True):
            if refusal is not None:
                refusals.append(refusal)
                answer = _refused(refusal)
            else:
                answer = self.directory.answer(method, url, body, f"{self.origin}/v1.0")
            if used >= LOAD_SAID_FROM:
                answer.headers["x-ms-throttle-limit-percentage"] = f"{min(used, LOAD_MAX):.3f}"
            self.calls.append((method, urlsplit(url).path, answer.status))
            answers.append(answer)
        for scope in entered:
            accounts.leave(scope)
        return answers, refusals, load

    def answer_batch(self, body: bytes, arrived_s: float) -> tuple[Answer, list[Refusal], float]:
        """Each request of a batch counts by itself; the batch is 200 where any of them is refused."""
        shapes = json.loads(body)["requests"]
        if len(shapes) > 20 or len({shape["id"].lower() for shape in shapes}) != len(shapes):
            return Answer(400, {"error": {"code": "BadRequest", "message": "20 at most, each with its id"}}), [], 0.0
        whole = self.plan("POST", "/$batch", self._came.get("/$batch", 0))
        self._came["/$batch"] = self._came.get("/$batch", 0) + 1
        if whole is not None:
            refusal = self.accounts.refuse(DIRECTORY, "planned", whole[1], whole[0])
            return _refused(refusal), [refusal], 0.0
        calls = [(shape["method"], shape["url"], json.dumps(shape.get("body")).encode()) for shape in shapes]
        answers, refusals, load = self.answer_calls(calls, arrived_s)
        responses = [
            {"id": shape["id"], "status": answer.status, "headers": answer.headers, "body": _in_batch(answer.body)}
            for shape, answer in zip(shapes, answers, strict=True)
        ]
        return Answer(body={"responses": responses[::-1]}), refusals, load  # in any order

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that closes its connection is no news."""


def _mailbox_of(url: str) -> str:
    """Whose limits of Outlook a call counts against; empty for the directory."""
    parts = urlsplit(url).path.strip("/").split("/")
    return parts[1] if parts[0] == "users" and len(parts) > 2 else ""


def _units(url: str) -> int:
    """Listing people costs 2 units, and one less with `$select`; other reads 1."""
    return 2 if urlsplit(url).path.strip("/") == "users" and "$select" not in url else 1


def _refused(refusal: Refusal) -> Answer:
    code = "TooManyRequests" if refusal.status == 429 else "ServiceUnavailable"
    headers = {"Retry-After": f"{refusal.retry_after_s:g}"}
    return Answer(refusal.status, {"error": {"code": code, "message": refusal.why}}, headers)


def _in_batch(body: Any) -> Any:
    return base64.b64encode(body).decode() if isinstance(body, bytes) else body


def _make_handler(graph: LimitedGraph) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version, timeout, disable_nagle_algorithm = "HTTP/1.1", 60, True
        wbufsize = -1  # header and body leave together

        def do_GET(self) -> None:
            self._handle()

        def do_POST(self) -> None:
            self._handle()

        def _handle(self) -> None:
            arrived_s = time.monotonic()
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            path = self.path.split("?")[0]
            refusals: list[Refusal] = []
            load = 0.0
            if path.endswith("/openid-configuration"):
                answer = Answer(body=_discovery(graph.origin))
            elif path.endswith("/oauth2/v2.0/token"):
                is_ours = b"client_assertion=" in body and CLIENT_ID.encode() in body
                token = {"token_type": "Bearer", "expires_in": 3599, "access_token": "limited"}
                answer = Answer(body=token) if is_ours else Answer(401, {"error": "invalid_client"})
            elif self.headers.get("Authorization") != "Bearer limited":
                answer = Answer(401, {"error": {"code": "InvalidAuthenticationToken", "message": ""}})
            elif path == "/v1.0/$batch":
                graph.n_requests += 1
                answer, refusals, load = graph.answer_batch(body, arrived_s)
            else:
                graph.n_requests += 1
                call = (self.command, self.path.removeprefix("/v1.0"), body)
                (answer,), refusals, load = graph.answer_calls([call], arrived_s)
            self._send(answer)
            graph.accounts.note_sent(refusals)
            if load:
                graph.accounts.note_said(load)

        def _send(self, answer: Answer) -> None:
            content = answer.body if isinstance(answer.body, bytes) else b""
            if answer.body is not None and not content:
                content = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            kind = "image/png" if isinstance(answer.body, bytes) else "application/json"
            for name, value in {**answer.headers, "Content-Type": kind, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler


def _discovery(origin: str) -> dict[str, Any]:
    base = f"{origin}/{TENANT_ID}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
    }
