"""Which error a refusal of Graph is. Decided by status and code, never by message text.

Source: Microsoft Graph error responses (2026-05-20): depend on `code`, walk nested `innerError`/`innererror`. The
codes of single services come from their documentation and from answers seen live.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from portsip_m365_plugin.graph.errors import (
    AppDisabledError,
    AppMissingError,
    BadRequestError,
    ConflictError,
    ConsentMissingError,
    ExchangeMissingError,
    ForbiddenError,
    GraphError,
    KeyKindRefusedError,
    KeyLifeRefusedError,
    MailboxMissingError,
    MailboxMovingError,
    MailboxRefusedError,
    NotFoundError,
    ProofRefusedError,
    QuotaError,
    RecipientError,
    ResyncRequiredError,
    SenderBlockedError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)
from portsip_m365_plugin.graph.retry import parse_retry_after
from portsip_m365_plugin.graph.wire import Call

_log = logging.getLogger(__name__)

BY_CODE: Final[Mapping[str, type[GraphError]]] = {
    code: kind
    for kind, codes in (
        (ConsentMissingError, ("Authorization_RequestDenied", "NoPermissionsInAccessToken")),
        (AppMissingError, ("Authorization_IdentityNotFound",)),
        (AppDisabledError, ("Authorization_IdentityDisabled",)),
        (ExchangeMissingError, ("OrganizationFromTenantGuidNotFound",)),
        (MailboxRefusedError, ("ErrorAccessDenied", "ErrorSendAsDenied")),
        (
            MailboxMissingError,
            (
                *("ErrorInvalidUser", "ErrorMailboxNotEnabledForRESTAPI", "ErrorNonExistentMailbox"),
                *("MailboxNotEnabledForRESTAPI", "MailboxNotHostedInExchangeOnline", "MailboxNotSupportedForRESTAPI"),
                "ResourceNotFound",
            ),
        ),
        (MailboxMovingError, ("ErrorMailboxMoveInProgress", "MailboxInfoStale")),
        (
            SenderBlockedError,
            (
                *("ErrorAccountSuspend", "ErrorAccountSuspendShowTierUpgrade", "ErrorMessageBlocked"),
                "ErrorMessageSubmissionBlocked",
            ),
        ),
        (NotFoundError, ("ErrorItemNotFound", "ImageNotFound", "Request_ResourceNotFound", "itemNotFound")),
        (
            ResyncRequiredError,
            ("Directory_ExpiredPageToken", "SyncStateInvalid", "SyncStateNotFound", "resyncRequired"),
        ),
        (
            TooLargeError,
            ("ErrorAttachmentSizeLimitExceeded", "ErrorMessageSizeExceeded", "RequestEntityTooLarge"),
        ),
        (QuotaError, ("ErrorExceededMessageLimit", "ErrorQuotaExceeded", "ErrorSubmissionQuotaExceeded")),
        (RecipientError, ("ErrorInvalidRecipients", "ErrorRecipientLimitExceeded")),
        (ProofRefusedError, ("Authentication_MissingOrMalformed",)),
        (KeyLifeRefusedError, ("CredentialInvalidLifetimeAsPerAppPolicy", "KeyCredentialsInvalidEndDate")),
        (KeyKindRefusedError, ("CredentialTypeNotAllowedAsPerAppPolicy",)),
    )
    for code in codes
}
"""Used for 4xx, and for the 503 of a mailbox that is being moved."""

BY_STATUS: Final[Mapping[int, type[GraphError]]] = {
    401: BadRequestError,
    403: ForbiddenError,
    404: NotFoundError,
    408: UnavailableError,
    409: ConflictError,
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

_CODE_MAX_CHARS: Final = 200
_PLAIN_403: Final = frozenset({"", "accessdenied", "forbidden", "unknownerror"})
"""What a 403 without a reason of its own carries. The reason is then a permission that is missing."""


def make_error(
    call: Call,
    status: int,
    body: object,
    retry_after: str | None,
    now_utc: datetime,
    *,
    carries_token: bool = False,
    in_batch: bool = False,
    request_id: str = "",
    client_request_id: str = "",
) -> GraphError:
    """Return the error that a refusal is. The only place where one is made, for single calls and items of a batch.

    Args:
        call: What was refused.
        status: HTTP status, 400 or more.
        body: The decoded JSON, or anything.
        retry_after: The header, as it came.
        now_utc: The time of the answer, from which a Retry-After counts that is a date.
        carries_token: See `judge`.
        in_batch: Whether this is one item of a batch.
        request_id: Microsoft's id.
        client_request_id: Ours.
    """
    kind, code = judge(status, body, carries_token=carries_token)
    retry_after_s = parse_retry_after(retry_after, now_utc)
    if status == 424 and (in_batch or call.service == "batch"):
        kind = ThrottledError  # older documentation: a batch with a throttled item fails as a whole
    if status == 503 and retry_after_s is not None:
        kind = ThrottledError
    level = logging.DEBUG if in_batch else logging.INFO
    _log.log(level, "%s: HTTP %d %s: %s", call.name, status, code, read_message(body))
    error = kind(
        f"{call.name} was refused",
        status=status,
        code=code,
        retry_after_s=retry_after_s,
        request_id=request_id,
        client_request_id=client_request_id,
    )
    if isinstance(error, ConsentMissingError):
        error.name_permission(call.permission)
    return error


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
        if status == 403 and shown.lower() in _PLAIN_403:
            return ConsentMissingError, shown
    if status == 503 and known == "MailboxInfoStale":
        return MailboxMovingError, known
    if status in BY_STATUS:
        return BY_STATUS[status], shown
    return (UnavailableError if status >= 500 else BadRequestError), shown


def error_codes(body: object) -> Iterator[str]:
    """Yield the codes of an error body, most specific first: the innermost `innerError`, then outward."""
    error = body.get("error") if isinstance(body, Mapping) else None
    found: list[str] = []
    while isinstance(error, Mapping) and len(found) < 10:
        code = error.get("code")
        if isinstance(code, str) and code:
            found.append(code[:_CODE_MAX_CHARS])
        error = error.get("innerError", error.get("innererror"))
    yield from reversed(found)


def read_message(body: object) -> str:
    """Return Graph's own words, shortened, for the log only."""
    error: Any = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message[:300] if isinstance(message, str) else ""
