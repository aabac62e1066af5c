"""Checks of an ID token. PyJWT verifies the signature; everything else is decided here.

Since 1.38 msal makes none of these checks (and it never verified the signature), so we do not rely on it. The person
is `(tid, oid)`. Name and `preferred_username` are display text: they can change, can be given to another person, and a
guest may have the name of a local user.

Sources: Microsoft identity platform "ID token claims reference" and "Secure applications by validating claims"
(read 2026-11); OpenID Connect Core 1.0 section 3.1.3.7; RFC 8725 (JWT best current practices).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from pbx_plugin_api import listing
from portsip_m365_plugin.texts import _

PERSONAL_TENANT_ID: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal Microsoft accounts (Outlook.com, Xbox …)."""

SKEW_S: Final = 300
"""How many seconds Microsoft's clock and ours may differ.

Microsoft's own libraries tolerate as much (TokenValidationParameters.DefaultClockSkew, learn.microsoft.com, 2026-11).
Test connection calls such a clock well, so it must not keep anybody out.
"""

_ALGORITHM: Final = "RS256"
"""Fixed: the header is compared with it and never chooses the algorithm (RFC 8725 section 3.1)."""

_TOKEN_MAX_CHARS: Final = 32_768
_MOMENT_MAX_S: Final = 1e11
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_OBJECT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

# A header with a key, or a link to one, asks us to trust the token because of the token itself: refused.
# `crit` and `b64` would change how the token is read (RFC 7515 section 4.1.11, RFC 7797).
_HEADERS_REFUSED: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})


_ABOUT_PERSON: Final = frozenset({"personal_account", "tenant_mismatch"})


class IdTokenError(Exception):
    """The ID token does not prove who signs in. Not retryable: a new sign-in is needed.

    Attributes:
        reason: A code for the audit log, such as `nonce_mismatch`.
        detail: What exactly is wrong, without any part of the token that could be secret.
        is_about_person: Whether another account of the same person may be accepted.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        self.is_about_person = reason in _ABOUT_PERSON
        super().__init__(f"{reason}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedToken:
    """What the token of this sign-in must say."""

    issuer: str
    """Exactly as the tenant's own discovery document spells it."""
    client_id: str
    entra_tenant_id: str
    """The GUID the admin configured."""
    nonce: str
    """The nonce of the authorization request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTokenClaims:
    """What a verified token says about the person."""

    entra_tenant_id: str
    entra_object_id: str
    display_name: str = ""
    """Display text only."""
    upn: str = ""
    """`preferred_username`; display text only, never looked up by."""
    login_hint: str = ""
    """The optional claim that sign-out takes as `logout_hint`; empty if the app does not ask for it."""


def check_id_token(
    token: str,
    expected: ExpectedToken,
    *,
    find_key: Callable[[str], RSAPublicKey | None],
    now_utc: datetime,
) -> IdTokenClaims:
    """Verify an ID token and return who it is about.

    Args:
        token: The compact JWS from the token endpoint.
        expected: What it must say.
        find_key: Finds a key id among the tenant's own signing keys only. What it raises is not caught here.
        now_utc: The host's time.

    Raises:
        IdTokenError: It cannot be trusted. `reason` is one of: malformed_token, oversized_token, header_refused,
            algorithm_refused, unknown_key, bad_signature, duplicate_claim, issuer_mismatch, audience_mismatch,
            personal_account, tenant_mismatch, version_mismatch, expired, not_yet_valid, nonce_mismatch, claim_missing.
    """
    header = _check_header(token)
    key = find_key(header["kid"])
    if key is None:
        raise IdTokenError("unknown_key", _("no signing key {key} among the tenant's keys", key=_shown(header["kid"])))
    try:
        payload = jwt.PyJWS().decode(token, key=key, algorithms=[_ALGORITHM])
    except jwt.InvalidTokenError as error:
        found = _("signed by another key than {key}", key=_shown(header["kid"]))
        raise IdTokenError("bad_signature", found) from error
    claims = _parse_object(payload, "payload")
    # The tenant before the issuer: both would refuse, but "personal account" helps the person more than "issuer".
    _check_tenant(claims, expected)
    _check_addressee(claims, expected)
    _check_times(claims, now_utc.timestamp())
    _check_nonce(claims, expected)
    return IdTokenClaims(
        entra_tenant_id=expected.entra_tenant_id,
        entra_object_id=_object_id(claims),
        display_name=_display_text(claims.get("name"), 128),
        upn=_display_text(claims.get("preferred_username"), 320),
        login_hint=_opaque_text(claims.get("login_hint"), 1024),
    )


def _check_header(token: str) -> dict[str, Any]:
    if not isinstance(token, str) or not token:
        raise IdTokenError("malformed_token", _("no text"))
    if len(token) > _TOKEN_MAX_CHARS:
        raise IdTokenError(
            "oversized_token", _("{n} characters, at most {limit}", n=len(token), limit=_TOKEN_MAX_CHARS)
        )
    if not _SHAPE.fullmatch(token):
        # This also refuses "alg: none": such a token has an empty third part.
        raise IdTokenError("malformed_token", _("not three base64url parts"))
    try:
        raw = jwt.utils.base64url_decode(token.partition(".")[0])
    except ValueError as error:
        raise IdTokenError("malformed_token", _("the header is not base64url")) from error
    header = _parse_object(raw, "header")
    refused = sorted(_HEADERS_REFUSED & header.keys())
    if refused:
        raise IdTokenError("header_refused", _("the header brings {names}", names=listing(refused)))
    if header.get("alg") != _ALGORITHM:
        found, allowed = _shown(header.get("alg")), _ALGORITHM
        raise IdTokenError(
            "algorithm_refused", _("algorithm {found}, only {allowed} is allowed", found=found, allowed=allowed)
        )
    if header.get("typ", "JWT") != "JWT":
        raise IdTokenError("header_refused", _("type {type}, not JWT", type=_shown(header.get("typ"))))
    kid = header.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= 256:
        raise IdTokenError("unknown_key", _("the header names no signing key"))
    return header


def _parse_object(raw: bytes, part: str) -> dict[str, Any]:
    def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            # Two parsers of one token could read two different persons (RFC 8725 section 2.5).
            raise IdTokenError("duplicate_claim", _("the {part} names a member twice", part=part))
        return values

    def refuse_constant(name: str) -> Any:
        raise ValueError(name)

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise IdTokenError("malformed_token", _("the {part} is not JSON", part=part)) from error
    if not isinstance(value, dict):
        raise IdTokenError("malformed_token", _("the {part} is not a JSON object", part=part))
    return value


def _check_tenant(claims: Mapping[str, Any], expected: ExpectedToken) -> None:
    tid = claims.get("tid")
    if not isinstance(tid, str):
        raise IdTokenError("claim_missing", _("no {claim}", claim="tid"))
    if tid.lower() == PERSONAL_TENANT_ID:
        raise IdTokenError("personal_account", _("a personal Microsoft account"))
    if tid.lower() != expected.entra_tenant_id.lower():
        directory = expected.entra_tenant_id
        raise IdTokenError(
            "tenant_mismatch", _("tenant {tid}, configured is {directory}", tid=_shown(tid), directory=directory)
        )


def _check_addressee(claims: Mapping[str, Any], expected: ExpectedToken) -> None:
    if claims.get("iss") != expected.issuer:
        found, wanted = _shown(claims.get("iss")), expected.issuer
        raise IdTokenError("issuer_mismatch", _("issuer {found}, expected {wanted}", found=found, wanted=wanted))
    audience = claims.get("aud")
    if audience not in (expected.client_id, [expected.client_id]):
        found, wanted = _shown(audience), expected.client_id
        raise IdTokenError("audience_mismatch", _("audience {found}, expected {wanted}", found=found, wanted=wanted))
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise IdTokenError("audience_mismatch", _("authorized party {found}", found=_shown(claims.get("azp"))))
    # Required in every cloud, also in an operator's own: a v1.0 token has other claims under the same names.
    if claims.get("ver") != "2.0":
        raise IdTokenError(
            "version_mismatch", _("version {found}, only 2.0 is allowed", found=_shown(claims.get("ver")))
        )


def _check_times(claims: Mapping[str, Any], now_s: float) -> None:
    expires_s, issued_s = _moment(claims, "exp"), _moment(claims, "iat")
    begins_s = _moment(claims, "nbf") if "nbf" in claims else issued_s
    if now_s >= expires_s + SKEW_S:
        raise IdTokenError("expired", _("expired {n:.0f} s ago", n=now_s - expires_s))
    early_s = max(begins_s, issued_s) - now_s
    if early_s > SKEW_S:
        raise IdTokenError("not_yet_valid", _("valid only in {n:.0f} s: is this machine's clock right?", n=early_s))


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    # `not <=` also catches NaN; the bound limits what a malformed token can do to arithmetic.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _MOMENT_MAX_S:
        raise IdTokenError("claim_missing", _("{claim} is not a time", claim=name))
    return float(value)


def _check_nonce(claims: Mapping[str, Any], expected: ExpectedToken) -> None:
    nonce = claims.get("nonce")
    given = nonce.encode("utf-8", "replace") if isinstance(nonce, str) else b""
    if not expected.nonce or not hmac.compare_digest(given, expected.nonce.encode()):
        raise IdTokenError("nonce_mismatch", _("the token belongs to another sign-in"))


def _object_id(claims: Mapping[str, Any]) -> str:
    oid = claims.get("oid")
    if not isinstance(oid, str) or not _OBJECT_ID.fullmatch(oid):
        raise IdTokenError("claim_missing", _("no usable {claim}", claim="oid"))
    return oid


def _display_text(value: object, max_chars: int) -> str:
    """Text that a page can show: no control characters, no changes of writing direction, not too long."""
    if not isinstance(value, str):
        return ""
    storable = value.encode("utf-8", "ignore").decode()  # JSON may bring half a surrogate pair; databases refuse it
    return _CONTROL.sub(" ", storable).strip()[:max_chars]


def _opaque_text(value: object, max_chars: int) -> str:
    """Text that must be returned unchanged, or empty."""
    usable = isinstance(value, str) and len(value) <= max_chars and value.isprintable()
    return str(value) if usable else ""


def _shown(value: object) -> str:
    """A value from the token, shortened and quoted for the audit log."""
    shown = repr(value).encode("ascii", "backslashreplace").decode()
    return shown if len(shown) <= 100 else f"{shown[:100]}…"
