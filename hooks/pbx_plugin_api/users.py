"""Users: drafts from the plugin, and linked users as the host has them.

Field names and limits follow PortSIP's REST API. A person is identified by `(authority, subject)`, never by a name.
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
    "DisableReason",
    "Divergence",
    "DivergenceKind",
    "DraftUser",
    "ExtensionWish",
    "Fixed",
    "FromStart",
    "LinkedUser",
    "Phone",
    "Photo",
    "UnlinkedUser",
    "UserCounts",
    "UserLink",
]

SYNCED_FIELDS: Final = ("display_name", "email", "mobile_phone", "work_phone", "department")
"""The fields of a linked user that the plugin owns. The username is chosen once, when the user is created (PortSIP's
update body has none). The home phone, the extension number and everything else belong to the PBX."""


def check_fields(fields: tuple[str, ...]) -> None:
    """Refuse anything but one or more of `SYNCED_FIELDS`."""
    if not fields or not set(fields) <= set(SYNCED_FIELDS):
        raise InvalidValueError("fields", fields, f"one or more of {', '.join(SYNCED_FIELDS)}")


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
    """A telephone number: as a person wrote it, and as machines compare it."""

    raw: str
    """The number as the source has it, at most 32 characters."""
    e164: str | None = None
    """None if the number cannot be understood. It is then shown and dialled as written."""

    def __post_init__(self) -> None:
        rules.check_text("raw", self.raw, min_chars=1, max_chars=rules.PHONE_MAX_CHARS)
        rules.check_e164("e164", self.e164)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromStart:
    """The first free number, starting with this one."""

    start: str

    def __post_init__(self) -> None:
        rules.check_extension_number("start", self.start)
        if len(self.start) > 13 or self.start.startswith("0"):
            raise InvalidValueError("start", self.start, "3 to 13 digits, the first not 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyNumber:
    """Any number: the host gives the first free one from 101."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Exactly this number."""

    number: str
    otherwise: FromStart | AnyNumber | None = None
    """What to give if the number is not free; the result then carries another number. None: the user is refused."""

    def __post_init__(self) -> None:
        rules.check_extension_number("number", self.number)


ExtensionWish: TypeAlias = Fixed | FromStart | AnyNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A portrait, ready to be stored."""

    content: bytes
    content_type: str
    source_etag: str | None = None
    """The source's ETag of this picture. The host keeps it, so that an unchanged picture is not fetched again."""

    def __post_init__(self) -> None:
        if not self.content:
            raise InvalidValueError("content", self.content, "a picture; for no picture give None instead of a Photo")
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
    """Wished usernames, the best first. Used only when the user is created: the host takes the first free one."""
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
    """Why a user was disabled. The host stores it together with the time."""

    ACCOUNT_DISABLED = "account_disabled"
    """The account still exists at the source, but is disabled there."""
    DEPARTED = "departed"
    """The account is gone from the source. It may only be soft-deleted, and may return."""
    OUT_OF_SCOPE = "out_of_scope"
    """The account exists, but the tenant's rules leave it out: a guest, no licence, not selected."""
    BY_ADMIN = "by_admin"
    """Somebody disabled the user in the PBX. A plugin never gives this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedUser:
    """A PBX user that belongs to a person at the source, as the host has it now."""

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
    """A PBX user that belongs to no person of any source, such as one made by hand."""

    user_id: str
    username: str
    email: str | None
    enabled: bool
    is_linkable: bool = True
    """False for an administrator. The user is never linked, but a plugin has to see whose address it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCounts:
    """How many linked users there are, and how many of them are enabled."""

    linked: int
    enabled: int


class DivergenceKind(StrEnum):
    """What happened to a linked user in the PBX since the last apply. No delta of the source shows it."""

    DELETED = "deleted"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A linked user that is no longer as the last apply left it."""

    link: UserLink
    kind: DivergenceKind
