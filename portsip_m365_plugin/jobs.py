"""Work that a button starts and a run does."""

from __future__ import annotations

from enum import StrEnum


class Job(StrEnum):
    """What `Started` names and `Tick.job` brings back; each is also the name of its button's action."""

    PREVIEW = "preview"
    SYNC_NOW = "sync_now"
    FULL_RESYNC = "full_resync"
    CONTACTS = "contacts"
    CONTACTS_RESYNC = "contacts_resync"
    RENEW = "renew_now"
    DISCONNECT = "disconnect"
