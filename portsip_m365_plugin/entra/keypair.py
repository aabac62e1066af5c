"""The app's key pair: an RSA key that never leaves the PBX, and a certificate for Entra, valid one year.

Source: Microsoft identity platform certificate credentials (2025-01-04): a self-signed certificate is accepted; Entra
checks its validity dates; `x5t#S256` is the SHA-256 of its DER form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
VALID_DAYS = 365
COMMON_NAME = "PortSIP PBX Microsoft 365 integration"
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

    @property
    def der(self) -> bytes:
        """The certificate's DER form."""
        return x509.load_pem_x509_certificate(self.pem.encode()).public_bytes(serialization.Encoding.DER)

    @property
    def is_self_signed(self) -> bool:
        """Whether this PBX made it, and no authority."""
        certificate = x509.load_pem_x509_certificate(self.pem.encode())
        return certificate.issuer == certificate.subject

    @property
    def life_days(self) -> int:
        """For how many days it is valid, from first to last."""
        return (self.not_after_utc - self.not_before_utc).days

    def days_left(self, now_utc: datetime) -> int:
        """Return the whole days until it expires; negative once it has."""
        return (self.not_after_utc - now_utc).days


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """Both halves. The private one never shows in `repr`."""

    private_key_pem: bytes = field(repr=False)
    certificate: Certificate


def make_key_pair(
    now_utc: datetime,
    *,
    common_name: str = COMMON_NAME,
    valid_days: int = VALID_DAYS,
    private_key_pem: bytes | None = None,
) -> KeyPair:
    """Make an RSA key and its self-signed certificate.

    Args:
        now_utc: The certificate is valid from now on.
        common_name: The certificate's subject.
        valid_days: How long it is valid.
        private_key_pem: Certify this key, instead of a new one.
    """
    private = private_key_pem or make_private_key()
    key = _load_private_key(private)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now_utc - _BACKDATED)
        .not_valid_after(now_utc + timedelta(days=valid_days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return KeyPair(private_key_pem=private, certificate=read_certificate(pem))


def make_private_key() -> bytes:
    """Make a new RSA key, as PEM without a password. It must never be logged or leave the host's secrets."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def make_certificate_request(private_key_pem: bytes, *, common_name: str = COMMON_NAME) -> bytes:
    """Return a certificate request (CSR, PKCS #10) for a key, as PEM. It holds the public half only."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(_USAGE, critical=True)
    return builder.sign(_load_private_key(private_key_pem), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def has_rsa_key(certificate: Certificate) -> bool:
    """Whether it is for an RSA key, as ours are. An authority's own may have one that cannot even be read (SM2)."""
    try:
        return isinstance(x509.load_pem_x509_certificate(certificate.pem.encode()).public_key(), rsa.RSAPublicKey)
    except (UnsupportedAlgorithm, ValueError):
        return False


def is_of_key(certificate: Certificate, private_key_pem: bytes) -> bool:
    """Whether a certificate is for this key."""
    public_key = x509.load_pem_x509_certificate(certificate.pem.encode()).public_key()
    return public_key == _load_private_key(private_key_pem).public_key()


def _load_private_key(pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the private key is not an RSA key")
    return key


def read_certificates(pem: str) -> list[Certificate]:
    """Read all certificates of a text, in order.

    Raises:
        ValueError: It holds no certificate in PEM, or one that cannot be read.
    """
    return [
        read_certificate(certificate.public_bytes(serialization.Encoding.PEM).decode())
        for certificate in x509.load_pem_x509_certificates(pem.encode())
    ]


@lru_cache(maxsize=256)
def read_certificate(pem: str) -> Certificate:
    """Read a certificate. A page or a run asks for the same two or three again and again: they are remembered.

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
