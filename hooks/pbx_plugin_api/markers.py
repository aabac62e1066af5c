"""The two pluggy markers of the project `portsip_pbx`, and the version of the contract."""

from __future__ import annotations

from typing import Final

import pluggy

__all__ = ["API_VERSION", "ENTRY_POINT_GROUP", "PROJECT_NAME", "hookimpl", "hookspec"]

PROJECT_NAME: Final = "portsip_pbx"
ENTRY_POINT_GROUP: Final = "portsip_pbx"

API_VERSION: Final = (2, 0)
"""(major, minor). A plugin sets the version it was written for as `PBX_API_VERSION`. The host loads the plugin if the
major version is the same and the minor version is not newer than its own."""

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)
