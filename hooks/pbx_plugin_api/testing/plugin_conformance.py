"""The rules of the contract for plugins, as tests to inherit.

Name the plugin's module, and a function that makes a `FakeHost` in which the plugin is set up. Both are imported again
in fresh processes, so both are given by name:

    from pbx_plugin_api.testing.plugin_conformance import PluginConformance

    class TestMyPlugin(PluginConformance):
        plugin = "my_plugin"
        host_factory = "tests.my_host:make_host"

Override the methods that are not tests to give better samples: `actions`, `login_request`, `callback`, `tick`,
`notification`, `provision_request`. Hooks that the plugin does not implement are not called. If the plugin needs a
stand-in for its service, make it in an autouse fixture of the subclass and pass its address in `os.environ`.

Replacing a standard test raises `TypeError` when the class is made.
"""

from __future__ import annotations

import importlib
import inspect
import socket
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any, ClassVar, NoReturn

from pbx_plugin_api import hookspec
from pbx_plugin_api.host import Host
from pbx_plugin_api.hosting.discovery import PluginStatus, inspect_plugin
from pbx_plugin_api.hosting.guard import Gate, guard_host
from pbx_plugin_api.hosting.isolation import Outcome
from pbx_plugin_api.landings import Landing
from pbx_plugin_api.login import LoginProvider, LoginRedirect, LoginRequest
from pbx_plugin_api.markers import PROJECT_NAME
from pbx_plugin_api.notifications import Notification, NotificationKind
from pbx_plugin_api.provisioning import ProvisionReason, ProvisionRequest
from pbx_plugin_api.settings_page import (
    Action,
    ActionRequest,
    LookUpRequest,
    Refused,
    SaveConflict,
    Saved,
    SettingsPage,
)
from pbx_plugin_api.tenants import Viewer
from pbx_plugin_api.testing.fake_host import FakeHost
from pbx_plugin_api.testing.replay import drive, make_named_host, replay
from pbx_plugin_api.testing.suite import Suite, expect
from pbx_plugin_api.tick import Tick, TickReason

__all__ = ["PluginConformance"]

_VIEWER = Viewer(username="boss")
_TELLING_CHARS = 8
"""Shorter secrets may occur in a text by chance."""


class _Rules(Suite):
    plugin: ClassVar[str]
    """The import name of the module that the entry point names."""
    host_factory: ClassVar[str]
    """`module:function` of a function without parameters. It returns an equal `FakeHost` every time."""

    # ------------------------------------------------------------------ samples, to be overridden

    def actions(self) -> Sequence[ActionRequest]:
        """Return the button presses to repeat in a fresh process. None by default."""
        return ()

    def login_request(self, host: FakeHost) -> LoginRequest:
        """Return the request that begins a sign-in."""
        return LoginRequest(origin=host.web_origins.web)

    def callback(self, redirect: LoginRedirect) -> Mapping[str, str]:
        """Return what the provider would send back. By default the person has refused."""
        return {"state": redirect.flow.state, "error": "access_denied"}

    def tick(self, host: FakeHost) -> Tick:
        """Return the run to repeat in a fresh process."""
        now_utc = host.clock.now_utc()
        return Tick(
            run_id="r1", reason=TickReason.FORCED, now_utc=now_utc, deadline_utc=now_utc + timedelta(minutes=10)
        )

    def notification(self, host: FakeHost) -> Notification:
        """Return the mail to send."""
        return Notification(
            notification_id="n1",
            kind=NotificationKind.TEST,
            to=("ada@contoso.example",),
            subject="A test",
            text="It works.",
            created_at_utc=host.clock.now_utc(),
        )

    def provision_request(self, host: FakeHost) -> ProvisionRequest:
        """Return the request for one person."""
        return ProvisionRequest(reason=ProvisionReason.ADMIN, typed="nobody@contoso.example")

    # ------------------------------------------------------------------ the module

    def test_a_pbx_loads_the_plugin(self) -> None:
        """It checks the version of the contract, and the names and parameters of the hooks."""
        expect(inspect_plugin(self._module()), (PluginStatus.LOADED, ""))
        assert self._hooks(), "it implements no hook"

    def test_implementations_are_annotated_as_the_spec(self) -> None:
        """Parameters and return type, so that a type checker finds what the host would refuse."""
        for name, function in self._hooks().items():
            wanted = typing.get_type_hints(getattr(hookspec, name))
            taken = [*inspect.signature(function).parameters, "return"]
            expect((name, typing.get_type_hints(function)), (name, {part: wanted[part] for part in taken}))

    def test_no_parameter_has_a_default(self) -> None:
        """Versions of pluggy disagree about what a default means."""
        for name, function in self._hooks().items():
            defaults = [p.name for p in inspect.signature(function).parameters.values() if p.default is not p.empty]
            expect((name, defaults), (name, []))

    # ------------------------------------------------------------------ pages and buttons

    def test_the_page_is_drawn_without_network(self) -> None:
        """It changes nothing, and it may be drawn many times."""
        host = self._host()
        before = host.settings.read(), list(host.state.items()), host.secrets.names()
        with _no_network():
            first, second = self._page(host), self._page(host)
        expect(first and (first.version, first.tabs), second and (second.version, second.tabs))
        expect((host.settings.read(), list(host.state.items()), host.secrets.names()), before)

    def test_names_on_the_page_are_unique(self) -> None:
        """The PBX finds tabs, fields and actions by their names. An action may be on several tabs if it is the same."""
        page = self._page(self._host())
        tabs = page.tabs if page else ()
        for names in (
            [tab.name for tab in tabs],
            [field.name for tab in tabs for field in tab.fields],
            *([action.name for action in tab.actions] for tab in tabs),
        ):
            expect(sorted(set(names)), sorted(names))
        seen: dict[str, Action] = {}
        for action in (action for tab in tabs for action in tab.actions):
            first = seen.setdefault(action.name, action)
            expect(replace(action, primary=first.primary, help=first.help), first)

    def test_the_page_is_the_same_in_every_language(self) -> None:
        """Names, values and choices are the same, and a language that the plugin does not have is no fault."""
        host = self._host()
        if "on_settings_page" not in self._hooks():
            return
        tenant, draw = host.tenant, self._hooks()["on_settings_page"]
        given = {"host": host, "tenant": tenant}
        names = list(inspect.signature(draw).parameters)
        pages = [
            draw(**{part: (given | {"viewer": replace(_VIEWER, locale=language)})[part] for part in names})
            for language in ("en", "de", "zh-Hans", "tlh")
        ]
        expect([page and _bones(page) for page in pages], [pages[0] and _bones(pages[0])] * len(pages))

    def test_no_secret_is_on_the_page(self) -> None:
        """Neither as it is stored nor as text."""
        host = self._host()
        shown = repr(self._page(host))
        for name in host.secrets.names():
            secret = host.secrets.get(name) or b""
            for form in {repr(secret)[2:-1], secret.hex(), secret.decode("utf-8", "replace")}:
                assert len(form) < _TELLING_CHARS or form not in shown, f"the secret {name} is on the page"

    def test_the_next_step_can_be_done(self) -> None:
        """On a page that may be edited it has a field to fill in, or its first action can be pressed."""
        for host in (self._host(), FakeHost()):
            page = self._page(host)
            found = page.next_step() if page is not None else None
            if page is None or found is None:
                continue
            step = found[1]
            fields = [item for tab in page.tabs for item in tab.fields if item.name in step.fields]
            pressable = [action.name for tab in page.tabs for action in tab.actions if action.enabled]
            can_be_done = any(not item.read_only for item in fields) or step.actions[:1] in [(n,) for n in pressable]
            assert can_be_done, f"the next step {step.name} has neither a field nor an enabled action"

    def test_login_buttons_are_drawn_without_network(self) -> None:
        """The sign-in page is drawn for every visitor."""
        with _no_network():
            ids = [provider.id for provider in self._providers(self._host())]
        expect(sorted(set(ids)), sorted(ids))

    def test_a_stale_save_conflicts(self) -> None:
        """Two administrators cannot overwrite each other's changes."""
        host = self._host()
        page = self._page(host)
        if page is None:
            return
        stored = host.settings.read()
        newer = host.settings.write(dict(stored.values), expected_version=stored.version)
        outcome = drive(self._module(), host, "save_settings", _VIEWER, {}, page.version)
        expect(outcome.value, SaveConflict(current_version=newer.version))
        expect(host.settings.read().version, newer.version)

    # ------------------------------------------------------------------ calls in a fresh process

    def test_a_save_works_in_a_fresh_process(self) -> None:
        """One worker draws a page, and another saves it."""
        host = self._host()
        page = self._page(host)
        if page is not None:
            self._compare(host, "save_settings", _VIEWER, {}, page.version)

    def test_buttons_work_in_a_fresh_process(self) -> None:
        """`ActionRequest` is sent as JSON."""
        for request in self.actions():
            self._compare(self._host(), "run_action", _VIEWER, request)

    def test_questions_work_in_a_fresh_process_and_change_nothing(self) -> None:
        """The question before a button is the same twice, needs no network, and does nothing."""
        for request in self.actions():
            host = self._host()
            before = host.settings.read(), list(host.state.items()), host.secrets.names()
            with _no_network():
                first = drive(self._module(), host, "confirm_action", _VIEWER, request)
            self._compare(host, "confirm_action", _VIEWER, request)
            expect(drive(self._module(), host, "confirm_action", _VIEWER, request).value, first.value)
            expect((host.settings.read(), list(host.state.items()), host.secrets.names()), before)

    def test_lookups_work_in_a_fresh_process_and_change_nothing(self) -> None:
        """`LookUpRequest` is sent as JSON."""
        host = self._host()
        page = self._page(host)
        before = host.settings.read()
        for field in page.lookups() if page is not None else ():
            self._compare(host, "look_up", _VIEWER, LookUpRequest(field=field, text="a"))
        expect(host.settings.read(), before)

    def test_a_browser_that_comes_back_is_answered_without_network(self) -> None:
        """A purpose that the plugin does not know is refused. `Landing` is sent as JSON."""
        host = self._host()
        page = self._page(host)
        if page is not None and page.land is not None:
            address = f"{host.web_origins.web}/callback"
            landing = Landing(purpose="not-its-own", about="", address=address, params={"x": "y"})
            with _no_network():
                answer = drive(self._module(), host, "land", landing)
            expect(type(answer.value), Refused)
            self._compare(host, "land", landing)

    def test_a_sign_in_is_completed_in_a_fresh_process(self) -> None:
        """`LoginFlow` is sent as JSON. It contains everything that is needed to complete the sign-in."""
        host = self._host()
        for provider in self._providers(host):
            redirect = provider.begin(self.login_request(host))
            if isinstance(redirect, LoginRedirect):
                self._compare(host, "complete_login", redirect.flow, self.callback(redirect))
                shown = repr(redirect.flow)
                assert not any(secret in shown for secret in redirect.flow.secrets.values()), "secrets show in repr"

    def test_a_run_works_in_a_fresh_process(self) -> None:
        """`Tick` is sent as JSON; a `TickReport`, with a `PlanRef` in it, comes back."""
        if "on_nightly_tick" in self._hooks():
            host = self._host()
            self._compare(host, "tick", self.tick(host))

    def test_a_mail_is_sent_from_a_fresh_process(self) -> None:
        """`Notification` is sent as JSON; the receipt comes back."""
        if "on_send_notification" in self._hooks():
            host = self._host()
            self._compare(host, "send_notification", self.notification(host))

    def test_a_person_is_described_in_a_fresh_process(self) -> None:
        """`ProvisionRequest` is sent as JSON; the draft and the photo come back."""
        if "on_user_provision" in self._hooks():
            host = self._host()
            self._compare(host, "provision_user", self.provision_request(host))

    # ------------------------------------------------------------------ the host

    def test_the_host_is_let_go(self) -> None:
        """No host method is called from another thread or after the hook. A page kept after its call cannot save."""
        for name in self._hooks():
            host = self._host()
            before, gate = host.settings.read(), Gate(f"plugin {self.plugin}")
            gate.claim()
            value = self._call(name, host, guard_host(host, gate))
            gate.close()
            expect((name, gate.offences), (name, []))
            if isinstance(value, SettingsPage):
                try:
                    outcome: object = value.save({}, value.version)
                except Exception as error:  # noqa: BLE001  # any error is fine, a success is not
                    outcome = error
                assert not isinstance(outcome, Saved), "a page kept after its call reports that it saved"
                expect(host.settings.read(), before)

    def test_a_new_tenant_is_answered(self) -> None:
        """Before the plugin is set up, hooks return answers and raise nothing."""
        for name in self._hooks():
            self._call(name, FakeHost(), FakeHost())

    # ------------------------------------------------------------------ helpers

    def _module(self) -> ModuleType:
        return importlib.import_module(self.plugin)

    def _host(self) -> FakeHost:
        return make_named_host(self.host_factory)

    def _hooks(self) -> dict[str, Any]:
        module = self._module()
        found = {name: getattr(module, name, None) for name in hookspec.__all__}
        return {name: function for name, function in found.items() if hasattr(function, f"{PROJECT_NAME}_impl")}

    def _call(self, name: str, host: FakeHost, given: Host) -> Any:
        arguments = {
            "host": given,
            "tenant": host.tenant,
            "viewer": _VIEWER,
            "tick": self.tick(host),
            "notification": self.notification(host),
            "request": self.provision_request(host),
        }
        function = self._hooks()[name]
        return function(**{part: arguments[part] for part in inspect.signature(function).parameters})

    def _page(self, host: FakeHost) -> SettingsPage | None:
        page = self._call("on_settings_page", host, host) if "on_settings_page" in self._hooks() else None
        assert page is None or isinstance(page, SettingsPage), page
        return page

    def _providers(self, host: FakeHost) -> Sequence[LoginProvider]:
        return (self._call("on_login_providers", host, host) or ()) if "on_login_providers" in self._hooks() else ()

    def _compare(self, host: FakeHost, call: str, *arguments: Any) -> None:
        """Make a call here and in a fresh process. Both must give the same kind of answer."""
        there = replay(self.plugin, self.host_factory, call, *arguments)
        here = drive(self._module(), host, call, *arguments)
        assert here.ok or here.outcome is Outcome.MISSING, here.sentence
        expect((call, _kind(there)), (call, _kind(here.value)))


class PluginConformance(_Rules, is_standard=True):
    """All standard tests of a plugin."""


def _bones(page: SettingsPage) -> object:
    """What programs read on a page: everything but its texts."""
    tabs = [(tab.name, [(f.name, f.kind, f.value, f.read_only) for f in tab.fields]) for tab in page.tabs]
    actions = [(action.name, action.enabled, action.primary) for tab in page.tabs for action in tab.actions]
    choices = [choice.value for tab in page.tabs for field in tab.fields for choice in field.choices]
    return page.version, tabs, actions, choices


def _kind(value: object) -> object:
    """Return the kind of an answer: its type, and its status or reason if it has one."""
    said = [str(getattr(value, name)) for name in ("status", "reason") if hasattr(value, name)]
    return type(value).__name__, said[:1]


@contextmanager
def _no_network() -> Iterator[None]:
    """Refuse every connection and every name look-up of this process."""

    def refuse(*_args: object, **_kwargs: object) -> NoReturn:
        raise AssertionError("the network was used")

    names = ("connect", "connect_ex", "sendto")
    look_up = socket.getaddrinfo
    for name in names:
        setattr(socket.socket, name, refuse)
    socket.getaddrinfo = refuse
    try:
        yield
    finally:
        for name in names:
            delattr(socket.socket, name)
        socket.getaddrinfo = look_up
