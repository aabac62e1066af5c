"""A mail the PBX wants delivered, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError

__all__ = [
    "AttachmentRef",
    "DeliveryReceipt",
    "DeliveryStatus",
    "Importance",
    "Notification",
    "NotificationKind",
    "Priority",
    "RejectedRecipient",
]


class NotificationKind(StrEnum):
    """What the mail is about. Kinds the PBX invents later arrive as OTHER, with `text`/`html` already written."""

    VOICEMAIL = "voicemail"
    NEW_USER = "new_user"
    EMERGENCY_CALL = "emergency_call"
    TWO_FACTOR_CODE = "two_factor_code"
    TEST = "test"
    OTHER = "other"


class Priority(IntEnum):
    """The order in which the queue is worked off; lower goes first."""

    URGENT = 0
    """Somebody is waiting: 2FA codes, emergency-call alerts."""
    NORMAL = 5
    BULK = 9


class Importance(StrEnum):
    """How the mail is flagged for its reader."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRef:
    """A file that lies in `host.blobs`; read as a stream, never copied into the notification."""

    blob: str
    filename: str
    content_type: str
    size_bytes: int
    content_id: str | None = None
    """Set for an inline image that the HTML names as `cid:…`."""
    download_url: str | None = None
    """The PBX's own link to the file, for when it is too large to send."""

    def __post_init__(self) -> None:
        rules.check_text("filename", self.filename, min_chars=1, max_chars=255)
        rules.check_text("content_type", self.content_type, min_chars=3, max_chars=128)
        rules.check_at_least("size_bytes", self.size_bytes, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One mail to deliver. Frozen data; survives JSON."""

    notification_id: str
    """The host's key; the same at every attempt, so that copies can be told."""
    kind: NotificationKind
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    importance: Importance = Importance.NORMAL
    priority: Priority = Priority.NORMAL
    attachments: tuple[AttachmentRef, ...] = ()
    placeholders: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values for `%%NAME%%` in subject, text and HTML (escaped in HTML). May hold passwords: never logged."""
    created_at_utc: datetime
    attempt: int = 1
    previous_outcome_unknown: bool = False
    """An earlier attempt may have been delivered: its answer was lost. A copy sent now is to be marked as such."""
    copy_approved: bool = False
    """An administrator asked for this copy: send it also where copies are to be held."""

    def __post_init__(self) -> None:
        rules.check_key("notification_id", self.notification_id)
        if not (self.to or self.cc or self.bcc):
            raise InvalidValueError("to", self.to, "at least one recipient in to, cc or bcc")
        for name in ("to", "cc", "bcc", "reply_to"):
            for address in getattr(self, name):
                rules.check_text(name, address, min_chars=3, max_chars=320)
        rules.check_text("subject", self.subject, max_chars=998)
        rules.check_utc("created_at_utc", self.created_at_utc)
        rules.check_at_least("attempt", self.attempt, 1)
        object.__setattr__(self, "placeholders", rules.freeze_mapping(self.placeholders))


class DeliveryStatus(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    """The service has taken the mail over. Not a promise that it was read."""
    DEFERRED = "deferred"
    """Certainly not sent; try again at `retry_at_utc`."""
    REJECTED = "rejected"
    """Certainly not sent, and trying again will not help; `reason` and `remedy` say why."""
    UNKNOWN = "unknown"
    """The answer was lost: it may have been sent. The host decides whether to send a marked copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecipient:
    """One address that will not get the mail although others did."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The plugin's answer to one attempt."""

    status: DeliveryStatus
    reason: str = ""
    """A sentence the admin understands; empty when accepted."""
    remedy: str = ""
    retry_at_utc: datetime | None = None
    rejected_recipients: tuple[RejectedRecipient, ...] = ()
    pending_recipients: tuple[str, ...] = ()
    """Where a mail had to be split and a part has gone: the addresses still waiting. Empty means all of them; the next
    attempt (or the copy after an unknown outcome) goes to these only."""
    hold: bool = False
    """With UNKNOWN: send no copy by yourself; it waits for an administrator, who approves it or drops it."""
    unreachable: bool = False
    """The service could not be reached at all; long enough of this, and the host may use its fallback channel."""
    this_mail_only: bool = False
    """With DEFERRED: what failed lies in this mail (an attachment), not in the mailbox; other mail need not wait."""
    detail: str = ""
    """Ids for support: the service's request ids."""

    def __post_init__(self) -> None:
        rules.check_utc("retry_at_utc", self.retry_at_utc)
        if (self.status is DeliveryStatus.DEFERRED) != (self.retry_at_utc is not None):
            raise InvalidValueError("retry_at_utc", self.retry_at_utc, "given when deferred, and only then")
        if self.hold and self.status is not DeliveryStatus.UNKNOWN:
            raise InvalidValueError("hold", self.hold, "only where the outcome is unknown")
        if self.this_mail_only and self.status is not DeliveryStatus.DEFERRED:
            raise InvalidValueError("this_mail_only", self.this_mail_only, "only when deferred")
        if self.status is not DeliveryStatus.ACCEPTED and not self.reason:
            raise InvalidValueError("reason", self.reason, "a sentence, unless the mail was accepted")
