"""The receipt of a failed call: whether the mail was sent, whether to try again, and what has to change.

A table, not code. A mail is `unknown` if Microsoft may have accepted it. It is `rejected` only because of the mail
itself: its recipients, size or content. Everything else is `deferred`, with a `fault` if no mail can go until somebody
acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Text
from portsip_m365_plugin.connect import NotReady
from portsip_m365_plugin.entra.aadsts import RefusalKind
from portsip_m365_plugin.graph.bodies import ContentChangedError
from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    AppDisabledError,
    AppMissingError,
    BadRequestError,
    BudgetSpentError,
    ConflictError,
    ConnectFailedError,
    ConsentMissingError,
    ExchangeMissingError,
    ForbiddenError,
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
from portsip_m365_plugin.texts import _, _later

_DEFERRED: Final = DeliveryStatus.DEFERRED
_REJECTED: Final = DeliveryStatus.REJECTED
_UNKNOWN: Final = DeliveryStatus.UNKNOWN
_ENTRA_BUSY_AT_MOST_S: Final = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    status: DeliveryStatus
    reason: str
    remedy: str = ""
    wait_s: float = 60.0
    unreachable: bool = False
    fault: str = ""
    """What stops all mail of this sender; with `deferred` only."""


def _fault(fault: str, reason: str = "{sentence}", remedy: str = "{remedy}", *, wait_s: float = 60.0) -> _Case:
    return _Case(status=_DEFERRED, reason=reason, remedy=remedy, wait_s=wait_s, fault=fault)


_AGAIN: Final = _("Nothing to do: it is tried again.")
_PERHAPS_SENT: Final = _(
    "Nothing to do: it is sent again, marked as a possible copy, or waits for you if copies are held (MAIL tab)."
)
_GOES_ON: Final = _(
    "It goes on by itself. Exchange allows {n:,} recipients in 24 hours for each mailbox.", n=RECIPIENTS_A_DAY
)
_FORBIDDEN: Final = "forbidden"
"""A 403 that says nothing about permissions. Perhaps it is about one mail after all; see `explain_error`."""
_TRIES_BEFORE_OTHERS: Final = 3
_TOKEN_REFUSED: Final = _fault(
    "token",
    _later("Microsoft Graph does not accept the token of the app ({http})."),
    _("Press Test connection on the PERMISSIONS tab. It says what is wrong."),
)
_NO_SUCH_MAILBOX: Final = _fault(
    "mailbox_missing",
    reason=_later("The mailbox {mailbox} does not exist in this directory."),
    remedy=_("Check the mailbox on the MAIL tab: an address, a sign-in name or an object id of this directory."),
)
_NO_LICENCE: Final = _fault(
    "mailbox_unlicensed",
    reason=_later(
        "{mailbox} has no mailbox in Exchange Online: no Exchange licence, one on premises, or an inactive one."
    ),
    remedy=_("Assign an Exchange Online licence, or choose a shared mailbox, which needs none."),
)

_BY_CODE: Final[Mapping[str, _Case]] = {
    "ErrorInvalidUser": _NO_SUCH_MAILBOX,
    "ErrorNonExistentMailbox": _NO_SUCH_MAILBOX,
    "Request_ResourceNotFound": _NO_SUCH_MAILBOX,
    "ErrorSendAsDenied": _fault(
        "mailbox_send_as",
        reason=_later("Exchange does not let the app send as {mailbox}."),
        remedy=_("Choose the mailbox itself on the MAIL tab, not another address of it."),
    ),
    "ErrorQuotaExceeded": _fault(
        "mailbox_full",
        reason=_later("The mailbox {mailbox} is full; Exchange sends nothing from a full mailbox."),
        remedy=_("Empty it, or turn off saving to Sent Items on the MAIL tab. Bounces collect in its Inbox."),
    ),
    "ErrorExceededMessageLimit": _fault(
        "mailbox_quota",
        reason=_later("The mailbox {mailbox} has used up its sending quota of the day."),
        remedy=_GOES_ON,
        wait_s=3600.0,
    ),
    "ErrorSubmissionQuotaExceeded": _fault(
        "mailbox_quota",
        reason=_later("The mailbox {mailbox} has used up its sending quota of the day."),
        remedy=_GOES_ON,
        wait_s=3600.0,
    ),
}

_BY_KIND: Final[tuple[tuple[type[GraphError], _Case], ...]] = (
    (ThrottledError, _Case(status=_DEFERRED, reason=_("Microsoft limits how much may be sent now."), remedy=_AGAIN)),
    (
        ConnectFailedError,
        _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=30.0, unreachable=True),
    ),
    (TokenMissingError, _fault("token")),
    (BudgetSpentError, _Case(status=_DEFERRED, reason=_("There was no time left for this mail."), remedy=_AGAIN)),
    (ContentChangedError, _Case(status=_DEFERRED, reason="{sentence}", remedy=_("It is tried again."), wait_s=5.0)),
    (ConflictError, _Case(status=_DEFERRED, reason="{sentence}", remedy="{remedy}", wait_s=5.0)),
    (MailboxMovingError, _fault("mailbox_moving", _later("The mailbox {mailbox} is being moved."), wait_s=900.0)),
    (
        AnswerLostError,
        _Case(status=_UNKNOWN, reason=_("The connection broke before Microsoft answered."), remedy=_PERHAPS_SENT),
    ),
    (
        UnavailableError,
        _Case(status=_UNKNOWN, reason=_("Microsoft 365 failed while taking the mail."), remedy=_PERHAPS_SENT),
    ),
    (
        ProtocolError,
        _Case(
            status=_UNKNOWN,
            reason=_("Something between this PBX and Microsoft answered in its place."),
            remedy=_("Check the proxy or firewall on the way."),
        ),
    ),
    (
        ConsentMissingError,
        _fault(
            "consent",
            reason=_(
                "The app registration may not send mail: the permission Mail.Send is missing, or nobody consented."
            ),
            remedy=_(
                "In Entra, open the app registration, API permissions: add the application permission Mail.Send and"
                " grant admin consent; or give the app the Exchange role Application Mail.Send."
            ),
        ),
    ),
    (
        MailboxRefusedError,
        _fault(
            "access_refused",
            # Exchange answers both the same way.
            reason=_later(
                "Exchange does not let the app send from the mailbox {mailbox}: Mail.Send is not granted, or the scope"
                " of the app's role assignment leaves this mailbox out."
            ),
            remedy=_(
                "In Entra, open the app registration, API permissions: add the application permission Mail.Send and"
                " grant admin consent. If Exchange limits the app to some mailboxes (RBAC for Applications, or an"
                " access policy), add this one; a change takes up to 2 hours."
            ),
        ),
    ),
    (AppMissingError, _fault("app_missing")),
    (AppDisabledError, _fault("app_disabled")),
    (ExchangeMissingError, _fault("exchange_missing")),
    (ForbiddenError, _fault(_FORBIDDEN)),
    (
        SenderBlockedError,
        _fault(
            "mailbox_blocked",
            reason=_later("Microsoft blocks sending from {mailbox} (outbound spam protection)."),
            remedy="{remedy}",
        ),
    ),
    (MailboxMissingError, _NO_LICENCE),
    (NotFoundError, _NO_SUCH_MAILBOX),
    (
        QuotaError,
        _fault("mailbox_quota", _later("A sending quota of {mailbox} is used up."), wait_s=3600.0),
    ),
    (
        RecipientError,
        _Case(
            status=_REJECTED,
            reason=_("Exchange does not accept the recipients' addresses."),
            remedy=_("Check the e-mail address of the user."),
        ),
    ),
    (
        TooLargeError,
        _Case(
            status=_REJECTED,
            reason=_("The mail is too large for the mailbox, also without its attachments."),
            remedy=_("Shorten its text."),
        ),
    ),
    (
        BadRequestError,
        _Case(
            status=_REJECTED,
            reason=_later("Microsoft refused the mail ({http})."),
            remedy=_("Give the request id to the plugin's maker or to Microsoft."),
        ),
    ),
    (RefusedError, _Case(status=_REJECTED, reason="{sentence}", remedy="{remedy}")),
    (GraphError, _Case(status=_UNKNOWN, reason="{sentence}", remedy="{remedy}")),
)


def explain_error(
    error: GraphError, mailbox: str, now_utc: datetime, *, was_sending: bool = True, attempt: int = 1
) -> DeliveryReceipt:
    """Return the receipt of a failed call.

    Args:
        error: What failed.
        mailbox: As the administrator wrote it.
        now_utc: The time by the host's clock.
        was_sending: False if the call only prepared a draft. Nothing can have been sent then, so `unknown` becomes
            `deferred`.
        attempt: Which attempt of this mail it was. A mail that meets an unclear refusal again and again lets others
            try: the refusal may be about this mail.
    """
    case = _find_case(error)
    status = _DEFERRED if case.status is _UNKNOWN and not was_sending else case.status
    facts = {
        "mailbox": mailbox,
        "sentence": error.sentence,
        "remedy": error.remedy,
        "http": f"HTTP {error.status} {error.code}".strip(),
    }
    retry_at = None
    if status is _DEFERRED:
        retry_at = max(now_utc, error.retry_at_utc or now_utc + timedelta(seconds=case.wait_s))
    is_unclear = case.fault == _FORBIDDEN and attempt >= _TRIES_BEFORE_OTHERS
    fault = "" if is_unclear else case.fault
    about_the_mail = is_unclear or _is_about_the_mail(error, was_sending=was_sending)
    return DeliveryReceipt(
        status=status,
        reason=_say(case.reason, facts),
        remedy=_say(case.remedy, facts),
        retry_at_utc=retry_at,
        unreachable=case.unreachable,
        fault=fault,
        this_mail_only=status is _DEFERRED and about_the_mail and not fault,
        detail=str(error),
    )


def _say(text: str, facts: Mapping[str, str]) -> str:
    """Return a text of the table with its values, or the error's own sentence or remedy."""
    if not text or isinstance(text, Text):
        return text
    if text in _ITS_OWN:
        return facts[_ITS_OWN[text]]
    named = {name: value for name, value in facts.items() if "{" + name + "}" in text}
    return _(text, **named)


_ITS_OWN: Final = {"{sentence}": "sentence", "{remedy}": "remedy"}


def _find_case(error: GraphError) -> _Case:
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if error.status == 401 and isinstance(error, BadRequestError):
        return _TOKEN_REFUSED
    return next(case for kind, case in _BY_KIND if isinstance(error, kind))


def _is_about_the_mail(error: GraphError, *, was_sending: bool) -> bool:
    """Whether other mail of the same mailbox can go out: a draft was not finished, a file cannot be read, a 409.

    If Graph cannot be reached or Entra gives no token, no mail can go out.
    """
    if isinstance(error, ConnectFailedError | TokenMissingError):
        return False
    return not was_sending or isinstance(error, ConflictError | ContentChangedError)


def is_certainly_unsent(error: GraphError) -> bool:
    """Whether a call with this error cannot have sent anything."""
    return _find_case(error).status is not _UNKNOWN


def explain_not_ready(not_ready: NotReady, now_utc: datetime, *, attempt: int = 1) -> DeliveryReceipt:
    """Return the receipt when there is no client: Entra cannot be reached, refuses, or something is not set up."""
    refusal = not_ready.refusal
    kind = refusal.kind if refusal else None
    is_away = kind in (RefusalKind.UNREACHABLE, RefusalKind.TRANSIENT)
    wait_s = 60.0
    if kind is RefusalKind.TRANSIENT:  # each attempt asks a service that is ill for a token
        wait_s = min(wait_s * 2.0 ** min(attempt - 1, 10), _ENTRA_BUSY_AT_MOST_S)
    return DeliveryReceipt(
        status=_DEFERRED,
        reason=not_ready.sentence,
        remedy=not_ready.remedy,
        retry_at_utc=now_utc + timedelta(seconds=wait_s),
        unreachable=is_away,
        fault="" if is_away else kind.value if kind else "not_set_up",
        detail=not_ready.describe() if refusal else "",
    )
