"""The requests of a sign-in against a real TLS server on loopback that misbehaves."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from portsip_m365_plugin.entra import transport as transport_module
from portsip_m365_plugin.entra.transport import EntraUnreachableError, HttpTransport, shared_transport

SECRET = "a-code-that-no-error-may-name"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str]]]

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.seen.append((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
        kind = self.path.strip("/").partition("?")[0]
        status, extra, content = {
            "ok": (200, {"Set-Cookie": "fpc=tracking; Path=/"}, b'{"a": 1}'),
            "bad-request": (400, {}, b'{"error": "invalid_grant"}'),
            "error": (503, {}, b'{"error": "temporarily_unavailable"}'),
            "throttled": (429, {"Retry-After": "5"}, b"{}"),
            "moved": (302, {"Location": "/ok"}, b"{}"),
            "kept-method": (307, {"Location": "https://evil.example/"}, b"{}"),
            "html": (200, {}, b"<html>captive portal</html>"),
            "list": (200, {}, b"[]"),
            "deep": (200, {}, b"[" * 100_000),
            "large": (200, {}, json.dumps({"a": "x" * 600_000}).encode()),
            "slow": (200, {}, b'{"a": 1}'),
            "cut": (200, {"Content-Length": "100"}, b'{"a": 1}'),
        }[kind]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | extra).items():
            self.send_header(name, value)
        self.end_headers()
        if kind == "slow":
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(content)
        self.close_connection = kind == "cut"

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"seen": []}))
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    Handler.seen = listening.RequestHandlerClass.seen  # type: ignore[attr-defined]  # shown to the tests
    yield f"https://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def transport(authority: trustme.CA) -> HttpTransport:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return HttpTransport(trust)


def test_documents_and_forms(transport: HttpTransport, server: str) -> None:
    assert transport.get_json(f"{server}/ok") == {"a": 1}
    answer = transport.post_form(f"{server}/bad-request", {"a": "b c"})
    assert (answer.status, answer.body) == (400, {"error": "invalid_grant"})
    assert answer.answered_at_utc is not None
    assert abs((answer.answered_at_utc - datetime.now(timezone.utc)).total_seconds()) < 60
    assert Handler.seen[-1][1] == "a=b+c"


def test_no_cookies_are_kept(transport: HttpTransport, server: str) -> None:
    transport.get_json(f"{server}/ok")
    transport.get_json(f"{server}/ok")
    assert "cookie" not in Handler.seen[-1][2]


def test_attack_credentials_out_of_netrc(
    transport: HttpTransport, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login operator password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    transport.get_json(f"{server}/ok")
    assert "authorization" not in Handler.seen[-1][2]


@pytest.mark.parametrize("kind", ["error", "throttled", "moved", "kept-method", "html", "list", "deep", "large", "cut"])
def test_attack_unusable_answers(transport: HttpTransport, server: str, kind: str) -> None:
    with pytest.raises(EntraUnreachableError) as caught:
        transport.post_form(f"{server}/{kind}?x={SECRET}", {"code": SECRET})
    assert SECRET not in str(caught.value)
    assert Handler.seen[-1][0].startswith(f"/{kind}"), "nothing was followed"


def test_attack_slow_bytes(transport: HttpTransport, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "_TOTAL_S", 0.2)
    with pytest.raises(EntraUnreachableError):
        transport.get_json(f"{server}/slow")


def test_attack_certificate_of_nobody_we_trust(server: str) -> None:
    with pytest.raises(EntraUnreachableError, match="SSLError"):
        HttpTransport(ssl.create_default_context()).get_json(f"{server}/ok")


def test_nobody_there() -> None:
    with pytest.raises(EntraUnreachableError, match="ConnectionError"):
        HttpTransport(ssl.create_default_context()).get_json("https://127.0.0.1:1/ok")


def test_operators_trust_store_is_used_and_read_again_when_it_changes(
    authority: trustme.CA, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with pytest.raises(EntraUnreachableError):
        shared_transport().get_json(f"{server}/ok")
    authority.cert_pem.write_to_path(str(bundle), append=True)
    assert shared_transport().get_json(f"{server}/ok") == {"a": 1}
    assert shared_transport() is shared_transport()


def test_a_new_connection_costs_little(transport: HttpTransport, server: str) -> None:
    transport.get_json(f"{server}/ok")
    transport._session.headers["Connection"] = "close"
    before_s = time.thread_time()
    for _ in range(10):
        transport.get_json(f"{server}/ok")
    assert (time.thread_time() - before_s) / 10 < 0.02
