"""Users of a fake PBX, as rows in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pbx_plugin_api.hosting.apply_rules.users import StoredUser, find_divergence, synced_columns
from pbx_plugin_api.users import DisableReason, DivergenceKind, LinkedUser, Phone, Photo, UserLink

STANDARD_ROLE: Final = "StandardUser"
ADMIN_ROLE: Final = "SystemAdmin"


@dataclass(kw_only=True)
class UserRow:
    """A user as stored now. Tests may read it, and change it with `FakeUsers`."""

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
    """The number of sessions and SIP registrations."""

    def as_stored(self) -> StoredUser:
        """Return the row in the form of `pbx_plugin_api.hosting.apply_rules`."""
        return StoredUser(
            user_id=self.user_id,
            username=self.username,
            extension_number=self.extension_number,
            columns=synced_columns(self),
            enabled=self.enabled,
            disabled_reason=self.disabled_reason,
        )


@dataclass(kw_only=True)
class LinkRow:
    """The link of a user, and what the last `apply` wrote."""

    user_id: str
    applied: dict[str, str | None]
    applied_enabled: bool = True
    photo_etag: str | None = None

    def find_divergence(self, row: UserRow | None) -> DivergenceKind | None:
        """Return how the user was changed in the PBX since the last `apply`, or None."""
        shown = None if row is None else synced_columns(row)
        enabled = row is not None and row.enabled
        return find_divergence(shown, self.applied, enabled=enabled, applied_enabled=self.applied_enabled)


def show_linked(link: UserLink, row: UserRow, at: LinkRow) -> LinkedUser:
    """Return the user as a plugin sees it."""
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
