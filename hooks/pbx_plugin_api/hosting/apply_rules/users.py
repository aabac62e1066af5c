"""What becomes of a `UserChange`, and of a photo.

`decide` returns an `ApplyResult` where nothing is to be written, or else what the host has to write:

    Create     a new user with the link: see `refuse_creation`, `choose_username` and `apply_rules.numbers`
    Link       tie a hand-made user to the person: see `refuse_link`
    Overwrite  columns of the user, and the same columns as "last applied" on the link
    Switch     enabled or disabled, and the same as "last applied" on the link
    Remove     the link, and the user if there still is one
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

from pbx_plugin_api._words import _, _n
from pbx_plugin_api.rules import USERNAME_MAX_CHARS
from pbx_plugin_api.user_changes import (
    ApplyResult,
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableUser,
    LinkUser,
    UpdateUser,
    UserChange,
)
from pbx_plugin_api.users import SYNCED_FIELDS, DisableReason, DivergenceKind, DraftUser, Phone, Photo, UserLink

__all__ = [
    "USER_LIMIT",
    "Create",
    "Link",
    "Overwrite",
    "PutPhoto",
    "Remove",
    "StoredUser",
    "Switch",
    "choose_username",
    "decide",
    "decide_photo",
    "find_divergence",
    "refuse",
    "refuse_creation",
    "refuse_link",
    "refuse_missing",
    "report",
    "synced_columns",
    "username_key",
]

USER_LIMIT: Final = "user_limit"
"""The code of a refusal of `refuse_creation`."""
PHONE_FIELDS: Final = ("mobile_phone", "work_phone")
_APPLIED, _UNCHANGED = ApplyStatus.APPLIED, ApplyStatus.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUser:
    """The linked user that a change is about, as stored now."""

    user_id: str
    username: str
    extension_number: str
    columns: Mapping[str, object]
    """At least the columns that `synced_columns` names."""
    enabled: bool
    disabled_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Make a user."""

    draft: DraftUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Tie a hand-made user to a person and overwrite these columns; username and number stay.

    On the link all synced columns are remembered as last applied, as they are after this.
    """

    user_id: str
    draft: DraftUser
    fields: tuple[str, ...] = SYNCED_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """Write these columns of the draft, and remember them on the link as last applied."""

    draft: DraftUser
    fields: tuple[str, ...]
    status: ApplyStatus
    """Where it is `UNCHANGED` the user has them already. Remember them all the same: an administrator may have typed
    what the directory says now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Enable or disable, and remember on the link that it was applied. Disabling ends sessions and registrations."""

    enabled: bool
    reason: DisableReason | None
    status: ApplyStatus
    """Where it is `UNCHANGED` the user's own columns stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Delete the link and its user, if the user is not gone already. The number rests."""

    link: UserLink


Decision: TypeAlias = ApplyResult | Create | Link | Overwrite | Switch | Remove


def decide(change: UserChange, stored: StoredUser | None, *, is_linked: bool) -> Decision:
    """Decide what becomes of one change.

    Args:
        change: What the plugin asks for.
        stored: The user of the change's link, or None.
        is_linked: Whether the link exists. It may, without a user: somebody deleted the user in the PBX.
    """
    if isinstance(change, CreateUser):
        return Create(draft=change.draft) if stored is None else report(change.link, _UNCHANGED, stored)
    if isinstance(change, LinkUser):
        if stored is None:
            return Link(user_id=change.user_id, draft=change.draft, fields=change.fields)
        if stored.user_id == change.user_id:
            return report(change.link, _UNCHANGED, stored)
        return refuse(
            change.link, _("this person is linked to {name} already; delete one of the two", name=stored.username)
        )
    if isinstance(change, DeleteUser):
        return Remove(link=change.link) if is_linked else ApplyResult(link=change.link, status=_UNCHANGED)
    if stored is None:
        return refuse_missing(change.link)
    if isinstance(change, UpdateUser):
        columns = synced_columns(change.draft, change.fields)
        is_same = all(stored.columns[name] == value for name, value in columns.items())
        return Overwrite(draft=change.draft, fields=change.fields, status=_UNCHANGED if is_same else _APPLIED)
    return _decide_switch(change.reason if isinstance(change, DisableUser) else None, stored)


def _decide_switch(reason: DisableReason | None, stored: StoredUser) -> Switch:
    enabled = reason is None
    # Only an administrator disables without a reason of the plugin's; their lock stays theirs.
    is_locked = not stored.enabled and stored.disabled_reason in (None, DisableReason.BY_ADMIN)
    is_same = (stored.enabled, stored.disabled_reason) == (enabled, reason) or (is_locked and not enabled)
    return Switch(enabled=enabled, reason=reason, status=_UNCHANGED if is_same else _APPLIED)


# ---------------------------------------------------------------------- a new user


def refuse_creation(n_users: int, user_limit: int | None) -> str | None:
    """Return why a tenant with so many users gets no other one, or None. All users count, also disabled ones."""
    if user_limit is None or n_users < user_limit:
        return None
    return _n(
        "the tenant's limit of {n:,} user is reached; raise the limit or delete a user",
        "the tenant's limit of {n:,} users is reached; raise the limit or delete a user",
        user_limit,
    )


def username_key(username: str) -> str:
    """Return the form by which usernames are compared: case is ignored."""
    return username.casefold()


def choose_username(wishes: Sequence[str], is_taken: Callable[[str], bool]) -> str:
    """Return the first wish that is free; where none is, the first wish with the lowest free number from 2 on.

    `is_taken` gets a username's key.
    """
    endings = (f"-{number}" for number in count(2))
    numbered = (wishes[0][: USERNAME_MAX_CHARS - len(ending)] + ending for ending in endings)
    wished = next((name for name in wishes if not is_taken(username_key(name))), None)
    return wished or next(name for name in numbered if not is_taken(username_key(name)))


def refuse_link(username: str | None, *, is_linked: bool, is_linkable: bool) -> str | None:
    """Return why a hand-made user cannot be tied to a person, or None.

    Args:
        username: The user's; None where there is no such user.
        is_linked: Whether the user belongs to a person already.
        is_linkable: Whether the user's role allows it. Administrators are never linked.
    """
    if username is None:
        return _("the user to be linked is gone")
    if is_linked:
        return _("{name} belongs to another person already", name=username)
    return None if is_linkable else _("{name} is an administrator and cannot be linked", name=username)


# ---------------------------------------------------------------------- columns, divergence, results


def synced_columns(source: object, fields: Sequence[str] = SYNCED_FIELDS) -> dict[str, str | None]:
    """Return the named fields of a draft (or anything with the same attributes) as flat texts: a phone becomes two."""
    columns: dict[str, str | None] = {}
    for name in fields:
        value = getattr(source, name)
        if name in PHONE_FIELDS:
            phone = value if isinstance(value, Phone) else None
            columns[name], columns[f"{name}_e164"] = (phone.raw, phone.e164) if phone else (None, None)
        else:
            columns[name] = value
    return columns


def find_divergence(
    shown: Mapping[str, object] | None, applied: Mapping[str, object], *, enabled: bool, applied_enabled: bool
) -> DivergenceKind | None:
    """Return how a linked user differs from what the last apply left; None where they do not.

    Phones are compared as written. Enabling counts as an edit; disabling does not, since a PBX may always lock
    somebody out. `shown` is None where the user is gone.
    """
    if shown is None:
        return DivergenceKind.DELETED
    is_edited = any(shown[name] != applied[name] for name in SYNCED_FIELDS)
    return DivergenceKind.EDITED if is_edited or (enabled and not applied_enabled) else None


def report(link: UserLink, status: ApplyStatus, stored: StoredUser) -> ApplyResult:
    """Return the result of a change of a user that exists."""
    return ApplyResult(link=link, status=status, username=stored.username, extension_number=stored.extension_number)


def refuse(link: UserLink, sentence: str, *, code: str = "") -> ApplyResult:
    """Return the result of a change that cannot be made."""
    return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason=sentence, code=code)


def refuse_missing(link: UserLink) -> ApplyResult:
    """Return the result of a change of a user that does not exist."""
    return refuse(link, _("there is no such user in the PBX any more; the next run creates them again"))


# ---------------------------------------------------------------------- photos


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPhoto:
    """Store the photo, or remove it where it is None; remember its source's mark on the link."""

    photo: Photo | None
    is_new_picture: bool
    """False where only the source's mark is another."""


def decide_photo(
    link: UserLink, photo: Photo | None, *, stored_sha256: str | None, stored_etag: str | None
) -> ApplyResult | PutPhoto:
    """Decide what becomes of the photo of a linked user. For a user that is gone see `refuse_missing`."""
    sha256, etag = (photo.sha256, photo.source_etag) if photo else (None, None)
    if (stored_sha256, stored_etag) == (sha256, etag):
        return ApplyResult(link=link, status=_UNCHANGED)
    return PutPhoto(photo=photo, is_new_picture=stored_sha256 != sha256)
