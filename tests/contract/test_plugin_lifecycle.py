"""A plugin as an installed distribution: found, called, switched, broken and upgraded, and reported by the host."""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pbx_plugin_api import (
    ActionRequest,
    DeliveryStatus,
    Done,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    Notification,
    NotificationKind,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Refused,
    SaveConflict,
    Saved,
    SaveRefused,
    SignedIn,
    Started,
    Tenant,
    Tick,
    TickReason,
    TickStatus,
    Viewer,
)
from pbx_plugin_api.hosting.discovery import FoundPlugin, find_plugins
from pbx_plugin_api.hosting.isolation import Outcome
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.testing import FakePbx
from tests.contract.sample_wheel import SAMPLE, install, unpack

CONTOSO = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
FABRIKAM = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
BOSS = Viewer(username="boss")
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=timezone.utc)


def find_samples() -> Iterator[FoundPlugin]:
    """Only the plugins of these tests: the project's own plugin is installed here too."""
    return (plugin for plugin in find_plugins() if plugin.distribution.endswith("-plugin") and plugin.name != "m365")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample plugin, installed once by pip."""
    where = tmp_path_factory.mktemp("site") / "packages"
    install(where)
    return where


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory on the path. Afterwards its modules are forgotten."""
    where = tmp_path / "site"
    monkeypatch.syspath_prepend(str(where))
    yield where
    for name in [
        name for name in sys.modules if name.endswith("_plugin") and name.split("_")[0] in ("sample", "other")
    ]:
        del sys.modules[name]


@pytest.fixture
def pbx(built: Path, site: Path) -> PluginHost:
    site.symlink_to(built)
    return PluginHost(FakePbx(), find=find_samples)


def mail(kind: NotificationKind = NotificationKind.TEST) -> Notification:
    return Notification(notification_id="n1", kind=kind, to=("ada@contoso.example",), subject="Hi", created_at_utc=NOW)


def tick(**more: object) -> Tick:
    values = {"run_id": "r1", "reason": TickReason.DUE, "now_utc": NOW, "deadline_utc": NOW + timedelta(minutes=5)}
    return Tick(**{**values, **more})


# ---------------------------------------------------------------------- found, and called through all five hooks


def test_an_installed_plugin_is_found(pbx: PluginHost) -> None:
    [state] = pbx.plugins()
    assert (state.name, state.distribution, state.version, state.status) == ("sample", "sample-plugin", "1.0", "loaded")
    assert len(state.hooks) == 5
    assert pbx.refresh() == []


def test_hook_on_settings_page_draws_saves_and_runs(pbx: PluginHost) -> None:
    [drawn] = pbx.settings_pages(CONTOSO, BOSS)
    assert drawn.ok
    assert drawn.value is not None
    assert (drawn.value.title, drawn.value.version, drawn.value.field_names()) == ("Sample", 0, ("greeting",))
    assert pbx.save_settings("sample", CONTOSO, BOSS, {"greeting": "Hi"}, 0).value == Saved(version=1)
    assert pbx.save_settings("sample", CONTOSO, BOSS, {"greeting": "Ho"}, 0).value == SaveConflict(current_version=1)
    refused = pbx.save_settings("sample", CONTOSO, BOSS, {"greeting": ""}, 1).value
    assert isinstance(refused, SaveRefused)
    assert refused.errors[0].field == "greeting"
    assert pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="greet")).value == Done(message="Hi, boss!")
    started = pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="import")).value
    assert started == Started(job="import", message="The import has begun.")


def test_hook_on_settings_page_refuses_buttons_that_it_does_not_offer(pbx: PluginHost) -> None:
    sing = pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="sing")).value
    assert sing == Refused(message="Sing is not possible now.", remedy="It has no voice.")
    unknown = pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="dance")).value
    assert unknown == Refused(message="There is no action 'dance' now.", remedy="Actions: greet, import, sing.")


def test_hook_on_login_providers_signs_in_and_out(pbx: PluginHost) -> None:
    [drawn] = pbx.login_providers(CONTOSO)
    assert [provider.label for provider in drawn.value or ()] == ["Sample"]
    origin = "https://pbx.contoso.example:8887"
    redirect = pbx.begin_login("sample", CONTOSO, "sample", LoginRequest(origin=origin)).value
    assert isinstance(redirect, LoginRedirect)
    wrong = pbx.complete_login("sample", CONTOSO, redirect.flow, {"code": "guess"}).value
    assert isinstance(wrong, LoginRefused)
    assert wrong.reason == "wrong_code"
    done = pbx.complete_login("sample", CONTOSO, redirect.flow, {"code": redirect.flow.secrets["code"]}).value
    assert isinstance(done, SignedIn)
    assert done.link.subject == "ada"
    out = pbx.sign_out("sample", CONTOSO, "sample", f"{origin}/bye", "s1").value
    assert out == f"https://idp.example/logout?hint=s1&uri={origin}/bye"


def test_hook_on_login_providers_that_are_not_offered_are_missing(pbx: PluginHost) -> None:
    answer = pbx.begin_login("sample", CONTOSO, "other", LoginRequest(origin="https://pbx.contoso.example:8887"))
    assert answer.outcome is Outcome.MISSING
    assert answer.sentence == "Plugin sample 1.0: signing in with 'other' is not offered now"


def test_hook_on_nightly_tick_reports(pbx: PluginHost) -> None:
    assert pbx.tick_plugins(CONTOSO) == ["sample"]
    first = pbx.tick("sample", CONTOSO, tick()).value
    assert first is not None
    assert (first.status, first.counts.created, first.plan and first.plan.checksum) == (TickStatus.DONE, 1, "c1")
    again = pbx.tick("sample", CONTOSO, tick(job="import", reason=TickReason.JOB)).value
    assert again is not None
    assert (again.counts.created, again.counts.unchanged, again.message) == (0, 1, "import")


def test_hook_on_send_notification_delivers_what_is_its_own(pbx: PluginHost) -> None:
    sent = pbx.send_notification(CONTOSO, mail())
    assert sent.value is not None
    assert (sent.plugin, sent.value.status, sent.value.detail) == ("sample", DeliveryStatus.ACCEPTED, "n1")
    passed = pbx.send_notification(CONTOSO, mail(NotificationKind.VOICEMAIL))
    assert (passed.outcome, passed.sentence) == (Outcome.MISSING, "No plugin delivers mail for this tenant.")


def test_hook_on_user_provision_describes_a_person(pbx: PluginHost) -> None:
    def ask(typed: str) -> object:
        return pbx.provision_user(CONTOSO, ProvisionRequest(reason=ProvisionReason.ADMIN, typed=typed)).value

    found, missing = ask("ada@contoso.example"), ask("nobody")
    assert isinstance(found, Provisioned)
    assert found.draft.usernames == ("ada",)
    assert isinstance(missing, ProvisionRefused)


# ---------------------------------------------------------------------- switched off and on


def test_a_plugin_is_switched_off_and_on(pbx: PluginHost, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pbx_plugin_api")
    pbx.set_enabled("sample", False)
    assert [(s.status, s.reason) for s in pbx.plugins()] == [("disabled", "switched off for the whole PBX")]
    assert pbx.settings_pages(CONTOSO, BOSS) == []
    assert pbx.login_providers(CONTOSO) == []
    assert pbx.tick_plugins(CONTOSO) == []
    answer = pbx.tick("sample", CONTOSO, tick())
    assert (answer.outcome, answer.sentence) == (Outcome.DISABLED, "sample is switched off.")
    assert pbx.send_notification(CONTOSO, mail()).outcome is Outcome.MISSING
    pbx.set_enabled("sample", True)
    assert pbx.tick("sample", CONTOSO, tick()).ok
    assert "sample switched off for the whole PBX" in caplog.text
    assert "sample switched on for the whole PBX" in caplog.text


def test_a_plugin_is_switched_off_for_one_tenant(pbx: PluginHost) -> None:
    pbx.set_enabled("sample", False, CONTOSO)
    assert [(s.status, s.reason) for s in pbx.plugins(CONTOSO)] == [("disabled", "switched off for the tenant")]
    assert [s.status for s in pbx.plugins(FABRIKAM)] == [s.status for s in pbx.plugins()] == ["loaded"]
    assert pbx.tick("sample", CONTOSO, tick()).outcome is Outcome.DISABLED
    assert pbx.tick("sample", FABRIKAM, tick()).ok


def test_a_plugin_that_is_not_there_cannot_be_switched(pbx: PluginHost) -> None:
    with pytest.raises(KeyError, match="there is no plugin 'simple'; installed: sample"):
        pbx.set_enabled("simple", False)
    assert pbx.tick("simple", CONTOSO, tick()).sentence == "there is no plugin 'simple' with on_nightly_tick"


# ---------------------------------------------------------------------- broken

GOOD = "from pbx_plugin_api import hookimpl\nPBX_API_VERSION = (2, 0)\n"
TICK = "@hookimpl\ndef on_nightly_tick(host, tenant, tick): return None\n"


@pytest.mark.parametrize(
    ("source", "status", "reason"),
    [
        (
            "import nowhere_to_be_found",
            "broken",
            "it cannot be imported: ModuleNotFoundError: No module named 'nowhere",
        ),
        ("def (:", "broken", "it cannot be imported: SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "broken", "it cannot be imported: SystemExit: 3"),
        ("x = 1", "broken", "it does not state PBX_API_VERSION = (major, minor)"),
        ("PBX_API_VERSION = '2.0'", "broken", "it does not state PBX_API_VERSION = (major, minor)"),
        (f"{GOOD}PBX_WORDS = ['a']", "broken", "PBX_WORDS is not a mapping of words to texts"),
        (f"{GOOD}PBX_WORDS = {{'a': 1}}", "broken", "PBX_WORDS is not a mapping of words to texts"),
        ("PBX_API_VERSION = (1, 0)", "incompatible", "it was written for contract 1.0, this PBX keeps 2.0"),
        ("PBX_API_VERSION = (2, 1)", "incompatible", "it was written for contract 2.1, this PBX keeps 2.0"),
        (GOOD + "@hookimpl\ndef on_nightly_tock(host): ...", "broken", "on_nightly_tock is not a hook; there are on_"),
        (GOOD + TICK.replace("tick)", "tock)"), "broken", "on_nightly_tick: it takes tock, which the hook has not"),
        (GOOD + TICK.replace("tick)", "tick=None)"), "broken", "on_nightly_tick: its parameter tick has a default"),
        (GOOD + TICK.replace("@hookimpl", ""), "broken", "on_nightly_tick is not marked with @hookimpl"),
    ],
)
def test_a_broken_plugin_is_named_and_the_host_starts(
    site: Path, built: Path, caplog: pytest.LogCaptureFixture, source: str, status: str, reason: str
) -> None:
    unpack(site, source=source, name="other")
    sys.path.insert(0, str(built))
    try:
        pbx = PluginHost(FakePbx(), find=find_samples)
        other, sample = pbx.plugins()
    finally:
        sys.path.remove(str(built))
    assert (other.name, other.version, other.status, sample.status) == ("other", "1.0", status, "loaded")
    assert other.reason.startswith(reason)
    assert f"Plugin other 1.0 is {status}: {reason}" in caplog.text
    assert pbx.tick("sample", CONTOSO, tick()).ok
    answer = pbx.tick("other", CONTOSO, tick())
    assert (answer.outcome, answer.sentence) == (Outcome.MISSING, other.reason)


@pytest.mark.parametrize("text", [None, "", "Metadata-Version: 2.1\n"])
def test_a_distribution_with_damaged_metadata_is_named_and_skipped(
    site: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    unpack(site, source=GOOD + TICK, name="other")
    [metadata] = site.glob("*.dist-info/METADATA")
    metadata.unlink() if text is None else metadata.write_text(text)
    assert PluginHost(FakePbx(), find=find_samples).plugins() == []
    assert f"The distribution {metadata.parent} cannot be read and is skipped" in caplog.text


def test_an_entry_point_that_is_garbage_is_named(site: Path, caplog: pytest.LogCaptureFixture) -> None:
    unpack(site, source=GOOD + TICK, name="other")
    [points] = site.glob("*.dist-info/entry_points.txt")
    points.write_text("[portsip_pbx]\nother = other plugin\n")
    [state] = PluginHost(FakePbx(), find=find_samples).plugins()
    assert state.status == "broken"
    assert "Plugin other 1.0 is broken" in caplog.text


def test_two_distributions_with_one_plugin_name_are_told_apart(
    site: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.symlink_to(built)
    second = tmp_path / "second"
    unpack(second, source=GOOD + TICK, name="other")
    [points] = second.glob("*.dist-info/entry_points.txt")
    points.write_text("[portsip_pbx]\nsample = other_plugin\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(second)])
    states = {state.name: (state.status, state.reason) for state in PluginHost(FakePbx(), find=find_samples).plugins()}
    why = "sample-plugin offers a plugin of this name already; uninstall one of the two"
    assert states == {"sample": ("loaded", ""), "sample@other-plugin": ("broken", why)}


# ---------------------------------------------------------------------- installed, upgraded and removed while running


def test_the_host_says_what_came_changed_and_went(site: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pbx_plugin_api")
    pbx = PluginHost(FakePbx(), find=find_samples)
    assert pbx.plugins() == []

    unpack(site, version="0.9", source="def (:", name="sample")
    broken = pbx.refresh()
    assert broken == [
        "sample 0.9 found (broken: it cannot be imported: SyntaxError: invalid syntax (sample_plugin.py, line 1))"
    ]

    install(site)
    assert pbx.refresh() == ["sample 0.9 -> 1.0 (loaded)"]
    assert pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="greet")).value == Done(message="Hello, boss!")

    install(site, version="2.0", source=SAMPLE.read_text("utf-8").replace('"Hello"', '"Good evening"'))
    waiting = "version 2.0 is installed and is loaded when the PBX starts again"
    assert pbx.refresh() == [f"sample 1.0 (loaded: {waiting})"]
    assert pbx.refresh() == []
    [state] = pbx.plugins()
    assert (state.version, state.status, state.reason) == ("1.0", "loaded", waiting)
    assert pbx.run_action("sample", CONTOSO, BOSS, ActionRequest(action="greet")).value == Done(message="Hello, boss!")
    assert _ask_a_new_process(site) == ["2.0", "Good evening, boss!"]

    for path in site.iterdir():
        path.unlink() if path.is_file() else [file.unlink() for file in path.iterdir()]
    assert pbx.refresh() == ["sample 1.0 is gone"]
    assert pbx.plugins() == []
    for sentence in (*broken, "sample 0.9 -> 1.0 (loaded)", "sample 1.0 is gone"):
        assert f"Plugins: {sentence}" in caplog.text


def test_this_projects_own_plugin_is_installed_as_one() -> None:
    """It is found by its entry point only: no test names its module."""
    points = importlib.metadata.entry_points(group="portsip_pbx")
    assert "m365" in points.names


def _ask_a_new_process(site: Path) -> list[str]:
    """Start another PBX process and press the button there."""
    script = """
import json
from pbx_plugin_api import ActionRequest, Tenant, Viewer
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.testing import FakePbx
pbx = PluginHost(FakePbx())
tenant = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
[state] = [state for state in pbx.plugins() if state.name == "sample"]
answer = pbx.run_action("sample", tenant, Viewer(username="boss"), ActionRequest(action="greet"))
print(json.dumps([state.version, answer.value.message]))
"""
    path = os.pathsep.join([str(site), *filter(None, sys.path)])
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    answer: list[str] = json.loads(done.stdout)
    return answer
