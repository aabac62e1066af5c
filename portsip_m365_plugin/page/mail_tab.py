"""The MAIL tab: which mailbox sends the PBX's mail, who gets the test mail, and what could not be sent lately."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields

from pbx_plugin_api import (
    Action,
    ActionOutcome,
    DeliveryStatus,
    Done,
    Fact,
    Field,
    FieldKind,
    Host,
    JsonValue,
    Notification,
    NotificationKind,
    Priority,
    Refused,
    Scope,
    Severity,
    Tab,
    Table,
    Tenant,
)
from portsip_m365_plugin.mail.memory import forget_draft_refusal, recent_failures
from portsip_m365_plugin.mail.policy import RECIPIENTS_AT_MOST, MailPolicy, read_mail_policy, read_sender
from portsip_m365_plugin.mail.send import send_from
from portsip_m365_plugin.mapping.messages import is_address
from portsip_m365_plugin.page.words import GUID, Stripped, Toggle

__all__ = ["FIELD_NAMES", "MailSchema", "draw_mail_tab", "send_test_mail"]

_ADDRESS: Final = r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}"
_MAILBOX: Final = re.compile(f"{_ADDRESS}|{GUID.pattern}")
_PARTED: Final = re.compile(r"[\s,;]+")
_TEST_TO: Final = "to"


class _Addresses(fields.Field[Any]):
    """Addresses; PortSIP's own pages part them by semicolons, its API by commas, ours by lines: all are read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        named = list(dict.fromkeys(part for part in _PARTED.split(str(value)) if part))
        wrong = [part for part in named if not is_address(part)]
        if wrong:
            raise ValidationError(f"{wrong[0][:80]!r} is not an e-mail address.")
        if len(named) > RECIPIENTS_AT_MOST:
            raise ValidationError(f"{len(named)} recipients; at most {RECIPIENTS_AT_MOST}. Use a distribution list.")
        return named


class MailSchema(Schema):
    """This tab's part of the settings, from the texts of the page."""

    mail_mailbox = Stripped(_MAILBOX, "the address, sign-in name or object id of a user's or a shared mailbox")
    mail_reply_to = Stripped(re.compile(_ADDRESS), "one e-mail address")
    mail_recipients = _Addresses()
    mail_save_to_sent = Toggle()
    mail_hold_copies = Toggle()
    mail_for_tenants = Toggle()


FIELD_NAMES: Final = tuple(MailSchema().fields)


def draw_mail_tab(
    values: Mapping[str, JsonValue], host: Host, tenant: Tenant, *, may_edit: bool, why_not_ready: str
) -> Tab:
    """Draw the tab. Cost: one look at the plugin's state; no network."""
    policy = read_mail_policy(values)
    failures = recent_failures(host)
    return Tab(
        name="mail",
        label="MAIL",
        intro="Voicemails, welcome mails and alerts go out from a mailbox in Microsoft 365. A shared mailbox is best:"
        " it needs no licence. Bounces come back into its Inbox; nobody else sees them.",
        fields=_fields(policy, is_system=tenant.scope is Scope.SYSTEM),
        facts=_facts(policy, failures, is_system=tenant.scope is Scope.SYSTEM),
        tables=(
            Table(
                title="Could not be sent lately",
                columns=("Time (UTC)", "Kind", "Outcome", "Why", "What to do"),
                rows=tuple(
                    tuple(str(item.get(name, "")) for name in ("at", "kind", "status", "reason", "remedy"))
                    for item in failures
                ),
                empty_text="Nothing has failed lately.",
            ),
        ),
        actions=(_test_action(policy, may_edit=may_edit, why_not_ready=why_not_ready),),
    )


def send_test_mail(host: Host, to: str) -> ActionOutcome:
    """Send one mail the same way as any other, and say in plain words what became of it.

    Args:
        host: The tenant's.
        to: Addresses; empty for the tab's recipients.

    Cost: one to three requests.
    """
    sender = read_sender(host)
    policy = sender.policy
    if not policy.mailbox:
        return Refused(message="No mailbox is chosen.", remedy="Enter one on the MAIL tab and save.")
    recipients = tuple(part for part in _PARTED.split(to) if part) or policy.recipients
    wrong = [part for part in recipients if not is_address(part)]
    if not recipients or wrong:
        told = f"{wrong[0]!r} is not an e-mail address." if wrong else "There is no recipient."
        return Refused(message=told, remedy="Say whom to write to.")
    forget_draft_refusal(host)
    note = Notification(
        notification_id=uuid.uuid4().hex,
        kind=NotificationKind.TEST,
        to=recipients[:RECIPIENTS_AT_MOST],
        subject="Test mail from your PBX",
        text="This mail was sent by your PBX through Microsoft 365. If you can read it, mail works.",
        priority=Priority.URGENT,
        created_at_utc=host.clock.now_utc(),
    )
    receipt = send_from(host, sender, note)
    outcome = "ok" if receipt.status is DeliveryStatus.ACCEPTED else receipt.status.value
    host.audit.record("mail.test", outcome=outcome, subject=policy.mailbox)
    if receipt.status is not DeliveryStatus.ACCEPTED:
        told = f"{receipt.remedy} ({receipt.detail})" if receipt.detail else receipt.remedy
        return Refused(message=receipt.reason, remedy=told.strip())
    refused = (
        Fact(label=item.address, value=item.reason, severity=Severity.BAD) for item in receipt.rejected_recipients
    )
    return Done(
        message=f"Microsoft 365 has taken the mail to {', '.join(note.to)}; it should arrive within minutes.",
        facts=(Fact(label="From", value=policy.mailbox), Fact(label="Microsoft's id", value=receipt.detail), *refused),
    )


def _fields(policy: MailPolicy, *, is_system: bool) -> tuple[Field, ...]:
    shared = Field(
        name="mail_for_tenants",
        label="Tenants without a mailbox of their own use this one",
        kind=FieldKind.TOGGLE,
        value=_toggle(policy.for_tenants),
        help="All of them together then share this mailbox's limits: 30 messages a minute, 10,000 recipients a day.",
    )
    return (
        Field(
            name="mail_mailbox",
            label="Mailbox",
            value=policy.mailbox,
            placeholder="pbx@contoso.com",
            help="Address, sign-in name or object id. Empty: this tenant has no mailbox of its own.",
        ),
        Field(
            name="mail_reply_to",
            label="Reply-To",
            kind=FieldKind.EMAIL,
            value=policy.reply_to,
            help="Where answers go, unless a mail names somebody itself.",
        ),
        Field(
            name="mail_recipients",
            label="Recipients",
            kind=FieldKind.LONG_TEXT,
            value="\n".join(policy.recipients),
            help=f"Who gets the test mail; at most {RECIPIENTS_AT_MOST}.",
        ),
        Field(
            name="mail_save_to_sent",
            label="Keep sent mail in Sent Items",
            kind=FieldKind.TOGGLE,
            value=_toggle(policy.save_to_sent),
            help="Off by default, since voicemails would fill the mailbox. Mail above 3.9 MB is always kept there.",
        ),
        Field(
            name="mail_hold_copies",
            label="Hold mail that may have been sent already",
            kind=FieldKind.TOGGLE,
            value=_toggle(policy.hold_copies),
            help="When Microsoft's answer is lost, nobody knows whether a mail went out. Off: it is sent again, marked"
            " as a possible copy. On: it waits until an administrator decides.",
        ),
        *((shared,) if is_system else ()),
    )


def _facts(policy: MailPolicy, failures: list[dict[str, Any]], *, is_system: bool) -> tuple[Fact, ...]:
    if policy.mailbox:
        told = f"from {policy.mailbox}"
    elif is_system:
        told = "not through Microsoft 365"
    else:
        told = "from the system's mailbox where the operator shares one, else not through Microsoft 365"
    last = failures[0] if failures else None
    return (
        Fact(label="Mail goes out", value=told),
        Fact(label="Limits", value="30 messages a minute (27 for what is not urgent), 10,000 recipients a day"),
        Fact(
            label="Last failure",
            value=f"{last['at']}: {last['reason']}" if last else "none",
            severity=Severity.WARNING if last else Severity.GOOD,
            help="What still waits is in the PBX's own queue.",
        ),
    )


def _test_action(policy: MailPolicy, *, may_edit: bool, why_not_ready: str) -> Action:
    why = "" if may_edit else "You may look, but not change anything."
    why = why or why_not_ready or ("" if policy.mailbox else "Choose a mailbox and save first.")
    return Action(
        name="send_test_mail",
        label="Send test mail",
        enabled=not why,
        why_disabled=why,
        primary=True,
        parameters=(
            Field(
                name=_TEST_TO, label="To", kind=FieldKind.EMAIL, value=policy.recipients[0] if policy.recipients else ""
            ),
        ),
    )


def _toggle(value: bool) -> str:
    return "true" if value else "false"
