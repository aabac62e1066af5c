"""The app's proof of identity: a JSON Web Token signed with a key whose certificate was uploaded."""

import uuid
from datetime import datetime, timezone
from typing import Any

from portsip_m365_plugin.simulator.entra.errors import EntraRefused
from portsip_m365_plugin.simulator.world.apps import AppRegistration, UploadedCertificate
from portsip_m365_plugin.simulator.world.token_reader import ReadToken, read_token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW_S = 300.0


def check_client(form: dict[str, str], app: AppRegistration, audiences: frozenset[str], now_s: float) -> None:
    """Verify the client assertion of a token request. Raises ``EntraRefused``."""
    if "client_secret" in form:
        raise EntraRefused(7000215)
    assertion = form.get("client_assertion", "")
    if not assertion or form.get("client_assertion_type") != ASSERTION_TYPE:
        raise EntraRefused(7000218)
    try:
        token = read_token(assertion)
    except ValueError:
        raise EntraRefused(50027) from None
    certificate = _find_certificate(token, app, now_s)
    if not token.is_signed_by(certificate.public_key):
        raise EntraRefused(
            700027,
            "Client assertion failed signature validation. [Reason - The key used to sign does not match, "
            f"Thumbprint of key used by client: '{_thumbprint(token)}']",
        )
    _check_claims(token.claims, form["client_id"], audiences, now_s)


def _find_certificate(token: ReadToken, app: AppRegistration, now_s: float) -> UploadedCertificate:
    if token.header.get("alg") not in ("PS256", "RS256"):
        # "none", HS256 and the like: Entra accepts no symmetric or missing signature for a certificate.
        raise EntraRefused(50012)
    # MSAL pads the thumbprint, the standard does not; Entra accepts both.
    sha256, sha1 = (str(token.header.get(name, "")).rstrip("=") for name in ("x5t#S256", "x5t"))
    found = [
        each
        for each in app.certificates
        if (sha256 == each.thumbprint_sha256 or sha1 == each.thumbprint_sha1) and each.is_known_at(now_s)
    ]
    if not found:
        raise EntraRefused(
            700027,
            "The certificate with identifier used to sign the client assertion is not registered on application. "
            f"[Reason - The key was not found., Thumbprint of key used by client: '{_thumbprint(token)}']",
        )
    certificate = found[-1]
    if not certificate.not_before_s <= now_s < certificate.not_after_s:
        raise EntraRefused(
            700027,
            "The certificate used to sign the client assertion is expired on application. [Reason - The key used is "
            f"expired., Thumbprint of key used by client: '{_thumbprint(token)}']",
        )
    return certificate


def _check_claims(claims: dict[str, Any], client_id: str, audiences: frozenset[str], now_s: float) -> None:
    if claims.get("sub") != claims.get("iss"):
        raise EntraRefused(50048)
    if claims.get("iss") != client_id:
        raise EntraRefused(700021)
    if claims.get("aud") not in audiences:
        raise EntraRefused(700023)
    expires, begins = _number(claims.get("exp")), _number(claims.get("nbf", claims.get("iat", now_s)))
    if not claims.get("jti"):
        raise EntraRefused(50027)
    if not begins - SKEW_S <= now_s < expires + SKEW_S:
        raise EntraRefused(700024, *(_moment(each) for each in (now_s, begins, expires)))


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise EntraRefused(50027)
    return value


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def _thumbprint(token: ReadToken) -> str:
    named = token.header.get("x5t#S256") or token.header.get("x5t") or uuid.UUID(int=0)
    return str(named)[:64]
