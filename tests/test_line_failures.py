"""A line that fails in any way becomes a designed outage, wherever the plugin talks to a network."""

from __future__ import annotations

import errno
import http.client
import io
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
import urllib3
from requests.adapters import BaseAdapter

from portsip_m365_plugin.checks.network import reach_entra
from portsip_m365_plugin.clouds import GLOBAL, Cloud
from portsip_m365_plugin.connect import AppSettings, credential_for
from portsip_m365_plugin.entra import tokens, transport
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.discovery import find_directory
from portsip_m365_plugin.entra.regions import search_clouds
from portsip_m365_plugin.entra.tokens import acquire_app_token
from portsip_m365_plugin.entra.transport import EntraUnreachableError, HttpTransport
from portsip_m365_plugin.graph.bodies import FileContent
from portsip_m365_plugin.graph.errors import AnswerLostError, ConnectFailedError
from portsip_m365_plugin.graph.uploads import upload
from portsip_m365_plugin.graph.wire import Request, build
from portsip_m365_plugin.network import LINE_FAILURES, ConnectFault, find_connect_fault, is_before_sending
from tests.support.graph_wire import wire
from tests.support.lab import shared_key_pair

TENANT_ID = "11111111-1111-4111-8111-111111111111"
APP = AppSettings(cloud=GLOBAL, entra_tenant_id=TENANT_ID, client_id="22222222-2222-4222-8222-222222222222")
FAILURES: dict[str, Exception] = {
    "reset": ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    "broken pipe": BrokenPipeError(errno.EPIPE, "Broken pipe"),
    "invalid argument": OSError(errno.EINVAL, "Invalid argument"),
    "host down": OSError(errno.EHOSTDOWN, "Host is down"),
    "time-out": TimeoutError("timed out"),
    "name": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "tls": ssl.SSLError(1, "[SSL: BAD_RECORD_MAC] bad record mac"),
    "tls ended": ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
    "http": http.client.RemoteDisconnected("Remote end closed connection without response"),
    "http line": http.client.BadStatusLine("garbage"),
    "http cut": http.client.IncompleteRead(b"{", 99),
    "urllib3": urllib3.exceptions.ProtocolError("Connection broken", ConnectionResetError()),
    "urllib3 cut": urllib3.exceptions.IncompleteRead(1, 99),
    "urllib3 tls": urllib3.exceptions.SSLError(ssl.SSLError(1, "[SSL] internal error")),
    "urllib3 decode": urllib3.exceptions.DecodeError("not gzip"),
    "requests": requests.exceptions.ConnectionError("reset"),
    "requests cut": requests.exceptions.ChunkedEncodingError("cut"),
    "requests trust store": OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere"),
}
CASES = [pytest.param(error, at, id=f"{name}, {at}") for name, error in FAILURES.items() for at in ("request", "body")]


class _CutBody:
    """A body that begins and then fails."""

    def __init__(self, error: Exception) -> None:
        self._error, self._pieces = error, [b'{"a": ']

    def read1(self, _n: int = -1) -> bytes:
        return self.read()

    def read(self, *_given: Any, **_named: Any) -> bytes:
        if self._pieces:
            return self._pieces.pop()
        raise self._error

    def close(self) -> None:
        """Nothing is open."""

    release_conn = close


class FailingLine(BaseAdapter):
    """Fails before an answer comes, or in the middle of its body."""

    def __init__(self, error: Exception, at: str) -> None:
        super().__init__()
        self.error, self.at, self.n_asked = error, at, 0

    def send(self, request: requests.PreparedRequest, *_given: Any, **given: Any) -> requests.Response:
        self.n_asked += 1
        if self.at == "request":
            raise self.error
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url or "", request
        response.headers["Content-Type"] = "application/json"
        response.raw = _CutBody(self.error)
        if not given["stream"]:
            _ = response.content  # as `Session.send` does after the adapter
        return response

    def close(self) -> None:
        """Nothing is open."""


def transport_over(line: FailingLine) -> HttpTransport:
    made = HttpTransport(ssl.create_default_context())
    made._session.trust_env = False
    made._session.mount("https://", line)
    return made


def reading() -> Request:
    return build("users.get", GLOBAL, select=("id",), user_id="a")


def writing(cloud: Cloud = GLOBAL) -> Request:
    return build("mail.send", cloud, user_id="u", body={"message": {"subject": "x"}, "saveToSentItems": False})


@pytest.mark.parametrize(("error", "at"), CASES)
def test_graph(error: Exception, at: str) -> None:
    wired, line = wire(), FailingLine(error, at)
    wired.client.session.mount("https://", line)
    is_repeatable = is_before_sending(error)
    with pytest.raises(ConnectFailedError if is_repeatable else AnswerLostError) as lost:
        wired.client.send(writing())
    assert is_repeatable or line.n_asked == 1, "a write that may have happened"
    assert lost.value.sentence
    assert lost.value.remedy


@pytest.mark.parametrize(("error", "at"), CASES)
def test_an_upload(error: Exception, at: str) -> None:
    wired, line = wire(), FailingLine(error, at)
    wired.client.session.mount("https://", line)
    content = FileContent(size_bytes=3, open=lambda: io.BytesIO(b"abc"))
    with pytest.raises(AnswerLostError):
        upload(wired.client, "https://outlook.office.com/upload", content)


@pytest.mark.parametrize(("error", "at"), CASES)
def test_an_app_token(error: Exception, at: str) -> None:
    def make_session(*given: Any) -> tokens._EntraSession:
        session = tokens._EntraSession(*given)
        session.mount("https://", FailingLine(error, at))
        return session

    refusal = acquire_app_token(credential_for(APP, shared_key_pair()), fresh=True, make_session=make_session)
    assert isinstance(refusal, EntraRefusal)
    assert refusal.kind is RefusalKind.UNREACHABLE
    assert refusal.remedy


@pytest.mark.parametrize(("error", "at"), CASES)
def test_a_sign_in(error: Exception, at: str) -> None:
    over = transport_over(FailingLine(error, at))
    for ask in (over.get_json, over.ask, lambda url: over.post_form(url, {"code": "secret"})):
        with pytest.raises(EntraUnreachableError) as unreachable:
            ask("https://login.example/x?code=secret")
        assert "secret" not in str(unreachable.value)


@pytest.mark.parametrize(("error", "at"), CASES)
def test_the_search_for_a_directory(error: Exception, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = transport_over(FailingLine(error, at)).ask
    found = find_directory(GLOBAL, "customer.example", ask=ask)
    assert isinstance(found, EntraRefusal)
    assert found.kind is RefusalKind.UNREACHABLE
    assert search_clouds("customer.example", [GLOBAL], ask=ask).silent
    again = transport_over(FailingLine(error, at))
    monkeypatch.setattr("portsip_m365_plugin.checks.network.shared_transport", lambda: again)
    assert reach_entra(APP).fault is not None


def test_a_trust_store_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    transport._transport_trusting.cache_clear()
    refusal = acquire_app_token(credential_for(APP, shared_key_pair()), fresh=True)
    assert isinstance(refusal, EntraRefusal)
    assert refusal.kind is RefusalKind.UNREACHABLE
    assert "REQUESTS_CA_BUNDLE" in refusal.remedy
    assert isinstance(find_directory(GLOBAL, "customer.example"), EntraRefusal)


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\n!\n"])
def test_a_trust_store_that_cannot_be_read_is_said_and_nothing_was_sent(
    tmp_path: Path, content: str | None, authority: trustme.CA
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with tls_server(authority, "never") as (port, heard), pytest.raises(LINE_FAILURES) as caught:
        requests.post(f"https://localhost:{port}/", verify=str(file), timeout=5)
    assert find_connect_fault(caught.value) is ConnectFault.TRUST_STORE
    assert is_before_sending(caught.value)
    assert heard == []


def test_a_bug_is_not_an_outage() -> None:
    wired = wire()
    wired.client.session.mount("https://", FailingLine(TypeError("a bug"), "request"))
    with pytest.raises(TypeError, match="a bug"):
        wired.client.send(reading())


# ---------------------------------------------------------------- TLS that fails before and after the request


@contextmanager
def tls_server(authority: trustme.CA, when: str) -> Iterator[tuple[int, list[bytes]]]:
    """Fail in the handshake, in place of an answer, or in its body. Keeps the requests that came."""
    context, heard = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[bytes]()
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve(accepted: socket.socket) -> None:
        if when == "handshake":
            accepted.recv(100)
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        try:
            stream = context.wrap_socket(accepted, server_side=True)
        except OSError:
            return
        heard.append(stream.recv(65_536))
        if when == "body":
            stream.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{")
        with socket.socket(fileno=os.dup(stream.fileno())) as below:
            below.sendall(b"no TLS at all" if when == "answer" else b"\x17\x03\x03\x00\x20" + b"x" * 32)
        stream.close()

    def listen() -> None:
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:
                return
            with accepted:
                serve(accepted)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("when", ["handshake", "answer", "body"])
def test_a_write_is_not_repeated_when_tls_fails_after_it(authority: trustme.CA, when: str) -> None:
    with authority.cert_pem.tempfile() as trusted, tls_server(authority, when) as (port, heard):
        cloud = replace(GLOBAL, graph=f"https://127.0.0.1:{port}")
        wired = wire(cloud=cloud)
        wired.client.session.mount("https://", requests.adapters.HTTPAdapter())
        wired.client.session.verify = trusted
        with pytest.raises(ConnectFailedError if when == "handshake" else AnswerLostError):
            wired.client.send(writing(cloud))
    assert len(heard) == (0 if when == "handshake" else 1)


def test_an_earlier_failure_says_nothing_about_the_next_request() -> None:
    earlier, second = requests.exceptions.ConnectTimeout("no connection"), requests.exceptions.ReadTimeout("no answer")
    second.__context__ = earlier  # it was sent while the first one was handled
    assert is_before_sending(earlier)
    assert not is_before_sending(second)
