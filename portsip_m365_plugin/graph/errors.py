"""What can go wrong with a Graph call, told by status and code, never by text.

    GraphError
    ├── NotSentError            certainly not processed; harmless to repeat
    │   ├── ConnectFailedError      no connection: DNS, TLS, refused, proxy
    │   ├── TokenMissingError       no access token (an Entra refusal, with its own sentence)
    │   └── BudgetSpentError        the run's time is over before the call could be made
    ├── AnswerLostError         sent, and no usable answer came: a write may or may not have happened
    ├── ThrottledError          refused for now (429, 503 with Retry-After, 509); carries `retry_at_utc`
    ├── UnavailableError        500, 502, 503, 504: the service failed; a write may have happened
    ├── RefusedError            the service understood and said no
    │   ├── ConsentMissingError     the permission is not granted (Entra's word)
    │   ├── MailboxRefusedError     Exchange keeps this app out of this mailbox (RBAC scope, access policy)
    │   ├── MailboxMissingError     no mailbox, on premises, inactive
    │   ├── MailboxMovingError      for the moment (MailboxInfoStale)
    │   ├── NotFoundError           no such object
    │   ├── ResyncRequiredError     the delta link or page link is too old: list everything once
    │   ├── TooLargeError           413, or a message beyond the mailbox's limit
    │   ├── QuotaError              the mailbox's sending or storage quota
    │   ├── RecipientError          an address Exchange does not take
    │   └── BadRequestError         anything else with 400-499: a bug of ours, or a cloud that lacks the call
    └── ProtocolError           an answer that is not Graph's: wrong content type, broken JSON, redirect, loop
        └── ForeignLinkError        a link of another origin than the cloud's Graph root

Source: Microsoft Graph error responses (2026-05-20): depend on `code`, walk nested `innerError`/`innererror`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

__all__ = [
    "AnswerLostError",
    "BadRequestError",
    "BudgetSpentError",
    "ConnectFailedError",
    "ConsentMissingError",
    "ForeignLinkError",
    "GraphError",
    "MailboxMissingError",
    "MailboxMovingError",
    "MailboxRefusedError",
    "NotFoundError",
    "NotSentError",
    "ProtocolError",
    "QuotaError",
    "RecipientError",
    "RefusedError",
    "ResyncRequiredError",
    "ThrottledError",
    "TokenMissingError",
    "TooLargeError",
    "UnavailableError",
    "error_codes",
    "judge",
]


class GraphError(Exception):
    """A Graph call failed.

    Attributes:
        sentence: For the admin: what is wrong.
        remedy: For the admin: what to do; may be empty.
        status: HTTP status, 0 where no answer came.
        code: Graph's most specific known code, or empty.
        request_id: Microsoft's id of the request, for their support; empty where no answer came.
        client_request_id: Ours.
        retry_at_utc: From when it may be tried again, where that is known.
        attempts: How often it was sent.
    """

    sentence_template: str = "Microsoft Graph failed."
    remedy_template: str = ""

    def __init__(
        self,
        detail: str = "",
        *,
        sentence: str = "",
        remedy: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        client_request_id: str = "",
        retry_at_utc: datetime | None = None,
        attempts: int = 1,
    ) -> None:
        self.sentence = sentence or self.sentence_template
        self.remedy = remedy or self.remedy_template
        self.detail, self.status, self.code = detail, status, code
        self.request_id, self.client_request_id = request_id, client_request_id
        self.retry_at_utc, self.attempts = retry_at_utc, attempts
        super().__init__(detail or self.sentence)

    def describe(self) -> str:
        """Return sentence, remedy and Microsoft's ids: what the admin reads in the run log."""
        ids = [self.code] if self.code else []
        if self.request_id or self.client_request_id:
            ids.append(f"request-id {self.request_id or self.client_request_id}")
        return f"{self.sentence} {self.remedy}".strip() + (f" ({', '.join(ids)})" if ids else "")

    def __str__(self) -> str:
        facts = [str(self.args[0])]
        if self.status:
            facts.append(f"HTTP {self.status}")
        if self.code:
            facts.append(self.code)
        if self.request_id:
            facts.append(f"request-id {self.request_id}")
        elif self.client_request_id:
            facts.append(f"client-request-id {self.client_request_id}")
        return ", ".join(facts)


class NotSentError(GraphError):
    """Certainly not processed."""


class ConnectFailedError(NotSentError):
    """No connection to Microsoft Graph."""

    sentence_template = "Microsoft Graph cannot be reached."
    remedy_template = "Check this server's internet connection, DNS and proxy."


class TokenMissingError(NotSentError):
    """No access token. Sentence and remedy are Entra's case."""


class BudgetSpentError(NotSentError):
    """No time is left for the call."""

    sentence_template = "The time for this run is over."
    remedy_template = "The next run goes on."


class AnswerLostError(GraphError):
    """The request went out and no usable answer came back."""

    sentence_template = "The connection to Microsoft Graph broke before its answer came."


class ThrottledError(GraphError):
    """Microsoft asks to wait."""

    sentence_template = "Microsoft Graph is limiting requests of this app."
    remedy_template = "Nothing to do: it is tried again when Microsoft allows it."


class UnavailableError(GraphError):
    """The service failed."""

    sentence_template = "Microsoft Graph is not available at the moment."
    remedy_template = "Nothing to do: it is tried again. Microsoft's service health page may say more."


class RefusedError(GraphError):
    """The service said no."""


class ConsentMissingError(RefusedError):
    """A permission is not granted."""

    sentence_template = "The app registration lacks a permission, or an administrator has not consented to it."
    remedy_template = (
        "In Entra, open the app registration, API permissions: add the application permission and grant admin consent."
    )

    def name_permission(self, permission: str) -> None:
        """Say which permission the call needs."""
        if permission:
            self.sentence = (
                f"The app registration lacks the permission {permission}, or an administrator has not consented to it."
            )


class MailboxRefusedError(RefusedError):
    """Exchange keeps the app out of this mailbox."""

    sentence_template = "Exchange does not let the app into this mailbox."
    remedy_template = (
        "If that is not meant, widen the scope of the app's role assignment in Exchange; a change takes up to 2 hours."
    )


class MailboxMissingError(RefusedError):
    """There is no mailbox in Exchange Online."""

    sentence_template = "This account has no mailbox in Exchange Online (none, inactive, or on premises)."


class MailboxMovingError(RefusedError):
    """The mailbox is being moved."""

    sentence_template = "This mailbox is being moved at the moment."


class NotFoundError(RefusedError):
    """There is no such object."""

    sentence_template = "Microsoft Graph does not know this object."


class ResyncRequiredError(RefusedError):
    """A stored link is too old."""

    sentence_template = "Microsoft Graph no longer knows how far we were."
    remedy_template = "Nothing to do: everything is listed once."


class TooLargeError(RefusedError):
    """More than the service takes."""

    sentence_template = "Microsoft takes no message as large as this one."


class QuotaError(RefusedError):
    """The mailbox's quota is used up."""

    sentence_template = "The mailbox has used up its quota."


class RecipientError(RefusedError):
    """An address is not accepted."""

    sentence_template = "Exchange does not accept a recipient's address."


class BadRequestError(RefusedError):
    """Anything else that was refused."""

    sentence_template = "Microsoft Graph refused the request."


class ProtocolError(GraphError):
    """The answer is not one Graph gives."""

    sentence_template = "The answer was not Microsoft Graph's: something between this server and Microsoft changed it."
    remedy_template = "Check the proxy or firewall on the way."


class ForeignLinkError(ProtocolError):
    """A link leads elsewhere."""

    sentence_template = "Microsoft Graph's answer leads to a foreign server; it was not followed."


_NO_MAILBOX: Final = frozenset(
    {
        "ErrorInvalidUser",
        "ErrorMailboxNotEnabledForRESTAPI",
        "ErrorNonExistentMailbox",
        "MailboxNotEnabledForRESTAPI",
        "MailboxNotHostedInExchangeOnline",
        "MailboxNotSupportedForRESTAPI",
        "ResourceNotFound",
    }
)

BY_CODE: Final[Mapping[str, type[GraphError]]] = {
    **dict.fromkeys(_NO_MAILBOX, MailboxMissingError),
    "MailboxInfoStale": MailboxMovingError,
    "ErrorMailboxMoveInProgress": MailboxMovingError,
    "Authorization_RequestDenied": ConsentMissingError,
    "NoPermissionsInAccessToken": ConsentMissingError,
    "ErrorAccessDenied": MailboxRefusedError,
    "ErrorSendAsDenied": MailboxRefusedError,
    "SyncStateNotFound": ResyncRequiredError,
    "SyncStateInvalid": ResyncRequiredError,
    "resyncRequired": ResyncRequiredError,
    "Directory_ExpiredPageToken": ResyncRequiredError,
    "RequestEntityTooLarge": TooLargeError,
    "ErrorMessageSizeExceeded": TooLargeError,
    "ErrorAttachmentSizeLimitExceeded": TooLargeError,
    "ErrorQuotaExceeded": QuotaError,
    "ErrorExceededMessageLimit": QuotaError,
    "ErrorSubmissionQuotaExceeded": QuotaError,
    "ErrorInvalidRecipients": RecipientError,
    "ErrorRecipientLimitExceeded": RecipientError,
    "ErrorItemNotFound": NotFoundError,
    "Request_ResourceNotFound": NotFoundError,
    "ImageNotFound": NotFoundError,
    "itemNotFound": NotFoundError,
}
"""Read only for 4xx and for the 503 of a moving mailbox; `ErrorAccessDenied` is Exchange's word, the other Entra's."""

BY_STATUS: Final[Mapping[int, type[GraphError]]] = {
    401: BadRequestError,
    403: ConsentMissingError,
    404: NotFoundError,
    410: ResyncRequiredError,
    413: TooLargeError,
    423: ThrottledError,
    429: ThrottledError,
    500: UnavailableError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
    509: ThrottledError,
}


def error_codes(body: object) -> Iterator[str]:
    """Yield the codes of an error body, most specific first: the innermost `innerError`, then outward."""
    error = body.get("error") if isinstance(body, Mapping) else None
    found: list[str] = []
    while isinstance(error, Mapping) and len(found) < 10:
        code = error.get("code")
        if isinstance(code, str) and code:
            found.append(code)
        error = error.get("innerError", error.get("innererror"))
    yield from reversed(found)


def judge(status: int, body: object, *, carries_token: bool = False) -> tuple[type[GraphError], str]:
    """Return which error a refusal is, and its most specific known code.

    Args:
        status: HTTP status, 400 or more.
        body: The decoded JSON, or anything.
        carries_token: Whether the address carried a `$deltatoken` or `$skiptoken` of an earlier answer. Then a plain
            400 means that it is too old (seen live: 400 Request_UnsupportedQuery "DeltaLink older than 30 days").
    """
    codes = list(error_codes(body))
    known = next((code for code in codes if code in BY_CODE), None)
    shown = known or next((code for code in codes if not code.isdigit()), "")  # inner codes may just repeat the status
    if status == 410:
        return ResyncRequiredError, shown
    if 400 <= status < 500 and status not in (423, 429):
        if known is not None:
            return BY_CODE[known], known
        if carries_token and (status == 400 or any(code.lower().startswith(("syncstate", "resync")) for code in codes)):
            return ResyncRequiredError, shown
    if status == 503 and known == "MailboxInfoStale":
        return MailboxMovingError, known
    if status in BY_STATUS:
        return BY_STATUS[status], shown
    return (UnavailableError if status >= 500 else BadRequestError), shown


def read_message(body: object) -> str:
    """Return Graph's own words, shortened, for the log only."""
    error: Any = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message[:300] if isinstance(message, str) else ""
