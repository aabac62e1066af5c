"""The plugin of this project passes the conformance suite for plugins, against the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pbx_plugin_api import ActionRequest, ProvisionReason, ProvisionRequest
from pbx_plugin_api.testing import FakeHost
from pbx_plugin_api.testing.plugin_conformance import PluginConformance
from tests.support.lab import Lab, shared_key_pair
from tests.support.m365_host import VARIABLE, describe_host


class TestM365Plugin(PluginConformance):
    plugin = "portsip_m365_plugin.plugin"
    host_factory = "tests.support.m365_host:make_host"

    @pytest.fixture(autouse=True)
    def _microsoft(self, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        origin = FakeHost().web_origins.web
        lab.register(redirect_uris=(f"{origin}/ms365/callback",))
        path = tmp_path / "host.json"
        describe_host(path, {**lab.settings(), "sign_in_mode": "all"}, shared_key_pair())
        monkeypatch.setenv(VARIABLE, str(path))
        person = next(p for p in lab.tenant().directory.order if p.kind == "ordinary")
        self.upn = str(person.props["userPrincipalName"])

    def actions(self) -> Sequence[ActionRequest]:
        names = ("test_connection", "preview", "sync_now", "full_resync", "download_public_key", "generate_key_pair")
        return [ActionRequest(action=name, viewer="boss") for name in (*names, "disconnect", "unheard_of")]

    def provision_request(self, host: FakeHost) -> ProvisionRequest:
        return ProvisionRequest(reason=ProvisionReason.ADMIN, typed=self.upn)
