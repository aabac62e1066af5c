"""The steps that connect the PBX to Microsoft 365: from its addresses to the test of the connection. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pbx_plugin_api import Fact, Link, Step, StepState, sentences
from portsip_m365_plugin.last_test import Finding
from portsip_m365_plugin.page.registration.colleague import COLLEAGUE_ACTION
from portsip_m365_plugin.page.registration.entra_pages import APP_NAME, EntraPage, link_to_app, link_to_registrations
from portsip_m365_plugin.page.registration.key_pair import DOWNLOAD_ACTION, GENERATE_ACTION
from portsip_m365_plugin.page.set_up.known import WAY_IN, Evidence, Known
from portsip_m365_plugin.page.set_up.step_states import done, failed, is_confirmed, proven
from portsip_m365_plugin.redirects import redirect_uris
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_utc_day

TEST_SIGN_IN_ACTION: Final = "test_sign_in"
"""A button of the SIGN IN tab; the step about new addresses offers it too."""
_TEST: Final = "test_connection"
_IDS: Final = ("directory", "cloud", "application")
_LOCAL: Final = ("http://localhost", "http://127.0.0.1", "http://[::1]")


def check_addresses(known: Known) -> Step:
    """Proven by a connection to the own address; otherwise an administrator confirms it."""
    fault = known.fault("web_certificate")
    state: dict[str, Any] = {}
    if fault is not None:
        state = failed(fault)
    elif known.test is not None and known.test.works("web_certificate"):
        state = proven(known.test.at_utc)
    elif known.origins.web.startswith(_LOCAL):
        state = done(_("Entra accepts this address for a trial in a browser on this machine."))
    elif is_confirmed("prerequisites", known) or known.approved_at_utc is not None:
        state = done()
    sbc = known.origins.sbc or _("none: nobody signs in with Microsoft through a session border controller")
    return Step(
        name="prerequisites",
        title=_("Check the addresses of this PBX"),
        text=_(
            "After signing in, Microsoft sends people back to this PBX. Their browsers must reach it by https, under a"
            " public name, with a certificate of a trusted authority. The same holds for the domain of the session"
            " border controller (SBC), if people use one."
        ),
        facts=(Fact(label=_("Web domain"), value=known.origins.web), Fact(label=_("SBC domain"), value=sbc)),
        actions=(_TEST,) if fault is not None else (),
        **state,
    )


def register(known: Known) -> Step:
    """It is done when its ID is known. A changed domain opens it again."""
    state: dict[str, Any] = {}
    if known.new_uris_task:
        found = _("This PBX has a new address, and Microsoft does not know it as a redirect URI.")
        state = failed(Finding(name="redirect_uris", works=False, found=found, remedy=known.new_uris_task))
    elif known.worked_at_utc is not None:
        state = proven(known.worked_at_utc)
    elif known.connection.client_id or is_confirmed("register", known):
        state = done()
    text = _(
        "Press New registration. Enter the name, choose the accounts in this organizational directory only (single"
        " tenant), and enter the redirect URI with the platform Web. Then press Register."
    )
    more = _("Add the second redirect URI afterwards, under Authentication.") if known.origins.sbc else ""
    return Step(
        name="register",
        title=_("Register an application in Entra"),
        text=sentences(text, more),
        facts=(
            Fact(label=_("Name"), value=APP_NAME, copyable=True),
            *(Fact(label=_("Redirect URI"), value=uri, copyable=True) for uri in redirect_uris(known.origins)),
        ),
        link=link_to_registrations(known.cloud)
        if not known.new_uris_task
        else link_to_app(known.cloud, known.connection, EntraPage.AUTHENTICATION, _("Open Authentication in Entra")),
        actions=(TEST_SIGN_IN_ACTION,) if known.new_uris_task else (COLLEAGUE_ACTION,),
        **state,
    )


def enter_ids(known: Known) -> Step:
    """Wrong where the test found no such directory, cloud or application."""
    fault = known.fault(*_IDS)
    state: dict[str, Any] = {}
    if known.connection.is_complete and known.cloud is None:
        found = _("The region {region} is not known to this PBX.", region=known.connection.cloud_name)
        state = failed(
            Finding(name="cloud", works=False, found=found, remedy=_("Choose another, or ask the operator."))
        )
    elif fault is not None:
        state = failed(fault)
    elif known.worked_at_utc is not None and known.connection.is_complete:
        state = proven(known.worked_at_utc)
    elif known.connection.is_complete:
        state = done()
    return Step(
        name="ids",
        title=_("Enter the two IDs and the region"),
        text=_(
            "Both IDs are on the Overview page of the app registration. Instead of the directory ID you can enter a"
            " verified domain. The region is the Microsoft cloud of the directory; GCC belongs to GLOBAL."
        ),
        link=link_to_app(known.cloud, known.connection, EntraPage.OVERVIEW, _("Open the Overview page in Entra")),
        fields=("application_id", "directory_id", "national_cloud"),
        actions=(_TEST,) if fault is not None else (),
        **state,
    )


def make_key_pair(known: Known) -> Step:
    """Done while the newest certificate has not expired."""
    certificate, state = known.certificate, {}
    if certificate is not None:
        until = show_utc_day(certificate.not_after_utc)
        state = done(_("The certificate is valid until {day}.", day=until))
        if certificate.days_left(known.now_utc) < 0:
            found = _("The certificate expired on {day}.", day=until)
            remedy = _("Generate a new key pair and upload it.")
            state = failed(Finding(name="certificate", works=False, found=found, remedy=remedy))
    return Step(
        name="key_pair",
        title=_("Generate a key pair"),
        text=_(
            "This PBX signs in to Microsoft 365 with a certificate and without a client secret. The private key never"
            " leaves it."
        ),
        actions=(GENERATE_ACTION,),
        **state,
    )


def upload(known: Known) -> Step:
    """Proven when Entra accepted the certificate. A next pair is to be uploaded too, unless the PBX has sent it."""
    certificate, fault = known.certificate, known.fault("certificate")
    state: dict[str, Any] = {}
    if certificate is None:
        state = {"state": StepState.WAITING, "detail": _("The key pair comes first.")}
    elif fault is not None and known.test is not None and known.test.thumbprint_sha256 == certificate.thumbprint_sha256:
        state = failed(fault)
    elif known.worked_at_utc is not None and not known.is_renewal:
        state = proven(known.worked_at_utc)
    elif known.is_renewal and known.is_sent:
        detail = _("This PBX has sent the next certificate to Entra, and uses it as soon as Entra knows it.")
        state = {"state": StepState.WAITING, "detail": detail}
    elif is_confirmed("upload", known):
        state = done(_("Entra needs some minutes until it knows a new certificate."))
    shown = (
        () if certificate is None else (Fact(label=_("Thumbprint"), value=certificate.thumbprint_sha1, copyable=True),)
    )
    first = (_TEST,) if state.get("state") is StepState.FAILED else ()
    return Step(
        name="upload",
        title=_("Upload the public key"),
        text=_(
            "Download public_key.pem. In Entra, under Certificates & secrets, Certificates, press Upload certificate."
            " Entra then shows the thumbprint below."
        ),
        facts=shown,
        link=link_to_app(
            known.cloud, known.connection, EntraPage.CREDENTIALS, _("Open Certificates & secrets in Entra")
        ),
        actions=(*first, DOWNLOAD_ACTION) if certificate is not None else (),
        **state,
    )


def add_permissions(known: Known) -> Step:
    """Proven with the consent: a call that works shows both."""
    shown = _evidence(known)
    state: dict[str, Any] = {}
    if len(shown) == len(known.needed) and not any(each.fault for each in shown):
        state = proven(min(each.at_utc for each in shown)) if shown else done()
    elif is_confirmed("permissions", known) or known.is_established:
        state = done()
    return Step(
        name="permissions",
        title=_("Add the permissions"),
        text=_(
            "Under API permissions press Add a permission, Microsoft Graph, Application permissions, and add what is"
            " listed here. Only what the features that are on need is listed."
        ),
        facts=(
            *(Fact(label=_("Needed"), value=item.name, copyable=True, help=item.purpose) for item in known.needed),
            *(Fact(label=_("Useful"), value=item.name, copyable=True, help=item.purpose) for item in known.useful),
        ),
        link=_link_to_permissions(known),
        **state,
    )


def give_consent(known: Known) -> Step:
    """Proven by calls. What a browser reports after the consent page is only a reason to test again."""
    shown = _evidence(known)
    refused = next((each for each in shown if each.fault is not None), None)
    reported = known.consent_at_utc
    state: dict[str, Any] = {}
    if refused is not None and refused.fault is not None and (reported is None or reported < refused.at_utc):
        state = failed(
            replace(
                refused.fault, found=_("{permission}: {why}", permission=refused.fault.name, why=refused.fault.found)
            )
        )
    elif refused is None and len(shown) == len(known.needed):
        state = proven(min(each.at_utc for each in shown)) if shown else done()
    elif reported is not None:
        state = done(_("Microsoft reports that consent was given. The test shows whether it is enough."))
    elif is_confirmed("consent", known) or known.is_established:
        state = done()
    failing = state.get("state") is StepState.FAILED
    return Step(
        name="consent",
        title=_("Give admin consent"),
        text=_(
            "On the same page press “Grant admin consent”, or give the consent address to a colleague who may do so."
            " This takes a directory role such as Privileged Role Administrator or Global Administrator. It can take"
            " some minutes until Microsoft Graph knows it."
        ),
        link=_link_to_permissions(known),
        actions=(_TEST, COLLEAGUE_ACTION) if failing else (COLLEAGUE_ACTION,),
        **state,
    )


def test_connection(known: Known) -> Step:
    """Proven by the last call that worked. What a step before it explains is not said twice."""
    refused = [each.fault.name for each in _evidence(known) if each.fault is not None]
    explained = known.fault(*_IDS, "certificate", "web_certificate", *refused)
    fault = known.fault(*WAY_IN) or known.fault("mailbox", "redirect_uris")
    state: dict[str, Any] = {}
    if explained is not None:
        state = {"detail": _("The last test failed. Once what it named is mended, press “Test connection” again.")}
    elif fault is not None:
        state = failed(fault)
    elif known.worked_at_utc is not None:
        state = proven(known.worked_at_utc)
    return Step(
        name="test",
        title=_("Test the connection"),
        text=_(
            "The PBX gets a token and tries every permission that it needs. What does not work is named, with what to"
            " do."
        ),
        actions=(_TEST,),
        **state,
    )


def _evidence(known: Known) -> list[Evidence]:
    """What is known about each permission that is needed; those that nobody has tried are left out."""
    return [each for each in (known.permission(item.name) for item in known.needed) if each is not None]


def _link_to_permissions(known: Known) -> Link | None:
    return link_to_app(known.cloud, known.connection, EntraPage.PERMISSIONS, _("Open API permissions in Entra"))
