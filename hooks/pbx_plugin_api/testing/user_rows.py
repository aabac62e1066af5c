"""Users of a fake PBX, as rows in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api.users import SYNCED_FIELDS, DisableReason, DraftUser, LinkedUser, Phone, Photo, UserLink

__all__ = ["ADMIN_ROLE", "STANDARD_ROLE", "LinkRow", "UserRow", "synced_values"]

STANDARD_ROLE: Final = "StandardUser"
ADMIN_ROLE: Final = "SystemAdmin"


@dataclass(kw_only=True)
class UserRow:
    """A user as the PBX has them now. Tests may read it; they change it through `FakeUsers`."""

    user_id: str
    username: str
    display_name: str
    extension_number: str
    email: str | None = None
    mobile_phone: Phone | None = None
    work_phone: Phone | None = None
    home_phone: str | None = None
    department: str | None = None
    role: str = STANDARD_ROLE
    enabled: bool = True
    disabled_reason: DisableReason | None = None
    disabled_at_utc: datetime | None = None
    photo: Photo | None = None
    sessions: int = 0
    """How many sessions and SIP registrations they have."""


@dataclass(kw_only=True)
class LinkRow:
    """Who a user is at the source, and what the last apply left."""

    user_id: str
    applied: dict[str, Any]
    applied_enabled: bool = True
    photo_etag: str | None = None

    def differs(self, row: UserRow) -> bool:
        """Whether somebody changed the user in the PBX since. Disabling is the PBX's right; enabling is an edit."""
        edited = any(_shown(getattr(row, name)) != _shown(self.applied[name]) for name in SYNCED_FIELDS)
        return edited or (row.enabled and not self.applied_enabled)


def synced_values(draft: DraftUser, fields: Sequence[str] = SYNCED_FIELDS) -> dict[str, Any]:
    """Return a draft's fields by name."""
    return {name: getattr(draft, name) for name in fields}


def show_linked(link: UserLink, row: UserRow, at: LinkRow) -> LinkedUser:
    """Return a user as a plugin sees them."""
    return LinkedUser(
        user_id=row.user_id,
        link=link,
        username=row.username,
        display_name=row.display_name,
        extension_number=row.extension_number,
        enabled=row.enabled,
        email=row.email,
        mobile_phone=row.mobile_phone,
        work_phone=row.work_phone,
        department=row.department,
        disabled_reason=row.disabled_reason,
        disabled_at_utc=row.disabled_at_utc,
        photo_sha256=row.photo.sha256 if row.photo else None,
        photo_etag=at.photo_etag,
    )


def _shown(value: object) -> object:
    return value.raw if isinstance(value, Phone) else value
