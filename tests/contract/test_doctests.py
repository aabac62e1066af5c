"""The example in every hook's docstring runs, and a PBX can load and call its plugin."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from datetime import datetime, timezone
from types import ModuleType
from typing import Any

import pytest

from pbx_plugin_api import (
    Notification,
    NotificationKind,
    ProvisionReason,
    ProvisionRequest,
    Tenant,
    Tick,
    TickReason,
    Viewer,
    hookspec,
)
from pbx_plugin_api.hosting.discovery import FoundPlugin, inspect_plugin
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.testing import FakePbx

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=timezone.utc)
TENANT = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
CALLS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "on_settings_page": ("settings_pages", (TENANT, Viewer(username="boss"))),
    "on_login_providers": ("login_providers", (TENANT,)),
    "on_nightly_tick": (
        "tick",
        ("example", TENANT, Tick(run_id="r", reason=TickReason.DUE, now_utc=NOW, deadline_utc=NOW)),
    ),
    "on_send_notification": (
        "send_notification",
        (
            TENANT,
            Notification(notification_id="n", kind=NotificationKind.TEST, to=("a@b",), subject="", created_at_utc=NOW),
        ),
    ),
    "on_user_provision": ("provision_user", (TENANT, ProvisionRequest(reason=ProvisionReason.ADMIN, typed="ada"))),
}


@pytest.mark.parametrize("hook", hookspec.__all__)
def test_the_example_of_a_hook_runs_as_a_plugin(hook: str, caplog: pytest.LogCaptureFixture) -> None:
    [found] = [test for test in doctest.DocTestFinder().find(hookspec) if test.name.endswith(f".{hook}")]
    assert found.examples
    module = ModuleType("example")
    found.globs = module.__dict__
    module.PBX_API_VERSION = (2, 0)  # type: ignore[attr-defined]
    results = doctest.DocTestRunner().run(found, clear_globs=False)
    assert (results.failed, results.attempted > 0) == (0, True)
    status, reason = inspect_plugin(module)

    def find() -> Iterator[FoundPlugin]:
        yield FoundPlugin(name="example", distribution="d", version="1", status=status, reason=reason, module=module)

    assert reason == ""
    call, arguments = CALLS[hook]
    pbx = PluginHost(FakePbx(), find=find)
    assert pbx.plugins()[0].hooks == (hook,)
    getattr(pbx, call)(*arguments)
    assert caplog.text == ""
