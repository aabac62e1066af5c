"""The fallback channel: the operator's SMTP server, always with TLS and a verified certificate.

The settings lie sealed in the vault, since they hold a password. What a mail says is the same as by a plugin: the
contract's `check_mail` and `write_mail` decide it.
"""

from __future__ import annotations

import contextlib
import json
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final

from pbx_devhost.store.sealing.vault import PluginSecrets
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.texts import _
from pbx_plugin_api import (
    AttachmentRef,
    DeliveryReceipt,
    DeliveryStatus,
    Notification,
    RejectedRecipient,
    check_mail,
    dump,
    load,
    rules,
    sentences,
    write_mail,
)

if TYPE_CHECKING:
    from pbx_devhost.store.plugins.blobs import TenantBlobs
    from pbx_devhost.store.stores import Stores

_KEPT_AS: Final = "smtp"
_TIMEOUT_S: Final = 30.0
_TOO_LARGE: Final = 552
_ATTACHED_MAX_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Which SMTP server is used, and when."""

    server: str
    port: int = 587
    sender: str
    security: str = "starttls"
    """`starttls` or `tls`. Plain SMTP is not possible."""
    username: str = ""
    password: str = ""
    ca_file: str = ""
    """The CA file for a server whose certificate comes from the operator's own CA."""
    after_s: int = 1800
    """How long the plugin's service must have been unreachable before this channel is used."""

    def __post_init__(self) -> None:
        rules.check_text("server", self.server, min_chars=1, max_chars=253)
        rules.check_text("sender", self.sender, min_chars=3, max_chars=320)
        rules.check_at_least("port", self.port, 1)
        rules.check_at_least("after_s", self.after_s, 0)
        if self.security not in ("starttls", "tls"):
            raise ValueError(f"security: {self.security!r} is neither starttls nor tls")


def store_smtp(stores: Stores, settings: SmtpSettings) -> None:
    """Store the settings, encrypted."""
    _secrets(stores).put(_KEPT_AS, json.dumps(dump(settings)).encode())


def load_smtp(stores: Stores) -> SmtpChannel | None:
    """Return the fallback channel, or None where there is none."""
    stored = _secrets(stores).get(_KEPT_AS)
    return None if stored is None else SmtpChannel(load(SmtpSettings, json.loads(stored)))


def forget_smtp(stores: Stores) -> None:
    """Remove the fallback channel."""
    _secrets(stores).delete(_KEPT_AS)


def _secrets(stores: Stores) -> PluginSecrets:
    return PluginSecrets(stores.scope(SYSTEM_TENANT.pbx_tenant_id, "pbx"), stores.vault)


class SmtpChannel:
    """Sends by SMTP."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings

    def send(
        self,
        notification: Notification,
        stores: Stores,
        tenant_id: str,
        *,
        may_send: Callable[[], bool] = lambda: True,
    ) -> DeliveryReceipt:
        """Send one mail on a new connection, if `may_send` says so when that is ready."""
        checked = check_mail(notification)
        if checked.notification is None:
            reason = sentences(_("None of the recipients is an e-mail address."), checked.rejected[0].reason)
            return DeliveryReceipt(status=DeliveryStatus.REJECTED, reason=reason, rejected_recipients=checked.rejected)
        receipt = self._send(checked.notification, stores, tenant_id, may_send)
        detail = sentences(receipt.detail, *checked.notes) if checked.notes else receipt.detail
        return replace(receipt, rejected_recipients=(*checked.rejected, *receipt.rejected_recipients), detail=detail)

    def _send(
        self, notification: Notification, stores: Stores, tenant_id: str, may_send: Callable[[], bool]
    ) -> DeliveryReceipt:
        message = compose(notification, self.settings.sender, stores, tenant_id)
        everyone = list(dict.fromkeys((*notification.to, *notification.cc, *notification.bcc)))
        may_have_gone = False
        try:
            with contextlib.closing(self._connect()) as server:
                server.ehlo_or_helo_if_needed()
                if self.settings.username:
                    server.login(self.settings.username, self.settings.password)
                if not may_send():
                    return _later(_("Another worker has this mail."), stores)
                may_have_gone = True
                refused = server.send_message(message, self.settings.sender, everyone)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            return _refused_by_all(error, stores)
        except smtplib.SMTPResponseException as error:
            return _answered(error, stores, is_about_the_mail=may_have_gone)
        except smtplib.SMTPNotSupportedError as error:
            if not may_have_gone:  # TLS or the password
                return _later(
                    _(
                        "The mail server {server} cannot be used: {error}",
                        server=self.settings.server,
                        error=str(error),
                    ),
                    stores,
                )
            reason = _("The mail server does not support the non-ASCII addresses of this mail.")
            return DeliveryReceipt(status=DeliveryStatus.REJECTED, reason=reason)
        except (smtplib.SMTPException, OSError) as error:
            if may_have_gone:
                reason = _("The connection to the mail server broke while the mail was sent.")
                return DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason=reason)
            reason = _(
                "The mail server {server} cannot be reached ({error}).",
                server=self.settings.server,
                error=type(error).__name__,
            )
            return _later(reason, stores)
        rejected = tuple(RejectedRecipient(address=a, reason=_("The mail server refused it.")) for a in refused)
        return DeliveryReceipt(status=DeliveryStatus.ACCEPTED, rejected_recipients=rejected)

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        trust = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.server, settings.port, timeout=_TIMEOUT_S, context=trust)
        server = smtplib.SMTP(settings.server, settings.port, timeout=_TIMEOUT_S)
        try:
            server.starttls(context=trust)
        except BaseException:
            server.close()
            raise
        return server


def compose(notification: Notification, sender: str, stores: Stores, tenant_id: str) -> EmailMessage:
    """Build the MIME message. The text names attachments that are too large or gone.

    Args:
        notification: As `check_mail` gave it.
        sender: The address in From.
        stores: Where the attachments are.
        tenant_id: Whose they are.
    """
    attached, left_out, gone = list[AttachmentRef](), list[AttachmentRef](), list[AttachmentRef]()
    room = _ATTACHED_MAX_BYTES
    blobs = stores.blobs(tenant_id)
    for ref in notification.attachments:
        info = blobs.info(ref.blob)
        if info is None or info.size_bytes > room:
            (gone if info is None else left_out).append(ref)
            continue
        room -= info.size_bytes
        attached.append(ref)
    marks_copy = notification.previous_outcome_unknown
    written = write_mail(notification, marks_copy=marks_copy, left_out=left_out, gone=gone)
    mail = EmailMessage()
    mail["Subject"] = written.subject
    mail["From"] = sender
    for name in ("to", "cc", "reply_to"):
        if getattr(notification, name):
            mail[name.replace("_", "-")] = ", ".join(getattr(notification, name))
    mail["Date"] = format_datetime(datetime.fromtimestamp(stores.database.now(), timezone.utc))
    mail["Message-ID"] = make_msgid(notification.notification_id, sender.rpartition("@")[2])
    mail["X-PortSIP-Notification-Id"] = notification.notification_id
    # Translators: the plain text of a mail that has HTML only, for a program that cannot show HTML.
    only_html = _("This mail is written in HTML.").in_language(notification.language)
    mail.set_content(written.text or only_html)
    page = None
    if written.html:
        mail.add_alternative(written.html, subtype="html")
        page = mail.get_body(("html",))
    for ref in attached:
        _attach(mail, page, ref, blobs)
    return mail


def _attach(mail: EmailMessage, page: MIMEPart | None, ref: AttachmentRef, blobs: TenantBlobs) -> None:
    """Add a file to the mail, or a picture to the page that shows it."""
    main, _, sub = ref.content_type.partition("/")
    with blobs.open(ref.blob) as file:
        data = file.read()
    if page is not None and ref.content_id:
        page.add_related(data, main, sub, filename=ref.filename, cid=f"<{ref.content_id}>", disposition="inline")
    else:
        mail.add_attachment(data, maintype=main, subtype=sub, filename=ref.filename)


def _refused_by_all(error: smtplib.SMTPRecipientsRefused, stores: Stores) -> DeliveryReceipt:
    if any(code < 500 for code, _ in error.recipients.values()):
        return _later(_("The mail server does not accept the recipients at the moment."), stores)
    return DeliveryReceipt(status=DeliveryStatus.REJECTED, reason=_("The mail server refuses the recipients."))


def _answered(error: smtplib.SMTPResponseException, stores: Stores, *, is_about_the_mail: bool) -> DeliveryReceipt:
    """Only an answer about this mail ends it. What the server says about us (greeting, TLS, password, sender) does not.

    An answer of 552 to the sender is about the mail's size (RFC 1870, section 6.1).
    """
    is_about_us = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != _TOO_LARGE
    if error.smtp_code < 500 or is_about_us or not is_about_the_mail:
        return _later(_("The mail server answered {code}.", code=error.smtp_code), stores)
    return DeliveryReceipt(
        status=DeliveryStatus.REJECTED, reason=_("The mail server refused it ({code}).", code=error.smtp_code)
    )


def _later(reason: str, stores: Stores) -> DeliveryReceipt:
    retry_at = datetime.fromtimestamp(stores.database.now(), timezone.utc) + timedelta(seconds=1)
    return DeliveryReceipt(status=DeliveryStatus.DEFERRED, reason=reason, retry_at_utc=retry_at)
