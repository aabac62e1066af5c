"""A PBX whose plugin misbehaves as a test wants."""

from __future__ import annotations

from typing import Any

from pbx_devhost.core import Pbx
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.plugins.plugin_data import PluginSettings, PluginState
from pbx_plugin_api import Tenant, TickReason
from pbx_plugin_api.hosting.manager import Deadlines
from tests.support.devhost_pbx import TestClock


class RogueWorld:
    """A PBX with the rogue plugin installed and one tenant."""

    def __init__(self, url: str) -> None:
        self.clock = TestClock()
        self.pbx = Pbx(url, now=self.clock, deadlines=Deadlines(tick_grace_s=0.2, page_s=0.5))
        self.stores = self.pbx.stores
        self.tenant: Tenant = self.stores.tenants.add("Contoso")
        self.tid = self.tenant.pbx_tenant_id

    def set(self, **values: str) -> None:
        settings = PluginSettings(self.stores.scope(self.tid, "rogue"))
        settings.write(values, expected_version=settings.read().version)

    def state(self, key: str) -> Any:
        return PluginState(self.stores.scope(self.tid, "rogue")).get(key)

    def run(self, reason: TickReason = TickReason.FORCED, **more: Any) -> Any:
        return Runner(self.pbx, run_s=more.pop("run_s", 3600.0)).run(self.tenant, "rogue", reason, **more)

    def rows(self) -> list[Any]:
        return list(self.stores.runs.rows(self.tid))[::-1]

    def due_in_s(self) -> float | None:
        at = self.stores.leases.next_due_at(self.tid, "rogue")
        return None if at is None else at - self.clock()
