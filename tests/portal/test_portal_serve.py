"""The portal as a process: `pbx-devhost serve`, with TLS, on loopback addresses only."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests
import trustme

from pbx_devhost.core import Pbx
from tests.browser.conftest import free_port
from tests.support.slow_clients import HELLO, Drip, connect

PROGRAM = [str(Path(sys.executable).with_name("pbx-devhost"))]


def make_pbx(folder: Path, origin: str) -> str:
    url = f"sqlite:///{folder}/pbx.db"
    pbx = Pbx(url)
    pbx.stores.tenants.add("Contoso", sip_domain="contoso.example", web_origin=origin)
    pbx.close()
    return url


def make_certificate(folder: Path) -> tuple[Path, list[str]]:
    """Return the file of an authority, and the options that give `serve` a certificate of it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    chain, key, ca = folder / "chain.pem", folder / "key.pem", folder / "ca.pem"
    chain.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(ca))
    return ca, ["--tls-cert", str(chain), "--tls-key", str(key)]


@contextmanager
def served(url: str, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [*PROGRAM, "--db", url, "serve", "--port", str(port), "--no-clock", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def test_serves_with_tls_and_ends_politely(tmp_path: Path) -> None:
    port = free_port()
    ca, tls_options = make_certificate(tmp_path)
    url = make_pbx(tmp_path, f"https://localhost:{port}")
    with served(url, port, *tls_options) as process, requests.Session() as session:
        session.trust_env = False
        page = session.get(f"https://localhost:{port}/login", verify=str(ca), timeout=20)
        assert page.status_code == 200
        assert "Sign in" in page.text
        assert "Python" not in page.headers.get("Server", "")
        strange = session.get(
            f"https://localhost:{port}/login", headers={"Host": "evil.example"}, verify=str(ca), timeout=20
        )
        assert strange.status_code == 421
        long = session.get(f"https://localhost:{port}/login", headers={"X": "x" * 40_000}, verify=str(ca), timeout=20)
        assert long.status_code in (400, 413, 431)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"The portal listens on https://127.0.0.1:{port}" in out
    assert "no administrator yet" in out
    assert "Traceback" not in err


@pytest.mark.parametrize("one_address", [False, True])
def test_attack_700_slow_connections_delay_nobody(tmp_path: Path, one_address: bool) -> None:
    """500 that never speak and 200 that are slow in TLS, in HTTP or in reading. SIGTERM ends it beside them."""
    port = free_port()
    ca, tls_options = make_certificate(tmp_path)
    url = make_pbx(tmp_path, f"https://localhost:{port}")
    trusting = ssl.create_default_context(cafile=str(ca))
    drip = Drip()

    def speak_tls(n: int, text: bytes) -> ssl.SSLSocket:
        client = trusting.wrap_socket(connect(port, addresses[n % 5], receive_bytes=4096), server_hostname="localhost")
        client.sendall(text)
        return client

    addresses = ["127.0.0.2"] * 5 if one_address else [f"127.0.0.{n}" for n in range(2, 7)]
    with served(url, port, *tls_options) as process, contextlib.ExitStack() as stack:
        for n in range(500):
            stack.callback(connect(port, addresses[n % 5]).close)
        for n in range(80):
            drip.add(connect(port, addresses[n % 5]), HELLO)
        for n in range(60):
            drip.add(speak_tls(n, b"GET /login HTTP/1.1\r\n"), b"X-Slow: yes\r\n")
        for n in range(60):  # asks for much, and reads nothing
            asked = b"GET /static/portal.css HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % port
            stack.callback(speak_tls(n, asked * 50).close)
        with drip.running(), requests.Session() as session:
            session.trust_env = False
            durations_s = []
            for _ in range(7):
                began = time.monotonic()
                page = session.get(
                    f"https://localhost:{port}/login", verify=str(ca), timeout=20, headers={"Connection": "close"}
                )
                durations_s.append(time.monotonic() - began)
                assert page.status_code == 200
            print(f"GET /login beside 700 slow connections: {[round(each, 3) for each in durations_s]} s")
            assert statistics.median(durations_s) < 1
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            _, err = process.communicate(timeout=60)
            assert time.monotonic() - began < 10
    assert process.returncode == 0, err
    assert not err


_STUCK = """
import sys, time
from pbx_devhost.core import Pbx
from pbx_devhost.portal import server
from pbx_devhost.portal.shield import at_any_origin

def with_stuck_page(*given, make=server.create_app):
    app = make(*given)
    app.add_url_rule("/stuck", view_func=at_any_origin(lambda: print("stuck", flush=True) or time.sleep(60) or "late"))
    return app

server.create_app = with_stuck_page
server.serve_portal(Pbx(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), None, None, True)
"""


def _await_line(lines: IO[str], wanted: str, found: threading.Event) -> None:
    for line in lines:
        if line.strip() == wanted:
            found.set()


def test_sigterm_ends_it_although_a_page_never_does(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", _STUCK, make_pbx(tmp_path, f"http://localhost:{port}"), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "listens on" in process.stdout.readline()
        is_stuck = threading.Event()
        reader = threading.Thread(target=_await_line, args=(process.stdout, "stuck", is_stuck), daemon=True)
        reader.start()
        with contextlib.ExitStack() as clients:
            for _ in range(6):  # a busy machine may close the first connection before its request is read
                client = clients.enter_context(connect(port))
                client.sendall(b"GET /stuck HTTP/1.1\r\nHost: h\r\n\r\n")
                if is_stuck.wait(10):
                    break
            assert is_stuck.is_set(), "the page has begun"
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            process.wait(timeout=60)
        assert time.monotonic() - began < 10.5  # 10 seconds and the time to note it
        reader.join(10)
        assert process.stderr is not None
        err = process.stderr.read()
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 1
    assert err.strip().splitlines() == [
        "The portal ends now, although a page or a run has not stopped. A run goes on from its checkpoint."
    ]


@pytest.mark.parametrize("options", [["--host", "0.0.0.0"], ["--host", "192.168.1.1"], ["--host", "pbx.example.com"]])
def test_only_addresses_of_this_machine(tmp_path: Path, options: list[str]) -> None:
    url = make_pbx(tmp_path, "https://localhost:8887")
    command = [*PROGRAM, "--db", url, "serve", "--port", "0", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "is not a loopback address" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_and_a_key_that_fits_not(tmp_path: Path) -> None:
    url = make_pbx(tmp_path, "https://localhost:8887")
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for options, word in (
            ([], "cannot listen at"),
            (["--tls-cert", str(broken), "--tls-key", str(broken)], "--tls-cert"),
        ):
            command = [*PROGRAM, "--db", url, "serve", "--port", port, *options]
            ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert ended.returncode == 1
            assert word in ended.stderr
            assert len(ended.stderr.strip().splitlines()) == 1
