"""The certificate of the PBX's own web address, the proxy's name, and how the portal shows the checks."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from pbx_plugin_api import WebOrigins
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.checks.board import WEB_CERTIFICATE, Board, Check
from portsip_m365_plugin.checks.web import check_web_certificate
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.signin import SignInConfig, SignInMode
from portsip_m365_plugin.entra.transport import find_proxy
from tests.support.check_scene import Scene, open_scene
from tests.support.lab import Lab
from tests.support.pbx_hand import TENANT

SIGN_IN_ON = Config(signin=SignInConfig(mode=SignInMode.ALL))


@contextmanager
def https_server(certificate: trustme.LeafCert) -> Iterator[int]:
    """The PBX's web address: a TLS server that answers the handshake and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as stream:
                    stream.recv(1)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Check]:
    """`look(port)`: check the web address https://localhost:PORT; the PBX trusts `authority`."""

    def look(port: int, authority: trustme.CA, config: Config = SIGN_IN_ON) -> Check:
        bundle = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        host = FakeHost(TENANT, origins=WebOrigins(web=f"https://localhost:{port}"))
        board = Board()
        check_web_certificate(board, host, config)
        return next(check for check in board.checks() if check.name == WEB_CERTIFICATE)

    return look


def test_a_trusted_certificate(look: Callable[..., Check]) -> None:
    authority = trustme.CA()
    with https_server(authority.issue_cert("localhost")) as port:
        check = look(port, authority)
    assert check.state == "ok"
    assert "has a trusted certificate for " in check.found


@pytest.mark.parametrize("fault", ["another authority", "another name", "expired"])
def test_a_certificate_that_browsers_refuse(look: Callable[..., Check], fault: str) -> None:
    authority = trustme.CA()
    past = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
    certificate = {
        "another authority": lambda: trustme.CA().issue_cert("localhost"),
        "another name": lambda: authority.issue_cert("other.example.com"),
        "expired": lambda: authority.issue_cert("localhost", not_after=past),
    }[fault]()
    with https_server(certificate) as port:
        check = look(port, authority)
        unneeded = look(port, authority, Config())
    assert (check.state, check.is_needed) == ("not_well", True)
    assert "is not trusted, does not name this address, or has expired" in check.found
    assert check.remedy == "Install a certificate of a trusted authority for this address."
    assert not unneeded.is_needed, "nobody signs in with a browser by Microsoft"


def test_a_certificate_that_ends_soon_is_a_warning(look: Callable[..., Check]) -> None:
    authority, soon = trustme.CA(), dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=5)
    with https_server(authority.issue_cert("localhost", not_after=soon)) as port:
        check = look(port, authority)
    assert (check.state, check.is_needed) == ("not_well", False)
    assert "expires in 4 days" in check.found


def test_an_address_that_cannot_be_reached_from_inside_is_no_fault(look: Callable[..., Check]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    check = look(port, trustme.CA())
    assert (check.state, check.is_needed) == ("not_checked", False)


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "graph.microsoft.com")
    assert find_proxy("https://login.microsoftonline.com") == "proxy.example:3128"
    assert find_proxy("https://graph.microsoft.com") == ""


@pytest.fixture
def scene(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    yield from open_scene(lab, tmp_path, monkeypatch)


def test_the_portal_shows_every_line_with_its_remedy(scene: Scene) -> None:
    scene.revoke("Contacts.Read")
    browser = scene.portal()
    browser.get("/plugins/m365/permissions")
    page = browser.post("/plugins/m365/permissions/do/test_connection")
    assert page.status_code == 409
    for text in (
        "Name resolution",
        "OK. Entra issues a token.",
        "Not well. Exchange does not let the app into the mailbox",
    ):
        assert text in page.text
    assert page.text.count("add the application permission Contacts.Read and grant admin consent") >= 2
