"""What mail shows about the permissions and the mailbox: each attempt is a proof (see `proofs`)."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Host
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, MailboxRefusedError
from portsip_m365_plugin.graph.mail import delete_draft, has_drafts, make_draft
from portsip_m365_plugin.mail import memory
from portsip_m365_plugin.mail.sender import Sender
from portsip_m365_plugin.proofs import MAILBOX, Outcome, Proof, remember_proof
from portsip_m365_plugin.texts import _

MAIL_SEND: Final = "Mail.Send"
_DRAFTS: Final = "Mail.ReadWrite"
_SUBJECTS: Final = {
    "consent": MAIL_SEND,
    "access_refused": MAIL_SEND,
    "exchange_missing": MAILBOX,
    "mailbox_blocked": MAILBOX,
    "mailbox_full": MAILBOX,
    "mailbox_missing": MAILBOX,
    "mailbox_send_as": MAILBOX,
    "mailbox_unlicensed": MAILBOX,
}
"""What a fault that stops all mail is about. A quota and a move pass by themselves, and show nothing."""


def remember_receipt(host: Host, sender: Sender, receipt: DeliveryReceipt) -> None:
    """Keep what a receipt shows. Nothing is kept for a tenant that sends by the system's mailbox: it is not its own.

    Cost: two looks at the state, and a write only if something is new.
    """
    if sender.host is not host:
        return
    if receipt.status is DeliveryStatus.ACCEPTED:
        for subject in (MAIL_SEND, MAILBOX):
            _remember(host, sender, subject, _say_sent(sender))
        return
    about = find_subject(receipt)
    if about is not None:
        _remember(host, sender, about, _say_sent(sender), receipt.reason, receipt.remedy)


def find_subject(receipt: DeliveryReceipt) -> str | None:
    """Return what a fault is about, `MAIL_SEND` or `proofs.MAILBOX`; None if it shows nothing about either."""
    return _SUBJECTS.get(receipt.fault)


def try_draft(host: Host, sender: Sender) -> Proof | None:
    """Prove Mail.ReadWrite with a draft that is deleted again. None if this cloud has no drafts, or nothing was shown.

    Cost: two requests.
    """
    client = connect(host, sender.connection, priority="high", policy=IMPATIENT)
    if isinstance(client, NotReady) or not has_drafts(client):
        return None
    words = _("made and deleted a draft in {mailbox}", mailbox=sender.mail.mailbox)
    mailbox, __ = memory.resolve_mailbox(host, client, sender.connection.entra_tenant_id, sender.mail.mailbox)
    message = {"subject": "Test of the PBX: it can be deleted", "body": {"contentType": "text", "content": ""}}
    try:
        delete_draft(client, mailbox, make_draft(client, mailbox, message, ()))
    except (ConsentMissingError, MailboxRefusedError) as error:
        sentence = _(
            "The app may not make drafts in {mailbox}: Mail.ReadWrite is not granted for it.",
            mailbox=sender.mail.mailbox,
        )
        return _remember(host, sender, _DRAFTS, words, sentence, _add_consent(error))
    except GraphError:
        return None
    return _remember(host, sender, _DRAFTS, words)


def _say_sent(sender: Sender) -> str:
    return _("sent a mail from {mailbox}", mailbox=sender.mail.mailbox)


def _add_consent(error: GraphError) -> str:
    if isinstance(error, ConsentMissingError):
        return error.remedy
    return _(
        "In Entra, open the app registration, API permissions: add the application permission Mail.ReadWrite and grant"
        " admin consent; or give the app the Exchange role Application Mail.ReadWrite for this mailbox."
    )


def _remember(host: Host, sender: Sender, subject: str, words: str, sentence: str = "", remedy: str = "") -> Proof:
    proof = Proof(
        subject=subject,
        outcome=Outcome.REFUSED if sentence else Outcome.WORKS,
        at_utc=host.clock.now_utc(),
        call=words,
        on=sender.mail.mailbox,
        sentence=sentence,
        remedy=remedy,
    )
    remember_proof(host, sender.connection, proof)
    return proof
