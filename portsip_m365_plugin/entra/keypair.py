"""The app's key pair: an RSA key that never leaves the PBX, and a certificate for Entra, valid one year.

Source: Microsoft identity platform certificate credentials (2025-01-04): a self-signed certificate is accepted; Entra
checks its validity dates; `x5t#S256` is the SHA-256 of its DER form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
VALID_DAYS = 365
_BACKDATED = timedelta(minutes=5)
"""So that a server whose clock is a little behind does not find the certificate "not yet valid"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The public half."""

    pem: str
    thumbprint_sha256: str
    thumbprint_sha1: str
    """What Entra's portal shows beside the certificate."""
    not_before_utc: datetime
    not_after_utc: datetime

    def days_left(self, now_utc: datetime) -> int:
        """Return the whole days until it expires; negative once it has."""
        return (self.not_after_utc - now_utc).days


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """Both halves. The private one never shows in `repr`."""

    private_key_pem: bytes = field(repr=False)
    certificate: Certificate


def make_key_pair(now_utc: datetime, *, common_name: str = "PortSIP PBX Microsoft 365 integration") -> KeyPair:
    """Make a new RSA key and its self-signed certificate, valid one year from now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now_utc - _BACKDATED)
        .not_valid_after(now_utc + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private_key_pem=private, certificate=read_certificate(pem))


def read_certificate(pem: str) -> Certificate:
    """Read a certificate.

    Raises:
        ValueError: It is not a certificate in PEM.
    """
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return Certificate(
        pem=pem,
        thumbprint_sha256=certificate.fingerprint(hashes.SHA256()).hex().upper(),
        thumbprint_sha1=certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303  # a name in Entra's portal, not a protection
        not_before_utc=certificate.not_valid_before_utc,
        not_after_utc=certificate.not_valid_after_utc,
    )


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
