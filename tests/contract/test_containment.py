"""A plugin that misbehaves is isolated and named in the log. The others still answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pbx_plugin_api import (
    ActionRequest,
    CreateUser,
    Host,
    HostClosedError,
    HostRefusedError,
    LoginProvider,
    PasswordPolicy,
    Provisioned,
    SettingsPage,
    Tab,
    Tenant,
    TickReport,
    WrongThreadError,
)
from pbx_plugin_api.hosting.isolation import Outcome
from pbx_plugin_api.hosting.manager import Deadlines
from pbx_plugin_api.testing import FakePbx
from tests.support.plugin_lab import ASKED, BOSS, DONE, DRAFT, TENANT, failing, load_plugins, page, tick

# ---------------------------------------------------------------------- raises


@pytest.mark.parametrize("error", [ValueError("secret-detail"), SystemExit(1), KeyboardInterrupt(), RecursionError()])
def test_who_raises_is_named_and_the_others_answer(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    every = dict.fromkeys(
        (
            "on_settings_page",
            "on_login_providers",
            "on_nightly_tick",
            "on_send_notification",
            "on_user_provision",
        ),
        failing(error),
    )
    good: dict[str, Any] = {
        "on_settings_page": lambda host: page(),
        "on_user_provision": lambda host: Provisioned(draft=DRAFT),
        "on_nightly_tick": lambda host: DONE,
    }
    pbx = load_plugins(bad=every, good=good)
    pages = {answer.plugin: answer for answer in pbx.settings_pages(TENANT, BOSS)}
    assert pages["good"].ok
    assert (pages["bad"].outcome, pages["bad"].value) == (Outcome.FAILED, None)
    kind = type(error).__name__
    assert pages["bad"].sentence == f"Plugin bad 1.2 failed in on_settings_page ({kind}). The log has the details."
    assert "secret-detail" not in pages["bad"].sentence
    assert "Plugin bad 1.2 raised in on_settings_page" in caplog.text
    assert [answer.outcome for answer in pbx.login_providers(TENANT)] == [Outcome.FAILED]
    assert pbx.tick("bad", TENANT, tick()).outcome is Outcome.FAILED
    assert pbx.tick("good", TENANT, tick()).value == DONE
    assert pbx.provision_user(TENANT, ASKED).value == Provisioned(draft=DRAFT)
    assert [state.status for state in pbx.plugins()] == ["loaded", "loaded"]


def test_one_page_is_drawn_without_the_others() -> None:
    drawn: list[str] = []
    pages = {name: lambda host, name=name: drawn.append(name) or page() for name in ("a", "b")}
    pbx = load_plugins(**{name: {"on_settings_page": draw} for name, draw in pages.items()}, c={})
    assert [answer.plugin for answer in pbx.settings_pages(TENANT, BOSS, plugin="b")] == ["b"]
    assert drawn == ["b"]
    assert [pbx.settings_pages(TENANT, BOSS, plugin=name) for name in ("c", "nobody")] == [[], []]
    pbx.set_enabled("b", False)
    assert pbx.settings_pages(TENANT, BOSS, plugin="b") == []


def test_a_function_of_a_page_that_raises_is_contained_too(caplog: pytest.LogCaptureFixture) -> None:
    def save(values: object, version: int) -> None:
        raise ZeroDivisionError

    pbx = load_plugins(bad={"on_settings_page": lambda host: page(save=save)})
    assert pbx.save_settings("bad", TENANT, BOSS, {}, 0).outcome is Outcome.FAILED
    assert "ZeroDivisionError" in caplog.text


def test_a_page_that_is_not_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    pbx = load_plugins(shy={"on_settings_page": lambda host: None})
    assert pbx.settings_pages(TENANT, BOSS) == []
    answer = pbx.run_action("shy", TENANT, BOSS, ActionRequest(action="x"))
    assert (answer.outcome, answer.sentence) == (Outcome.MISSING, "Plugin shy 1.2: it has no settings page now")
    assert pbx.save_settings("shy", TENANT, BOSS, {}, 0).outcome is Outcome.MISSING
    assert caplog.text == ""


# ---------------------------------------------------------------------- returns the wrong type


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("a page", "on_settings_page is str, not SettingsPage | None"),
        (page(tabs=[]), "on_settings_page.tabs is list, not a tuple"),
        (page(tabs=("main",)), "on_settings_page.tabs[0] is str, not Tab"),
        (page(version="1"), "on_settings_page.version is str, not int"),
        (page(version=True), "on_settings_page.version is bool, not int"),
        (page(save=None), "on_settings_page.save is None, not a function"),
        (page(tabs=(Tab(name="t", label=7),)), "on_settings_page.tabs[0].label is int, not str"),
    ],
)
def test_a_wrong_answer_is_named_to_the_last_field(
    value: object, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    pbx = load_plugins(bad={"on_settings_page": lambda host: value}, good={"on_settings_page": lambda host: page()})
    bad, good = pbx.settings_pages(TENANT, BOSS)
    assert (good.ok, bad.outcome, bad.value) == (True, Outcome.WRONG_TYPE, None)
    assert bad.sentence == f"Plugin bad 1.2 broke the contract: {sentence}."
    assert f"Plugin bad 1.2 broke the contract in on_settings_page: {sentence}" in caplog.text


def test_a_wrong_answer_of_a_function_is_named(caplog: pytest.LogCaptureFixture) -> None:
    provider = LoginProvider(
        id="x",
        label="X",
        icon="x",
        password_policy=PasswordPolicy.ALLOWED,
        begin=print,
        complete=print,
        sign_out=lambda uri, hint: 7,
    )
    pbx = load_plugins(
        bad={
            "on_settings_page": lambda host: page(save=lambda values, version: "saved"),
            "on_login_providers": lambda host: [provider],
            "on_nightly_tick": lambda host: {"status": "done"},
        }
    )
    assert pbx.save_settings("bad", TENANT, BOSS, {}, 0).outcome is Outcome.WRONG_TYPE
    assert pbx.sign_out("bad", TENANT, "x", "https://x", "").outcome is Outcome.WRONG_TYPE
    assert pbx.tick("bad", TENANT, tick()).sentence == (
        "Plugin bad 1.2 broke the contract: on_nightly_tick is dict, not TickReport | None."
    )


# ---------------------------------------------------------------------- sleeps past its deadline


def test_who_sleeps_past_the_deadline_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    woken, late = threading.Event(), threading.Event()
    refused: list[BaseException] = []

    def sleepy(host: Host) -> SettingsPage:
        woken.wait(10)
        try:
            host.settings.write({"late": True}, expected_version=0)
        except HostClosedError as error:
            refused.append(error)
        late.set()
        return page()

    fake = FakePbx()
    pbx = load_plugins(
        fake,
        Deadlines(page_s=0.2),
        bad={"on_settings_page": sleepy},
        good={"on_settings_page": lambda host: page()},
    )
    started_s = time.monotonic()
    bad, good = pbx.settings_pages(TENANT, BOSS)
    assert time.monotonic() - started_s < 3
    assert (good.ok, bad.outcome, bad.sentence) == (True, Outcome.TIMED_OUT, "Plugin bad 1.2 did not answer in time.")
    assert "Plugin bad 1.2 did not return from on_settings_page in time" in caplog.text
    woken.set()
    assert late.wait(10)
    assert len(refused) == 1
    assert "plugin bad 1.2 used host.settings after its hook had returned" in caplog.text
    assert fake.host("bad", TENANT).settings.read().version == 0


def test_a_run_has_its_own_deadline_and_some_grace() -> None:
    done = threading.Event()
    pbx = load_plugins(None, Deadlines(tick_grace_s=0.2), bad={"on_nightly_tick": lambda host: done.wait(10) and None})
    started_s = time.monotonic()
    assert pbx.tick("bad", TENANT, tick(deadline_s=0.1)).outcome is Outcome.TIMED_OUT
    assert 0.2 < time.monotonic() - started_s < 3
    done.set()


# ---------------------------------------------------------------------- writes from another thread, keeps the host


def in_thread(work: Callable[[], object]) -> list[BaseException]:
    """Call something on another thread. Return the error that it raises."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised


def test_another_thread_is_refused_and_named(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[BaseException] = []

    def threaded(host: Host) -> TickReport:
        users = host.users
        stream = host.users.linked()
        for use in (
            lambda: host.users,
            lambda: users.apply([CreateUser(draft=DRAFT)]),
            lambda: host.state.put("k", 1),
            lambda: next(stream),
            lambda: host.notify_admin("k", "s", "t", severity="bad"),  # type: ignore[arg-type]
            lambda: host.resolve_notice("k"),
        ):
            seen.extend(in_thread(use))
        assert in_thread(lambda: host.clock.sleep(0)) == in_thread(lambda: host.clock.now_utc()) == []
        return DONE

    fake = FakePbx()
    assert load_plugins(fake, bad={"on_nightly_tick": threaded}).tick("bad", TENANT, tick()).value == DONE
    assert [type(error) for error in seen] == [WrongThreadError] * 6
    assert "plugin bad 1.2 used host.users.apply from another thread than its hook's own" in caplog.text
    host = fake.host("bad", TENANT)
    assert (host.users.counts().linked, host.state.get("k"), host.notices) == (0, None, [])


PARTS = (
    "users",
    "contacts",
    "settings",
    "secrets",
    "state",
    "blobs",
    "rate_budget",
    "progress",
    "audit",
    "overview",
    "clock",
)


def test_a_kept_host_is_dead_in_every_part(caplog: pytest.LogCaptureFixture) -> None:
    kept: dict[str, Any] = {}

    def keep(host: Host) -> TickReport:
        kept["host"] = host
        kept["parts"] = {name: getattr(host, name) for name in PARTS}
        kept["method"] = host.users.apply
        host.users.apply([CreateUser(draft=DRAFT)])
        kept["stream"] = host.users.linked()
        kept["begun"] = host.state.items()
        host.state.put_many({"a": 1, "b": 2})
        next(kept["begun"])
        return DONE

    pbx = load_plugins(bad={"on_nightly_tick": keep})
    assert pbx.tick("bad", TENANT, tick()).ok
    for name in (*PARTS, "web_origins", "notify_admin", "resolve_notice", "system"):
        with pytest.raises(HostClosedError, match=f"plugin bad 1.2 used host.{name} after its hook had returned"):
            getattr(kept["host"], name)
    methods = {"users": "linked", "contacts": "books", "settings": "read", "secrets": "get", "state": "get"}
    methods |= {
        "blobs": "info",
        "rate_budget": "take",
        "progress": "report",
        "audit": "record",
        "overview": "runs",
        "clock": "now_utc",
    }
    for name, method in methods.items():
        with pytest.raises(HostClosedError):
            getattr(kept["parts"][name], method)
    with pytest.raises(HostClosedError):
        kept["method"]([])
    for stream in ("stream", "begun"):
        with pytest.raises(HostClosedError):
            next(kept[stream])
    assert "plugin bad 1.2 used host.users.apply after its hook had returned" in caplog.text


def test_a_kept_page_and_a_kept_provider_are_dead_too() -> None:
    def draw(host: Host) -> SettingsPage:
        return page(save=lambda values, version: host.settings.write(values, expected_version=version))

    fake = FakePbx()
    [answer] = load_plugins(fake, bad={"on_settings_page": draw}).settings_pages(TENANT, BOSS)
    assert answer.value is not None
    with pytest.raises(HostRefusedError):
        answer.value.save({"k": "v"}, 0)
    assert fake.host("bad", TENANT).settings.read().version == 0


def test_plugins_and_tenants_have_hosts_of_their_own() -> None:
    def note(host: Host, tenant: Tenant) -> TickReport:
        host.state.put("who", tenant.pbx_tenant_id, expected_version=0)
        return DONE

    other = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
    pbx = load_plugins(a={"on_nightly_tick": note}, b={"on_nightly_tick": note})
    for tenant in (TENANT, other):
        for plugin in "ab":
            assert pbx.tick(plugin, tenant, tick()).ok


def test_nothing_of_an_exception_reaches_the_administrator(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pbx = load_plugins(bad={"on_nightly_tick": failing(ValueError("Bearer eyJ"))})
    assert "eyJ" not in repr(pbx.tick("bad", TENANT, tick()))
