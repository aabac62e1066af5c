"""What the buttons of the page do. Long work is only started here; a run does it (`nightly.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import (
    ActionOutcome,
    ActionRequest,
    AddPerson,
    Done,
    Host,
    LoginTest,
    Refused,
    Started,
    Tenant,
    Viewer,
    listing,
)
from portsip_m365_plugin.config.reader import Config, load_config
from portsip_m365_plugin.contacts.leaving import APPROVE_REMOVAL_ACTION, approve_removal
from portsip_m365_plugin.entra.signin import PROVIDER_ID
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.parts.contacts_mailboxes import show_mailbox_state
from portsip_m365_plugin.page.parts.explanation import EXPLAIN_ACTION, show_explanation
from portsip_m365_plugin.page.registration.colleague import (
    COLLEAGUE_ACTION,
    LIMIT_ACTION,
    SCRIPT_ACTION,
    download_for_colleague,
    download_limit,
    show_for_colleague,
)
from portsip_m365_plugin.page.registration.connection import try_connection
from portsip_m365_plugin.page.registration.key_pair import (
    DOWNLOAD_ACTION,
    GENERATE_ACTION,
    IMPORT_ACTION,
    REPLACE_ACTION,
    REQUEST_ACTION,
    download,
    download_request,
    generate,
    import_issued,
    replace_waiting,
)
from portsip_m365_plugin.page.set_up.confirming import confirm_step
from portsip_m365_plugin.page.set_up.connect_steps import TEST_SIGN_IN_ACTION
from portsip_m365_plugin.page.set_up.step_states import CONFIRM_ACTION
from portsip_m365_plugin.page.tabs.mail import send_test_mail
from portsip_m365_plugin.page.tabs.signin import RESUME_ACTION, SUSPEND_ACTION
from portsip_m365_plugin.page.tabs.users import ADD_PERSON_ACTION
from portsip_m365_plugin.page.view import LOOK_ONLY, PageView
from portsip_m365_plugin.photos.vanishing import APPROVE_PHOTO_REMOVAL_ACTION, approve_photo_removal
from portsip_m365_plugin.signin_health import resume_refusal, suspend_refusal
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.users.approval import APPROVE_ACTION, approve

_PERSON_MAX_CHARS: Final = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInput:
    """What the function of a button gets."""

    host: Host
    tenant: Tenant
    viewer: Viewer
    request: ActionRequest
    config: Config


Run = Callable[[ActionInput], ActionOutcome]


def run_action(host: Host, tenant: Tenant, viewer: Viewer, request: ActionRequest) -> ActionOutcome:
    """Do what a button says. Pressing it again does no harm."""
    run = ACTIONS.get(request.action)
    if run is None:
        return Refused(
            message=_("There is no action {action}.", action=request.action),
            remedy=_("Actions: {actions}.", actions=listing(ACTIONS)),
        )
    if not viewer.may_edit and request.action not in _FOR_VIEWERS:
        return Refused(message=LOOK_ONLY, remedy=_("Ask an administrator."))
    return run(ActionInput(host=host, tenant=tenant, viewer=viewer, request=request, config=load_config(host)))


def _confirm_step(given: ActionInput) -> ActionOutcome:
    view = PageView(host=given.host, tenant=given.tenant, config=given.config, may_edit=given.viewer.may_edit)
    return confirm_step(view, given.request.values.get("step", ""))


def _show_for_colleague(given: ActionInput) -> ActionOutcome:
    return show_for_colleague(given.host, given.tenant, given.config)


def _download_for_colleague(given: ActionInput) -> ActionOutcome:
    language = given.viewer.locale
    return download_for_colleague(given.host, given.tenant, given.config, given.request.values, language)


def _download_limit(given: ActionInput) -> ActionOutcome:
    return download_limit(given.host, given.tenant, given.config, given.request.values)


def _test_connection(given: ActionInput) -> ActionOutcome:
    return try_connection(given.host, given.tenant, given.config)


def _send_test_mail(given: ActionInput) -> ActionOutcome:
    return send_test_mail(given.host, given.tenant, given.config, given.request.values.get("to", ""))


def _approve(given: ActionInput) -> ActionOutcome:
    answer = approve(given.host, given.request.values.get("checksum", ""), given.viewer)
    return (
        Started(job=Job.SYNC_NOW, message=_("Approved; the sync was started.")) if isinstance(answer, Done) else answer
    )


def _approve_contact_removal(given: ActionInput) -> ActionOutcome:
    answer = approve_removal(given.host, given.request.values.get("checksum", ""), given.viewer)
    if isinstance(answer, Refused):
        return answer
    return Started(job=Job.CONTACTS, message=_("Approved; the contact sync was started."))


def _approve_photo_removal(given: ActionInput) -> ActionOutcome:
    answer = approve_photo_removal(given.host, given.request.values.get("checksum", ""), given.viewer)
    if isinstance(answer, Refused):
        return answer
    return Started(job=Job.SYNC_NOW, message=_("Approved; the sync was started."))


def _show_mailbox_state(given: ActionInput) -> ActionOutcome:
    return show_mailbox_state(given.host, given.tenant, given.config.contacts, given.request.values.get("mailbox", ""))


def _explain(given: ActionInput) -> ActionOutcome:
    return show_explanation(given.host, given.tenant, given.request.values.get("who", ""))


def _add_person(given: ActionInput) -> ActionOutcome:
    typed = given.request.values.get("person", "").strip()
    if not 0 < len(typed) <= _PERSON_MAX_CHARS or not typed.isprintable():
        return Refused(message=_("Nobody was added."), remedy=_("Give a sign-in name, an address or an object id."))
    return AddPerson(typed=typed)


def _test_sign_in(_given: ActionInput) -> ActionOutcome:
    return LoginTest(provider_id=PROVIDER_ID)


def _suspend_refusal(given: ActionInput) -> ActionOutcome:
    suspend_refusal(given.host, given.viewer.username)
    return Done(message=_("Synced users can sign in with their passwords until you press “Refuse passwords again”."))


def _resume_refusal(given: ActionInput) -> ActionOutcome:
    resume_refusal(given.host, given.viewer.username)
    return Done(message=_("The passwords of people whom Microsoft sign-in admits are refused again."))


def _start(job: Job, message: str) -> Run:
    return lambda _given: Started(job=job, message=message)


ACTIONS: Final[Mapping[str, Run]] = {
    GENERATE_ACTION: lambda given: generate(given.host),
    REPLACE_ACTION: lambda given: replace_waiting(given.host),
    DOWNLOAD_ACTION: lambda given: download(given.host),
    REQUEST_ACTION: lambda given: download_request(given.host),
    IMPORT_ACTION: lambda given: import_issued(given.host, given.request.values.get("certificate", "")),
    CONFIRM_ACTION: _confirm_step,
    "test_connection": _test_connection,
    COLLEAGUE_ACTION: _show_for_colleague,
    SCRIPT_ACTION: _download_for_colleague,
    LIMIT_ACTION: _download_limit,
    APPROVE_ACTION: _approve,
    "send_test_mail": _send_test_mail,
    Job.PREVIEW: _start(Job.PREVIEW, _("The preview is being made; it will be shown on the USER SYNC tab.")),
    Job.SYNC_NOW: _start(Job.SYNC_NOW, _("The sync was started.")),
    Job.FULL_RESYNC: _start(Job.FULL_RESYNC, _("The full sync was started.")),
    Job.CONTACTS: _start(Job.CONTACTS, _("The contact sync was started.")),
    Job.CONTACTS_RESYNC: _start(Job.CONTACTS_RESYNC, _("All contacts are being read again.")),
    APPROVE_REMOVAL_ACTION: _approve_contact_removal,
    APPROVE_PHOTO_REMOVAL_ACTION: _approve_photo_removal,
    "contact_state": _show_mailbox_state,
    EXPLAIN_ACTION: _explain,
    ADD_PERSON_ACTION: _add_person,
    TEST_SIGN_IN_ACTION: _test_sign_in,
    SUSPEND_ACTION: _suspend_refusal,
    RESUME_ACTION: _resume_refusal,
    Job.RENEW: _start(Job.RENEW, _("The certificate is being renewed; the run says how far it came.")),
    Job.DISCONNECT: _start(Job.DISCONNECT, _("Disconnecting.")),
}
"""By action name; a new tab adds its own."""

_FOR_VIEWERS: Final = frozenset({DOWNLOAD_ACTION, EXPLAIN_ACTION})
