"""The steps of the set-up, in the order in which Microsoft wants them done, each with its state.

Pure: a record of what is known in, steps out. `set_up.py` reads that record from the host.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import Fact, Step, StepState
from portsip_m365_plugin.entra.signin import CALLBACK_PATH
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.last_test import Finding
from portsip_m365_plugin.page.entra_pages import EntraPage, link_to_app, link_to_registrations
from portsip_m365_plugin.page.key_pair import DOWNLOAD_ACTION, GENERATE_ACTION
from portsip_m365_plugin.page.known import WAY_IN, Known
from portsip_m365_plugin.proofs import MAILBOX
from portsip_m365_plugin.users.approval import APPROVE_ACTION

APP_NAME: Final = "PortSIP PBX"
CONFIRM_ACTION: Final = "confirm_step"
CONFIRM_LABELS: Final = {
    "prerequisites": "These addresses are right",
    "register": "I have registered it",
    "upload": "I have uploaded it",
    "permissions": "I have added them",
    "consent": "I have given consent",
}
"""Label of the button by which an administrator says that something outside of the PBX is done, by step."""
SCOPE_FIELDS: Final = (
    *("sync_users_mode", "sync_users", "sync_groups_mode", "sync_groups", "starting_extension_number"),
)

_TEST: Final = "test_connection"
_IDS: Final = ("directory", "cloud", "application")
_LOCAL: Final = ("http://localhost", "http://127.0.0.1", "http://[::1]")


def draw_steps(known: Known) -> tuple[Step, ...]:
    """Return the steps. The first that is to do or has failed is the next one, for somebody who may do it.

    If it is done outside of the PBX, its button says so: `CONFIRM_ACTION`, which is on the page for this step only.
    """
    drawn = [draw(known) for draw in (_SYSTEM_STEPS if known.is_system else _TENANT_STEPS)]
    for index, step in enumerate(drawn):
        if step.state in (StepState.TO_DO, StepState.FAILED) and known.may_edit:
            says_so = step.state is StepState.TO_DO and step.name in CONFIRM_LABELS
            actions = (CONFIRM_ACTION, *step.actions) if says_so else step.actions
            drawn[index] = replace(step, actions=actions, is_next=True)
            break
    return tuple(drawn)


def confirmation_of(step: str, known: Known) -> str:
    """Return what an administrator confirms with a step's button, so that a change of it opens the step again."""
    certificate = known.certificate.thumbprint_sha256 if known.certificate is not None else ""
    permissions = " ".join(sorted(item.name for item in known.needed))
    return {
        "prerequisites": " ".join(known.origins.all()),
        "register": " ".join(known.origins.all()),
        "upload": certificate,
        "permissions": permissions,
        "consent": f"{known.connection.client_id} {permissions}",
    }[step]


def _is_confirmed(step: str, known: Known) -> bool:
    """Whether everything that the step asks for now has been confirmed."""
    said = set(known.confirmed.get(step, "").split())
    return bool(said) and set(confirmation_of(step, known).split()) <= said


def _proven(at_utc: datetime) -> dict[str, Any]:
    return {"state": StepState.PROVEN, "proven_at_utc": at_utc}


def _failed(finding: Finding) -> dict[str, Any]:
    remedy = finding.remedy or "Put it right, then press “Test connection”."
    return {"state": StepState.FAILED, "detail": finding.found, "remedy": remedy}


def _done(detail: str = "") -> dict[str, Any]:
    return {"state": StepState.DONE, "detail": detail}


def _check_addresses(known: Known) -> Step:
    fault = known.fault("web_certificate")
    state: dict[str, Any] = {}
    if fault is not None:
        state = _failed(fault)
    elif known.test is not None and known.test.works("web_certificate"):
        state = _proven(known.test.at_utc)
    elif known.origins.web.startswith(_LOCAL):
        state = _done("Entra accepts this address for a trial in a browser on this machine.")
    elif _is_confirmed("prerequisites", known) or known.approved_at_utc is not None:
        state = _done()
    sbc = known.origins.sbc or "none: nobody signs in with Microsoft through a session border controller"
    return Step(
        name="prerequisites",
        title="Check the addresses of this PBX",
        text="After signing in, Microsoft sends people back to this PBX. Their browsers must reach it by https, under a"
        " public name, with a certificate of a trusted authority. The same holds for the domain of the session border"
        " controller (SBC), if people use one.",
        facts=(Fact(label="Web domain", value=known.origins.web), Fact(label="SBC domain", value=sbc)),
        actions=(_TEST,) if fault is not None else (),
        **state,
    )


def _register(known: Known) -> Step:
    state: dict[str, Any] = {}
    if known.worked_at_utc is not None:
        state = _proven(known.worked_at_utc)
    elif known.connection.client_id or _is_confirmed("register", known):
        state = _done()
    more = " Add the second redirect URI afterwards, under Authentication." if known.origins.sbc else ""
    uris = (origin + CALLBACK_PATH for origin in known.origins.all())
    return Step(
        name="register",
        title="Register an application in Entra",
        text="Press New registration. Enter the name, choose the accounts in this organizational directory only (single"
        f" tenant), and enter the redirect URI with the platform Web. Then press Register.{more}",
        facts=(
            Fact(label="Name", value=APP_NAME, copyable=True),
            *(Fact(label="Redirect URI", value=uri, copyable=True) for uri in uris),
        ),
        link=link_to_registrations(known.cloud),
        **state,
    )


def _enter_ids(known: Known) -> Step:
    fault = known.fault(*_IDS)
    state: dict[str, Any] = {}
    if known.connection.is_complete and known.cloud is None:
        found = f"The region {known.connection.cloud_name} is not known to this PBX."
        state = _failed(Finding(name="cloud", works=False, found=found, remedy="Choose another, or ask the operator."))
    elif fault is not None:
        state = _failed(fault)
    elif known.worked_at_utc is not None and known.connection.is_complete:
        state = _proven(known.worked_at_utc)
    elif known.connection.is_complete:
        state = _done()
    return Step(
        name="ids",
        title="Enter the two IDs and the region",
        text="Both IDs are on the Overview page of the app registration. Instead of the directory ID you can enter a"
        " verified domain. The region is the Microsoft cloud of the directory; GCC belongs to GLOBAL.",
        link=link_to_app(known.cloud, known.connection, EntraPage.OVERVIEW, "Open the Overview page in Entra"),
        fields=("application_id", "directory_id", "national_cloud"),
        actions=(_TEST,) if fault is not None else (),
        **state,
    )


def _make_key_pair(known: Known) -> Step:
    certificate, state = known.certificate, {}
    if certificate is not None:
        until = certificate.not_after_utc.strftime("%Y-%m-%d")
        state = _done(f"The certificate is valid until {until}.")
        if certificate.days_left(known.now_utc) < 0:
            found = f"The certificate expired on {until}."
            remedy = "Generate a new key pair and upload it."
            state = _failed(Finding(name="certificate", works=False, found=found, remedy=remedy))
    return Step(
        name="key_pair",
        title="Generate a key pair",
        text="This PBX signs in to Microsoft 365 with a certificate and without a client secret. The private key never"
        " leaves it.",
        actions=(GENERATE_ACTION,),
        **state,
    )


def _upload(known: Known) -> Step:
    certificate, fault = known.certificate, known.fault("certificate")
    state: dict[str, Any] = {}
    if certificate is None:
        state = {"state": StepState.WAITING, "detail": "The key pair comes first."}
    elif fault is not None and known.test is not None and known.test.thumbprint_sha256 == certificate.thumbprint_sha256:
        state = _failed(fault)
    elif known.worked_at_utc is not None and not known.is_renewal:
        state = _proven(known.worked_at_utc)
    elif _is_confirmed("upload", known):
        state = _done("Entra needs some minutes until it knows a new certificate.")
    shown = () if certificate is None else (Fact(label="Thumbprint", value=certificate.thumbprint_sha1, copyable=True),)
    first = (_TEST,) if state.get("state") is StepState.FAILED else ()
    return Step(
        name="upload",
        title="Upload the public key",
        text="Download public_key.pem. In Entra, under Certificates & secrets, Certificates, press Upload certificate."
        " Entra then shows the thumbprint below.",
        facts=shown,
        link=link_to_app(known.cloud, known.connection, EntraPage.CREDENTIALS, "Open Certificates & secrets in Entra"),
        actions=(*first, DOWNLOAD_ACTION) if certificate is not None else (),
        **state,
    )


def _add_permissions(known: Known) -> Step:
    proven = [known.permission(item.name) for item in known.needed]
    times = [each for each in proven if isinstance(each, datetime)]
    state: dict[str, Any] = {}
    if times and len(times) == len(known.needed):
        state = _proven(min(times))
    elif _is_confirmed("permissions", known) or known.is_established:
        state = _done()
    return Step(
        name="permissions",
        title="Add the permissions",
        text="Under API permissions press Add a permission, Microsoft Graph, Application permissions, and add what is"
        " listed here. Only what the features that are on need is listed.",
        facts=(
            *(Fact(label="Needed", value=item.name, copyable=True, help=item.purpose) for item in known.needed),
            *(Fact(label="Useful", value=item.name, copyable=True, help=item.purpose) for item in known.useful),
        ),
        link=_link_to_permissions(known),
        **state,
    )


def _give_consent(known: Known) -> Step:
    proven = [known.permission(item.name) for item in known.needed]
    times = [each for each in proven if isinstance(each, datetime)]
    refused = next((each for each in proven if isinstance(each, Finding)), None)
    state: dict[str, Any] = {}
    if refused is not None:
        state = _failed(replace(refused, found=f"{refused.name}: {refused.found}"))
    elif times and len(times) == len(known.needed):
        state = _proven(min(times))
    elif _is_confirmed("consent", known) or known.is_established:
        state = _done()
    return Step(
        name="consent",
        title="Give admin consent",
        text="On the same page press “Grant admin consent”. This takes a directory role such as Privileged Role"
        " Administrator or Global Administrator. It can take some minutes until Microsoft Graph knows it.",
        link=_link_to_permissions(known),
        actions=(_TEST,) if refused is not None else (),
        **state,
    )


def _test(known: Known) -> Step:
    explained = known.fault(*_IDS, "certificate", "web_certificate", *(item.name for item in known.needed))
    fault = known.fault(*WAY_IN)
    state: dict[str, Any] = {}
    if explained is not None:
        state = {"detail": "The last test failed, and a step above says why. Press “Test connection” again after it."}
    elif fault is not None:
        state = _failed(fault)
    elif known.worked_at_utc is not None:
        state = _proven(known.worked_at_utc)
    return Step(
        name="test",
        title="Test the connection",
        text="The PBX gets a token and tries every permission that it needs. What does not work is named, with what to"
        " do.",
        actions=(_TEST,),
        **state,
    )


def _choose_who(known: Known) -> Step:
    is_done = known.is_scope_saved or known.approved_at_utc is not None
    return Step(
        name="scope",
        title="Choose who becomes a user",
        text="Everybody in the directory, only some people or groups, or all except some. More rules are on the USER"
        " SYNC tab. Nobody becomes a user before you have seen and approved the plan.",
        fields=SCOPE_FIELDS,
        **(_done() if is_done else {}),
    )


def _preview(known: Known) -> Step:
    state: dict[str, Any] = {}
    if known.approved_at_utc is not None:
        state = _done()
    elif known.plan is not None:
        state = _done(f"The plan would create {known.plan.created} users and link {known.plan.linked}.")
    return Step(
        name="preview",
        title="Look at what the first sync would do",
        text="The preview reads the directory and changes nothing. It shows each new person, and who is left out and"
        " why.",
        actions=(Job.PREVIEW,),
        **state,
    )


def _approve(known: Known) -> Step:
    state: dict[str, Any] = {}
    if known.approved_at_utc is not None:
        state = _proven(known.approved_at_utc) | {"detail": f"{known.linked} people of the directory are users here."}
    elif known.plan is None:
        state = {"state": StepState.WAITING, "detail": "The preview comes first."}
    return Step(
        name="approve",
        title="Approve the first sync",
        text="The people of the plan become users with extensions. From then on changes follow by themselves.",
        actions=(APPROVE_ACTION,),
        **state,
    )


def _send_test_mail(known: Known) -> Step:
    """The last step of the system, which has no users and only sends mail."""
    proof, state = known.proofs.get(MAILBOX), {}
    if known.mailbox and proof is not None:
        why = Finding(name=MAILBOX, works=False, found=proof.sentence, remedy=proof.remedy)
        state = _proven(proof.at_utc) if proof.works else _failed(why)
    return Step(
        name="mail",
        title="Choose the mailbox and send a test mail",
        text="The PBX sends its mail from this mailbox. Press “Send test mail” on the MAIL tab after saving.",
        fields=() if known.mailbox else ("mail_mailbox",),
        actions=("send_test_mail",) if known.mailbox else (),
        **state,
    )


def _link_to_permissions(known: Known) -> Any:
    return link_to_app(known.cloud, known.connection, EntraPage.PERMISSIONS, "Open API permissions in Entra")


_CONNECT: Final = (
    *(_check_addresses, _register, _enter_ids, _make_key_pair, _upload, _add_permissions, _give_consent, _test),
)
_TENANT_STEPS: Final[tuple[Callable[[Known], Step], ...]] = (*_CONNECT, _choose_who, _preview, _approve)
_SYSTEM_STEPS: Final[tuple[Callable[[Known], Step], ...]] = (*_CONNECT, _send_test_mail)
