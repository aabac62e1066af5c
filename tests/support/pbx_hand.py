"""An administrator's hands on the plugin: the real hooks through a `PluginHost`, over a PBX in memory.

The plugin is found by its entry point, so that what is tested is what an installed plugin does.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pbx_plugin_api import (
    ActionRequest,
    ProvisionRequest,
    Saved,
    SettingsPage,
    Tab,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    Viewer,
)
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.testing import FakeHost, FakePbx
from portsip_m365_plugin.entra.keypair import KeyPair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair

ADMIN = Viewer(username="root")
TENANT = Tenant(
    pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example", time_zone="Europe/Berlin", country="DE"
)
_numbers = itertools.count(1)


def early_in_a_night() -> datetime:
    """The coming 01:00 UTC: a night of Europe/Berlin has begun, and the next one is most of a day away.

    A test that moves the clock by minutes would otherwise meet the beginning of a night late in an evening.
    Not the past: keys that the tests make are valid from the moment of the real clock.
    """
    now_utc = datetime.now(timezone.utc)
    return (now_utc + timedelta(hours=23)).replace(hour=1, minute=0, second=0, microsecond=0)


@dataclass
class Hand:
    """One administrator at one tenant."""

    tenant: Tenant = TENANT
    now_utc: datetime = field(default_factory=early_in_a_night)
    plugin: str = "m365"

    def __post_init__(self) -> None:
        self.pbx = FakePbx(now_utc=self.now_utc)
        self.plugins = PluginHost(self.pbx)
        self.host: FakeHost = self.pbx.host(self.plugin, self.tenant)

    def page(self, viewer: Viewer = ADMIN) -> SettingsPage:
        (answer,) = [a for a in self.plugins.settings_pages(self.tenant, viewer) if a.plugin == self.plugin]
        assert answer.ok, answer.sentence
        assert answer.value is not None
        return answer.value

    def tab(self, name: str) -> Tab:
        return next(tab for tab in self.page().tabs if tab.name == name)

    def fact(self, label: str) -> Any:
        return next(fact for tab in self.page().tabs for fact in tab.facts if fact.label == label)

    def save(self, version: int | None = None, viewer: Viewer = ADMIN, **values: str) -> Any:
        version = self.host.settings.read().version if version is None else version
        answer = self.plugins.save_settings(self.plugin, self.tenant, viewer, values, version)
        assert answer.ok, answer.sentence
        return answer.value

    def press(self, action: str, values: Mapping[str, str] | None = None, viewer: Viewer = ADMIN) -> Any:
        """Press a button; a job that it starts is run at once, and its report returned."""
        request = ActionRequest(action=action, values=values or {}, viewer=viewer.username)
        answer = self.plugins.run_action(self.plugin, self.tenant, viewer, request)
        assert answer.ok, answer.sentence
        job = getattr(answer.value, "job", None)
        return self.tick(reason=TickReason.JOB, job=job, request=request) if job else answer.value

    def tick(self, reason: TickReason = TickReason.FORCED, **more: Any) -> TickReport:
        now_utc = self.host.clock.now_utc()
        tick = Tick(
            run_id=f"r{next(_numbers)}",
            reason=reason,
            now_utc=now_utc,
            deadline_utc=now_utc + timedelta(hours=1),
            **more,
        )
        answer = self.plugins.tick(self.plugin, self.tenant, tick)
        assert answer.ok, answer.sentence
        assert answer.value is not None
        return answer.value

    def provision(self, request: ProvisionRequest) -> Any:
        answer = self.plugins.provision_user(self.tenant, request)
        assert answer.ok, answer.sentence
        return answer.value

    def set_up(self, settings: Mapping[str, str], pair: KeyPair) -> None:
        """Save settings and put a key pair into the vault, as if it had been generated here."""
        assert isinstance(self.save(**settings), Saved)
        store_key_pair(self.host, ACTIVE_KEY, pair)
