"""The plugin manager of a PBX: finds plugins, calls their hooks, and reports what came of each call.

Every method that calls a hook makes isolated calls, one for each plugin: the hook and, if it returns an object with
functions, the one function that is wanted, on one thread and with one host that is closed afterwards. In one plain
`pm.hook` call a plugin that raises would stop the others, and two mail plugins would both send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Final, TypeVar

from pbx_plugin_api._words import _
from pbx_plugin_api.confirmation import Confirmation
from pbx_plugin_api.hosting.calls import HookCall, HookCaller, HostFactory, NotOfferedError
from pbx_plugin_api.hosting.discovery import FoundPlugin, find_plugins
from pbx_plugin_api.hosting.isolation import Answer, Outcome
from pbx_plugin_api.hosting.registry import MemorySwitches, PluginRegistry, PluginState, Switches
from pbx_plugin_api.landings import Landing
from pbx_plugin_api.login import (
    LoginFlow,
    LoginOutcome,
    LoginProvider,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    PasswordPolicy,
)
from pbx_plugin_api.notifications import DeliveryReceipt, DeliveryStatus, Notification
from pbx_plugin_api.provisioning import ProvisionOutcome, ProvisionRequest
from pbx_plugin_api.settings_page import (
    Action,
    ActionOutcome,
    ActionRequest,
    ConfirmOutcome,
    Done,
    LookUpOutcome,
    LookUpRequest,
    Refused,
    SaveOutcome,
    SettingsPage,
)
from pbx_plugin_api.tenants import Tenant, Viewer
from pbx_plugin_api.texts import listing
from pbx_plugin_api.tick import Tick, TickReport
from pbx_plugin_api.users import UserLink

__all__ = ["Deadlines", "HostFactory", "MemorySwitches", "PluginHost", "PluginState", "Switches"]

T = TypeVar("T")

_SOMEBODY: Final = Viewer(username="somebody", may_edit=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a call may take, in seconds."""

    page_s: float = 5.0
    """To describe a settings page, or to list the login providers."""
    save_s: float = 30.0
    """To save a settings page."""
    look_up_s: float = 15.0
    """To find values for a field of a settings page."""
    confirm_s: float = 15.0
    """To say what an action of a settings page would do."""
    action_s: float = 60.0
    """To run an action of a settings page."""
    login_s: float = 30.0
    """To begin or complete a sign-in, or to sign out."""
    send_s: float = 600.0
    """To deliver one mail."""
    provision_s: float = 60.0
    """To describe one person."""
    tick_grace_s: float = 60.0
    """How long a run may take beyond the deadline that `Tick` names."""


class PluginHost:
    """All plugins of a PBX.

    Threads: methods may be called on any thread. Calls for different tenants run side by side.
    """

    def __init__(
        self,
        factory: HostFactory,
        *,
        switches: Switches | None = None,
        deadlines: Deadlines | None = None,
        find: Callable[[], Iterator[FoundPlugin]] = find_plugins,
    ) -> None:
        self._deadlines = deadlines or Deadlines()
        self._registry = PluginRegistry(find, switches or MemorySwitches())
        self._caller = HookCaller(factory, self._registry)
        self.refresh()

    # ------------------------------------------------------------------ which plugins there are

    def refresh(self) -> list[str]:
        """Look for plugins again; see `PluginRegistry.refresh`."""
        return self._registry.refresh()

    def plugins(self, tenant: Tenant | None = None) -> list[PluginState]:
        """Return every plugin, by name, with its state for the PBX or for one tenant."""
        return self._registry.states(tenant)

    def words(self, plugin: str | None = None) -> Mapping[str, str]:
        """Return what the machine words of a plugin, or of all, mean; see `PluginRegistry.words`."""
        return self._registry.words(plugin)

    def tick_plugins(self, tenant: Tenant) -> list[str]:
        """Return the plugins that may have periodic work for a tenant."""
        return self._registry.with_hook("on_nightly_tick", tenant)

    def set_enabled(self, plugin: str, enabled: bool, tenant: Tenant | None = None) -> PluginState:
        """Switch a plugin on or off, and return what is in force; see `PluginRegistry.set_enabled`."""
        return self._registry.set_enabled(plugin, enabled, tenant)

    # ------------------------------------------------------------------ the settings page

    def settings_pages(
        self, tenant: Tenant, viewer: Viewer, *, plugin: str | None = None
    ) -> list[Answer[SettingsPage]]:
        """Return every plugin's page, or that of one plugin, if it has one now.

        A page's functions may no longer be called: use `save_settings` and `run_action`.
        """
        names = self._registry.with_hook("on_settings_page", tenant) if plugin is None else [plugin]
        answers = (self._caller.call(_page_call(name, tenant, viewer, self._deadlines.page_s)) for name in names)
        none = (Outcome.DISABLED, Outcome.MISSING)
        return [each for each in answers if each.outcome not in none and not (each.ok and each.value is None)]

    def save_settings(
        self, plugin: str, tenant: Tenant, viewer: Viewer, values: Mapping[str, str], expected_version: int
    ) -> Answer[SaveOutcome]:
        """Save what an administrator entered on a plugin's page."""

        def save(page: SettingsPage | None) -> SaveOutcome:
            return _require(page).save(values, expected_version)

        call = _page_call(plugin, tenant, viewer, self._deadlines.save_s)
        return self._caller.call(replace(call, then=save, then_type=SaveOutcome))

    def confirm_action(
        self, plugin: str, tenant: Tenant, viewer: Viewer, request: ActionRequest
    ) -> Answer[ConfirmOutcome | None]:
        """Return what to ask before a button is pressed. Value None: nothing. A button that is not offered is refused.

        Show the question; when the person agrees, call this again, compare `Confirmation.fingerprint`, and only then
        call `run_action`.
        """

        def ask(page: SettingsPage | None) -> ConfirmOutcome | None:
            page = _require(page)
            action = _find_action(page, request)
            if isinstance(action, Refused):
                return action
            asked = page.confirm(request) if page.confirm is not None else None
            if asked is None and action.confirm:
                return Confirmation(sentence=action.confirm)
            return asked

        call = _page_call(plugin, tenant, viewer, self._deadlines.confirm_s)
        return self._caller.call(replace(call, then=ask, then_type=ConfirmOutcome | None))

    def run_action(self, plugin: str, tenant: Tenant, viewer: Viewer, request: ActionRequest) -> Answer[ActionOutcome]:
        """Press a button of a plugin's page. A button that the page does not offer now is refused."""

        def run(page: SettingsPage | None) -> ActionOutcome:
            page = _require(page)
            action = _find_action(page, request)
            return action if isinstance(action, Refused) else page.run(request)

        call = _page_call(plugin, tenant, viewer, self._deadlines.action_s)
        return self._caller.call(replace(call, then=run, then_type=ActionOutcome))

    def look_up(self, plugin: str, tenant: Tenant, viewer: Viewer, request: LookUpRequest) -> Answer[LookUpOutcome]:
        """Find values for a field of a plugin's page. A field that offers no lookup now is refused."""

        def find(page: SettingsPage | None) -> LookUpOutcome:
            page = _require(page)
            if page.look_up is None or request.field not in page.lookups():
                return Refused(
                    message=_("The field {field} offers no search now.", field=repr(request.field)),
                    remedy=_("Type the value."),
                )
            return page.look_up(request)

        call = _page_call(plugin, tenant, viewer, self._deadlines.look_up_s)
        return self._caller.call(replace(call, then=find, then_type=LookUpOutcome))

    def land(self, plugin: str, tenant: Tenant, landing: Landing) -> Answer[Done | Refused]:
        """Give a browser that came back from outside to the plugin that made its state. Nobody is signed in."""

        def land(page: SettingsPage | None) -> Done | Refused:
            function = _require(page).land
            if function is None:
                raise NotOfferedError(_("it expects nobody from outside now"))
            return function(landing)

        call = _page_call(plugin, tenant, _SOMEBODY, self._deadlines.page_s)
        return self._caller.call(replace(call, then=land, then_type=Done | Refused))

    # ------------------------------------------------------------------ signing in

    def login_providers(self, tenant: Tenant) -> list[Answer[Sequence[LoginProvider]]]:
        """Return every plugin's ways to sign in. Their functions may no longer be called: use `begin_login`.

        A plugin that is switched on but cannot be loaded answers `MISSING`, because it may have a policy that refuses
        passwords: a failed update must not allow what the policy forbids.
        """
        answers = [
            self._caller.call(_login_call(plugin, tenant, self._deadlines.page_s))
            for plugin in self._registry.with_hook("on_login_providers", tenant)
        ]
        return [answer for answer in (*answers, *self._unusable(tenant)) if answer.value or not answer.ok]

    def _unusable(self, tenant: Tenant) -> list[Answer[Any]]:
        return [
            Answer(plugin=found.name, version=found.version, outcome=Outcome.MISSING, sentence=found.reason)
            for found in self._registry.unusable(tenant)
        ]

    def password_refusals(self, tenant: Tenant, link: UserLink) -> list[Answer[str | None]]:
        """Ask whether a linked user must use a provider instead of a password; the value is the provider's label.

        One answer for each plugin with providers. One that fails or cannot be loaded may have refused: not `ok`.
        """

        def find(providers: Sequence[LoginProvider] | None) -> str | None:
            refusing = (each for each in providers or () if each.password_policy is PasswordPolicy.REFUSED)
            return next((each.label for each in refusing if each.admits is None or each.admits(link)), None)

        answers: list[Answer[str | None]] = [
            self._caller.call(
                replace(_login_call(plugin, tenant, self._deadlines.page_s), then=find, then_type=str | None)
            )
            for plugin in self._registry.with_hook("on_login_providers", tenant)
        ]
        return [*answers, *self._unusable(tenant)]

    def still_admits(self, plugin: str, tenant: Tenant, provider_id: str, link: UserLink) -> Answer[bool]:
        """Ask whether a provider still admits a person who signed in with it before; for a session that is renewed."""
        return self._with_provider(
            plugin, tenant, provider_id, lambda provider: provider.admits is None or provider.admits(link), bool
        )

    def begin_login(
        self, plugin: str, tenant: Tenant, provider_id: str, request: LoginRequest
    ) -> Answer[LoginRedirect | LoginRefused]:
        """Begin a sign-in. The caller keeps the flow and redirects the browser."""
        return self._with_provider(
            plugin, tenant, provider_id, lambda provider: provider.begin(request), LoginRedirect | LoginRefused
        )

    def complete_login(
        self, plugin: str, tenant: Tenant, flow: LoginFlow, params: Mapping[str, str]
    ) -> Answer[LoginOutcome]:
        """Finish a sign-in. The caller has used the flow up: a flow is never completed twice."""
        return self._with_provider(
            plugin, tenant, flow.provider_id, lambda provider: provider.complete(flow, params), LoginOutcome
        )

    def sign_out(
        self, plugin: str, tenant: Tenant, provider_id: str, post_logout_redirect_uri: str, session_hint: str
    ) -> Answer[str | None]:
        """Return where to send the browser to sign out at the provider too; value None means nowhere."""
        return self._with_provider(
            plugin,
            tenant,
            provider_id,
            lambda provider: provider.sign_out(post_logout_redirect_uri, session_hint),
            str | None,
        )

    def _with_provider(
        self, plugin: str, tenant: Tenant, provider_id: str, use: Callable[[LoginProvider], T], use_type: Any
    ) -> Answer[T]:
        def then(providers: Sequence[LoginProvider] | None) -> T:
            for provider in providers or ():
                if provider.id == provider_id:
                    return use(provider)
            raise NotOfferedError(_("signing in with {provider} is not offered now", provider=repr(provider_id)))

        call = _login_call(plugin, tenant, self._deadlines.login_s)
        return self._caller.call(replace(call, then=then, then_type=use_type))

    # ------------------------------------------------------------------ runs, mail, one person

    def tick(self, plugin: str, tenant: Tenant, tick: Tick) -> Answer[TickReport]:
        """Let one plugin do its periodic work for one tenant. The caller holds the lease."""
        left_s = (tick.deadline_utc - datetime.now(timezone.utc)).total_seconds()
        given_s = (tick.deadline_utc - tick.now_utc).total_seconds()
        return self._caller.call(
            HookCall(
                plugin=plugin,
                tenant=tenant,
                hook="on_nightly_tick",
                arguments={"tenant": tenant, "tick": tick},
                # A host whose clock was moved must not end the run at once: the longer of the two counts.
                deadline_s=max(left_s, given_s, 0.0) + self._deadlines.tick_grace_s,
                run_id=tick.run_id,
            )
        )

    def send_notification(self, tenant: Tenant, notification: Notification) -> Answer[DeliveryReceipt]:
        """Ask the plugins in order until one takes the mail. One that raises or hangs may have sent it: `UNKNOWN`."""
        arguments = {"tenant": tenant, "notification": notification}
        for answer in self._in_order("on_send_notification", tenant, arguments, self._deadlines.send_s):
            if not answer.ok:
                receipt = DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason=answer.sentence)
                return replace(answer, value=receipt)
            if answer.value is not None:
                return answer
        sentence = _("No plugin delivers mail for this tenant.")
        return Answer(plugin="", version="", outcome=Outcome.MISSING, sentence=sentence)

    def provision_user(self, tenant: Tenant, request: ProvisionRequest) -> Answer[ProvisionOutcome]:
        """Ask the plugins in order until one knows the person. A plugin that fails is skipped."""
        failed: Answer[ProvisionOutcome] | None = None
        arguments = {"tenant": tenant, "request": request}
        for answer in self._in_order("on_user_provision", tenant, arguments, self._deadlines.provision_s):
            if answer.ok and answer.value is not None:
                return answer
            failed = answer if not answer.ok else failed
        sentence = _("No plugin knows where to look for people.")
        return failed or Answer(plugin="", version="", outcome=Outcome.MISSING, sentence=sentence)

    def _in_order(
        self, hook: str, tenant: Tenant, arguments: Mapping[str, Any], deadline_s: float
    ) -> Iterator[Answer[Any]]:
        """Call a hook of one plugin after another; a plugin is called when its answer is asked for."""
        for plugin in self._registry.with_hook(hook, tenant):
            call = HookCall(plugin=plugin, tenant=tenant, hook=hook, arguments=arguments, deadline_s=deadline_s)
            yield self._caller.call(call)


def _page_call(plugin: str, tenant: Tenant, viewer: Viewer, deadline_s: float) -> HookCall:
    arguments = {"tenant": tenant, "viewer": viewer}
    return HookCall(plugin=plugin, tenant=tenant, hook="on_settings_page", arguments=arguments, deadline_s=deadline_s)


def _login_call(plugin: str, tenant: Tenant, deadline_s: float) -> HookCall:
    return HookCall(
        plugin=plugin, tenant=tenant, hook="on_login_providers", arguments={"tenant": tenant}, deadline_s=deadline_s
    )


def _find_action(page: SettingsPage, request: ActionRequest) -> Action | Refused:
    """Return the button that is pressed, or why it cannot be."""
    offered = {action.name: action for tab in page.tabs for action in tab.actions}
    action = offered.get(request.action)
    if action is None:
        message = _("There is no action {action} now.", action=repr(request.action))
        if not offered:
            return Refused(message=message, remedy=_("The page offers no action."))
        return Refused(message=message, remedy=_("Actions: {actions}.", actions=listing(sorted(offered))))
    if not action.enabled:
        return Refused(message=_("{action} is not possible now.", action=action.label), remedy=action.why_disabled)
    return action


def _require(page: SettingsPage | None) -> SettingsPage:
    if page is None:
        raise NotOfferedError(_("it has no settings page now"))
    return page
