"""A fake host in which the plugin is set up, made alike in any process: what it needs travels in a file."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.entra.keypair import KeyPair, read_certificate
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair

VARIABLE: Final = "PBX_TEST_M365_HOST"


def describe_host(path: Path, settings: dict[str, object], pair: KeyPair) -> None:
    """Write what `make_host` reads; name the file in the variable."""
    shape = {"settings": settings, "key": pair.private_key_pem.decode(), "certificate": pair.certificate.pem}
    path.write_text(json.dumps(shape))


def make_host() -> FakeHost:
    """A tenant whose administrator has connected it and switched sign-in on."""
    shape = json.loads(Path(os.environ[VARIABLE]).read_text())
    host = FakeHost(now_utc=datetime.now(timezone.utc))
    host.settings.write(shape["settings"], expected_version=0)
    pair = KeyPair(private_key_pem=shape["key"].encode(), certificate=read_certificate(shape["certificate"]))
    store_key_pair(host, ACTIVE_KEY, pair)
    return host
