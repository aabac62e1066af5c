"""The whole flow with a certified OpenID provider of others, configured like Entra."""

from __future__ import annotations

import html
import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import trustme

from pbx_plugin_api import (
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    ResponseMode,
    SignedIn,
    UserLink,
    Users,
    WebOrigins,
)
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.stores import FakeRateBudget
from portsip_m365_plugin.entra.assertion import load_signer
from portsip_m365_plugin.entra.identity_provider import IdentityProvider
from portsip_m365_plugin.entra.signin import SignIn, SignInApp
from portsip_m365_plugin.entra.transport import HttpTransport
from tests.support.entra_peer import key_pair, signer
from tests.support.idtoken_forge import CLIENT_ID, OBJECT_ID, TENANT_ID, jwk, private_key
from tests.support.oidc_peer import need_peer, run_peer
from tests.support.signin_host import LinkedUsers, RealClock, user

WEB, SBC = "https://pbx.example.com:8887", "https://sbc.example.com:8887"
PERSON = {
    "tid": TENANT_ID,
    "oid": OBJECT_ID,
    "ver": "2.0",
    "name": "Adele Vance",
    "preferred_username": "adele@contoso.example",
}


class Browser:
    """Follows redirects within the provider and stops at the redirect to the PBX."""

    def __init__(self, ca: Path) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE has priority over `verify`
        self._session.verify = str(ca)

    def visit(self, url: str) -> dict[str, str]:
        for _ in range(10):
            page = self._session.get(url, allow_redirects=False, timeout=10)
            if page.is_redirect:
                url = str(page.next.url) if page.next else ""
                if url.startswith((WEB, SBC)):
                    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
                continue
            assert page.ok, page.text
            action = re.search(r'<form method="post" action="([^"]+)"', page.text)
            assert action is not None, page.text
            assert html.unescape(action[1]).startswith((WEB, SBC))
            fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
            return {name: html.unescape(value) for name, value in fields}
        raise AssertionError("the provider never came back")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SignIn, Path]]:
    need_peer()
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    ca = tmp_path_factory.mktemp("peer") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    setup = {
        "entra_tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "client_jwk": jwk("pbx", private_key("app"), alg="PS256"),
        "redirect_uris": [f"{WEB}/ms365/callback", f"{SBC}/ms365/callback"],
        "person": PERSON,
        "tls_key": server.private_key_pem.bytes().decode(),
        "tls_cert": server.cert_chain_pems[0].bytes().decode(),
    }
    trust = ssl.create_default_context(cafile=str(ca))
    with run_peer(**setup) as issuer:
        app = SignInApp(
            discovery_url=f"{issuer}/.well-known/openid-configuration",
            entra_tenant_id=TENANT_ID,
            client_id=CLIENT_ID,
            signer=signer(),
        )
        signing = SignIn(
            app=app,
            admits=lambda _object_id: True,
            provider=IdentityProvider(HttpTransport(trust)),
            origins=WebOrigins(web=WEB, sbc=SBC),
            users=cast(Users, LinkedUsers(user())),
            clock=RealClock(),
            budget=FakeRateBudget(FakeClock()),
        )
        yield signing, ca


def begun(signing: SignIn, origin: str = WEB) -> LoginRedirect:
    redirect = signing.begin(LoginRequest(origin=origin))
    assert isinstance(redirect, LoginRedirect), redirect
    return redirect


@pytest.mark.parametrize("origin", [WEB, SBC])
@pytest.mark.parametrize("mode", list(ResponseMode))
def test_third_party_provider(peer: tuple[SignIn, Path], origin: str, mode: ResponseMode) -> None:
    signing, ca = peer
    signing = replace(signing, response_mode=mode)
    redirect = begun(signing, origin)
    outcome = signing.complete(redirect.flow, Browser(ca).visit(redirect.url))
    assert outcome == SignedIn(
        link=UserLink(authority=TENANT_ID, subject=OBJECT_ID),
        display_name="Adele Vance",
        login_name="adele@contoso.example",
    )


def test_attack_third_party_code_reuse(peer: tuple[SignIn, Path]) -> None:
    signing, ca = peer
    redirect = begun(signing)
    params = Browser(ca).visit(redirect.url)
    assert isinstance(signing.complete(redirect.flow, params), SignedIn)
    again = signing.complete(redirect.flow, params)
    assert isinstance(again, LoginRefused)
    assert again.reason == "oauth_invalid_grant"


def test_attack_third_party_wrong_verifier(peer: tuple[SignIn, Path]) -> None:
    signing, ca = peer
    redirect = begun(signing)
    flow = replace(redirect.flow, secrets={**redirect.flow.secrets, "code_verifier": "v" * 43})
    outcome = signing.complete(flow, Browser(ca).visit(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "oauth_invalid_grant"


def test_attack_third_party_assertion_by_another_key(peer: tuple[SignIn, Path]) -> None:
    signing, ca = peer
    stranger = replace(load_signer(*key_pair()), private_key=private_key("attacker"))
    signing = replace(signing, app=replace(signing.app, signer=stranger))
    redirect = begun(signing)
    outcome = signing.complete(redirect.flow, Browser(ca).visit(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "oauth_invalid_client"


def test_attack_third_party_mix_up(peer: tuple[SignIn, Path]) -> None:
    signing, ca = peer
    redirect = begun(signing)
    params = Browser(ca).visit(redirect.url)
    assert params["iss"].endswith(f"/{TENANT_ID}/v2.0"), "this provider keeps RFC 9207"
    outcome = signing.complete(redirect.flow, {**params, "iss": "https://evil.example"})
    assert isinstance(outcome, LoginRefused)


def test_sign_out_at_the_third_party(peer: tuple[SignIn, Path]) -> None:
    signing, _ = peer
    address = signing.sign_out(f"{WEB}/ms365/callback", "")
    assert address is not None
    assert "/session/end?" in address
