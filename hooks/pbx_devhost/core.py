"""The PBX core: stores and plugins together. The command line, the portal and the clock are built on it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from pbx_devhost.bound.host import open_host
from pbx_devhost.bound.progress import ProgressListener, RunContext
from pbx_devhost.logs.context import log_context
from pbx_devhost.store.audit import Change
from pbx_devhost.store.database import FAILURES
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.store.plugins.setting_changes import find_changes
from pbx_devhost.store.sql.engine import CONNECTIONS
from pbx_devhost.store.stores import Stores, open_stores
from pbx_devhost.texts import _
from pbx_plugin_api import (
    ActionRequest,
    ConfirmOutcome,
    Host,
    LookUpRequest,
    RateLimit,
    Refused,
    Saved,
    Scope,
    SettingsPage,
    Tenant,
    Viewer,
    listing,
)
from pbx_plugin_api.hosting.isolation import Answer
from pbx_plugin_api.hosting.manager import Deadlines, PluginHost
from pbx_plugin_api.settings_page import ActionOutcome, LookUpOutcome, SaveOutcome

T = TypeVar("T")

INSIST_S: Final = 600.0
INSIST_EVERY_S: Final = 2.0
_LOOK_UPS: Final = (RateLimit(amount=120, window_s=60),)


_log = logging.getLogger(__name__)
_may_send: ContextVar[Callable[[], bool] | None] = ContextVar("may_send", default=None)
"""Of the mail that is being sent: whether this process still has it."""


class PluginChoiceError(Exception):
    """It is not clear which plugin is meant. The message lists the plugins."""


class Pbx:
    """One PBX on one database. Share it between threads."""

    def __init__(
        self,
        url: str,
        *,
        now: Callable[[], float] | None = None,
        deadlines: Deadlines | None = None,
        n_connections: int = CONNECTIONS,
    ) -> None:
        self.stores: Stores = open_stores(url, now=now, n_connections=n_connections)
        self.stop_wanted = [False]
        self.on_progress: ProgressListener | None = None
        self._runs: dict[str, RunContext] = {}
        self._deadlines = deadlines
        self._plugins: PluginHost | None = None
        self._lock = threading.Lock()

    @property
    def plugins(self) -> PluginHost:
        """The plugins, loaded at first use: listing users needs none."""
        with self._lock:
            if self._plugins is None:
                self._plugins = PluginHost(self, switches=self.stores.switches, deadlines=self._deadlines)
            return self._plugins

    def open(self, plugin: str, tenant: Tenant, *, hook: str, run_id: str | None) -> AbstractContextManager[Host]:
        """Open the host for one call of a plugin. Keeps `pbx_plugin_api.hosting.manager.HostFactory`.

        Every tenant may use the system's mail settings, and mail is the only thing they are for.
        """
        run = self._runs.get(run_id) if run_id is not None else None
        is_mail = hook == "on_send_notification"
        may_send = _may_send.get() if is_mail else None
        opened = open_host(self.stores, plugin, tenant, run, may_read_system=is_mail, may_send=may_send)
        watched = self._watch_settings(opened, plugin, tenant) if hook == "on_nightly_tick" else opened
        return self._name_lines(_note_failures(watched, run), plugin, tenant, run_id)

    @contextmanager
    def _name_lines(
        self, opened: AbstractContextManager[Host], plugin: str, tenant: Tenant, run_id: str | None
    ) -> Iterator[Host]:
        """Let what the plugin logs carry whose work it is."""
        with log_context(tenant_id=tenant.pbx_tenant_id, plugin=plugin, run_id=run_id), opened as host:
            yield host

    @contextmanager
    def _watch_settings(self, opened: AbstractContextManager[Host], plugin: str, tenant: Tenant) -> Iterator[Host]:
        """Write into the audit log what a run changes in the settings, as *Disconnect* does."""
        tenant_id = tenant.pbx_tenant_id
        before = self.stores.settings(tenant_id, plugin)
        with opened as host:
            yield host
        changes = find_changes(before, self.stores.settings(tenant_id, plugin))
        if changes:
            self.stores.audit.record(tenant_id, f"plugin:{plugin}", "settings.change", subject=plugin, changes=changes)

    def enter_run(self, run: RunContext) -> None:
        """Give hosts that are opened for this run its lease and deadline."""
        self._runs[run.run_id] = run

    @contextmanager
    def sending(self, may_send: Callable[[], bool]) -> Iterator[None]:
        """Let a plugin that sends a mail in the body ask whether this process still has it."""
        before = _may_send.set(may_send)
        try:
            yield
        finally:
            _may_send.reset(before)

    def insist(self, what: str, store: Callable[[], T]) -> T:
        """Store how something ended, also if the database is away for some minutes: without it nothing can be done.

        Raises:
            SQLAlchemyError: It is still away, or the process was asked to end.
            DatabaseError: The same.
        """
        give_up_at = time.monotonic() + INSIST_S
        while True:
            try:
                return store()
            except FAILURES as error:
                if self.stop_wanted[0] or time.monotonic() > give_up_at:
                    raise
                seconds = INSIST_EVERY_S
                _log.warning("%s cannot be stored (%s); the next try is in %s s", what, type(error).__name__, seconds)
                time.sleep(seconds)

    def leave_run(self, run_id: str) -> None:
        """Forget a run."""
        self._runs.pop(run_id, None)

    def page(
        self, tenant: Tenant, viewer: Viewer, *, plugin: str | None = None, names: str = ""
    ) -> Answer[SettingsPage]:
        """Return one settings page: the named plugin's, the only one, or the one that has a field or action `names`.

        Raises:
            PluginChoiceError: No page fits, or several do.
        """
        answers = self.plugins.settings_pages(tenant, viewer, plugin=plugin)
        if len(answers) > 1 and names:
            fitting = [a for a in answers if a.value and names in _names(a.value)]
            answers = fitting or answers
        if len(answers) == 1:
            return answers[0]
        if not answers:
            states = [f"{s.name} ({s.status})" for s in self.plugins.plugins(tenant)]
            if not states:
                raise PluginChoiceError(_("no plugin has a settings page here, and none is installed"))
            raise PluginChoiceError(
                _("no plugin has a settings page here; plugins: {plugins}", plugins=listing(states))
            )
        several = [answer.plugin for answer in answers]
        raise PluginChoiceError(
            _("several plugins have a page: {plugins}; add --plugin with one of these names", plugins=listing(several))
        )

    def save(
        self, plugin: str, tenant: Tenant, viewer: Viewer, values: Mapping[str, str], expected_version: int
    ) -> Answer[SaveOutcome]:
        """Save a page. The plugin's answer says when the tenant is due next."""
        before = self.stores.settings(tenant.pbx_tenant_id, plugin)
        answer = self.plugins.save_settings(plugin, tenant, viewer, values, expected_version)
        if isinstance(answer.value, Saved):
            due_at = Moment.of(self.stores.database, answer.value.next_due_at_utc)
            self.stores.leases.set_due(tenant.pbx_tenant_id, plugin, due_at)
        self._retry_mail(tenant)
        changes = find_changes(before, self.stores.settings(tenant.pbx_tenant_id, plugin))
        kept = changes if isinstance(answer.value, Saved) else ()
        self._audit(tenant, viewer, "settings.save", answer, subject=plugin, changes=kept)
        return answer

    def confirm(
        self, plugin: str, tenant: Tenant, viewer: Viewer, request: ActionRequest
    ) -> Answer[ConfirmOutcome | None]:
        """Return what to ask before a button is pressed; see `PluginHost.confirm_action`."""
        return self.plugins.confirm_action(plugin, tenant, viewer, request)

    def press(self, plugin: str, tenant: Tenant, viewer: Viewer, request: ActionRequest) -> Answer[ActionOutcome]:
        """Press a button. If the answer is `Started`, the caller runs the job."""
        before = self.stores.settings(tenant.pbx_tenant_id, plugin)
        answer = self.plugins.run_action(plugin, tenant, viewer, request)
        self._retry_mail(tenant)
        changes = find_changes(before, self.stores.settings(tenant.pbx_tenant_id, plugin))
        self._audit(tenant, viewer, f"action.{request.action}", answer, subject=plugin, changes=changes)
        return answer

    def look_up(
        self, plugin: str, tenant: Tenant, viewer: Viewer, request: LookUpRequest
    ) -> Answer[LookUpOutcome] | None:
        """Find values for a field of a page; None if this tenant has asked too often within the last minute."""
        budget = PluginRateBudget(self.stores.scope(tenant.pbx_tenant_id, "portal"))
        if budget.take("look_up", 1, _LOOK_UPS) is not None:
            return None
        return self.plugins.look_up(plugin, tenant, viewer, request)

    def _retry_mail(self, tenant: Tenant) -> None:
        """Let mail that a fault stops try at once. Any tenant may use the system's mail settings."""
        is_system = tenant.scope is Scope.SYSTEM
        self.stores.outbox.lanes.probe_now(None if is_system else tenant.pbx_tenant_id)

    def _audit(
        self,
        tenant: Tenant,
        viewer: Viewer,
        event: str,
        answer: Answer[Any],
        *,
        subject: str,
        changes: Sequence[Change],
    ) -> None:
        outcome = type(answer.value).__name__.lower() if answer.ok else answer.outcome.value
        detail = answer.value.message if isinstance(answer.value, Refused) else answer.sentence
        self.stores.audit.record(
            tenant.pbx_tenant_id, viewer.username, event, outcome=outcome, subject=subject, detail=detail,
            changes=changes,
        )  # fmt: skip

    def close(self) -> None:
        """Close the database."""
        self.stores.database.close()


@contextmanager
def _note_failures(opened: AbstractContextManager[Host], run: RunContext | None) -> Iterator[Host]:
    """Note where the database ended a call, or what the PBX does around it: that is no fault of the plugin."""
    try:
        with opened as host:
            yield host
    except FAILURES as error:
        if run is not None:
            run.database_failures.append(error)
        raise


def _names(page: SettingsPage) -> set[str]:
    return set(page.field_names()) | {action.name for tab in page.tabs for action in tab.actions}
