"""What every tab is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pbx_plugin_api import Host, Scope, Tenant, UserCounts
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.texts import _

LOOK_ONLY: Final = _("You may look, but not change anything.")


@dataclass(frozen=True, kw_only=True)
class PageView:
    """One tenant's page, as one viewer sees it. Without slots: it remembers what several tabs ask for."""

    host: Host
    tenant: Tenant
    config: Config
    may_edit: bool = True
    why_not_ready: str = ""
    """Why Microsoft cannot be asked yet; empty where it can."""

    @cached_property
    def users(self) -> UserCounts:
        """How many synced users there are. Cost: one query for the whole page."""
        return self.host.users.counts()

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
