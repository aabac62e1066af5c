"""Users as they cross the seam: drafts and changes from the plugin, linked users and results from the host.

Field names and limits follow PortSIP's REST API. Identity is `(authority, subject)`, never a name.
Passwords, PINs and roles are the host's policy and do not appear here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError

__all__ = [
    "SYNCED_FIELDS",
    "AnyNumber",
    "ApplyResult",
    "ApplyStatus",
    "CreateUser",
    "DeleteUser",
    "DisableReason",
    "DisableUser",
    "Divergence",
    "DivergenceKind",
    "DraftUser",
    "EnableUser",
    "ExtensionWish",
    "Fixed",
    "FromStart",
    "LinkUser",
    "LinkedUser",
    "Phone",
    "Photo",
    "UnlinkedUser",
    "UpdateUser",
    "UserChange",
    "UserCounts",
    "UserLink",
]

SYNCED_FIELDS: Final = ("display_name", "email", "mobile_phone", "work_phone", "department")
"""The fields a plugin owns on a linked user. The username is chosen once, at creation (PortSIP: not in the update
body); the home phone, the number and everything else stay the PBX's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLink:
    """Who a PBX user is at the source. Unique per PBX tenant.

    Both ids are opaque to the host and compared by code point. They never change for a person and are never given to
    another one, so a name or a mail address does not qualify.
    """

    authority: str
    """Who gives the ids: an Entra tenant id, the domain of an LDAP directory, an OpenID Connect issuer."""
    subject: str
    """The person's id there: an Entra object id, an LDAP `entryUUID`, an OpenID Connect `sub`."""

    def __post_init__(self) -> None:
        rules.check_link_id("authority", self.authority)
        rules.check_link_id("subject", self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number: as people wrote it, and as machines compare it."""

    raw: str
    """At most 32 characters, as it stands at the source."""
    e164: str | None = None
    """None where the number cannot be understood; it is still shown and dialled as written."""

    def __post_init__(self) -> None:
        rules.check_text("raw", self.raw, min_chars=1, max_chars=rules.PHONE_MAX_CHARS)
        rules.check_e164("e164", self.e164)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Exactly this number; refused if it is taken."""

    number: str

    def __post_init__(self) -> None:
        rules.check_extension_number("number", self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromStart:
    """The first free number from this one upward."""

    start: str

    def __post_init__(self) -> None:
        rules.check_extension_number("start", self.start)
        if len(self.start) > 13 or self.start.startswith("0"):
            raise InvalidValueError("start", self.start, "3 to 13 digits, the first not 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyNumber:
    """Whatever the host gives: the first free number from 101."""


ExtensionWish: TypeAlias = Fixed | FromStart | AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A portrait, ready to store."""

    content: bytes
    content_type: str
    source_etag: str | None = None
    """The source's mark of this picture; kept by the host, so that an unchanged picture is not fetched again."""

    def __post_init__(self) -> None:
        if not self.content:
            raise InvalidValueError("content", self.content, "a picture; None means that there is none")
        rules.check_text("content_type", self.content_type, min_chars=3, max_chars=64)
        rules.check_optional_text("source_etag", self.source_etag, max_chars=256)

    @property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftUser:
    """A person as the PBX should show them."""

    link: UserLink
    usernames: tuple[str, ...]
    """Wished usernames, best first. Used at creation only: the host takes the first that is free."""
    display_name: str
    email: str | None = None
    mobile_phone: Phone | None = None
    work_phone: Phone | None = None
    department: str | None = None
    extension: ExtensionWish = AnyNumber()

    def __post_init__(self) -> None:
        if not self.usernames:
            raise InvalidValueError("usernames", self.usernames, "at least one wish")
        for username in self.usernames:
            rules.check_username("usernames", username)
        rules.check_text("display_name", self.display_name, min_chars=1, max_chars=rules.DISPLAY_NAME_MAX_CHARS)
        rules.check_optional_text("email", self.email, max_chars=rules.EMAIL_MAX_CHARS)
        rules.check_optional_text("department", self.department, max_chars=rules.DEPARTMENT_MAX_CHARS)


class DisableReason(StrEnum):
    """Why a user was disabled; the host keeps it beside the time."""

    ACCOUNT_DISABLED = "account_disabled"
    """The account still exists at the source, but nobody may sign in with it."""
    DEPARTED = "departed"
    """The account is gone from the source (perhaps only soft-deleted: it may return within 30 days)."""
    OUT_OF_SCOPE = "out_of_scope"
    """The account exists, but the tenant's rules no longer cover it (guest, no licence, not selected)."""
    BY_ADMIN = "by_admin"
    """Somebody disabled the user in the PBX. Never said by a plugin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedUser:
    """A PBX user that belongs to a person at the source, as stored now."""

    user_id: str
    link: UserLink
    username: str
    display_name: str
    extension_number: str
    enabled: bool
    email: str | None = None
    mobile_phone: Phone | None = None
    work_phone: Phone | None = None
    department: str | None = None
    disabled_reason: DisableReason | None = None
    disabled_at_utc: datetime | None = None
    photo_sha256: str | None = None
    photo_etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedUser:
    """A hand-made PBX user without a link that the host would allow to be linked (never an administrator)."""

    user_id: str
    username: str
    email: str | None
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCounts:
    """How many linked users there are, and how many of them are enabled. Guards divide by these."""

    linked: int
    enabled: int


class DivergenceKind(StrEnum):
    """What happened to a linked user inside the PBX since the last apply, which no delta can show."""

    DELETED = "deleted"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """One linked user that the PBX no longer shows as the last apply left them."""

    link: UserLink
    kind: DivergenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """Make a user, or nothing where the link exists already. A returning person gets their old number."""

    draft: DraftUser

    @property
    def link(self) -> UserLink:
        """Whom it is about."""
        return self.draft.link


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser:
    """Overwrite the named fields of a linked user with the draft's."""

    draft: DraftUser
    fields: tuple[str, ...]
    """A non-empty choice of `SYNCED_FIELDS`."""

    def __post_init__(self) -> None:
        if not self.fields or not set(self.fields) <= set(SYNCED_FIELDS):
            raise InvalidValueError("fields", self.fields, f"one or more of {', '.join(SYNCED_FIELDS)}")

    @property
    def link(self) -> UserLink:
        """Whom it is about."""
        return self.draft.link


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Disable a linked user: sessions and SIP registration end, the number stays. Repeating changes the reason.

    Whom an administrator has locked stays `BY_ADMIN` (unchanged), but the host remembers that they are meant to be
    disabled: unlocking them then shows as an edit.
    """

    link: UserLink
    reason: DisableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Enable a linked user again, with the number they had."""

    link: UserLink


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser:
    """Delete a linked user; their number rests, and is theirs again should they return."""

    link: UserLink


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUser:
    """Tie a hand-made PBX user to a person and overwrite the synced fields; username and number stay."""

    user_id: str
    draft: DraftUser

    @property
    def link(self) -> UserLink:
        """Whom it is about."""
        return self.draft.link


UserChange: TypeAlias = CreateUser | UpdateUser | DisableUser | EnableUser | DeleteUser | LinkUser


class ApplyStatus(StrEnum):
    """What became of one change."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    """It was so already: a repeated change, or one another run has made."""
    REFUSED = "refused"
    """Not possible for this person; `reason` says why. The other changes went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """The host's answer to one change, in the order of the changes."""

    link: UserLink
    status: ApplyStatus
    reason: str | None = None
    """A sentence for the admin where refused, such as "the tenant's limit of 50 users is reached"."""
    username: str | None = None
    extension_number: str | None = None
