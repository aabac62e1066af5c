"""Plugins made of single functions, and arguments to call them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from types import ModuleType
from typing import Any

from pbx_plugin_api import (
    DraftUser,
    Host,
    Notification,
    NotificationKind,
    ProvisionReason,
    ProvisionRequest,
    SettingsPage,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    UserLink,
    Viewer,
    hookimpl,
)
from pbx_plugin_api.hosting.discovery import FoundPlugin, PluginStatus
from pbx_plugin_api.hosting.manager import Deadlines, PluginHost
from pbx_plugin_api.testing import FakePbx

TENANT = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
BOSS = Viewer(username="boss")
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=timezone.utc)
MAIL = Notification(
    notification_id="n1", kind=NotificationKind.TEST, to=("ada@contoso.example",), subject="Hi", created_at_utc=NOW
)
ASKED = ProvisionRequest(reason=ProvisionReason.ADMIN, typed="ada")
DRAFT = DraftUser(link=UserLink(authority="e", subject="ada"), usernames=("ada",), display_name="Ada Lovelace")
DONE = TickReport(status=TickStatus.DONE)


def tick(deadline_s: float = 300.0) -> Tick:
    return Tick(
        run_id="r1", reason=TickReason.DUE, now_utc=NOW, deadline_utc=NOW + timedelta(seconds=max(deadline_s, 0))
    )


def page(**more: Any) -> SettingsPage:
    values: dict[str, Any] = {"title": "Good", "version": 0, "tabs": (), "save": print, "run": print}
    return SettingsPage(**{**values, **more})


def load_plugins(
    fake: FakePbx | None = None, deadlines: Deadlines | None = None, **plugins: dict[str, Any]
) -> PluginHost:
    """A PBX with plugins made of functions, by hook name."""

    def find() -> Iterator[FoundPlugin]:
        for name, hooks in plugins.items():
            module = ModuleType(name)
            for hook, function in hooks.items():
                setattr(module, hook, hookimpl(function))
            yield FoundPlugin(
                name=name, distribution=f"{name}-dist", version="1.2", status=PluginStatus.LOADED, module=module
            )

    return PluginHost(fake or FakePbx(), find=find, deadlines=deadlines)


def failing(error: BaseException) -> Callable[..., Any]:
    def hook(host: Host, tenant: Tenant) -> None:
        raise error

    return hook
