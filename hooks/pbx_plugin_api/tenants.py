"""Who a call is about: a tenant of the PBX, and the person who looks at its pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pbx_plugin_api import rules

__all__ = ["Scope", "Tenant", "Viewer", "WebOrigins"]


class Scope(StrEnum):
    """Whether a call is for a tenant or for the PBX itself (system mail only)."""

    TENANT = "tenant"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A tenant of the PBX: one customer, one SIP domain, one set of extension numbers."""

    pbx_tenant_id: str
    """The PBX's own key. Not the key of a tenant at the source, which is `UserLink.authority`."""
    name: str
    sip_domain: str
    time_zone: str = "UTC"
    """IANA name. Times that an administrator enters are in this zone."""
    country: str = "US"
    """ISO 3166-1 alpha-2. Telephone numbers without a country code belong to this country."""
    user_limit: int | None = None
    """How many users the licence allows; None means no limit."""
    scope: Scope = Scope.TENANT
    night_offset_s: int = 0
    """How long after the time of day that an administrator chose this tenant's nightly work begins: the host spreads
    its tenants. The same every night."""
    language: str = "en"
    """The language of the tenant's people where nobody chose another, as a BCP 47 tag."""

    def __post_init__(self) -> None:
        rules.check_key("pbx_tenant_id", self.pbx_tenant_id)
        rules.check_text("name", self.name, min_chars=1, max_chars=128)
        rules.check_text("sip_domain", self.sip_domain, min_chars=1, max_chars=253)
        rules.check_time_zone("time_zone", self.time_zone)
        rules.check_country("country", self.country)
        if self.user_limit is not None:
            rules.check_at_least("user_limit", self.user_limit, 0)
        rules.check_at_least("night_offset_s", self.night_offset_s, 0)
        rules.check_language("language", self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOrigins:
    """Where browsers reach the PBX: the web domain and, if there is one, the domain of the SBC."""

    web: str
    sbc: str | None = None

    def __post_init__(self) -> None:
        rules.check_origin("web", self.web)
        if self.sbc is not None:
            rules.check_origin("sbc", self.sbc)

    def all(self) -> tuple[str, ...]:
        """Return the origins that exist, the web domain first."""
        return (self.web,) if self.sbc is None else (self.web, self.sbc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person who opens a settings page. The host has authenticated them; the plugin respects `may_edit`."""

    username: str
    may_edit: bool = True
    locale: str = "en"
    """Language of the page, as a BCP 47 tag."""

    def __post_init__(self) -> None:
        rules.check_text("username", self.username, min_chars=1, max_chars=128)
        rules.check_language("locale", self.locale)
