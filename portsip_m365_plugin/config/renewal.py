"""Whether the plugin renews the certificate itself, and of which app registration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalConfig:
    """The certificate is renewed by the plugin only where both are set."""

    is_wanted: bool = False
    application_object_id: str = ""
    """The Object ID of the app registration, a GUID in lower case; empty: not set."""

    @property
    def is_on(self) -> bool:
        """Whether the plugin renews the certificate itself."""
        return self.is_wanted and bool(self.application_object_id)
