"""Changes to users: what a plugin asks the host to do in `host.users.apply`, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pbx_plugin_api.users import SYNCED_FIELDS, DisableReason, DraftUser, Photo, UserLink, check_fields

__all__ = [
    "ApplyResult",
    "ApplyStatus",
    "CreateUser",
    "DeleteUser",
    "DisableUser",
    "EnableUser",
    "LinkUser",
    "PhotoChange",
    "UpdateUser",
    "UserChange",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """Create a user. If the link exists already, nothing happens. A person who returns gets their old number."""

    draft: DraftUser

    @property
    def link(self) -> UserLink:
        """The person that the change is about."""
        return self.draft.link


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser:
    """Overwrite the named fields of a linked user with those of the draft."""

    draft: DraftUser
    fields: tuple[str, ...]
    """One or more of `SYNCED_FIELDS`."""

    def __post_init__(self) -> None:
        check_fields(self.fields)

    @property
    def link(self) -> UserLink:
        """The person that the change is about."""
        return self.draft.link


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Disable a linked user. Sessions and SIP registration end; the number stays. A second call changes the reason.

    A user whom an administrator disabled stays `BY_ADMIN` (result: unchanged). The host remembers that the user should
    be disabled: when the administrator enables the user, that counts as an edit.
    """

    link: UserLink
    reason: DisableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Enable a linked user again, with the same number."""

    link: UserLink


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser:
    """Delete a linked user. The number is kept for the person, in case they return."""

    link: UserLink


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUser:
    """Link a PBX user that was made by hand to a person, and overwrite synced fields. Username and number stay."""

    user_id: str
    draft: DraftUser
    fields: tuple[str, ...] = SYNCED_FIELDS
    """Which of `SYNCED_FIELDS` are overwritten. The others stay as the PBX has them, and count as applied."""

    def __post_init__(self) -> None:
        check_fields(self.fields)

    @property
    def link(self) -> UserLink:
        """The person that the change is about."""
        return self.draft.link


UserChange: TypeAlias = CreateUser | UpdateUser | DisableUser | EnableUser | DeleteUser | LinkUser


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoChange:
    """Store the photo of a linked user, or remove it."""

    link: UserLink
    photo: Photo | None
    """None: the user has no photo any more."""


class ApplyStatus(StrEnum):
    """What became of one change."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    """The user was like this already: the change was repeated, or another run made it."""
    REFUSED = "refused"
    """The change is not possible for this person; `reason` says why. The other changes were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """The host's result for one change."""

    link: UserLink
    status: ApplyStatus
    reason: str | None = None
    """If refused, a sentence for the administrator, such as "the tenant's limit of 50 users is reached"."""
    code: str = ""
    """If refused, the same as a short machine word for `Problem.reason`, such as `user_limit`. Empty: `refused`."""
    username: str | None = None
    extension_number: str | None = None
