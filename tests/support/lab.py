"""A running simulator for one test, and what the plugin needs to find it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.clouds import Cloud, load_clouds
from portsip_m365_plugin.entra.keypair import KeyPair, make_key_pair
from portsip_m365_plugin.simulator import Simulator
from portsip_m365_plugin.simulator.control.admin_center import AdminCenter
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import DEFAULT_PERMISSIONS, AppRegistration
from portsip_m365_plugin.simulator.world.tenant import Tenant

CLOUD_NAMES = {"GLOBAL": "LAB", "CHINA": "LABCN", "USGOV": "LABUS"}
PERMISSIONS = DEFAULT_PERMISSIONS


@cache
def shared_key_pair() -> KeyPair:
    """One key pair for the whole test process: making one takes a second of a slow core."""
    return make_key_pair(datetime.now(timezone.utc))


@dataclass
class Lab:
    """A simulator that answers, with `PORTSIP_M365_CLOUDS` and `REQUESTS_CA_BUNDLE` pointing at it."""

    sim: Simulator
    clouds_path: Path
    apps: dict[str, AppRegistration] = field(default_factory=dict)
    home: str = "GLOBAL"
    """The cloud that is meant where none is named."""

    def realm(self, cloud: str = "") -> Realm:
        return self.sim.realm(cloud or self.home)

    def tenant(self, cloud: str = "") -> Tenant:
        return self.sim.tenant(cloud or self.home)

    def admin(self, cloud: str = "") -> AdminCenter:
        """Changes the tenant: people, groups, mailboxes, contacts."""
        return self.sim.admin(cloud or self.home)

    def cloud(self, cloud: str = "") -> Cloud:
        """The plugin's own idea of that cloud, read from the operator's file."""
        return load_clouds()[CLOUD_NAMES[cloud or self.home]]

    def register(
        self,
        certificate_pem: str | None = None,
        permissions: tuple[str, ...] | None = None,
        *,
        cloud: str = "",
        redirect_uris: tuple[str, ...] | None = None,
        **switches: Any,
    ) -> AppRegistration:
        """Register the PBX's app; without a certificate `shared_key_pair()`'s is uploaded.

        Again: certificates are added, what is named replaces what was. Permissions at first: `PERMISSIONS`.
        """
        cloud = cloud or self.home
        known = self.apps.get(cloud)
        app = self.tenant(cloud).register_app(
            certificate_pem or (None if known else shared_key_pair().certificate.pem),
            redirect_uris,
            permissions,
            known.client_id if known else None,
            **switches,
        )
        self.apps[cloud] = app
        return app

    def settings(self, cloud: str = "") -> dict[str, str]:
        """The fields of the PERMISSIONS tab that name tenant, app and cloud; registers the app when none is."""
        cloud = cloud or self.home
        app = self.apps.get(cloud) or self.register(cloud=cloud)
        return {
            "directory_id": self.tenant(cloud).id,
            "application_id": app.client_id,
            "national_cloud": CLOUD_NAMES[cloud],
        }


def forget_microsoft() -> None:
    """Drop what the plugin keeps between calls: tokens, gates, connections, discovery, signing keys.

    Only of modules that are loaded: a test that touches none pays nothing.
    """
    tokens = sys.modules.get("portsip_m365_plugin.entra.tokens")
    if tokens is not None:
        for app in list(tokens._apps.values()):
            app.session.close()
        tokens.forget_apps()
    connect = sys.modules.get("portsip_m365_plugin.connect")
    if connect is not None:
        for session in connect._sessions.values():
            session.close()
        connect._sessions.clear()
        connect._gates.clear()
    provider = sys.modules.get("portsip_m365_plugin.entra.identity_provider")
    if provider is not None:
        provider._identity_provider_over.cache_clear()
    transport = sys.modules.get("portsip_m365_plugin.entra.transport")
    if transport is not None:
        transport._transport_trusting.cache_clear()


def shared_lab(**options: Any) -> Iterator[Lab]:
    """For a fixture of a whole module: one simulator for all its tests, which put back what they change."""
    with Simulator(**options) as sim, tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        forget_microsoft()
        path = Path(folder, "clouds.json")
        sim.write_clouds_file(path)
        patch.setenv("PORTSIP_M365_CLOUDS", str(path))
        patch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_path))
        yield Lab(sim, path)
        forget_microsoft()
