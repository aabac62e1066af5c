"""Which people become users of the PBX, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SyncMode(StrEnum):
    """Who starts a sync of users."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersConfig:
    """The sync of users."""

    sync_mode: SyncMode = SyncMode.AUTOMATIC
    starting_number: str = ""
    """Where the extension numbers of new users start, 3 to 13 digits; empty: any free number."""
