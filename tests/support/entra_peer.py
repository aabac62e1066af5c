"""A small Entra for one tenant, put in place of the network: it redeems codes as strictly as the real one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from portsip_m365_plugin.entra.assertion import AssertionSigner, load_signer
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer
from tests.support.idtoken_forge import CLIENT_ID, ISSUER, NOW_UTC, TENANT_ID, claims, jwk, private_key, sign

AUTHORITY = f"https://login.microsoftonline.com/{TENANT_ID}"
DISCOVERY_URL = f"{AUTHORITY}/v2.0/.well-known/openid-configuration"
TRACE_ID = "7d2a4c1e-1111-4222-8333-444455556666"
CORRELATION_ID = "9b8c7d6e-aaaa-4bbb-8ccc-ddddeeeeffff"


@cache
def key_pair() -> tuple[bytes, bytes]:
    """Private key and certificate of the PBX's app, in PEM."""
    key = private_key("app")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PBX")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW_UTC - timedelta(days=1))
        .not_valid_after(NOW_UTC + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    private_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private_pem, certificate.public_bytes(serialization.Encoding.PEM)


def signer() -> AssertionSigner:
    return load_signer(*key_pair())


@dataclass
class EntraPeer:
    """The tenant's Entra. `change_claims` and `make_token` turn it into an attacker's."""

    discovery: dict[str, Any] = field(
        default_factory=lambda: {
            "issuer": ISSUER,
            "authorization_endpoint": f"{AUTHORITY}/oauth2/v2.0/authorize",
            "token_endpoint": f"{AUTHORITY}/oauth2/v2.0/token",
            "jwks_uri": f"{AUTHORITY}/discovery/v2.0/keys",
            "end_session_endpoint": f"{AUTHORITY}/oauth2/v2.0/logout",
        }
    )
    kid: str = "k1"
    now_utc: datetime = NOW_UTC
    change_claims: dict[str, Any] = field(default_factory=dict)
    make_token: Callable[[dict[str, Any]], object] | None = None
    answer: FormAnswer | Exception | None = None
    requests: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _jtis: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    # ------------------------------------------------------------------ the browser's side

    def authorize(self, url: str) -> dict[str, str]:
        """What the authorize page answers to the redirect URI once the person has signed in."""
        address, _, query = url.partition("?")
        assert address == self.discovery["authorization_endpoint"]
        asked = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert urlsplit(asked["redirect_uri"]).path == "/ms365/callback"
        code = f"1.AXk{next(self._numbers)}-{'c' * 900}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "session_state": "3f1"}

    # ------------------------------------------------------------------ Transport

    def get_json(self, url: str) -> Mapping[str, Any]:
        self.requests.append(url)
        if url == DISCOVERY_URL:
            return self.discovery
        if url == self.discovery["jwks_uri"]:
            return {"keys": [jwk(self.kid, private_key(self.kid))]}
        raise EntraUnreachableError(f"{url} answered 404")

    def post_form(self, url: str, form: Mapping[str, str]) -> FormAnswer:
        self.requests.append(url)
        self.forms.append(dict(form))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        assert url == self.discovery["token_endpoint"]
        self._check_assertion(form)
        asked = self._codes.pop(form["code"], None)
        if asked is None:
            return refusal(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed.")
        if asked["redirect_uri"] != form["redirect_uri"]:
            return refusal(500112, "invalid_client", "The reply address does not match.")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return refusal(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge.")
        said = claims(**{"nonce": asked["nonce"], **self.change_claims})
        token: object = sign(said, key=private_key(self.kid), kid=self.kid)
        if self.make_token is not None:
            token = self.make_token(said)
        return FormAnswer(200, {"token_type": "Bearer", "access_token": "opaque", "id_token": token})

    def _check_assertion(self, form: Mapping[str, str]) -> None:
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        header = jwt.get_unverified_header(form["client_assertion"])
        assert header["alg"] == "PS256"
        assert header["x5t#S256"] == signer().certificate_sha256
        said = jwt.decode(
            form["client_assertion"],
            private_key("app").public_key(),
            algorithms=["PS256"],
            audience=self.discovery["token_endpoint"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        assert said["iss"] == said["sub"] == CLIENT_ID == form["client_id"]
        assert said["nbf"] <= self.now_utc.timestamp() < said["exp"] <= said["nbf"] + 600
        assert said["jti"] not in self._jtis
        self._jtis.add(said["jti"])


def refusal(code: int, error: str, text: str) -> FormAnswer:
    """An error as the token endpoint words it."""
    moment = datetime(2026, 11, 2, 8, 0, tzinfo=timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    description = f"AADSTS{code}: {text} Trace ID: {TRACE_ID} Correlation ID: {CORRELATION_ID} Timestamp: {moment}"
    body = {
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "trace_id": TRACE_ID,
        "correlation_id": CORRELATION_ID,
    }
    return FormAnswer(400, body)
