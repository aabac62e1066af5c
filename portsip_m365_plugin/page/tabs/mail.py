"""The MAIL tab: which mailbox sends the PBX's mail, who gets the test mail, and what could not be sent lately."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import (
    Action,
    ActionOutcome,
    DeliveryStatus,
    Done,
    Fact,
    Field,
    FieldKind,
    Host,
    Notification,
    NotificationKind,
    Priority,
    Refused,
    Severity,
    Tab,
    Table,
    Tenant,
    is_mail_address,
    listing,
    sentences,
)
from portsip_m365_plugin.config.fields import describe_wrong_addresses, split_addresses
from portsip_m365_plugin.config.mail import RECIPIENTS_AT_MOST
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.graph.mail import INLINE_MAX_BYTES
from portsip_m365_plugin.mail.memory import forget_draft_refusal, recent_failures
from portsip_m365_plugin.mail.rates import LIMITS_TEXT, ORDINARY_MESSAGES_A_MINUTE
from portsip_m365_plugin.mail.send import send_from
from portsip_m365_plugin.mail.sender import Sender
from portsip_m365_plugin.mail.shown import try_draft
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.page.words import say_kind, say_outcome
from portsip_m365_plugin.proofs import Proof
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time

_TEST_TO: Final = "to"


def draw_mail_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: one look at the plugin's state; no network."""
    failures = recent_failures(view.host)
    return Tab(
        name="mail",
        label=_("MAIL"),
        intro=_(
            "Voicemails, welcome mails and alerts are sent from a mailbox in Microsoft 365. A shared mailbox is best:"
            " it needs no licence. Bounces arrive in its Inbox; nobody else sees them."
        ),
        fields=_fields(view),
        facts=_facts(view, failures),
        tables=(
            Table(
                title=_("Could not be sent lately"),
                columns=(_("Time"), _("Kind"), _("Outcome"), _("Why"), _("What to do")),
                rows=tuple(_show_failure(item, view.tenant) for item in failures),
                empty_text=_("Nothing has failed lately."),
            ),
        ),
        actions=(_test_action(view),),
    )


def send_test_mail(host: Host, tenant: Tenant, config: Config, to: str) -> ActionOutcome:
    """Send one mail the same way as any other, and return in plain words what became of it.

    Args:
        host: The tenant's.
        tenant: For its language.
        config: Its settings.
        to: Addresses; empty for the tab's recipients.

    Cost: one to three requests, and two for a draft that proves Mail.ReadWrite.
    """
    mail = config.mail
    if not mail.mailbox:
        return Refused(message=_("No mailbox is chosen."), remedy=_("Enter one on the MAIL tab and save."))
    recipients = split_addresses(to) or mail.recipients
    wrong = [part for part in recipients if not is_mail_address(part)]
    if not recipients or wrong:
        fault = describe_wrong_addresses(wrong) if wrong else _("There is no recipient.")
        return Refused(message=fault, remedy=_("Enter an address, or recipients on the MAIL tab."))
    forget_draft_refusal(host)
    note = Notification(
        notification_id=uuid.uuid4().hex,
        kind=NotificationKind.TEST,
        to=recipients[:RECIPIENTS_AT_MOST],
        subject=_("Test mail from your PBX"),
        text=_("This mail was sent by your PBX through Microsoft 365. If you can read it, mail works."),
        priority=Priority.URGENT,
        created_at_utc=host.clock.now_utc(),
        language=tenant.language,
    )
    sender = Sender.of(host, config)
    receipt = send_from(host, sender, note)
    outcome = "ok" if receipt.status is DeliveryStatus.ACCEPTED else receipt.status.value
    host.audit.record("mail.test", outcome=outcome, subject=mail.mailbox)
    if receipt.status is not DeliveryStatus.ACCEPTED:
        # Translators: {detail} is Microsoft's own answer, in English
        detail = _("({detail})", detail=receipt.detail) if receipt.detail else ""
        return Refused(message=receipt.reason, remedy=sentences(receipt.remedy, detail))
    refused = (
        Fact(label=item.address, value=item.reason, severity=Severity.BAD) for item in receipt.rejected_recipients
    )
    return Done(
        message=_(
            "Microsoft 365 accepted the mail to {recipients}; it should arrive within minutes.",
            recipients=listing(note.to),
        ),
        facts=(
            Fact(label=_("From"), value=mail.mailbox),
            Fact(label=_("Microsoft's id"), value=receipt.detail),
            *_show_drafts(try_draft(host, sender)),
            *refused,
        ),
    )


def _show_drafts(proof: Proof | None) -> tuple[Fact, ...]:
    if proof is None:
        return ()
    if proof.works:
        return (Fact(label=_("Attachments above 3 MB"), value=_("can be sent"), severity=Severity.GOOD),)
    # Translators: Attachments go out as links. {why} is a whole sentence.
    value = _("go out as links. {why}", why=proof.sentence)
    return (Fact(label=_("Attachments above 3 MB"), value=value, severity=Severity.WARNING, help=proof.remedy),)


def _fields(view: PageView) -> tuple[Field, ...]:
    config = view.config
    fields = (
        draw_setting(
            config,
            "mail_mailbox",
            _("Mailbox"),
            placeholder="pbx@contoso.com",
            help=_("Any address of it, sign-in name or object id. Empty: this tenant has no mailbox of its own."),
        ),
        draw_setting(
            config,
            "mail_reply_to",
            _("Reply-To"),
            kind=FieldKind.EMAIL,
            help=_("Where answers go, unless a mail itself names somebody."),
        ),
        draw_setting(
            config,
            "mail_recipients",
            _("Recipients"),
            help=_("Who gets the test mail; at most {n}.", n=RECIPIENTS_AT_MOST),
        ),
        draw_setting(
            config,
            "mail_save_to_sent",
            _("Keep sent mail in Sent Items"),
            help=_(
                "Off by default, because voicemails would fill the mailbox. Mail above {size:.1f} MB is always kept"
                " there.",
                size=INLINE_MAX_BYTES / 1e6,
            ),
        ),
        draw_setting(
            config,
            "mail_hold_copies",
            _("Hold mail that may have been sent already"),
            help=_(
                "If Microsoft's answer is lost, nobody knows whether a mail was sent. Off: it is sent again, marked as"
                " a possible copy. On: it waits until an administrator decides."
            ),
        ),
    )
    if not view.is_system:
        return fields
    shared = draw_setting(
        config,
        "mail_for_tenants",
        _("Tenants without a mailbox of their own use this one"),
        help=_("All of them together then share this mailbox's limits: {limits}.", limits=LIMITS_TEXT),
    )
    return (*fields, shared)


def _facts(view: PageView, failures: list[dict[str, Any]]) -> tuple[Fact, ...]:
    if view.config.mail.mailbox:
        # Translators: Mail goes out from a mailbox.
        way = _("from {mailbox}", mailbox=view.config.mail.mailbox)
    elif view.is_system:
        # Translators: Mail goes out, but not through Microsoft 365.
        way = _("not through Microsoft 365")
    else:
        # Translators: Mail goes out from there.
        way = _("from the system's mailbox where the operator shares one, else not through Microsoft 365")
    last = failures[0] if failures else None
    return (
        Fact(label=_("Mail goes out"), value=way),
        Fact(
            label=_("Limits"),
            value=_("{limits}; {n} a minute for what is not urgent", limits=LIMITS_TEXT, n=ORDINARY_MESSAGES_A_MINUTE),
        ),
        Fact(
            label=_("Last failure"),
            value=_("{time}: {what}", time=_show_at(last, view.tenant), what=last["reason"]) if last else _("none"),
            severity=Severity.WARNING if last else Severity.GOOD,
            help=_("Mail that still waits is in the PBX's own queue."),
        ),
    )


def _show_failure(item: dict[str, Any], tenant: Tenant) -> tuple[str, ...]:
    kind, status = say_kind(str(item.get("kind", ""))), say_outcome(str(item.get("status", "")))
    return (_show_at(item, tenant), kind, status, item.get("reason", ""), item.get("remedy", ""))


def _show_at(item: dict[str, Any], tenant: Tenant) -> str:
    """When mail could not be sent; as it was stored, if that is no time."""
    stored = str(item.get("at", ""))
    try:
        return show_time(datetime.fromisoformat(stored), tenant)
    except ValueError:
        return stored


def _test_action(view: PageView) -> Action:
    mail = view.config.mail
    why = view.why_no_call or ("" if mail.mailbox else _("Choose a mailbox and save first."))
    return Action(
        name="send_test_mail",
        label=_("Send test mail"),
        enabled=not why,
        why_disabled=why,
        primary=True,
        parameters=(
            Field(
                name=_TEST_TO, label=_("To"), kind=FieldKind.EMAIL, value=mail.recipients[0] if mail.recipients else ""
            ),
        ),
    )
