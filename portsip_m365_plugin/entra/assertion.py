"""The client assertion: how the PBX proves who it is at the token endpoint, without a secret.

Source: Microsoft "Application authentication certificate credentials" (2025-01-04): PS256, header `x5t#S256`, audience
the token endpoint, a new `jti` each time; RFC 7523 section 3.
"""

from __future__ import annotations

import base64
import functools
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_LIFE: Final = timedelta(minutes=5)
_PROOF_AUDIENCE: Final = "00000002-0000-0000-c000-000000000000"
_PROOF_LIFE: Final = timedelta(minutes=10)
"""More is refused."""
_PROOF_BACKDATED: Final = timedelta(minutes=1)
"""So that a server whose clock is a little ahead does not send a proof that is "not yet valid"."""


@dataclass(frozen=True, slots=True)
class AssertionSigner:
    """A parsed private key and the name of its certificate."""

    private_key: RSAPrivateKey
    certificate_sha256: str
    """base64url(SHA-256 of the DER certificate): which of the registered certificates to verify with."""

    def sign(self, *, client_id: str, audience: str, now_utc: datetime) -> str:
        """Return a new assertion, valid for five minutes and for one use. It must never be logged. Cost: about 1 ms."""
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "iat": int(now_utc.timestamp()),
            "nbf": int(now_utc.timestamp()),
            "exp": int((now_utc + _LIFE).timestamp()),
        }
        return jwt.encode(claims, self.private_key, algorithm="PS256", headers={"x5t#S256": self.certificate_sha256})


def sign_key_proof(
    private_key_pem: bytes, certificate_pem: str, *, application_object_id: str, now_utc: datetime
) -> str:
    """Return the proof that this app holds a registered key: what addKey and removeKey want. It must never be logged.

    Source: application-rollkey-prooftoken (2024-06-10): the audience is the id of the old directory API, the issuer is
    the object id of the app registration, and the life is at most ten minutes. RS256 with `x5t`, as its samples sign.

    Raises:
        ValueError: Not an RSA key in PEM without password, or not a certificate of that key.
    """
    signer = load_signer(private_key_pem, certificate_pem.encode())
    digest = x509.load_pem_x509_certificate(certificate_pem.encode()).fingerprint(hashes.SHA1())  # noqa: S303  # x5t is SHA-1 by definition
    begins = int((now_utc - _PROOF_BACKDATED).timestamp())
    claims = {
        "aud": _PROOF_AUDIENCE,
        "iss": application_object_id,
        "nbf": begins,
        "exp": begins + int(_PROOF_LIFE.total_seconds()),
    }
    named = {"x5t": base64.urlsafe_b64encode(digest).decode().rstrip("=")}
    return jwt.encode(claims, signer.private_key, algorithm="RS256", headers=named)


@functools.lru_cache(maxsize=256)
def load_signer(private_key_pem: bytes, certificate_pem: bytes) -> AssertionSigner:
    """Parse a key pair, once. OpenSSL needs tens of milliseconds to check a private key, too long for each sign-in.

    Raises:
        ValueError: Not an RSA key in PEM without password, or not a certificate of that key.
    """
    try:
        key = load_pem_private_key(private_key_pem, password=None)
    except TypeError as error:
        raise ValueError("the private key is protected by a password") from error
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if not isinstance(key, RSAPrivateKey) or certificate.public_key() != key.public_key():
        raise ValueError("the certificate does not belong to the private key")
    digest = certificate.fingerprint(hashes.SHA256())
    return AssertionSigner(key, base64.urlsafe_b64encode(digest).decode().rstrip("="))
