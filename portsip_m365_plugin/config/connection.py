"""Which app registration, in which directory, in which of Microsoft's clouds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionConfig:
    """The connection, as the administrator entered it; `connect.find_app` says whether it is complete."""

    entra_tenant_id: str = ""
    """The directory's GUID in lower case; empty: not set."""
    client_id: str = ""
    """The application's GUID in lower case; empty: not set."""
    cloud_name: str = "GLOBAL"

    @property
    def is_complete(self) -> bool:
        """Whether directory and application are both set."""
        return bool(self.entra_tenant_id and self.client_id)

    @property
    def mark(self) -> str:
        """Return a short name of exactly this application: what was proven with another one proves nothing here."""
        identity = "\n".join((self.cloud_name, self.entra_tenant_id, self.client_id))
        return hashlib.sha256(identity.encode()).hexdigest()
