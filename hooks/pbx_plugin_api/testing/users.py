"""The users of a fake PBX: what a plugin sees of them, and what the PBX itself does to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from pbx_plugin_api import rules
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.lease import FakeLease
from pbx_plugin_api.testing.numbers import FakeNumbers, NumberTakenError
from pbx_plugin_api.testing.user_rows import ADMIN_ROLE, STANDARD_ROLE, LinkRow, UserRow, show_linked, synced_values
from pbx_plugin_api.users import (
    AnyNumber,
    ApplyResult,
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    Divergence,
    DivergenceKind,
    DraftUser,
    EnableUser,
    ExtensionWish,
    LinkedUser,
    LinkUser,
    Phone,
    Photo,
    UnlinkedUser,
    UpdateUser,
    UserChange,
    UserCounts,
    UserLink,
)

__all__ = ["FakeUsers"]


class FakeUsers:
    """Keeps `pbx_plugin_api.Users`. The second half of the methods plays the PBX's own side."""

    def __init__(self, clock: FakeClock, lease: FakeLease, *, user_limit: int | None = None) -> None:
        self._clock, self._lease = clock, lease
        self.user_limit = user_limit
        self.numbers = FakeNumbers(clock)
        self.rows: dict[str, UserRow] = {}
        """Every user by id, hand-made ones included."""
        self.applied: list[UserChange] = []
        """Every change that was asked for, in order."""
        self._links: dict[UserLink, LinkRow] = {}
        self._ids = count(1)

    # ------------------------------------------------------------------ what a plugin sees

    def linked(self) -> Iterator[LinkedUser]:
        """See `Users`."""
        for link in sorted(self._links, key=lambda link: (link.authority, link.subject)):
            user = self.find(link)
            if user is not None:
                yield user

    def unlinked(self) -> Iterator[UnlinkedUser]:
        """See `Users`."""
        taken = {at.user_id for at in self._links.values()}
        for row in list(self.rows.values()):
            if row.user_id not in taken and row.role == STANDARD_ROLE:
                yield UnlinkedUser(user_id=row.user_id, username=row.username, email=row.email, enabled=row.enabled)

    def diverged(self) -> Iterator[Divergence]:
        """See `Users`."""
        for link, at in list(self._links.items()):
            row = self.rows.get(at.user_id)
            if row is None:
                yield Divergence(link=link, kind=DivergenceKind.DELETED)
            elif at.differs(row):
                yield Divergence(link=link, kind=DivergenceKind.EDITED)

    def find(self, link: UserLink) -> LinkedUser | None:
        """See `Users`."""
        row = self.row_of(link)
        return None if row is None else show_linked(link, row, self._links[link])

    def counts(self) -> UserCounts:
        """See `Users`."""
        rows = [row for link in self._links if (row := self.row_of(link)) is not None]
        return UserCounts(linked=len(rows), enabled=sum(row.enabled for row in rows))

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """See `Users`."""
        self._lease.check()
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one apply; at most {APPLY_MAX_CHANGES}")
        self.applied.extend(changes)
        return [self._apply_one(change) for change in changes]

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """See `Users`."""
        self._lease.check()
        row = self.row_of(link)
        if row is None:
            return _refused(link, "there is no such user (any more)")
        at, etag = self._links[link], photo.source_etag if photo else None
        same_picture = (row.photo and row.photo.sha256) == (photo and photo.sha256)
        if same_picture and at.photo_etag == etag:
            return ApplyResult(link=link, status=ApplyStatus.UNCHANGED)
        row.photo, at.photo_etag = photo, etag
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    # ------------------------------------------------------------------ what the PBX itself does

    def row_of(self, link: UserLink) -> UserRow | None:
        """Return the row of a linked person, or None."""
        at = self._links.get(link)
        return None if at is None else self.rows.get(at.user_id)

    def add_by_hand(
        self,
        username: str,
        *,
        display_name: str | None = None,
        email: str | None = None,
        is_admin: bool = False,
        enabled: bool = True,
        extension: ExtensionWish = AnyNumber(),
    ) -> UserRow:
        """Add a user as an administrator does. Raises `NumberTakenError` where a fixed number is not free."""
        rules.check_username("username", username)
        row = UserRow(
            user_id=f"u{next(self._ids)}",
            username=username,
            display_name=display_name or username,
            extension_number=self.numbers.allocate(extension),
            email=email,
            role=ADMIN_ROLE if is_admin else STANDARD_ROLE,
            enabled=enabled,
        )
        self.rows[row.user_id] = row
        self.numbers.take(row.extension_number, row.user_id, None)
        return row

    def edit_by_hand(self, user: UserLink | str, **values: Any) -> None:
        """Change fields of a user (a link or a username) as an administrator does; phones may be given as text."""
        row = self._require(user)
        for name, value in values.items():
            if not hasattr(row, name):
                raise AttributeError(f"a user has no {name}")
            is_text_phone = name in ("mobile_phone", "work_phone") and isinstance(value, str)
            setattr(row, name, Phone(raw=value) if is_text_phone else value)
        if "enabled" in values:
            row.disabled_reason = None if row.enabled else DisableReason.BY_ADMIN
            row.disabled_at_utc = None if row.enabled else self._clock.now_utc()
            row.sessions = row.sessions if row.enabled else 0

    def delete_by_hand(self, user: UserLink | str) -> None:
        """Delete a user as an administrator does; a link stays behind and shows as diverged."""
        row = self._require(user)
        self.numbers.release(row.user_id)
        del self.rows[row.user_id]

    def _require(self, user: UserLink | str) -> UserRow:
        found = (
            self.row_of(user)
            if isinstance(user, UserLink)
            else next((row for row in self.rows.values() if row.username.casefold() == user.casefold()), None)
        )
        if found is None:
            raise LookupError(f"there is no user {user}")
        return found

    # ------------------------------------------------------------------ one change

    def _apply_one(self, change: UserChange) -> ApplyResult:
        row = self.row_of(change.link)
        if isinstance(change, CreateUser):
            return self._create(change.draft) if row is None else _result(change.link, ApplyStatus.UNCHANGED, row)
        if isinstance(change, LinkUser):
            return self._link(change, row)
        if isinstance(change, DeleteUser):
            return self._delete(change.link, row)
        if row is None:
            return _refused(change.link, "there is no such user in the PBX (any more); the next run makes them again")
        if isinstance(change, UpdateUser):
            return self._update(change, row)
        return self._switch(change, row)

    def _create(self, draft: DraftUser) -> ApplyResult:
        if self.user_limit is not None and len(self.rows) >= self.user_limit:
            return _refused(
                draft.link,
                f"user_limit: the tenant's limit of {self.user_limit} users is reached: "
                "raise the limit or free a place",
            )
        try:
            number = self.numbers.recall(draft.link) or self.numbers.allocate(draft.extension)
        except NumberTakenError as error:
            return _refused(draft.link, str(error))
        row = UserRow(
            user_id=f"u{next(self._ids)}",
            username=self._choose_name(draft.usernames),
            extension_number=number,
            **synced_values(draft),
        )
        self.rows[row.user_id] = row
        self._tie(draft, row)
        return _result(draft.link, ApplyStatus.APPLIED, row)

    def _choose_name(self, wishes: Sequence[str]) -> str:
        taken = {row.username.casefold() for row in self.rows.values()}
        endings = (f"-{n}" for n in count(2))
        numbered = (wishes[0][: rules.USERNAME_MAX_CHARS - len(ending)] + ending for ending in endings)
        wished = next((name for name in wishes if name.casefold() not in taken), None)
        return wished or next(name for name in numbered if name.casefold() not in taken)

    def _update(self, change: UpdateUser, row: UserRow) -> ApplyResult:
        values = synced_values(change.draft, change.fields)
        same = all(getattr(row, name) == value for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        self._links[change.link].applied.update(values)
        return _result(change.link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, row)

    def _switch(self, change: EnableUser | DisableUser, row: UserRow) -> ApplyResult:
        reason = change.reason if isinstance(change, DisableUser) else None
        enabled = reason is None
        is_locked = row.disabled_reason is DisableReason.BY_ADMIN
        same = (row.enabled, row.disabled_reason) == (enabled, reason) or (is_locked and not enabled)
        if not same:
            row.enabled, row.disabled_reason = enabled, reason
            row.disabled_at_utc = None if enabled else self._clock.now_utc()
        self._links[change.link].applied_enabled = enabled
        row.sessions = row.sessions if enabled else 0
        return _result(change.link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, row)

    def _delete(self, link: UserLink, row: UserRow | None) -> ApplyResult:
        if self._links.pop(link, None) is None:
            return ApplyResult(link=link, status=ApplyStatus.UNCHANGED)
        if row is not None:
            self.numbers.release(row.user_id)
            del self.rows[row.user_id]
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    def _link(self, change: LinkUser, row: UserRow | None) -> ApplyResult:
        if row is not None and row.user_id == change.user_id:
            return _result(change.link, ApplyStatus.UNCHANGED, row)
        if row is not None:
            return _refused(change.link, f"this person is linked to {row.username} already; delete one of the two")
        chosen = self.rows.get(change.user_id)
        if chosen is None:
            return _refused(change.link, "the user to be linked is gone")
        if any(at.user_id == chosen.user_id for at in self._links.values()):
            return _refused(change.link, f"{chosen.username} belongs to somebody already")
        if chosen.role != STANDARD_ROLE:
            return _refused(change.link, f"{chosen.username} is an administrator and cannot be linked")
        for name, value in synced_values(change.draft).items():
            setattr(chosen, name, value)
        self._tie(change.draft, chosen)
        return _result(change.link, ApplyStatus.APPLIED, chosen)

    def _tie(self, draft: DraftUser, row: UserRow) -> None:
        self.numbers.take(row.extension_number, row.user_id, draft.link)
        self._links[draft.link] = LinkRow(user_id=row.user_id, applied=synced_values(draft))


def _result(link: UserLink, status: ApplyStatus, row: UserRow) -> ApplyResult:
    return ApplyResult(link=link, status=status, username=row.username, extension_number=row.extension_number)


def _refused(link: UserLink, sentence: str) -> ApplyResult:
    return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason=sentence)
