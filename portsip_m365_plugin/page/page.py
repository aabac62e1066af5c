"""The settings page, tab by tab in PortSIP's order: STATUS, PERMISSIONS, USER SYNC, SIGN IN, CONTACT SYNC, MAIL.

A new tab is drawn in `_draw_tabs`; its settings are added in `config`, its buttons in `page/actions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pbx_plugin_api import (
    ActionOutcome,
    ActionRequest,
    ConfirmOutcome,
    Done,
    FieldError,
    Host,
    Landing,
    LookUpOutcome,
    LookUpRequest,
    Refused,
    SaveConflict,
    Saved,
    SaveOutcome,
    SaveRefused,
    SettingsPage,
    Tab,
    Tenant,
    VersionConflictError,
    Viewer,
    sentences,
)
from portsip_m365_plugin.config.due import next_due_at_utc, runs_between_nights
from portsip_m365_plugin.config.reader import Config, read_config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.connect import NotReady, find_app
from portsip_m365_plugin.consent import settle_landing
from portsip_m365_plugin.keys.store import ACTIVE_KEY
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.page.actions import run_action
from portsip_m365_plugin.page.directory.lookup import look_up
from portsip_m365_plugin.page.parts.schedule import draw_schedule_facts
from portsip_m365_plugin.page.questions import ask_first
from portsip_m365_plugin.page.reading import read_once
from portsip_m365_plugin.page.saving import check_texts
from portsip_m365_plugin.page.tabs.contacts import draw_contacts_tab
from portsip_m365_plugin.page.tabs.mail import draw_mail_tab
from portsip_m365_plugin.page.tabs.permissions import draw_permissions_tab
from portsip_m365_plugin.page.tabs.signin import draw_signin_tab
from portsip_m365_plugin.page.tabs.status import draw_status_tab
from portsip_m365_plugin.page.tabs.users import draw_users_tab
from portsip_m365_plugin.page.view import LOOK_ONLY, PageView
from portsip_m365_plugin.photos.off import count_pictures
from portsip_m365_plugin.signin_health import forget_fault
from portsip_m365_plugin.texts import _, _n


def draw_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage:
    """Draw the page. No network."""
    record = host.settings.read()

    def save(texts: Mapping[str, str], expected_version: int) -> SaveOutcome:
        return _save(host, tenant, viewer, texts, expected_version)

    def run(request: ActionRequest) -> ActionOutcome:
        return run_action(host, tenant, viewer, request)

    def confirm(request: ActionRequest) -> ConfirmOutcome | None:
        return ask_first(host, tenant, request)

    def find(request: LookUpRequest) -> LookUpOutcome:
        return look_up(host, viewer, request)

    def land(landing: Landing) -> Done | Refused:
        return settle_landing(host, read_config(host.settings.read().values).connection, landing)

    return SettingsPage(
        title=_("Microsoft 365"),
        version=record.version,
        tabs=_draw_tabs(read_config(record.values), read_once(host), tenant, viewer),
        save=save,
        run=run,
        look_up=find,
        confirm=confirm,
        land=land,
    )


def _draw_tabs(config: Config, host: Host, tenant: Tenant, viewer: Viewer) -> tuple[Tab, ...]:
    view = PageView(
        host=host,
        tenant=tenant,
        config=config,
        may_edit=viewer.may_edit,
        why_not_ready=_why_not_ready(config, host),
    )
    permissions, mail = draw_permissions_tab(view, draw_schedule_facts(view)), draw_mail_tab(view)
    if view.is_system:
        return (permissions, mail)  # the PBX itself has no users and no sign-in of its own
    rest = (permissions, draw_users_tab(view), draw_signin_tab(view), draw_contacts_tab(view), mail)
    return (draw_status_tab(view), *rest) if _is_connected(config, host) else rest


def _save(host: Host, tenant: Tenant, viewer: Viewer, texts: Mapping[str, str], expected_version: int) -> SaveOutcome:
    """Check everything, then store everything or nothing."""
    if not viewer.may_edit:
        return SaveRefused(errors=(FieldError(field="", message=LOOK_ONLY),))
    record = host.settings.read()
    if record.version != expected_version:
        return SaveConflict(current_version=record.version)
    draft, faults = check_texts(texts, read_config(record.values), host)
    if faults:
        return SaveRefused(errors=tuple(faults))
    try:
        written = host.settings.write(draft.store(record.values), expected_version=expected_version)
    except VersionConflictError:
        return SaveConflict(current_version=host.settings.read().version)
    _end_notices(host, draft.config)
    due = next_due_at_utc(draft.config, tenant, host.clock.now_utc())
    notes = (draft.note, _say_removal(host, read_config(record.values), draft.config))
    return Saved(version=written.version, message=sentences(_("Saved."), *notes), next_due_at_utc=due)


def _say_removal(host: Host, before: Config, after: Config) -> str:
    """What will happen to the photos, where this save asks for their removal."""
    if not after.photos.is_removal_wanted or before.photos.is_removal_wanted:
        return ""
    n = count_pictures(host, after.connection.entra_tenant_id)
    if not n:
        return ""
    return _n(
        "{n:,} photo came from Microsoft: the next sync asks before it is removed.",
        "{n:,} photos came from Microsoft: the next sync asks before they are removed.",
        n,
    )


def _end_notices(host: Host, config: Config) -> None:
    """What is switched off has no faults any more."""
    if config.signin.mode is SignInMode.OFF:
        forget_fault(host)
        host.resolve_notice(NoticeKind.REDIRECT_URIS)
    if not runs_between_nights(config):
        host.resolve_notice(NoticeKind.SYNC_BETWEEN)
    if not config.mail.mailbox:
        host.resolve_notice(NoticeKind.MAIL_REJECTED)
        host.resolve_notice(NoticeKind.MAIL_REPLY_TO)


def _is_connected(config: Config, host: Host) -> bool:
    """Whether there is something to report on. Before, the set-up comes first."""
    return not isinstance(find_app(config.connection), NotReady) and host.secrets.get(ACTIVE_KEY) is not None


def _why_not_ready(config: Config, host: Host) -> str:
    app = find_app(config.connection)
    if isinstance(app, NotReady):
        return app.describe()
    if config.unreadable:
        return config.why_unreadable
    return "" if host.secrets.get(ACTIVE_KEY) is not None else _("There is no key pair yet: generate one.")
