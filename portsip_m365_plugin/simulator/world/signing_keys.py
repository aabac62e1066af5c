"""A cloud's keys for ID tokens, made with ``cryptography`` alone.

The plugin uses PyJWT. Another library here makes sure that the same mistake is not on both sides.
"""

import base64
import hashlib
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from portsip_m365_plugin.simulator.exchange import encode_json


class SigningKey:
    """One of a cloud's keys for ID tokens, with the certificate that JWKS shows as ``x5c``."""

    def __init__(self) -> None:
        self._key: RSAPrivateKey = generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.simulator")])
        now = datetime.now(timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=5 * 365))
            .sign(self._key, hashes.SHA256())
        )
        self._der = certificate.public_bytes(Encoding.DER)
        self.kid = encode(hashlib.sha1(self._der).digest())  # noqa: S324  x5t is SHA-1 by definition

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A compact RS256 token."""
        head = {"typ": "JWT", "alg": "RS256", "kid": self.kid, **header}
        signed = f"{encode(encode_json(head).encode())}.{encode(encode_json(claims).encode())}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"

    def jwk(self, issuer: str) -> dict[str, Any]:
        """The public half as Entra publishes it (no ``alg``)."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": encode(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": encode(numbers.e.to_bytes(3, "big")),
            "x5c": [base64.b64encode(self._der).decode()],
            "cloud_instance_name": "microsoftonline.com",
            "issuer": issuer,
        }


class SigningKeys:
    """A cloud's keys."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    @property
    def published(self) -> list[SigningKey]:
        """The published keys; the last one signs."""
        if not self._keys:
            self._keys.append(shared_signing_key(1))
        return self._keys

    @property
    def current(self) -> SigningKey:
        """The key that signs."""
        return self.published[-1]

    def roll(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on; ``keep_old``: the old keys stay published."""
        new = shared_signing_key(len(self.published) + 1)
        self._keys = [*self._keys, new] if keep_old else [new]


@cache
def shared_signing_key(number: int) -> SigningKey:
    """The process's key of that number: making one takes longer than everything else at start."""
    del number
    return SigningKey()


def encode(data: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
