"""The states of a mail in the queue."""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    """The state of a notification."""

    QUEUED = "queued"
    ATTEMPT_STARTED = "attempt_started"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    """It may have been delivered. A marked copy is sent when it is due."""
    HELD = "held"
    """It may have been delivered. An administrator decides."""
    SENT = "sent"
    DEAD = "dead"
    EXPIRED = "expired"
