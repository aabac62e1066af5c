"""What every tab is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Host, Scope, Tenant
from portsip_m365_plugin.config.reader import Config

LOOK_ONLY: Final = "You may look, but not change anything."


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One tenant's page, as one viewer sees it."""

    host: Host
    tenant: Tenant
    config: Config
    may_edit: bool = True
    why_not_ready: str = ""
    """Why Microsoft cannot be asked yet; empty where it can."""

    @property
    def why_no_edit(self) -> str:
        """Why the viewer may change nothing; empty where they may."""
        return "" if self.may_edit else LOOK_ONLY

    @property
    def why_no_call(self) -> str:
        """Why the viewer may start nothing that asks Microsoft; empty where they may."""
        return self.why_no_edit or self.why_not_ready

    @property
    def is_system(self) -> bool:
        """Whether this is the PBX itself, which only sends mail."""
        return self.tenant.scope is Scope.SYSTEM
