"""The conformance suite for plugins: a good plugin passes it, and each kind of bad plugin fails the right test."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from pbx_plugin_api import ActionRequest, LoginRedirect, ProvisionReason, ProvisionRequest
from pbx_plugin_api.testing import FakeHost
from pbx_plugin_api.testing.plugin_conformance import PluginConformance

SAMPLE = Path(__file__).with_name("sample_plugin")


@pytest.fixture(autouse=True)
def sample_on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(SAMPLE))
    yield
    for name in ("sample_plugin", "sample_host", "bad_plugin"):
        sys.modules.pop(name, None)


class TestSamplePlugin(PluginConformance):
    plugin = "sample_plugin"
    host_factory = "sample_host:make_host"

    def actions(self) -> Sequence[ActionRequest]:
        return [ActionRequest(action="greet", viewer="boss"), ActionRequest(action="import")]

    def callback(self, redirect: LoginRedirect) -> Mapping[str, str]:
        return {"code": redirect.flow.secrets["code"]}

    def provision_request(self, host: FakeHost) -> ProvisionRequest:
        return ProvisionRequest(reason=ProvisionReason.ADMIN, typed="ada@contoso.example")


HEAD = """
import socket, threading
from pbx_plugin_api import *
from pbx_plugin_api import hookimpl
PBX_API_VERSION = (2, 0)
"""


@pytest.mark.parametrize(
    ("test", "why", "body"),
    [
        (
            "test_implementations_are_annotated_as_the_spec",
            "wanted ('on_nightly_tick', {'host'",
            """
            @hookimpl
            def on_nightly_tick(host, tenant, tick): return None
            """,
        ),
        (
            "test_implementations_are_annotated_as_the_spec",
            "'return': pbx_plugin_api.tick.TickReport | None}",
            """
            @hookimpl
            def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport: return None
            """,
        ),
        (
            "test_no_parameter_has_a_default",
            "wanted ('on_nightly_tick', [])",
            """
            @hookimpl
            def on_nightly_tick(host: Host, tenant: Tenant = None, tick: Tick = None) -> TickReport | None: return None
            """,
        ),
        (
            "test_a_pbx_loads_the_plugin",
            "on_nightly_tock is not a hook",
            """
            @hookimpl
            def on_nightly_tock(host: Host) -> None: return None
            """,
        ),
        (
            "test_the_page_is_drawn_without_network",
            "the network was used",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                socket.create_connection(("127.0.0.1", 9))
            """,
        ),
        (
            "test_the_page_is_drawn_without_network",
            "StateRecord",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                host.state.put("seen", 1)
            """,
        ),
        (
            "test_login_buttons_are_drawn_without_network",
            "the network was used",
            """
            @hookimpl
            def on_login_providers(host: Host, tenant: Tenant): socket.getaddrinfo("login.example", 443)
            """,
        ),
        (
            "test_no_secret_is_on_the_page",
            "the secret token is on the page",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                tab = Tab(name="t", label="T", facts=(Fact(label="x", value=host.secrets.get("token").decode()),))
                return SettingsPage(title="x", version=0, tabs=(tab,), save=print, run=print)
            """,
        ),
        (
            "test_names_on_the_page_are_unique",
            "wanted ['same', 'same']",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                tabs = tuple(Tab(name=n, label=n, fields=(Field(name="same", label="x"),)) for n in "ab")
                return SettingsPage(title="x", version=0, tabs=tabs, save=print, run=print)
            """,
        ),
        (
            "test_the_next_step_can_be_done",
            "the next step go has neither a field nor an enabled action",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                tab = Tab(
                    name="t",
                    label="T",
                    steps=(Step(name="go", title="Go", actions=("off",), is_next=True),),
                    actions=(Action(name="off", label="Off", enabled=False), Action(name="on", label="On")),
                )
                return SettingsPage(title="x", version=0, tabs=(tab,), save=print, run=print)
            """,
        ),
        (
            "test_a_stale_save_conflicts",
            "wanted SaveConflict(current_version=2)",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
                def save(values, expected_version):
                    version = host.settings.read().version
                    return Saved(version=host.settings.write(values, expected_version=version).version)
                return SettingsPage(title="x", version=host.settings.read().version, tabs=(), save=save, run=print)
            """,
        ),
        (
            "test_a_sign_in_is_completed_in_a_fresh_process",
            "unknown_state",
            """
            from datetime import timedelta
            kept = {}
            @hookimpl
            def on_login_providers(host: Host, tenant: Tenant):
                def begin(request):
                    kept["s" * 22] = request
                    return LoginRedirect(url="https://x", flow=LoginFlow(
                        state="s" * 22, provider_id="x", redirect_uri="https://x", response_mode=ResponseMode.QUERY,
                        expires_at_utc=host.clock.now_utc() + timedelta(minutes=1)))
                def complete(flow, params):
                    reason = "denied" if flow.state in kept else "unknown_state"
                    return LoginRefused(sentence="No.", reason=reason)
                return [LoginProvider(id="x", label="X", icon="x", password_policy=PasswordPolicy.ALLOWED,
                                      begin=begin, complete=complete, sign_out=lambda uri, hint: None)]
            """,
        ),
        (
            "test_a_run_works_in_a_fresh_process",
            "I remember nothing",
            """
            import os
            first = os.environ.setdefault("BAD_PLUGIN_FIRST", str(os.getpid())) == str(os.getpid())
            @hookimpl
            def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick):
                if not first: raise RuntimeError("I remember nothing")
                return TickReport(status=TickStatus.DONE)
            """,
        ),
        (
            "test_a_mail_is_sent_from_a_fresh_process",
            "is str, not DeliveryReceipt",
            """
            @hookimpl
            def on_send_notification(host: Host, tenant: Tenant, notification: Notification): return "sent"
            """,
        ),
        (
            "test_the_host_is_let_go",
            "from another thread",
            """
            @hookimpl
            def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick):
                def work():
                    try: host.users.counts()
                    except HostRefusedError: pass
                thread = threading.Thread(target=work); thread.start(); thread.join()
            """,
        ),
        (
            "test_the_host_is_let_go",
            "reports that it saved",
            """
            @hookimpl
            def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer):
                save = lambda values, expected_version: Saved(version=1)
                return SettingsPage(title="x", version=0, tabs=(), save=save, run=print)
            """,
        ),
        (
            "test_a_new_tenant_is_answered",
            "greeting",
            """
            @hookimpl
            def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick): host.settings.read().values["greeting"]
            """,
        ),
    ],
)
def test_the_suite_finds_a_plugin_that_breaks_a_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test: str, why: str, body: str
) -> None:
    (tmp_path / "bad_plugin.py").write_text(HEAD + textwrap.dedent(body))
    monkeypatch.setenv("BAD_PLUGIN_FIRST", "")
    monkeypatch.delenv("BAD_PLUGIN_FIRST")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("bad_plugin")

    class Bad(PluginConformance):
        plugin = "bad_plugin"
        host_factory = "sample_host:make_host"

    with pytest.raises((AssertionError, KeyError), match=re.escape(why)):
        getattr(Bad(), test)()


def test_a_plugins_standard_tests_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="test_a_stale_save_conflicts"):
        type("Weak", (PluginConformance,), {"test_a_stale_save_conflicts": lambda self: None})
