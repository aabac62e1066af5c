"""Tokens made by hand, honest and forged: a JOSE signer of our own, so that no library refuses to make a bad one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TENANT_ID = "0a1b2c3d-0000-4000-8000-00000000aaaa"
OTHER_TENANT_ID = "0a1b2c3d-0000-4000-8000-00000000bbbb"
CLIENT_ID = "c11e0000-0000-4000-8000-000000000001"
OBJECT_ID = "0b1ec700-0000-4000-8000-000000000001"
ISSUER = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
NONCE = "nonce-0123456789abcdefghijklmnop"
NOW_UTC = datetime(2026, 11, 2, 8, 0, tzinfo=timezone.utc)
NOW_S = int(NOW_UTC.timestamp())


@cache
def private_key(name: str = "tenant", bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key a name, made once a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def jwk(key_id: str, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> dict[str, Any]:
    numbers = (key or private_key()).public_key().public_numbers()
    entry = {
        "kty": "RSA",
        "use": "sig",
        "kid": key_id,
        "n": b64(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": b64(numbers.e.to_bytes(3, "big")),
    }
    return {name: value for name, value in {**entry, **changes}.items() if value is not None}


def claims(**changes: Any) -> dict[str, Any]:
    """What Entra says about an ordinary person; a change to None leaves the claim out."""
    honest = {
        "ver": "2.0",
        "iss": ISSUER,
        "sub": "pairwise",
        "aud": CLIENT_ID,
        "exp": NOW_S + 3600,
        "iat": NOW_S - 300,
        "nbf": NOW_S - 300,
        "tid": TENANT_ID,
        "oid": OBJECT_ID,
        "name": "Adele Vance",
        "preferred_username": "adele@contoso.example",
        "nonce": NONCE,
    }
    return {name: value for name, value in {**honest, **changes}.items() if value is not None}


def sign(
    payload: Mapping[str, Any] | bytes,
    *,
    key: rsa.RSAPrivateKey | None = None,
    header: Mapping[str, Any] | bytes | None = None,
    alg: str = "RS256",
    **more_header: Any,
) -> str:
    """A compact JWS with any header and any payload, signed as `alg` says (RS256, PS256, HS256, none)."""
    if header is None:
        header = {"typ": "JWT", "alg": alg, "kid": "k1", **more_header}
        header = {name: value for name, value in header.items() if value is not None}
    raw_header = header if isinstance(header, bytes) else json.dumps(header).encode()
    raw_payload = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{b64(raw_header)}.{b64(raw_payload)}"
    signer = key or private_key()
    if alg == "none":
        signature = b""
    elif alg == "HS256":  # the classic: the public key as an HMAC secret
        signature = hmac.digest(public_pem(signer), signed.encode(), hashlib.sha256)
    elif alg == "PS256":
        signature = signer.sign(signed.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    else:
        signature = signer.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{b64(signature)}"
