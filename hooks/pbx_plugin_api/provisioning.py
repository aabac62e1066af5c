"""One person outside of a sync: an administrator picks the person, or the person signs in for the first time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.users import SYNCED_FIELDS, DraftUser, Photo, UserLink, check_fields

__all__ = ["ProvisionOutcome", "ProvisionReason", "ProvisionRefused", "ProvisionRequest", "Provisioned"]


class ProvisionReason(StrEnum):
    """Why the host asks."""

    ADMIN = "admin"
    FIRST_SIGN_IN = "first_sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionRequest:
    """The person to add or refresh: by link (after a sign-in, or a linked user), or by what an administrator typed."""

    reason: ProvisionReason
    link: UserLink | None = None
    typed: str | None = None

    def __post_init__(self) -> None:
        if (self.link is None) == (self.typed is None):
            raise InvalidValueError("link", self.link, "exactly one of link and typed is given")
        rules.check_optional_text("typed", self.typed, max_chars=320)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """The person as the PBX should show them. The host applies it by the same atomic upsert as a sync."""

    draft: DraftUser
    photo: Photo | None = None
    fields: tuple[str, ...] = SYNCED_FIELDS
    """Which of `SYNCED_FIELDS` are overwritten where the user exists already."""
    link_user_id: str | None = None
    """A user made by hand who is this person: the host links them instead of making a second user. Only in an answer
    to `ProvisionReason.ADMIN`; a host refuses it at a first sign-in, where an address proves nothing."""

    def __post_init__(self) -> None:
        check_fields(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionRefused:
    """The person is not added or refreshed."""

    reason: str
    """A machine word, the same that a sync uses for such a person: `guest`, `account_disabled`, `no_name` and so on.
    `not_reachable`: the source could not be asked, so nothing is known of the person. Retryable."""
    sentence: str
    """A sentence for the administrator or the person."""

    def __post_init__(self) -> None:
        rules.check_key("reason", self.reason)


ProvisionOutcome: TypeAlias = Provisioned | ProvisionRefused
