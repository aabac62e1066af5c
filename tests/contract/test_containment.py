"""A plugin that misbehaves is contained and named in the log; the others still answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from types import ModuleType
from typing import Any

import pytest

from pbx_plugin_api import (
    ActionRequest,
    CreateUser,
    DeliveryReceipt,
    DeliveryStatus,
    DraftUser,
    Host,
    HostClosedError,
    HostRefusedError,
    LoginProvider,
    Notification,
    NotificationKind,
    PasswordPolicy,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    SettingsPage,
    Tab,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    UserLink,
    Viewer,
    WrongThreadError,
    hookimpl,
)
from pbx_plugin_api.discovery import FoundPlugin, PluginStatus
from pbx_plugin_api.isolation import Outcome
from pbx_plugin_api.manager import Deadlines, PluginHost
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


def load(fake: FakePbx | None = None, deadlines: Deadlines | None = None, **plugins: dict[str, Any]) -> PluginHost:
    """A PBX with plugins made of functions by hook name."""

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
    pbx = load(bad=every, good=good)
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


def test_a_function_of_a_page_that_raises_is_contained_too(caplog: pytest.LogCaptureFixture) -> None:
    def save(values: object, version: int) -> None:
        raise ZeroDivisionError

    pbx = load(bad={"on_settings_page": lambda host: page(save=save)})
    assert pbx.save_settings("bad", TENANT, BOSS, {}, 0).outcome is Outcome.FAILED
    assert "ZeroDivisionError" in caplog.text


def test_a_page_that_is_not_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    pbx = load(shy={"on_settings_page": lambda host: None})
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
    pbx = load(bad={"on_settings_page": lambda host: value}, good={"on_settings_page": lambda host: page()})
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
    pbx = load(
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
    pbx = load(
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
    pbx = load(None, Deadlines(tick_grace_s=0.2), bad={"on_nightly_tick": lambda host: done.wait(10) and None})
    started_s = time.monotonic()
    assert pbx.tick("bad", TENANT, tick(deadline_s=0.1)).outcome is Outcome.TIMED_OUT
    assert 0.2 < time.monotonic() - started_s < 3
    done.set()


# ---------------------------------------------------------------------- writes from another thread, keeps the host


def in_thread(work: Callable[[], object]) -> list[BaseException]:
    """Do something on another thread; return what it raised."""
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
        ):
            seen.extend(in_thread(use))
        assert in_thread(lambda: host.clock.sleep(0)) == in_thread(lambda: host.clock.now_utc()) == []
        return DONE

    fake = FakePbx()
    assert load(fake, bad={"on_nightly_tick": threaded}).tick("bad", TENANT, tick()).value == DONE
    assert [type(error) for error in seen] == [WrongThreadError] * 5
    assert "plugin bad 1.2 used host.users.apply from another thread than its hook's own" in caplog.text
    host = fake.host("bad", TENANT)
    assert (host.users.counts().linked, host.state.get("k"), host.notices) == (0, None, [])


PARTS = ("users", "contacts", "settings", "secrets", "state", "blobs", "rate_budget", "progress", "audit", "clock")


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

    pbx = load(bad={"on_nightly_tick": keep})
    assert pbx.tick("bad", TENANT, tick()).ok
    for name in (*PARTS, "web_origins", "notify_admin", "system"):
        with pytest.raises(HostClosedError, match=f"plugin bad 1.2 used host.{name} after its hook had returned"):
            getattr(kept["host"], name)
    methods = {"users": "linked", "contacts": "books", "settings": "read", "secrets": "get", "state": "get"}
    methods |= {"blobs": "info", "rate_budget": "take", "progress": "report", "audit": "record", "clock": "now_utc"}
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
    [answer] = load(fake, bad={"on_settings_page": draw}).settings_pages(TENANT, BOSS)
    assert answer.value is not None
    with pytest.raises(HostRefusedError):
        answer.value.save({"k": "v"}, 0)
    assert fake.host("bad", TENANT).settings.read().version == 0


def test_plugins_and_tenants_have_hosts_of_their_own() -> None:
    def note(host: Host, tenant: Tenant) -> TickReport:
        host.state.put("who", tenant.pbx_tenant_id, expected_version=0)
        return DONE

    other = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
    pbx = load(a={"on_nightly_tick": note}, b={"on_nightly_tick": note})
    for tenant in (TENANT, other):
        for plugin in "ab":
            assert pbx.tick(plugin, tenant, tick()).ok


# ---------------------------------------------------------------------- whose answer counts


def receipt(status: DeliveryStatus = DeliveryStatus.ACCEPTED) -> DeliveryReceipt:
    return DeliveryReceipt(status=status, reason="" if status is DeliveryStatus.ACCEPTED else "why")


def test_the_first_answer_wins_a_mail_and_nobody_sends_it_twice() -> None:
    asked: list[str] = []

    def answer(name: str, value: DeliveryReceipt | None) -> dict[str, Any]:
        return {"on_send_notification": lambda host: asked.append(name) or value}

    pbx = load(a=answer("a", None), b=answer("b", receipt(DeliveryStatus.REJECTED)), c=answer("c", receipt()))
    sent = pbx.send_notification(TENANT, MAIL)
    assert (sent.plugin, sent.value, asked) == ("b", receipt(DeliveryStatus.REJECTED), ["a", "b"])


@pytest.mark.parametrize(
    ("hook", "outcome"),
    [
        (failing(RuntimeError("lost")), Outcome.FAILED),
        (lambda host: "sent", Outcome.WRONG_TYPE),
        (lambda host: time.sleep(0.6), Outcome.TIMED_OUT),
    ],
)
def test_a_mailer_that_fails_may_have_sent(hook: Callable[..., Any], outcome: Outcome) -> None:
    asked: list[str] = []
    good = {"on_send_notification": lambda host: asked.append("b") or receipt()}
    pbx = load(None, Deadlines(send_s=0.2), a={"on_send_notification": hook}, b=good)
    sent = pbx.send_notification(TENANT, MAIL)
    assert sent.value is not None
    assert (sent.plugin, sent.outcome, sent.value.status, asked) == ("a", outcome, DeliveryStatus.UNKNOWN, [])
    assert sent.value.reason == sent.sentence


def test_the_first_answer_wins_a_person_and_who_fails_is_passed_over() -> None:
    refused = ProvisionRefused(reason="guest", sentence="Guests are not added.")
    pbx = load(
        a={"on_user_provision": failing(RuntimeError())},
        b={"on_user_provision": lambda host: None},
        c={"on_user_provision": lambda host: refused},
        d={"on_user_provision": lambda host: Provisioned(draft=DRAFT)},
    )
    answer = pbx.provision_user(TENANT, ASKED)
    assert (answer.plugin, answer.value) == ("c", refused)
    alone = load(a={"on_user_provision": failing(RuntimeError())}).provision_user(TENANT, ASKED)
    assert (alone.plugin, alone.outcome) == ("a", Outcome.FAILED)
    nobody = load(a={"on_user_provision": lambda host: None}).provision_user(TENANT, ASKED)
    assert (nobody.outcome, nobody.sentence) == (Outcome.MISSING, "No plugin knows where to look for people.")


def test_calls_to_different_tenants_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(host: Host) -> TickReport:
        meeting.wait()
        return DONE

    pbx = load(a={"on_nightly_tick": meet})
    other = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda tenant=tenant: answers.append(pbx.tick("a", tenant, tick())))
        for tenant in (TENANT, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.ok for answer in answers] == [True, True]


def test_nothing_of_an_exception_reaches_the_administrator(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pbx = load(bad={"on_nightly_tick": failing(ValueError("Bearer eyJ"))})
    assert "eyJ" not in repr(pbx.tick("bad", TENANT, tick()))
