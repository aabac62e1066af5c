"""What is kept about the identity provider between sign-ins: each tenant's addresses and signing keys."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from portsip_m365_plugin.entra.documents import DocumentCache
from portsip_m365_plugin.entra.endpoints import SignInEndpoints, parse_endpoints
from portsip_m365_plugin.entra.jwks import find_signing_key, parse_signing_keys
from portsip_m365_plugin.entra.transport import EntraUnreachableError, Transport, shared_transport
from portsip_m365_plugin.texts import _

T = TypeVar("T")


class IdentityProvider:
    """Discovery documents and signing keys of every tenant. One for each process. Threads: safe."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._endpoints = DocumentCache(self._loader(parse_endpoints))
        self._keys = DocumentCache(self._loader(parse_signing_keys))

    def endpoints(self, discovery_url: str, entra_tenant_id: str) -> SignInEndpoints:
        """Return a tenant's addresses; cached for an hour.

        Raises:
            EntraUnreachableError: The discovery document cannot be fetched or cannot be trusted. Retryable.
        """
        endpoints = self._endpoints.get(discovery_url)
        if not endpoints.is_of_tenant(entra_tenant_id):
            raise EntraUnreachableError(
                _(
                    "the issuer of {address} does not belong to tenant {tenant}",
                    address=discovery_url,
                    tenant=entra_tenant_id,
                )
            )
        return endpoints

    def find_signing_key(self, endpoints: SignInEndpoints, kid: str) -> RSAPublicKey | None:
        """Return the tenant's signing key of that id. Cached for an hour; an unknown id is fetched (at a limited rate).

        Raises:
            EntraUnreachableError: The keys cannot be fetched. Retryable.
        """
        return find_signing_key(self._keys, endpoints.jwks_uri, kid)

    def _loader(self, parse: Callable[[Mapping[str, Any]], T]) -> Callable[[str], T]:
        def load(url: str) -> T:
            try:
                return parse(self.transport.get_json(url))
            except ValueError as error:
                raise EntraUnreachableError(_("{place}: {error}", place=url, error=str(error))) from error

        return load


@functools.lru_cache(maxsize=4)
def _identity_provider_over(transport: Transport) -> IdentityProvider:
    return IdentityProvider(transport)


def shared_identity_provider() -> IdentityProvider:
    """Return the process's identity provider, with its caches."""
    return _identity_provider_over(shared_transport())
