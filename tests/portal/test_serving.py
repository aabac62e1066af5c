"""The HTTP server under the portal, with small limits: nobody who is slow or wrong holds it up."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import pytest
import trustme
from flask import Flask, Response, request, stream_with_context

from pbx_devhost.portal.serving.connections import Limits, Phase
from pbx_devhost.portal.serving.listener import WebServer
from tests.support.served_app import LARGE_BYTES, App, Environ
from tests.support.slow_clients import HELLO, Drip, connect, is_closed, read_to_end

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
PHASES_S = {Phase.HANDSHAKE: 1.0, Phase.OPENED: 1.0, Phase.RECEIVING: 1.0, Phase.ANSWERING: 1.0, Phase.ANSWERED: 2.0}
QUICK = Limits(phase_s=PHASES_S, idle_s=1, stop_s=1.0)
PATIENT = Limits()
BODY_MAX_BYTES = 1000
Serve = Callable[..., WebServer]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(app: WSGIApplication, limits: Limits = PATIENT, tls: ssl.SSLContext | None = None) -> WebServer:
            server = WebServer(
                app,
                "127.0.0.1",
                0,
                tls=tls,
                name="test",
                header_max_bytes=8_000,
                body_max_bytes=BODY_MAX_BYTES,
                limits=limits,
            )
            server.listen()
            server.start()
            stack.callback(server.stop)
            return server

        yield start


def port_of(server: WebServer) -> int:
    return server.address[1]


def ask(port: int, path: str = "/", *, method: str = "GET", address: str = "127.0.0.1", **more: Any) -> bytes:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(address, 0))
    with contextlib.closing(client):
        client.request(method, path, **more)
        return client.getresponse().read()


def seconds_until_closed(client: socket.socket) -> float:
    began = time.monotonic()
    read_to_end(client)
    return time.monotonic() - began


def test_answers_one_request_after_another_on_one_connection(serve: Serve, app: App) -> None:
    server = serve(app)
    client = http.client.HTTPConnection(*server.address, timeout=10)
    for n in range(3):
        client.request("POST", f"/a%20b/%C3%A4?n={n}", body=b"x" * n, headers={"Cookie": "a=b", "X_Forged": "1"})
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, b"x" * n or b"hello")
        assert (answer.headers["Server"], bool(answer.headers["Date"])) == ("test", True)
        seen = app.seen[-1]
        assert seen["PATH_INFO"] == "/a b/ä".encode().decode("latin-1")
        assert (seen["QUERY_STRING"], seen["HTTP_COOKIE"]) == (f"n={n}", "a=b")
        assert (seen["CONTENT_LENGTH"], seen["REMOTE_ADDR"]) == (str(n), "127.0.0.1")
        assert seen["wsgi.url_scheme"] == "http"
        assert "HTTP_X_FORGED" not in seen
    client.close()


def test_answers_requests_that_came_together_in_their_order(serve: Serve, app: App) -> None:
    server = serve(app)
    with connect(port_of(server)) as client:
        client.sendall(
            b"POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
            b"POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"3\r\ntwo\r\n0\r\n\r\n"
        )
        answers = read_to_end(client)
    assert answers.count(b"HTTP/1.1 200") == 2
    assert 0 < answers.find(b"one") < answers.find(b"two")


def test_head_and_continue(serve: Serve, app: App) -> None:
    server = serve(app)
    assert ask(port_of(server), method="HEAD") == b""
    with connect(port_of(server)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100")
        client.sendall(b"abc")
        assert b"HTTP/1.1 200" in client.recv(1000)


def test_a_page_with_a_bug_is_500_and_is_logged(serve: Serve, app: App, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(app)
    with connect(port_of(server)) as client:
        client.sendall(GET.replace(b"/ ", b"/fail "))
        assert read_to_end(client).startswith(b"HTTP/1.1 500")
    assert "a page with a bug" in caplog.text


@pytest.mark.parametrize("size", [BODY_MAX_BYTES + 1, 7 * BODY_MAX_BYTES, 1_000_000_000])
def test_attack_body_too_large(serve: Serve, app: App, size: int) -> None:
    server = serve(app)
    with connect(port_of(server)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size + b"x" * min(size, 9_000))
        answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 413")
    assert not app.seen


def test_attack_endless_chunks(serve: Serve, app: App) -> None:
    server = serve(app)
    with connect(port_of(server)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100):
                client.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert read_to_end(client)[:12] in (b"HTTP/1.1 413", b"")  # the answer may be lost: we still send
    assert not app.seen


@pytest.mark.parametrize("in_pieces", [False, True])
def test_attack_headers_too_long(serve: Serve, app: App, in_pieces: bool) -> None:
    server = serve(app)
    text = b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"
    with connect(port_of(server)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(text), 5_000 if in_pieces else len(text)):
            with contextlib.suppress(OSError):
                client.sendall(text[at:][: 5_000 if in_pieces else len(text)])
                time.sleep(0.05)
        assert read_to_end(client)[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400", b"")
    assert not app.seen


@pytest.mark.parametrize("order", [1, -1])
def test_attack_request_smuggling_by_two_lengths(serve: Serve, app: App, order: int) -> None:
    """RFC 9112 6.1: one answer, and the connection is closed; what follows is never read as a request."""
    server = serve(app)
    headers = [b"Content-Length: 6", b"Transfer-Encoding: chunked"][::order]
    with connect(port_of(server)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\n" + b"\r\n".join(headers) + b"\r\n\r\n0\r\n\r\n" + GET)
        answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()
    assert not app.seen


@pytest.mark.parametrize(
    "text",
    [
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        b"\x16\x03\x01 not http at all\r\n\r\n",
    ],
)
def test_attack_malformed_requests(serve: Serve, app: App, text: bytes, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(app)
    with connect(port_of(server)) as client:
        client.sendall(text + GET)
        answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert not app.seen
    assert not caplog.records  # what strangers send fills no log


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="silent"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 2_000, id="headers"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n" + b"x" * 900, id="body"),
    ],
)
def test_attack_one_byte_at_a_time_is_cut_off(serve: Serve, app: App, text: bytes) -> None:
    server, drip = serve(app, QUICK), Drip(every_s=0.02)
    client = connect(port_of(server))
    if text:
        client.sendall(text[:60])
        drip.add(client, text[60:])
    with drip.running():
        assert 0.5 < seconds_until_closed(client) < 5
    assert not app.seen
    client.close()


def test_attack_tls_handshake_one_byte_at_a_time_is_cut_off(serve: Serve, app: App) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    server, drip = serve(app, QUICK, tls), Drip(every_s=0.02)
    silent, slow = connect(port_of(server)), connect(port_of(server))
    drip.add(slow, HELLO)
    with drip.running():
        assert seconds_until_closed(silent) < 5
        assert seconds_until_closed(slow) < 5
    silent.close()


def test_an_idle_connection_is_closed_and_a_used_one_is_not(serve: Serve, app: App) -> None:
    server = serve(app, QUICK)
    with connect(port_of(server)) as client:
        for _ in range(4):
            client.sendall(GET)
            answer = b""
            while not answer.endswith(b"hello"):
                answer += client.recv(1000)
            time.sleep(0.5)  # together longer than any phase
        assert seconds_until_closed(client) < 5


def test_attack_slow_readers_hold_no_thread(serve: Serve, app: App) -> None:
    limits = Limits(n_threads=2, phase_s=PHASES_S)
    server = serve(app, limits)
    readers = [connect(port_of(server), receive_bytes=4096) for _ in range(20)]
    for reader in readers:
        reader.sendall(GET.replace(b"/ ", b"/large "))
    for _ in range(5):
        assert ask(port_of(server)) == b"hello"
    give_up_at = time.monotonic() + 10
    while app.n_closed < 20 and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert app.n_closed == 20  # cut off, and the application was told
    for reader in readers:
        assert len(read_to_end(reader)) < LARGE_BYTES
        reader.close()


def test_a_large_answer_is_whole_however_long_it_takes(serve: Serve, app: App) -> None:
    server = serve(app, Limits(phase_s=PHASES_S | {Phase.ANSWERING: 0.5}))
    with connect(port_of(server), receive_bytes=65536) as client:
        client.sendall(GET.replace(b"/ ", b"/large "))
        began, n_bytes = time.monotonic(), 0
        while n_bytes < LARGE_BYTES:
            n_bytes += len(client.recv(200_000))
            if n_bytes < 3_000_000:
                time.sleep(0.02)
        assert time.monotonic() - began > 0.5  # longer than a piece may take


def test_a_page_that_is_made_slowly_is_not_taken_for_a_slow_client(serve: Serve) -> None:
    def slow(_: Environ, start: StartResponse) -> Iterator[bytes]:
        start("200 OK", [])
        for _ in range(2):
            yield bytes(300_000)
            time.sleep(2.5)

    server = serve(slow, Limits(phase_s=PHASES_S))
    assert len(ask(port_of(server))) == 600_000


def test_attack_many_from_one_address_do_not_lock_it_out(serve: Serve, app: App) -> None:
    """An office behind one address gets in beside an attacker there; a page that is made is not lost."""
    server = serve(app, Limits(n_waiting_per_address=30, n_connections=60))
    port = port_of(server)
    at_work = connect(port, "127.0.0.2")
    at_work.sendall(GET.replace(b"/ ", b"/wait "))
    app.n_waiting.acquire()
    elsewhere = connect(port, "127.0.0.3")
    silent = [connect(port, "127.0.0.2") for _ in range(100)]
    assert ask(port, address="127.0.0.2") == b"hello"
    assert ask(port, address="127.0.0.4") == b"hello"
    time.sleep(0.2)
    assert [is_closed(each) for each in silent[:65]] == [True] * 65  # those that have waited longest
    assert [is_closed(each) for each in silent[-25:]] == [False] * 25
    assert not is_closed(elsewhere)
    app.go_on.set()
    at_work.settimeout(10)
    assert at_work.recv(1000).startswith(b"HTTP/1.1 200")
    for each in (*silent, at_work, elsewhere):
        each.close()


def test_attack_more_connections_than_the_process_may_have(serve: Serve, app: App) -> None:
    server = serve(app, Limits(n_connections=50))
    silent = [connect(port_of(server), f"127.0.0.{n % 200 + 2}") for n in range(300)]
    assert ask(port_of(server)) == b"hello"
    assert [is_closed(each) for each in silent[:240]] == [True] * 240
    for each in silent:
        each.close()


def test_too_many_whole_requests_get_503(serve: Serve, app: App) -> None:
    server = serve(app, Limits(n_threads=1, n_queued=1))
    clients = [connect(port_of(server)) for _ in range(4)]
    for client in clients:
        client.sendall(GET.replace(b"/ ", b"/wait ").replace(b"\r\n", b"\r\nAccept-Language: de-AT, en\r\n", 1))
    answers = [clients[3].recv(1000), clients[2].recv(1000)]
    app.go_on.set()
    answers += [clients[0].recv(1000), clients[1].recv(1000)]
    assert sorted(each[:12] for each in answers) == [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 503"] * 2
    refused = answers[0] + clients[3].recv(1000)  # the second piece, or the end
    assert b"content-language: de\r\n" in refused
    assert b"Der Server hat zu viel zu tun." in refused
    for client in clients:
        client.close()


def test_stop_lets_a_request_end_and_closes_the_rest(serve: Serve, app: App) -> None:
    server = serve(app, Limits(stop_s=5.0))
    at_work, silent = connect(port_of(server)), connect(port_of(server))
    at_work.sendall(GET.replace(b"/ ", b"/wait "))
    app.n_waiting.acquire()
    threading.Timer(0.5, app.go_on.set).start()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4
    assert b"hello" in read_to_end(at_work)
    assert is_closed(silent)
    at_work.close()
    silent.close()


def test_stop_does_not_wait_for_ever(serve: Serve, app: App, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(app, QUICK)
    at_work = connect(port_of(server))
    at_work.sendall(GET.replace(b"/ ", b"/wait "))
    app.n_waiting.acquire()
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4
    app.go_on.set()
    assert not caplog.records
    at_work.close()


def test_flask_streams_with_its_request(serve: Serve) -> None:
    """A streamed answer goes on on other threads; Flask's request must be there all the same."""
    flask = Flask(__name__)

    @flask.get("/stream")
    def stream() -> Response:
        def pieces() -> Iterator[bytes]:
            for _ in range(20):
                yield request.args["letter"].encode() * 100_000

        return Response(stream_with_context(pieces()))

    server = serve(flask, Limits(n_threads=4))
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda letter=letter: results.append(ask(port_of(server), f"/stream?letter={letter}")))
        for letter in "abcdef"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [letter.encode() * 2_000_000 for letter in "abcdef"]
