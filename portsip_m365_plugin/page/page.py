"""The settings page, tab by tab in PortSIP's order: PERMISSIONS, USER SYNC, SIGN IN, CONTACT SYNC, MAIL.

A new tab is drawn in `_draw_tabs`, adds its schema in `settings/schema.py` and its buttons in `settings/actions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from pbx_plugin_api import (
    ActionOutcome,
    ActionRequest,
    Fact,
    FieldError,
    Host,
    JsonValue,
    SaveConflict,
    Saved,
    SaveOutcome,
    SaveRefused,
    Scope,
    SettingsPage,
    Severity,
    Tab,
    Tenant,
    TickStatus,
    VersionConflictError,
    Viewer,
)
from portsip_m365_plugin.connect import ACTIVE_KEY, NotReady, load_app_settings
from portsip_m365_plugin.page.actions import run_action
from portsip_m365_plugin.page.contacts_tab import draw_contacts_tab
from portsip_m365_plugin.page.last_run import LastRun, read_last_run
from portsip_m365_plugin.page.mail_tab import draw_mail_tab
from portsip_m365_plugin.page.permissions_tab import draw_permissions_tab
from portsip_m365_plugin.page.schedule import next_due_at_utc
from portsip_m365_plugin.page.schema import read_values
from portsip_m365_plugin.page.signin_tab import draw_signin_tab
from portsip_m365_plugin.page.users_tab import draw_users_tab

__all__ = ["draw_page"]

_SEVERITIES: Mapping[TickStatus, Severity] = {
    TickStatus.DONE: Severity.GOOD,
    TickStatus.NEEDS_APPROVAL: Severity.WARNING,
    TickStatus.STOPPED: Severity.PLAIN,
    TickStatus.FAILED: Severity.BAD,
    TickStatus.NOT_CONFIGURED: Severity.WARNING,
}


def draw_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage:
    """Draw the page. No network."""
    record = host.settings.read()

    def save(texts: Mapping[str, str], expected_version: int) -> SaveOutcome:
        return _save(host, tenant, viewer, texts, expected_version)

    def run(request: ActionRequest) -> ActionOutcome:
        return run_action(host, tenant, viewer, request)

    return SettingsPage(
        title="Microsoft 365",
        version=record.version,
        tabs=_draw_tabs(record.values, host, tenant, viewer),
        save=save,
        run=run,
    )


def _draw_tabs(values: Mapping[str, JsonValue], host: Host, tenant: Tenant, viewer: Viewer) -> tuple[Tab, ...]:
    why_not_ready = _why_not_ready(values, host)
    may_edit = viewer.may_edit
    permissions = draw_permissions_tab(
        values,
        host,
        may_edit=may_edit,
        why_not_ready=why_not_ready,
        schedule_facts=_schedule_facts(values, host, tenant),
    )
    mail = draw_mail_tab(values, host, tenant, may_edit=may_edit, why_not_ready=why_not_ready)
    if tenant.scope is Scope.SYSTEM:
        return (permissions, mail)  # the PBX itself has no users and no sign-in of its own
    return (
        permissions,
        draw_users_tab(values, host, may_edit=may_edit, why_not_ready=why_not_ready),
        draw_signin_tab(values, host.users, str(values.get("directory_id") or "")),
        draw_contacts_tab(values, host, tenant, may_edit=may_edit, why_not_ready=why_not_ready),
        mail,
    )


def _save(host: Host, tenant: Tenant, viewer: Viewer, texts: Mapping[str, str], expected_version: int) -> SaveOutcome:
    """Check everything, then store everything or nothing."""
    if not viewer.may_edit:
        return SaveRefused(errors=(FieldError(field="", message="You may look, but not change anything."),))
    record = host.settings.read()
    if record.version != expected_version:
        return SaveConflict(current_version=record.version)
    values, faults = read_values(texts, record.values, host)
    if faults:
        return SaveRefused(errors=tuple(faults))
    try:
        written = host.settings.write(values, expected_version=expected_version)
    except VersionConflictError:
        return SaveConflict(current_version=host.settings.read().version)
    return Saved(version=written.version, next_due_at_utc=next_due_at_utc(values, tenant, host.clock.now_utc()))


def _why_not_ready(values: Mapping[str, JsonValue], host: Host) -> str:
    app = load_app_settings(values)
    if isinstance(app, NotReady):
        return app.describe()
    return "" if host.secrets.get(ACTIVE_KEY) is not None else "There is no key pair yet: generate one."


def _schedule_facts(values: Mapping[str, JsonValue], host: Host, tenant: Tenant) -> tuple[Fact, ...]:
    zone, last = ZoneInfo(tenant.time_zone), read_last_run(host)
    due = next_due_at_utc(values, tenant, host.clock.now_utc())
    told = _show(due, zone) if due is not None else "not by the clock"
    return (_show_last(last, zone), Fact(label="Next run", value=told))


def _show_last(last: LastRun | None, zone: ZoneInfo) -> Fact:
    if last is None:
        return Fact(label="Last run", value="none yet")
    told = f"{_show(last.finished_at_utc, zone)}: {last.message or last.status.value}"
    return Fact(label="Last run", value=told, severity=_SEVERITIES[last.status])


def _show(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
