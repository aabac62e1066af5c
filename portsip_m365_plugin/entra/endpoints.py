"""Where one tenant signs in: its discovery document, read strictly.

Source: OpenID Connect Discovery 1.0; Microsoft "OpenID Connect on the Microsoft identity platform" (read 2026-11): the
document of `common` has the literal issuer `…/{tenantid}/v2.0`, which must never be accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

_URL_MAX_CHARS: Final = 2048
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEndpoints:
    """The addresses of one tenant, as its own discovery document names them."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None

    def is_of_tenant(self, entra_tenant_id: str) -> bool:
        """Whether the issuer belongs to this tenant: one part of its path is the tenant's id."""
        return entra_tenant_id.lower() in urlsplit(self.issuer).path.lower().split("/")


def parse_endpoints(document: Mapping[str, Any]) -> SignInEndpoints:
    """Read a discovery document.

    Raises:
        ValueError: An address is missing or cannot be trusted; the message says which.
    """
    end_session = document.get("end_session_endpoint")
    return SignInEndpoints(
        issuer=_address(document, "issuer"),
        authorization_endpoint=_address(document, "authorization_endpoint"),
        token_endpoint=_address(document, "token_endpoint"),
        jwks_uri=_address(document, "jwks_uri"),
        end_session_endpoint=_address(document, "end_session_endpoint") if end_session is not None else None,
    )


def _address(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > _URL_MAX_CHARS:
        raise ValueError(f"the discovery document has no usable {name}")
    parts = urlsplit(value)
    # Browsers go to the authorize page and to sign-out; on this machine (a simulator) http is acceptable for them.
    # We send nothing without TLS: the assertion and the code go to the token endpoint.
    for_browsers = name in {"authorization_endpoint", "end_session_endpoint"}
    plain_is_safe = for_browsers and parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (parts.scheme != "https" and not plain_is_safe) or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{name} in the discovery document is not an https address")
    return value
