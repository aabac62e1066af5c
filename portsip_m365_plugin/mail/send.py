"""One notification, one receipt: from the PBX's queue to a mailbox in Microsoft 365.

A mail with more recipients than one message may have, or with one that Exchange does not accept, is sent in parts. The
receipt then names those who still wait, so that nobody gets it twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import (
    AttachmentRef,
    DeliveryReceipt,
    DeliveryStatus,
    Host,
    Notification,
    NotificationKind,
    RejectedRecipient,
    Tenant,
    check_mail,
    is_mail_address,
    listing,
    sentences,
)
from portsip_m365_plugin.connect import NotReady, connect, forget_tokens
from portsip_m365_plugin.graph.client import GraphClient, Reply
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    BudgetSpentError,
    ConnectFailedError,
    ConsentMissingError,
    GraphError,
    MailboxMissingError,
    MailboxRefusedError,
    NotFoundError,
    RecipientError,
    RefusedError,
    ThrottledError,
    TokenMissingError,
    TooLargeError,
)
from portsip_m365_plugin.graph.mail import delete_draft, has_drafts, make_draft, send_draft, send_mail
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.mail import memory, rejections
from portsip_m365_plugin.mail.attachments import Cargo, Route, choose_route, find_files
from portsip_m365_plugin.mail.rates import LIMITS_TEXT, take_budget
from portsip_m365_plugin.mail.receipts import explain_error, explain_not_ready, is_certainly_unsent
from portsip_m365_plugin.mail.sender import Sender, find_sender
from portsip_m365_plugin.mail.shown import remember_receipt
from portsip_m365_plugin.mapping.messages import Recipients, build_message, split_recipients
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _

_ONE_TRY: Final = RetryPolicy(tries_max=1, base_s=5.0, budget_s=0.0)
"""The host's queue waits, not this call. A refusal becomes a receipt at once."""
_TIME: Final = timedelta(seconds=540)
"""For one mail with its attachments; the PBX allows this hook 600 s."""
_SHARED_TOKEN_S: Final = 240.0
"""During a fault of the system's app, all tenants that use it get one new token in this time, not one each. It is
shorter than the wait until a mail tries again."""
_LINK_FROM_ATTEMPT: Final = 3
"""From this attempt on, a mail whose files cannot be uploaded is sent with the PBX's links. A firewall may block
Outlook's upload host for good."""


def send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    """Send one mail of the PBX.

    Returns:
        None if neither the tenant nor the system sends through Microsoft 365. Otherwise the receipt, see
        `mail.receipts`.

    Idempotency: none. With `previous_outcome_unknown` the copy is marked, or held if the administrator chose that.
    Cost: one request on a warm connection. The first mail may look up the mailbox; parts and large files cost more.
    """
    sender = find_sender(host, tenant)
    return None if sender is None else send_from(host, sender, notification)


def send_from(host: Host, sender: Sender, notification: Notification) -> DeliveryReceipt:
    """Send one mail from this sender; see `send_notification`."""
    if notification.previous_outcome_unknown and sender.mail.hold_copies and not notification.copy_approved:
        return DeliveryReceipt(
            status=DeliveryStatus.UNKNOWN,
            hold=True,
            reason=_("It may have been sent already: the answer to an earlier attempt was lost."),
            remedy=_("Ask the recipient, then send it again or drop it. (MAIL tab: copies are held.)"),
        )
    receipt = _send(host, sender, notification)
    now_utc = host.clock.now_utc()
    if receipt.detail != _OWN_LIMIT:
        memory.remember_failure(host, notification, receipt, now_utc)
    remember_receipt(host, sender, receipt)
    if receipt.fault and not receipt.fault.startswith("mailbox_"):
        # A token from before the repair lacks what was repaired.
        forget_tokens(sender.connection, not_within_s=0.0 if sender.host is host else _SHARED_TOKEN_S)
    if receipt.status is DeliveryStatus.REJECTED and notification.kind is not NotificationKind.TEST:
        rejections.note_rejected(host, notification, receipt, now_utc)
    elif receipt.status is DeliveryStatus.ACCEPTED and notification.attempt > 1:
        rejections.note_accepted(host, notification, now_utc)
    return receipt


def _send(host: Host, sender: Sender, notification: Notification) -> DeliveryReceipt:
    checked = check_mail(notification)
    if checked.notification is None:
        return DeliveryReceipt(
            status=DeliveryStatus.REJECTED,
            reason=sentences(_("None of the recipients is an e-mail address."), checked.rejected[0].reason),
            remedy=_("Check the e-mail address of the user."),
            rejected_recipients=checked.rejected,
        )
    if checked.notes:
        rejections.note_reply_to(host, checked.notes)
    elif notification.reply_to:
        host.resolve_notice(NoticeKind.MAIL_REPLY_TO)
    now_utc = host.clock.now_utc()
    client = connect(sender.host, sender.connection, priority="high", deadline_utc=now_utc + _TIME, policy=_ONE_TRY)
    if isinstance(client, NotReady):
        receipt = explain_not_ready(client, now_utc, attempt=notification.attempt)
        return replace(receipt, rejected_recipients=checked.rejected)
    delivery = _Delivery(
        host=host,
        sender=sender,
        client=client,
        notification=checked.notification,
        rejected=list(checked.rejected),
        details=list(checked.notes),
    )
    delivery.find_mailbox()
    return delivery.run(split_recipients(checked.notification))


_OWN_LIMIT: Final = "own limit"


@dataclass(kw_only=True)
class _Delivery:
    """One notification, sent part by part."""

    host: Host
    sender: Sender
    client: GraphClient
    notification: Notification
    rejected: list[RejectedRecipient]
    mailbox: str = ""
    is_mailbox_remembered: bool = False
    details: list[str] = field(default_factory=list)
    n_accepted: int = 0

    def find_mailbox(self, *, use_saved: bool = True) -> None:
        """Find the object id of the mailbox that sends."""
        self.mailbox, self.is_mailbox_remembered = memory.resolve_mailbox(
            self.host,
            self.client,
            self.sender.connection.entra_tenant_id,
            self.sender.mail.mailbox,
            saved_by=self.sender.host if use_saved else None,
        )

    def run(self, groups: Iterable[Recipients]) -> DeliveryReceipt:
        """Send part after part. Stop at the first that is not accepted."""
        waiting, error = deque(groups), None
        while waiting:
            group = waiting.popleft()
            asked_to_wait_s = self.client.gate.wait_s(self.mailbox)
            if asked_to_wait_s > 0:  # checked first, so that it costs nothing of the budget
                return self._stop(_wait_for_microsoft(self.host.clock.now_utc(), asked_to_wait_s), (group, *waiting))
            ask_again_at = take_budget(self.sender.host, self.mailbox, len(group.all()), self.notification.priority)
            if ask_again_at is not None:
                return self._stop(_wait_for_budget(ask_again_at), (group, *waiting))
            try:
                self._deliver(group)
            except RecipientError as refusal:
                # Exchange does not say which recipient it refuses, or the mailbox accepts fewer than usual. Halve until
                # the refused one is alone, so that the others get the mail.
                error = refusal
                if len(group.all()) == 1:
                    reason = _("Exchange does not accept this address.")
                    self.rejected.append(RejectedRecipient(address=group.all()[0], reason=reason))
                else:
                    waiting.extendleft(reversed(_halve(group)))
            except _NotPreparedError as unprepared:
                return self._stop(self._explain(unprepared.error, was_sending=False), (group, *waiting))
            except _GivenAwayError:
                return self._stop(_give_away(self.host.clock.now_utc()), (group, *waiting))
            except GraphError as failure:
                if self._was_mailbox_replaced(failure):
                    waiting.appendleft(group)
                    continue
                return self._stop(self._explain(failure), (group, *waiting))
            else:
                self.n_accepted += 1
        if self.n_accepted == 0 and error is not None:
            return replace(self._explain(error), rejected_recipients=tuple(self.rejected))
        return DeliveryReceipt(
            status=DeliveryStatus.ACCEPTED,
            rejected_recipients=tuple(self.rejected),
            detail=listing(self.details),
        )

    def _deliver(self, group: Recipients) -> None:
        """Send one message by the first route that works."""

        def make(left_out: Sequence[AttachmentRef]) -> dict[str, Any]:
            reply_to = self.sender.mail.reply_to
            return build_message(
                self.notification,
                group,
                has_headers=self.client.cloud.has_message_headers,
                default_reply_to=(reply_to,) if is_mail_address(reply_to) else (),
                left_out=left_out,
                gone=cargo.gone,
            )

        cargo = find_files(self.host, self.notification.attachments)
        may_draft = bool(cargo.refs) and has_drafts(self.client)
        may_draft = may_draft and memory.may_try_draft(self.host, self.host.clock.now_utc())
        while True:
            route, cargo = choose_route(make, cargo, may_draft=may_draft)
            try:
                self.details.append(self._hand_over(route, make(cargo.left_out), cargo))
                break
            except _DraftsRefusedError:
                memory.remember_no_drafts(self.host, self.host.clock.now_utc())
                may_draft = False
            except _NotPreparedError as unprepared:
                if not self._is_a_link_better(unprepared.error, choose_route(make, cargo, may_draft=False)):
                    raise
                may_draft = False
                why = str(unprepared.error)
                self.details.append(_("the attachments could not be uploaded ({why})", why=why))
            except TooLargeError:
                # The mailbox's own limit may be below Microsoft's.
                if not cargo.refs:
                    raise
                cargo = cargo.without_all()
        self.details += [_("{file} was sent as a link: too large", file=ref.filename) for ref in cargo.left_out]
        self.details += [
            _("{file} was not attached: the PBX no longer has it", file=ref.filename) for ref in cargo.gone
        ]

    def _was_mailbox_replaced(self, error: GraphError) -> bool:
        """Whether the mailbox was not found because another one has its name now."""
        if not isinstance(error, MailboxMissingError | NotFoundError) or not self.is_mailbox_remembered:
            return False
        before = self.mailbox
        memory.forget_mailbox(self.host)
        self.find_mailbox(use_saved=False)
        return self.mailbox != before

    def _is_a_link_better(self, error: GraphError, otherwise: tuple[Route, Cargo]) -> bool:
        """Whether to send the PBX's links now instead of trying to upload the files again."""
        # If Microsoft asks to wait or cannot be reached at all, the mail without files does not go out either.
        if isinstance(error, ThrottledError | ConnectFailedError | TokenMissingError | BudgetSpentError):
            return False
        route, cargo = otherwise
        has_links = bool(cargo.left_out) and all(ref.download_url for ref in cargo.left_out)
        return self.notification.attempt >= _LINK_FROM_ATTEMPT and route is Route.ONE_REQUEST and has_links

    def _hand_over(self, route: Route, message: dict[str, Any], cargo: Cargo) -> str:
        """Send by one route. Return Microsoft's id of the request."""
        if route is Route.TOO_LARGE:
            raise TooLargeError("the text alone is too large")
        if route is Route.ONE_REQUEST:
            self._look_whose()
            save = self.sender.mail.save_to_sent
            return _name(send_mail(self.client, self.mailbox, message, cargo.files, save_to_sent=save))
        try:
            draft_id = make_draft(self.client, self.mailbox, message, cargo.files)
        except (ConsentMissingError, MailboxRefusedError) as error:
            raise _DraftsRefusedError from error
        except NotFoundError as error:
            if _is_draft_gone(error):
                raise _NotPreparedError(AnswerLostError(str(error))) from error
            raise
        except RefusedError:
            raise
        except GraphError as error:
            raise _NotPreparedError(error) from error
        try:
            self._look_whose()
        except _GivenAwayError:
            delete_draft(self.client, self.mailbox, draft_id)
            raise
        try:
            return _name(send_draft(self.client, self.mailbox, draft_id))
        except GraphError as error:
            if _is_draft_gone(error):  # it may have been sent: a proxy can repeat a request
                raise AnswerLostError(str(error)) from error
            if is_certainly_unsent(error):
                delete_draft(self.client, self.mailbox, draft_id)
            raise

    def _look_whose(self) -> None:
        """Make sure, right before the request that sends, that no other worker has the mail by now."""
        self.client.tokens.get()  # a new token takes its time, so it is here before
        if self.host.progress.should_stop():
            raise _GivenAwayError

    def _explain(self, error: GraphError, *, was_sending: bool = True) -> DeliveryReceipt:
        if isinstance(error, MailboxMissingError | NotFoundError):
            memory.forget_mailbox(self.host)
        name, now_utc = self.sender.mail.mailbox, self.host.clock.now_utc()
        attempt = self.notification.attempt
        return explain_error(error, name, now_utc, was_sending=was_sending, attempt=attempt)

    def _stop(self, receipt: DeliveryReceipt, rest: Iterable[Recipients]) -> DeliveryReceipt:
        """End early. If a part was sent, the receipt names those who still wait."""
        pending = tuple(address for group in rest for address in group.all())
        is_part = self.n_accepted > 0 or bool(self.rejected)
        return replace(receipt, rejected_recipients=tuple(self.rejected), pending_recipients=pending if is_part else ())


class _DraftsRefusedError(Exception):
    """This app may not create drafts."""


class _GivenAwayError(Exception):
    """Another worker has the mail."""


class _NotPreparedError(Exception):
    """A draft could not be finished, so nothing was sent."""

    def __init__(self, error: GraphError) -> None:
        self.error = error
        super().__init__()


def _wait_for_budget(until_utc: datetime) -> DeliveryReceipt:
    return DeliveryReceipt(
        status=DeliveryStatus.DEFERRED,
        reason=_("This mailbox has sent as much as Exchange allows: {limits}.", limits=LIMITS_TEXT),
        retry_at_utc=until_utc,
        detail=_OWN_LIMIT,
    )


def _wait_for_microsoft(now_utc: datetime, wait_s: float) -> DeliveryReceipt:
    return DeliveryReceipt(
        status=DeliveryStatus.DEFERRED,
        reason=_("Microsoft limits how much may be sent now."),
        retry_at_utc=now_utc + timedelta(seconds=wait_s),
        detail=_OWN_LIMIT,
    )


def _give_away(now_utc: datetime) -> DeliveryReceipt:
    """The PBX ignores this receipt, unless its database was away for a moment."""
    return DeliveryReceipt(
        status=DeliveryStatus.DEFERRED,
        reason=_("The PBX may have given this mail to another worker."),
        retry_at_utc=now_utc,
        this_mail_only=True,
        detail=_OWN_LIMIT,
    )


def _halve(group: Recipients) -> list[Recipients]:
    flat = [(kind, address) for kind in ("to", "cc", "bcc") for address in getattr(group, kind)]
    middle = len(flat) // 2
    return [
        Recipients(**{kind: tuple(a for k, a in part if k == kind) for kind in ("to", "cc", "bcc")})
        for part in (flat[:middle], flat[middle:])
    ]


def _is_draft_gone(error: GraphError) -> bool:
    """Whether the draft was not found, rather than the mailbox."""
    return isinstance(error, NotFoundError) and error.code == "ErrorItemNotFound"


def _name(reply: Reply) -> str:
    return f"request-id {reply.request_id}" if reply.request_id else f"client-request-id {reply.client_request_id}"
