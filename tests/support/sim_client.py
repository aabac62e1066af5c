"""What the simulator's own tests ask it with: nothing of the plugin, so that a slip is not met by the same slip."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from portsip_m365_plugin.simulator.world.apps import AppRegistration
from tests.support.lab import Lab, shared_key_pair

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REDIRECT = "https://pbx.example.com:8887/ms365/callback"
VERIFIER = "v" * 43


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def make_assertion(
    client_id: str,
    audience: str,
    *,
    algorithm: str = "PS256",
    key: Any = None,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    pair = shared_key_pair()
    certificate = x509.load_pem_x509_certificate(pair.certificate.pem.encode())
    now = int(time.time())
    claims = {
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + 300,
    } | changes
    named = {"x5t#S256": unpadded(certificate.fingerprint(hashes.SHA256()))} if header is None else header
    signing = key if key is not None else pair.private_key_pem
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, signing, algorithm, headers=named
    )


@dataclass
class Client:
    """One app in one tenant of a lab, speaking plain HTTP requests."""

    lab: Lab
    cloud: str = "GLOBAL"

    @cached_property
    def http(self) -> requests.Session:
        session = requests.Session()
        session.verify = str(self.lab.sim.ca_path)
        return session

    @property
    def origin(self) -> str:
        return self.lab.sim.origin(self.cloud)

    @property
    def app(self) -> AppRegistration:
        if self.cloud not in self.lab.apps:
            self.lab.register(cloud=self.cloud, redirect_uris=(REDIRECT,))
        return self.lab.apps[self.cloud]

    @property
    def token_url(self) -> str:
        return f"{self.origin}/{self.lab.tenant(self.cloud).id}/oauth2/v2.0/token"

    def post_token(self, **form: Any) -> requests.Response:
        """A client_credentials request, right unless `form` changes it (None: leave out)."""
        whole = {
            "grant_type": "client_credentials",
            "client_id": self.app.client_id,
            "scope": f"{self.origin}/.default",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": make_assertion(self.app.client_id, self.token_url),
        } | form
        return self.http.post(self.token_url, {name: value for name, value in whole.items() if value is not None})

    @cached_property
    def token(self) -> str:
        return str(self.post_token().json()["access_token"])

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        url = path if path.startswith("https://") else f"{self.origin}/v1.0{path}"
        return self.http.request(method, url, headers=headers, allow_redirects=False, **options)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.call("POST", path, json=body, headers=headers)

    def refusal(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and Graph code of a GET that is refused."""
        answer = self.get(path, **headers)
        return answer.status_code, answer.json()["error"]["code"]

    def list_all(self, path: str, **headers: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """All items of a listing or round, and the last page."""
        items: list[dict[str, Any]] = []
        url = path
        while True:
            answer = self.get(url, **headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["value"]
            if "@odata.nextLink" not in page:
                return items, page
            url = page["@odata.nextLink"]

    def batch(self, *items: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Answers by id."""
        answer = self.post("/$batch", {"requests": list(items)})
        assert answer.status_code == 200, answer.text
        return {item["id"]: item for item in answer.json()["responses"]}

    # -- sign-in ---------------------------------------------------------------------------------------------------

    def authorize_url(self, **changes: str | None) -> str:
        asked = {
            "client_id": self.app.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": unpadded(hashlib.sha256(VERIFIER.encode()).digest()),
            "code_challenge_method": "S256",
        } | changes
        kept = {name: value for name, value in asked.items() if value is not None}
        url = f"{self.origin}/{self.lab.tenant(self.cloud).id}/oauth2/v2.0/authorize"
        return str(requests.Request("GET", url, params=kept).prepare().url)

    def sign_in(self, name: str | None, **changes: str | None) -> dict[str, str]:
        """What reaches the redirect URI after that person signed in (None: cancelled), by query."""
        form = {"loginfmt": name} if name is not None else {"cancel": "1"}
        answer = self.http.post(self.authorize_url(**changes), form, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(REDIRECT)
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def redeem(self, code: str, **form: Any) -> requests.Response:
        return self.post_token(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER,
                "scope": "openid profile",
            }
            | form
        )


class Forms(HTMLParser):
    """The fields of a page's inputs, and the forms' actions."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.actions: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.actions.append(found.get("action") or "")
        if tag == "input" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""


def random_guid() -> str:
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def message(**changes: Any) -> dict[str, Any]:
    """A mail as `sendMail` takes it."""
    whole = {
        "subject": "Voice mail",
        "body": {"contentType": "html", "content": "<p>Hi</p>"},
        "toRecipients": [{"emailAddress": {"address": "a@b.example"}}],
    } | changes
    return {name: value for name, value in whole.items() if value is not None}
