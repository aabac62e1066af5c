"""The plugin manager of a PBX: finds plugins, calls each by itself, and says what came of it.

Every typed method is one isolated call: the hook and, where it returns an object with functions, the one function that
is wanted, on one thread, with one bound host that is closed afterwards. In a plain `pm.hook` call one plugin that
raises would stop the others, and two mail plugins would both send.
"""

from __future__ import annotations

import logging
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Protocol, TypeVar

from pbx_plugin_api import hookspec
from pbx_plugin_api.discovery import FoundPlugin, find_plugins
from pbx_plugin_api.guard import Gate, guard_host
from pbx_plugin_api.host import Host
from pbx_plugin_api.isolation import Answer, Outcome, run_isolated
from pbx_plugin_api.login import LoginFlow, LoginOutcome, LoginProvider, LoginRedirect, LoginRefused, LoginRequest
from pbx_plugin_api.notifications import DeliveryReceipt, DeliveryStatus, Notification
from pbx_plugin_api.provisioning import ProvisionOutcome, ProvisionRequest
from pbx_plugin_api.registry import MemorySwitches, PluginRegistry, PluginState, Switches
from pbx_plugin_api.settings_page import ActionOutcome, ActionRequest, Refused, SaveOutcome, SettingsPage
from pbx_plugin_api.tenants import Tenant, Viewer
from pbx_plugin_api.tick import Tick, TickReport
from pbx_plugin_api.typecheck import find_mismatch

__all__ = ["Deadlines", "HostFactory", "MemorySwitches", "PluginHost", "PluginState", "Switches"]

_log = logging.getLogger(__name__)

T = TypeVar("T")


class HostFactory(Protocol):
    """The PBX's side: makes the host that one plugin gets for one tenant and one call."""

    def open(self, plugin: str, tenant: Tenant, *, hook: str, run_id: str | None) -> AbstractContextManager[Host]:
        """Open a host for one call of a hook. `run_id` names the run for a tick; None otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a call may take, in seconds."""

    page_s: float = 5.0
    save_s: float = 30.0
    action_s: float = 60.0
    login_s: float = 30.0
    send_s: float = 600.0
    provision_s: float = 60.0
    tick_grace_s: float = 60.0
    """Beyond the deadline the tick itself was told."""


class PluginHost:
    """All plugins of a PBX.

    Threads: methods may be called from any thread; calls to different tenants run side by side.
    """

    def __init__(
        self,
        factory: HostFactory,
        *,
        switches: Switches | None = None,
        deadlines: Deadlines | None = None,
        find: Callable[[], Iterator[FoundPlugin]] = find_plugins,
    ) -> None:
        self._factory = factory
        self._deadlines = deadlines or Deadlines()
        self._registry = PluginRegistry(find, switches or MemorySwitches())
        self.refresh()

    # ------------------------------------------------------------------ which plugins there are

    def refresh(self) -> list[str]:
        """Look for plugins again; see `PluginRegistry.refresh`."""
        return self._registry.refresh()

    def plugins(self, tenant: Tenant | None = None) -> list[PluginState]:
        """Return every plugin, by name, with its state for the PBX or for one tenant."""
        return self._registry.states(tenant)

    def set_enabled(self, plugin: str, enabled: bool, tenant: Tenant | None = None) -> None:
        """Switch a plugin on or off; see `PluginRegistry.set_enabled`."""
        self._registry.set_enabled(plugin, enabled, tenant)

    # ------------------------------------------------------------------ the five hooks

    def settings_pages(self, tenant: Tenant, viewer: Viewer) -> list[Answer[SettingsPage]]:
        """Draw every plugin's page. Their functions are dead by then: use `save_settings` and `run_action`."""
        arguments = {"tenant": tenant, "viewer": viewer}
        answers = (
            self._call(p, tenant, "on_settings_page", arguments, self._deadlines.page_s)
            for p in self._registry.with_hook("on_settings_page", tenant)
        )
        return [answer for answer in answers if not (answer.ok and answer.value is None)]

    def save_settings(
        self, plugin: str, tenant: Tenant, viewer: Viewer, values: Mapping[str, str], expected_version: int
    ) -> Answer[SaveOutcome]:
        """Give an admin's input to a plugin's page."""

        def save(page: SettingsPage | None) -> SaveOutcome:
            return _require(page).save(values, expected_version)

        arguments = {"tenant": tenant, "viewer": viewer}
        return self._call(
            plugin, tenant, "on_settings_page", arguments, self._deadlines.save_s, then=save, then_type=SaveOutcome
        )

    def run_action(self, plugin: str, tenant: Tenant, viewer: Viewer, request: ActionRequest) -> Answer[ActionOutcome]:
        """Press a button of a plugin's page. Buttons that the page does not offer now are refused here."""

        def run(drawn: SettingsPage | None) -> ActionOutcome:
            page = _require(drawn)
            offered = {action.name: action for tab in page.tabs for action in tab.actions}
            action = offered.get(request.action)
            if action is None:
                names = ", ".join(sorted(offered)) or "none"
                return Refused(message=f"There is no action {request.action!r} now.", remedy=f"Actions: {names}.")
            if not action.enabled:
                return Refused(message=f"{action.label} is not possible now.", remedy=action.why_disabled)
            return page.run(request)

        arguments = {"tenant": tenant, "viewer": viewer}
        return self._call(
            plugin, tenant, "on_settings_page", arguments, self._deadlines.action_s, then=run, then_type=ActionOutcome
        )

    def login_providers(self, tenant: Tenant) -> list[Answer[Sequence[LoginProvider]]]:
        """Ask every plugin for its ways to sign in. Their functions are dead by then: use `begin_login`.

        A plugin that is on and cannot be loaded answers `MISSING`: whether it would refuse passwords is not known, and
        a caller that took its silence for a yes would let an update that went wrong open what a policy had shut.
        """
        answers = [
            self._call(p, tenant, "on_login_providers", {"tenant": tenant}, self._deadlines.page_s)
            for p in self._registry.with_hook("on_login_providers", tenant)
        ]
        unusable: list[Answer[Sequence[LoginProvider]]] = [
            Answer(plugin=found.name, version=found.version, outcome=Outcome.MISSING, sentence=found.reason)
            for found in self._registry.unusable(tenant)
        ]
        return [answer for answer in (*answers, *unusable) if answer.value or not answer.ok]

    def begin_login(
        self, plugin: str, tenant: Tenant, provider_id: str, request: LoginRequest
    ) -> Answer[LoginRedirect | LoginRefused]:
        """Begin a sign-in. The caller keeps the flow and sends the browser away."""
        return self._with_provider(
            plugin, tenant, provider_id, lambda provider: provider.begin(request), LoginRedirect | LoginRefused
        )

    def complete_login(
        self, plugin: str, tenant: Tenant, flow: LoginFlow, params: Mapping[str, str]
    ) -> Answer[LoginOutcome]:
        """Finish a sign-in. The caller has popped the flow: it is never completed twice."""
        return self._with_provider(
            plugin, tenant, flow.provider_id, lambda provider: provider.complete(flow, params), LoginOutcome
        )

    def sign_out(
        self, plugin: str, tenant: Tenant, provider_id: str, post_logout_redirect_uri: str, session_hint: str
    ) -> Answer[str | None]:
        """Ask where to send the browser to sign out at the provider too; value None means nowhere."""
        return self._with_provider(
            plugin,
            tenant,
            provider_id,
            lambda provider: provider.sign_out(post_logout_redirect_uri, session_hint),
            str | None,
        )

    def tick(self, plugin: str, tenant: Tenant, tick: Tick) -> Answer[TickReport]:
        """Let one plugin do its periodic work for one tenant. The caller holds the lease."""
        left_s = (tick.deadline_utc - datetime.now(timezone.utc)).total_seconds()
        told_s = (tick.deadline_utc - tick.now_utc).total_seconds()
        return self._call(
            plugin,
            tenant,
            "on_nightly_tick",
            {"tenant": tenant, "tick": tick},
            # A clock moved by --at must not end the run at once: the longer of the two counts.
            max(left_s, told_s, 0.0) + self._deadlines.tick_grace_s,
            run_id=tick.run_id,
        )

    def send_notification(self, tenant: Tenant, notification: Notification) -> Answer[DeliveryReceipt]:
        """Ask the plugins in order until one takes the mail. One that raises or hangs may have sent it: UNKNOWN."""
        for plugin in self._registry.with_hook("on_send_notification", tenant):
            answer: Answer[DeliveryReceipt] = self._call(
                plugin,
                tenant,
                "on_send_notification",
                {"tenant": tenant, "notification": notification},
                self._deadlines.send_s,
            )
            if not answer.ok:
                receipt = DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason=answer.sentence)
                return Answer(
                    plugin=answer.plugin,
                    version=answer.version,
                    outcome=answer.outcome,
                    value=receipt,
                    sentence=answer.sentence,
                )
            if answer.value is not None:
                return answer
        return Answer(
            plugin="", version="", outcome=Outcome.MISSING, sentence="No plugin delivers mail for this tenant."
        )

    def provision_user(self, tenant: Tenant, request: ProvisionRequest) -> Answer[ProvisionOutcome]:
        """Ask the plugins in order until one knows the person; one that fails is passed over."""
        last: Answer[ProvisionOutcome] | None = None
        for plugin in self._registry.with_hook("on_user_provision", tenant):
            answer: Answer[ProvisionOutcome] = self._call(
                plugin,
                tenant,
                "on_user_provision",
                {"tenant": tenant, "request": request},
                self._deadlines.provision_s,
            )
            if answer.ok and answer.value is not None:
                return answer
            last = answer if not answer.ok else last
        return last or Answer(
            plugin="", version="", outcome=Outcome.MISSING, sentence="No plugin knows where to look for people."
        )

    def tick_plugins(self, tenant: Tenant) -> list[str]:
        """Return the plugins that have periodic work to do for a tenant."""
        return self._registry.with_hook("on_nightly_tick", tenant)

    # ------------------------------------------------------------------ one call

    def _with_provider(
        self, plugin: str, tenant: Tenant, provider_id: str, use: Callable[[LoginProvider], T], use_type: Any
    ) -> Answer[T]:
        def then(providers: Sequence[LoginProvider] | None) -> T:
            for provider in providers or ():
                if provider.id == provider_id:
                    return use(provider)
            raise _NotOfferedError(f"signing in with {provider_id!r} is not offered (any more)")

        return self._call(
            plugin,
            tenant,
            "on_login_providers",
            {"tenant": tenant},
            self._deadlines.login_s,
            then=then,
            then_type=use_type,
        )

    def _call(
        self,
        plugin: str,
        tenant: Tenant,
        hook: str,
        arguments: Mapping[str, Any],
        deadline_s: float,
        *,
        then: Callable[[Any], Any] | None = None,
        then_type: Any = None,
        run_id: str | None = None,
    ) -> Answer[Any]:
        found, caller = self._registry.find(plugin), self._registry.caller(plugin, hook)
        if found is None or caller is None:
            why = found.reason if found and found.reason else f"there is no plugin {plugin!r} with {hook}"
            return Answer(plugin=plugin, version=found.version if found else "", outcome=Outcome.MISSING, sentence=why)
        if not self._registry.is_enabled(plugin, tenant):
            return Answer(
                plugin=plugin, version=found.version, outcome=Outcome.DISABLED, sentence=f"{plugin} is switched off."
            )
        gate = Gate(f"plugin {plugin} {found.version}")
        wanted = typing.get_type_hints(getattr(hookspec, hook))["return"]

        def work() -> tuple[Any, str | None]:
            gate.claim()
            with self._factory.open(plugin, tenant, hook=hook, run_id=run_id) as host:
                answers = caller(host=guard_host(host, gate), **arguments)
                value = answers[0] if answers else None
                mismatch = find_mismatch(value, wanted, hook)
                if mismatch is None and then is not None:
                    value = then(value)
                    mismatch = find_mismatch(value, then_type, f"{hook}'s object")
                return value, mismatch

        try:
            result, error = run_isolated(work, deadline_s=deadline_s, name=f"{plugin}:{hook}")
        finally:
            gate.close()
        return self._judge(found, hook, result, error)

    def _judge(
        self, found: FoundPlugin, hook: str, result: tuple[Any, str | None] | None, error: BaseException | None
    ) -> Answer[Any]:
        def answer(outcome: Outcome, sentence: str = "", value: Any = None) -> Answer[Any]:
            return Answer(plugin=found.name, version=found.version, outcome=outcome, sentence=sentence, value=value)

        who = f"Plugin {found.name} {found.version}"
        if isinstance(error, _NotOfferedError):
            return answer(Outcome.MISSING, f"{who}: {error}")
        if isinstance(error, TimeoutError) and result is None:
            _log.error("%s was not back from %s in time; it is cut off: %s", who, hook, error)
            return answer(Outcome.TIMED_OUT, f"{who} did not answer in time.")
        if error is not None:
            _log.error("%s raised in %s", who, hook, exc_info=error)
            return answer(Outcome.FAILED, f"{who} failed in {hook} ({type(error).__name__}). The log has the details.")
        value, mismatch = result if result is not None else (None, None)
        if mismatch:
            _log.error("%s broke the contract in %s: %s", who, hook, mismatch)
            return answer(Outcome.WRONG_TYPE, f"{who} broke the contract: {mismatch}.")
        return answer(Outcome.OK, value=value)


class _NotOfferedError(Exception):
    """The page or provider is not among what the plugin offers now."""


def _require(page: SettingsPage | None) -> SettingsPage:
    if page is None:
        raise _NotOfferedError("it has no settings page (any more)")
    return page
