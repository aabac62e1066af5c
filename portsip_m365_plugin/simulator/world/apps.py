"""App registrations and their access tokens."""

import base64
import hashlib
import itertools
import secrets
import threading
import uuid
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from portsip_m365_plugin.simulator.world.signing_keys import SigningKey

DEFAULT_PERMISSIONS = ("User.Read.All", "Contacts.Read", "Mail.Send")


@dataclass(frozen=True, eq=False)
class UploadedCertificate:
    """An uploaded certificate, found by either thumbprint (base64url, unpadded)."""

    thumbprint_sha1: str
    thumbprint_sha256: str
    public_key: RSAPublicKey
    not_before_s: float
    not_after_s: float
    is_self_signed: bool = True
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    known_from_s: float = 0.0  # the token endpoint does not know it before
    certain_from_s: float = 0.0  # until then some of its servers know it, and some do not
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)

    def is_known_at(self, now_s: float) -> bool:
        """Whether the server that answers this request has heard of it. While servers differ, every second one has."""
        if now_s >= self.certain_from_s:
            return True
        return now_s >= self.known_from_s and next(self._turns) % 2 == 0

    @classmethod
    def from_pem(cls, pem: str, known_from_s: float = 0.0, certain_from_s: float = 0.0) -> "UploadedCertificate":
        """Read a PEM; ``ValueError`` when it is not a certificate with an RSA key."""
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise ValueError("certificate_pem is not a certificate in PEM") from None
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise ValueError("the certificate's key is not RSA")
        der = certificate.public_bytes(Encoding.DER)
        return cls(
            _unpadded(hashlib.sha1(der).digest()),  # noqa: S324  x5t is SHA-1 by definition
            _unpadded(hashlib.sha256(der).digest()),
            key,
            certificate.not_valid_before_utc.timestamp(),
            certificate.not_valid_after_utc.timestamp(),
            is_self_signed=certificate.issuer == certificate.subject,
            known_from_s=known_from_s,
            certain_from_s=certain_from_s,
        )


@dataclass(eq=False)
class AppRegistration:
    """An app in one tenant. ``rbac`` maps an Exchange application permission to the mailboxes in its scope."""

    client_id: str
    certificates: list[UploadedCertificate] = field(default_factory=list)
    redirect_uris: list[str] = field(default_factory=list)
    permissions: set[str] = field(default_factory=set)
    enabled: bool = True
    has_enterprise_app: bool = True  # False: registered, but without a service principal; Entra gives no token
    known_to_graph: bool = True  # False: consent was granted a moment ago, and Graph does not know it yet
    assignment_required: bool = False
    assigned: set[str] = field(default_factory=set)
    consent_given: bool = True
    own_signing_key: SigningKey | None = None  # claims mapping: only the keys document with `?appid=` has it
    blocked_by_policy: bool = False  # Conditional Access for workload identities refuses app-only tokens
    rbac: dict[str, set[str]] = field(default_factory=dict)

    @property
    def object_id(self) -> str:
        """The registration's own id, as its overview page shows it."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"application {self.client_id}"))

    @property
    def service_principal_id(self) -> str:
        """The object id of the enterprise application: another object with another id."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"servicePrincipal {self.client_id}"))


@dataclass
class KeyRules:
    """What happens when a certificate is added to an app: the tenant's app management policy, and the delay.

    ``needs_permission``: whether an app needs a permission for its own keys. Microsoft documents that it needs none.
    """

    max_life_days: int | None = None
    only_from_authorities: bool = False
    known_after_s: float = 0.0
    certain_after_s: float = 0.0
    needs_permission: bool = False

    def find_breach(self, certificate: UploadedCertificate) -> str:
        """The error code of a policy that a certificate breaks; empty if none."""
        if self.only_from_authorities and certificate.is_self_signed:
            return "CredentialTypeNotAllowedAsPerAppPolicy"
        life_s = certificate.not_after_s - certificate.not_before_s
        if self.max_life_days is not None and life_s > (self.max_life_days + 1) * 86400:
            return "CredentialInvalidLifetimeAsPerAppPolicy"
        return ""


@dataclass(frozen=True, eq=False)
class AccessToken:
    """The content of an opaque token; permissions as granted when it was issued."""

    app: AppRegistration
    tenant_id: str
    permissions: frozenset[str]
    expires_s: float
    delegated_to: str | None = None


class AccessTokens:
    """All tokens of a cloud."""

    def __init__(self) -> None:
        self._tokens: dict[str, AccessToken] = {}
        self._lock = threading.Lock()

    def issue(self, token: AccessToken) -> str:
        """Issue an opaque string for a token."""
        text = "sim." + secrets.token_urlsafe(96)
        with self._lock:
            self._tokens[text] = token
        return text

    def find(self, text: str) -> AccessToken | None:
        """The token behind a string, expired or not."""
        return self._tokens.get(text)

    def expire_all(self) -> None:
        """Refuse all tokens from now on."""
        with self._lock:
            self._tokens.clear()


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
