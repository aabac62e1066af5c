"""A mail that the PBX wants to have delivered, and what became of it."""

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
    """What the mail is about. Kinds that this version does not know arrive as OTHER."""

    VOICEMAIL = "voicemail"
    NEW_USER = "new_user"
    EMERGENCY_CALL = "emergency_call"
    TWO_FACTOR_CODE = "two_factor_code"
    TEST = "test"
    OTHER = "other"


class Priority(IntEnum):
    """The order in which the queue is sent; lower numbers go first."""

    URGENT = 0
    """Somebody is waiting for it: a two-factor code, an alert about an emergency call."""
    NORMAL = 5
    BULK = 9


class Importance(StrEnum):
    """How the mail is marked for the reader."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRef:
    """A file in `host.blobs`. It is read as a stream and never copied into the notification."""

    blob: str
    filename: str
    content_type: str
    size_bytes: int
    content_id: str | None = None
    """Set for an inline image that the HTML refers to as `cid:…`."""
    download_url: str | None = None
    """The PBX's own link to the file, for a file that is too large to send."""

    def __post_init__(self) -> None:
        rules.check_text("filename", self.filename, min_chars=1, max_chars=255)
        rules.check_text("content_type", self.content_type, min_chars=3, max_chars=128)
        rules.check_at_least("size_bytes", self.size_bytes, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One mail to deliver. Frozen data; survives JSON."""

    notification_id: str
    """The host's key. It is the same at every attempt, so that copies can be recognised."""
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
    """The answer to an earlier attempt was lost, so the mail may have been delivered. A copy must be marked as one."""
    copy_approved: bool = False
    """An administrator asked for this copy: send it even if copies are normally held."""
    language: str = "en"
    """The language of its readers, a BCP 47 tag: that of `write_mail` for the texts that the PBX did not write itself.

    A subject, text, HTML or value that is a `Text` is written in it as well."""

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
        rules.check_language("language", self.language)
        object.__setattr__(self, "placeholders", rules.freeze_mapping(self.placeholders))


class DeliveryStatus(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    """The service has accepted the mail. That does not mean that it was read."""
    DEFERRED = "deferred"
    """Certainly not sent. Try again at `retry_at_utc`."""
    REJECTED = "rejected"
    """Certainly not sent, and another try will not help, because of the mail itself: its recipients, size or content.
    `reason` and `remedy` say why. A fault that stops other mail too is DEFERRED with `fault`."""
    UNKNOWN = "unknown"
    """The answer was lost, so the mail may have been sent. The host decides whether to send a marked copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecipient:
    """One address that does not get the mail although others do."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """What became of one attempt."""

    status: DeliveryStatus
    reason: str = ""
    """A sentence for the administrator; empty if accepted."""
    remedy: str = ""
    retry_at_utc: datetime | None = None
    rejected_recipients: tuple[RejectedRecipient, ...] = ()
    pending_recipients: tuple[str, ...] = ()
    """If the mail was split and a part was sent: the addresses that still wait for it. The next attempt (or the copy
    after an unknown outcome) goes to these only. Empty means all addresses."""
    hold: bool = False
    """With UNKNOWN: the host sends no copy by itself. An administrator approves the copy or drops it."""
    unreachable: bool = False
    """The service could not be reached. If that lasts, the host may use its fallback channel."""
    fault: str = ""
    """With DEFERRED: a word for what stops all mail of the tenant until somebody repairs it, such as `certificate` or
    `mailbox_blocked`; `reason` and `remedy` say it in words. The host lets all mail wait in order, reports the fault
    once, and tries one mail in a growing interval, never before `retry_at_utc`, and at once when an administrator
    acts. Urgent mail goes by the host's fallback channel if there is one."""
    this_mail_only: bool = False
    """With DEFERRED: the cause is in this mail (an attachment), not in the mailbox. Other mail need not wait."""
    detail: str = ""
    """For support: the request ids of the service."""

    def __post_init__(self) -> None:
        rules.check_utc("retry_at_utc", self.retry_at_utc)
        if (self.status is DeliveryStatus.DEFERRED) != (self.retry_at_utc is not None):
            raise InvalidValueError("retry_at_utc", self.retry_at_utc, "given when deferred, and only then")
        if self.hold and self.status is not DeliveryStatus.UNKNOWN:
            raise InvalidValueError("hold", self.hold, "only where the outcome is unknown")
        if self.this_mail_only and self.status is not DeliveryStatus.DEFERRED:
            raise InvalidValueError("this_mail_only", self.this_mail_only, "only when deferred")
        if self.fault:
            rules.check_key("fault", self.fault)
            if self.status is not DeliveryStatus.DEFERRED or self.this_mail_only:
                raise InvalidValueError("fault", self.fault, "only when deferred, and not with this_mail_only")
        if self.status is not DeliveryStatus.ACCEPTED and not self.reason:
            raise InvalidValueError("reason", self.reason, "a sentence, unless the mail was accepted")
