"""The tenant's signing keys: RSA keys for signatures, by key id. Nothing else of the document is used.

Sources: RFC 7517 (JWK), RFC 7518 section 6.3; Microsoft "Signing key rollover" (read 2026-11): any key of the document
may sign at any time; new keys appear without notice.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from portsip_m365_plugin.entra.documents import DocumentCache

SigningKeys: TypeAlias = Mapping[str, RSAPublicKey]
"""Signing keys of one tenant by key id."""

_MODULUS_MIN_BITS: Final = 2048
_MODULUS_MAX_BITS: Final = 8192
"""Larger ones would only make verifying slow."""
_KEYS_MAX: Final = 200


def find_signing_key(cache: DocumentCache[SigningKeys], jwks_uri: str, kid: str) -> RSAPublicKey | None:
    """Return the tenant's key of that id. If it is unknown, the keys are fetched again (at a limited rate).

    Args:
        cache: Keys by the address of their document.
        jwks_uri: From the tenant's own discovery document, never from a token.
        kid: From the token's header.

    Raises:
        Whatever the cache's `load` raises when the keys cannot be fetched.
    """
    key = cache.get(jwks_uri).get(kid)
    return key if key is not None else cache.get_newer(jwks_uri).get(kid)


def parse_signing_keys(document: Mapping[str, Any]) -> SigningKeys:
    """Read a JWKS document; entries that are not usable signing keys are skipped.

    Raises:
        ValueError: It is not a JWKS, or it has no usable key: an outage, not an empty key ring.
    """
    entries = document.get("keys")
    if not isinstance(entries, list) or len(entries) > _KEYS_MAX:
        raise ValueError("the keys document has no usable list of keys")
    keys: dict[str, RSAPublicKey] = {}
    ambiguous: set[str] = set()
    for entry in entries:
        key = _parse_key(entry) if isinstance(entry, dict) else None
        if key is None:
            continue
        kid = entry["kid"]
        if kid in keys and keys[kid].public_numbers() != key.public_numbers():
            ambiguous.add(kid)
        keys[kid] = key
    for kid in ambiguous:
        del keys[kid]
    if not keys:
        raise ValueError("the keys document holds no RSA signing key of 2048 bits or more")
    return keys


def _parse_key(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    kid = entry.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= 256:
        return None
    # Microsoft leaves `alg` out; a key for another purpose is not used for signatures.
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    modulus, exponent = _uint(entry.get("n")), _uint(entry.get("e"))
    if not _MODULUS_MIN_BITS <= modulus.bit_length() <= _MODULUS_MAX_BITS or exponent.bit_length() > 32:
        return None
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        return None


def _uint(value: object) -> int:
    if not isinstance(value, str) or len(value) > 2048:
        return 0
    try:
        return int.from_bytes(base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True), "big")
    except (binascii.Error, ValueError):
        return 0
