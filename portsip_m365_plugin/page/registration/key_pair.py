"""The buttons about key pairs: make one, download its public half, have an authority certify it."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Action, Done, Download, Fact, Field, FieldKind, Host, Refused, sentences
from portsip_m365_plugin.entra.keypair import KEY_BITS, Certificate, make_key_pair
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.keys.issued import import_certificate, request_certificate
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, keep_new_pair, load_certificate, load_waiting
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_utc_day

PUBLIC_KEY_FILE: Final = "public_key.pem"
REQUEST_FILE: Final = "certificate_request.csr"
GENERATE_ACTION: Final = "generate_key_pair"
REPLACE_ACTION: Final = "replace_key_pair"
DOWNLOAD_ACTION: Final = "download_public_key"
REQUEST_ACTION: Final = "download_certificate_request"
IMPORT_ACTION: Final = "import_certificate"
_TEST_ACTION: Final = "test_connection"
_UPLOAD: Final = _(
    "Download {file}, upload it to the app registration in Entra under Certificates & secrets, then press Test"
    " connection.",
    file=PUBLIC_KEY_FILE,
)
_PEM: Final = "application/x-pem-file"


def generate(host: Host) -> Done:
    """Make a key pair, unless one waits for its upload already: that one is offered instead."""
    waiting = load_waiting(host)
    if waiting is not None:
        message = sentences(_("A key pair is waiting for its upload already, so no other was made."), _UPLOAD)
        return _describe(host, waiting, message, is_new=False)
    return _make(host)


def replace_waiting(host: Host) -> Done | Refused:
    """Make a key pair in place of the one that waits."""
    waiting = load_waiting(host)
    if waiting is None:
        return Refused(message=_("No key pair is waiting."), remedy=_("Press “Generate new key pair” to make one."))
    host.audit.record("key_pair.discarded", outcome="ok", subject=waiting.thumbprint_sha1)
    return _make(host)


def download(host: Host) -> Download | Refused:
    """Return the certificate that has to be uploaded, or the one in use."""
    certificate = load_certificate(host, NEXT_KEY) or load_certificate(host, ACTIVE_KEY)
    if certificate is None:
        return Refused(message=_("There is no key pair yet."), remedy=_("Generate one first."))
    return _file(certificate)


def download_request(host: Host) -> Download:
    """Return a certificate request for an authority."""
    return Download(
        filename=REQUEST_FILE,
        content=request_certificate(host),
        content_type="application/pkcs10",
        message=_("Give it to your certificate authority. Then import the certificate that it issues."),
    )


def import_issued(host: Host, text: str) -> Done | Refused:
    """Take over a certificate that an authority issued."""
    imported = import_certificate(host, text)
    if isinstance(imported, Refused):
        return imported
    return _describe(host, imported, sentences(_("The certificate was imported."), _UPLOAD), is_new=True)


def _make(host: Host) -> Done:
    pair = make_key_pair(host.clock.now_utc())
    keep_new_pair(host, pair)
    host.audit.record("key_pair.generated", outcome="ok", subject=pair.certificate.thumbprint_sha1)
    return _describe(host, pair.certificate, sentences(_("A new key pair was made."), _UPLOAD), is_new=True)


def _describe(host: Host, certificate: Certificate, message: str, *, is_new: bool) -> Done:
    facts = [
        Fact(
            label=_("Thumbprint"),
            value=certificate.thumbprint_sha1,
            copyable=True,
            help=_("Entra shows it beside the certificate after the upload."),
        ),
        Fact(label=_("Valid until"), value=show_utc_day(certificate.not_after_utc)),
        Fact(label=_("Private key"), value=_("RSA, {bits} bits; it stays in this PBX, encrypted", bits=KEY_BITS)),
    ]
    active = load_certificate(host, ACTIVE_KEY)
    if active is not None and active != certificate:
        facts.append(
            Fact(label=_("Until then"), value=_("The present key pair keeps working until Entra knows the new one."))
        )
    return Done(
        message=message,
        facts=tuple(facts),
        data={"thumbprint": certificate.thumbprint_sha1, "is_new": is_new},
        actions=(DOWNLOAD_ACTION, _TEST_ACTION) + (() if is_new else (REPLACE_ACTION,)),
        download=_file(certificate),
    )


def _file(certificate: Certificate) -> Download:
    return Download(
        filename=PUBLIC_KEY_FILE,
        content=certificate.pem.encode(),
        content_type=_PEM,
        message=_("Thumbprint {thumbprint}, as Entra shows it.", thumbprint=certificate.thumbprint_sha1),
    )


def draw_key_actions(view: PageView) -> tuple[Action, ...]:
    """Draw the buttons. Cost: looks at the secrets; no network."""
    host, why_disabled = view.host, view.why_no_edit
    has_pair = any(host.secrets.get(name) is not None for name in (ACTIVE_KEY, NEXT_KEY))
    why_no_download = "" if has_pair else _("There is no key pair yet.")
    waiting = load_waiting(host)
    replace = Action(
        name=REPLACE_ACTION,
        label=_("Discard the waiting key pair and make another"),
        help=_("Only if the waiting one must not be used."),
        danger=True,
        enabled=not why_disabled,
        why_disabled=why_disabled,
        confirm=""
        if waiting is None
        else _(
            "The waiting key pair with the thumbprint {thumbprint} will be discarded. If you have uploaded it already,"
            " delete that certificate in Entra: this PBX can no longer use it. Make another?",
            thumbprint=waiting.thumbprint_sha1,
        ),
    )
    why_no_renewal = (
        "" if view.config.renewal.is_on else _("Switch “Renew the certificate by itself” on first, and save.")
    )
    return (
        Action(
            name=GENERATE_ACTION,
            label=_("Generate new key pair"),
            help=_(
                "Valid for one year. The private key never leaves this PBX; you upload {file}. The present key pair"
                " works until Entra knows the new one.",
                file=PUBLIC_KEY_FILE,
            ),
            enabled=not why_disabled,
            why_disabled=why_disabled,
        ),
        Action(
            name=DOWNLOAD_ACTION,
            label=_("Download {file}", file=PUBLIC_KEY_FILE),
            enabled=not why_no_download,
            why_disabled=why_no_download,
        ),
        *((replace,) if waiting is not None else ()),
        Action(
            name=Job.RENEW,
            label=_("Renew the certificate now"),
            help=_(
                "Shows that the PBX can renew it by itself: the next certificate is registered now, and used as soon"
                " as Entra knows it."
            ),
            enabled=not (view.why_no_call or why_no_renewal),
            why_disabled=view.why_no_call or why_no_renewal,
        ),
        Action(
            name=REQUEST_ACTION,
            label=_("Download certificate request"),
            help=_(
                "Only where a policy of your directory accepts no self-signed certificates: your certificate authority"
                " issues a certificate for this request."
            ),
            enabled=not why_disabled,
            why_disabled=why_disabled,
        ),
        Action(
            name=IMPORT_ACTION,
            label=_("Import issued certificate"),
            enabled=not why_disabled,
            why_disabled=why_disabled,
            parameters=(
                Field(
                    name="certificate",
                    label=_("Certificate from your authority (PEM)"),
                    kind=FieldKind.LONG_TEXT,
                    help=_(
                        "The certificate that it issued for the request. It waits beside the present one until Entra"
                        " knows it."
                    ),
                ),
            ),
        ),
    )
