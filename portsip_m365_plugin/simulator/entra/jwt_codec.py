"""Compact JSON Web Tokens, read and signed with ``cryptography`` alone.

Not the library the plugin signs and checks with (PyJWT): a slip there should not meet the same slip here.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from portsip_m365_plugin.simulator.exchange import encode_json


@dataclass(frozen=True)
class ReadToken:
    """A token taken apart; nothing of it is verified yet."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def is_signed_by(self, key: RSAPublicKey) -> bool:
        """Whether the signature is this key's, by the header's algorithm; only PS256 and RS256 exist here."""
        algorithm = self.header.get("alg")
        scheme: padding.AsymmetricPadding
        if algorithm == "PS256":
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
        elif algorithm == "RS256":
            scheme = padding.PKCS1v15()
        else:
            return False
        try:
            key.verify(self.signature, self.signed, scheme, hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def read_token(text: str) -> ReadToken:
    """Take a compact token apart; ``ValueError`` when it is not one."""
    pieces = text.split(".")
    if len(pieces) != 3:
        raise ValueError("not three parts")
    try:
        header, claims = json.loads(_decode(pieces[0])), json.loads(_decode(pieces[1]))
        signature = _decode(pieces[2])
    except (binascii.Error, RecursionError) as error:
        raise ValueError("not base64url") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not JSON objects")
    return ReadToken(header, claims, f"{pieces[0]}.{pieces[1]}".encode(), signature)


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


@cache
def shared_signing_key(number: int) -> SigningKey:
    """The process's key of that number: making one takes longer than starting everything else."""
    del number
    return SigningKey()


def encode(data: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
