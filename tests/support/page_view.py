"""A page view as the tabs get it, from stored values."""

from __future__ import annotations

from typing import Any

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import read_config
from portsip_m365_plugin.page.view import PageView


def view_of(values: dict[str, Any] | None = None, host: Any = None, **more: Any) -> PageView:
    host = host if host is not None else FakeHost()
    tenant = more.pop("tenant", None) or host.tenant
    return PageView(host=host, tenant=tenant, config=read_config(values or {}), **more)
