"""Compact JSON Web Tokens, parsed and verified with ``cryptography`` alone (see ``world.signing_keys``)."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@dataclass(frozen=True)
class ReadToken:
    """A parsed token; nothing is verified yet."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def is_signed_by(self, key: RSAPublicKey) -> bool:
        """Whether this key made the signature, with the header's algorithm; only PS256 and RS256 exist here."""
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
    """Parse a compact token; ``ValueError`` if it is not one."""
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


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
