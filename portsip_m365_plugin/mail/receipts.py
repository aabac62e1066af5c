"""The receipt of a failed call: whether the mail was sent, whether to try again, and what has to change.

A table, not code. A mail is `unknown` if Microsoft may have accepted it, `deferred` if it was certainly not sent and
time may help, `rejected` if somebody has to do something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus
from portsip_m365_plugin.connect import NotReady
from portsip_m365_plugin.entra.aadsts import RefusalKind
from portsip_m365_plugin.graph.bodies import ContentChangedError
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    AppMissingError,
    BadRequestError,
    BudgetSpentError,
    ConflictError,
    ConnectFailedError,
    ConsentMissingError,
    GraphError,
    MailboxMissingError,
    MailboxMovingError,
    MailboxRefusedError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    RecipientError,
    RefusedError,
    SenderBlockedError,
    ThrottledError,
    TokenMissingError,
    TooLargeError,
    UnavailableError,
)
from portsip_m365_plugin.mail.rates import RECIPIENTS_A_DAY

_DEFERRED: Final = DeliveryStatus.DEFERRED
_REJECTED: Final = DeliveryStatus.REJECTED
_UNKNOWN: Final = DeliveryStatus.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    status: DeliveryStatus
    reason: str
    remedy: str = ""
    wait_s: float = 60.0
    unreachable: bool = False


_NO_SUCH_MAILBOX: Final = _Case(
    status=_REJECTED,
    reason="The mailbox {mailbox} does not exist in this directory.",
    remedy="Check the mailbox on the MAIL tab: an address, a sign-in name or an object id of this directory.",
)
_NO_LICENCE: Final = _Case(
    status=_REJECTED,
    reason="{mailbox} has no mailbox in Exchange Online: no Exchange licence, one on premises, or an inactive one.",
    remedy="Assign an Exchange Online licence, or choose a shared mailbox, which needs none.",
)

_BY_CODE: Final[Mapping[str, _Case]] = {
    "ErrorInvalidUser": _NO_SUCH_MAILBOX,
    "ErrorNonExistentMailbox": _NO_SUCH_MAILBOX,
    "Request_ResourceNotFound": _NO_SUCH_MAILBOX,
    "ErrorSendAsDenied": _Case(
        status=_REJECTED,
        reason="Exchange does not let the app send as {mailbox}.",
        remedy="Choose the mailbox itself on the MAIL tab, not another address of it.",
    ),
    "ErrorQuotaExceeded": _Case(
        status=_REJECTED,
        reason="The mailbox {mailbox} is full; Exchange sends nothing from a full mailbox.",
        remedy="Empty it, or turn off saving to Sent Items on the MAIL tab. Bounces collect in its Inbox.",
    ),
    "ErrorExceededMessageLimit": _Case(
        status=_DEFERRED,
        reason="The mailbox {mailbox} has used up its sending quota of the day.",
        remedy=f"It goes on by itself. Exchange allows {RECIPIENTS_A_DAY:,} recipients in 24 hours for each mailbox.",
        wait_s=3600.0,
    ),
    "ErrorSubmissionQuotaExceeded": _Case(
        status=_DEFERRED,
        reason="The mailbox {mailbox} has used up its sending quota of the day.",
        remedy=f"It goes on by itself. Exchange allows {RECIPIENTS_A_DAY:,} recipients in 24 hours for each mailbox.",
        wait_s=3600.0,
    ),
}

_BY_KIND: Final[tuple[tuple[type[GraphError], _Case], ...]] = (
    (ThrottledError, _Case(status=_DEFERRED, reason="Microsoft limits how much may be sent now.")),
    (
        ConnectFailedError,
        _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=30.0, unreachable=True),
    ),
    (TokenMissingError, _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=300.0)),
    (BudgetSpentError, _Case(status=_DEFERRED, reason="There was no time left for this mail; it is tried again.")),
    (ContentChangedError, _Case(status=_DEFERRED, reason="{sentence}", remedy="It is tried again.", wait_s=5.0)),
    (ConflictError, _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=5.0)),
    (MailboxMovingError, _Case(status=_DEFERRED, reason="The mailbox {mailbox} is being moved.", wait_s=900.0)),
    (AnswerLostError, _Case(status=_UNKNOWN, reason="The connection broke before Microsoft answered.")),
    (UnavailableError, _Case(status=_UNKNOWN, reason="Microsoft 365 failed while taking the mail.")),
    (
        ProtocolError,
        _Case(
            status=_UNKNOWN,
            reason="Something between this PBX and Microsoft answered in its place.",
            remedy="Check the proxy or firewall on the way.",
        ),
    ),
    (
        ConsentMissingError,
        _Case(
            status=_REJECTED,
            reason="The app registration may not send mail: the permission Mail.Send is missing, or nobody consented.",
            remedy="In Entra, open the app registration, API permissions: add the application permission Mail.Send and"
            " grant admin consent; or give the app the Exchange role Application Mail.Send.",
        ),
    ),
    (
        MailboxRefusedError,
        _Case(
            status=_REJECTED,
            reason="Exchange does not let the app use the mailbox {mailbox}, although mail as such is allowed.",
            remedy="Add the mailbox to the scope of the app's role assignment in Exchange (RBAC for Applications), or"
            " to its access policy; a change takes up to 2 hours. First of all, Mail.Send must be consented to.",
        ),
    ),
    (AppMissingError, _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=300.0)),
    (
        SenderBlockedError,
        _Case(
            status=_REJECTED,
            reason="Microsoft blocks sending from {mailbox} (outbound spam protection).",
            remedy="{remedy}",
        ),
    ),
    (MailboxMissingError, _NO_LICENCE),
    (NotFoundError, _NO_SUCH_MAILBOX),
    (
        QuotaError,
        _Case(status=_DEFERRED, reason="A sending quota of {mailbox} is used up.", wait_s=3600.0),
    ),
    (
        RecipientError,
        _Case(
            status=_REJECTED,
            reason="Exchange does not accept the recipients' addresses.",
            remedy="Check the e-mail address of the user.",
        ),
    ),
    (
        TooLargeError,
        _Case(
            status=_REJECTED,
            reason="The mail is too large for the mailbox, also without its attachments.",
            remedy="Shorten its text.",
        ),
    ),
    (
        BadRequestError,
        _Case(
            status=_REJECTED,
            reason="Microsoft refused the mail (HTTP {status} {code}).",
            remedy="Give the request id to the plugin's maker or to Microsoft.",
        ),
    ),
    (RefusedError, _Case(status=_REJECTED, reason="{sentence}", remedy="{remedy}")),
    (GraphError, _Case(status=_UNKNOWN, reason="{sentence}", remedy="{remedy}")),
)


def explain_error(error: GraphError, mailbox: str, now_utc: datetime, *, was_sending: bool = True) -> DeliveryReceipt:
    """Return the receipt of a failed call.

    Args:
        error: What failed.
        mailbox: As the administrator wrote it.
        now_utc: The time by the host's clock.
        was_sending: False if the call only prepared a draft. Nothing can have been sent then, so `unknown` becomes
            `deferred`.
    """
    case = _BY_CODE.get(error.code) or next(case for kind, case in _BY_KIND if isinstance(error, kind))
    status = _DEFERRED if case.status is _UNKNOWN and not was_sending else case.status
    facts = {
        "mailbox": mailbox,
        "sentence": error.sentence,
        "remedy": error.remedy,
        "status": str(error.status),
        "code": error.code,
    }
    retry_at = None
    if status is _DEFERRED:
        retry_at = max(now_utc, error.retry_at_utc or now_utc + timedelta(seconds=case.wait_s))
    return DeliveryReceipt(
        status=status,
        reason=case.reason.format_map(facts),
        remedy=case.remedy.format_map(facts),
        retry_at_utc=retry_at,
        unreachable=case.unreachable,
        this_mail_only=status is _DEFERRED and _is_about_the_mail(error, was_sending=was_sending),
        detail=str(error),
    )


def _is_about_the_mail(error: GraphError, *, was_sending: bool) -> bool:
    """Whether other mail of the same mailbox can go out: a draft was not finished, a file cannot be read, a 409.

    If Graph cannot be reached or Entra gives no token, no mail can go out.
    """
    if isinstance(error, ConnectFailedError | TokenMissingError):
        return False
    return not was_sending or isinstance(error, ConflictError | ContentChangedError)


def is_certainly_unsent(error: GraphError) -> bool:
    """Whether a call with this error cannot have sent anything."""
    case = _BY_CODE.get(error.code) or next(case for kind, case in _BY_KIND if isinstance(error, kind))
    return case.status is not _UNKNOWN


def explain_not_ready(not_ready: NotReady, now_utc: datetime) -> DeliveryReceipt:
    """Return the receipt when there is no client: Entra cannot be reached (deferred) or refuses (rejected)."""
    kind = not_ready.refusal.kind if not_ready.refusal else None
    if kind in (RefusalKind.UNREACHABLE, RefusalKind.TRANSIENT):
        return DeliveryReceipt(
            status=_DEFERRED,
            reason=not_ready.sentence,
            remedy=not_ready.remedy,
            retry_at_utc=now_utc + timedelta(seconds=60),
            unreachable=kind is RefusalKind.UNREACHABLE,
            detail=not_ready.describe() if not_ready.refusal else "",
        )
    return DeliveryReceipt(
        status=_REJECTED,
        reason=not_ready.sentence,
        remedy=not_ready.remedy,
        detail=not_ready.describe() if not_ready.refusal else "",
    )
