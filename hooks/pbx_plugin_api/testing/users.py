"""The users of a fake PBX, as plugins and as administrators change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from pbx_plugin_api import rules
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.hosting.apply_rules.users import (
    USER_LIMIT,
    Create,
    Link,
    Overwrite,
    Remove,
    Switch,
    choose_username,
    decide,
    decide_photo,
    refuse,
    refuse_creation,
    refuse_link,
    refuse_missing,
    report,
    synced_columns,
    username_key,
)
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.lease import FakeLease
from pbx_plugin_api.testing.numbers import FakeNumbers, NumberTakenError
from pbx_plugin_api.testing.user_rows import ADMIN_ROLE, STANDARD_ROLE, LinkRow, UserRow, show_linked
from pbx_plugin_api.user_changes import ApplyResult, ApplyStatus, PhotoChange, UserChange
from pbx_plugin_api.users import (
    SYNCED_FIELDS,
    AnyNumber,
    DisableReason,
    Divergence,
    DraftUser,
    ExtensionWish,
    LinkedUser,
    Phone,
    Photo,
    UnlinkedUser,
    UserCounts,
    UserLink,
)

__all__ = ["FakeUsers"]


class FakeUsers:
    """Keeps `pbx_plugin_api.Users`. The methods `*_by_hand` are for tests: they act as an administrator."""

    def __init__(self, clock: FakeClock, lease: FakeLease, *, user_limit: int | None = None) -> None:
        self._clock, self._lease = clock, lease
        self.user_limit = user_limit
        self.numbers = FakeNumbers(clock)
        self.rows: dict[str, UserRow] = {}
        """Every user by id, also hand-made ones."""
        self.applied: list[UserChange] = []
        """Every change given to `apply`, in order."""
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
            if row.user_id not in taken:
                yield UnlinkedUser(
                    user_id=row.user_id,
                    username=row.username,
                    email=row.email,
                    enabled=row.enabled,
                    is_linkable=row.role == STANDARD_ROLE,
                )

    def diverged(self) -> Iterator[Divergence]:
        """See `Users`."""
        for link, at in list(self._links.items()):
            kind = at.find_divergence(self.rows.get(at.user_id))
            if kind is not None:
                yield Divergence(link=link, kind=kind)

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

    def next_numbers(self, people: Iterable[tuple[UserLink, ExtensionWish]]) -> Iterator[str | None]:
        """See `Users`."""
        numbers = self.numbers.copied()
        for n, (link, wish) in enumerate(people):
            try:
                number = numbers.recall(link) or numbers.allocate(wish)
            except NumberTakenError:
                yield None
                continue
            numbers.take(number, f"next-{n}", link)
            yield number

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """See `Users`."""
        [result] = self.set_photos([PhotoChange(link=link, photo=photo)])
        return result

    def set_photos(self, changes: Sequence[PhotoChange]) -> list[ApplyResult]:
        """See `Users`."""
        self._lease.check()
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one call; at most {APPLY_MAX_CHANGES}")
        return [self._set_photo(change.link, change.photo) for change in changes]

    def _set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        row = self.row_of(link)
        if row is None:
            return refuse_missing(link)
        at = self._links[link]
        stored_sha256 = row.photo.sha256 if row.photo else None
        decision = decide_photo(link, photo, stored_sha256=stored_sha256, stored_etag=at.photo_etag)
        if isinstance(decision, ApplyResult):
            return decision
        row.photo, at.photo_etag = photo, photo.source_etag if photo else None
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
        """Add a user as an administrator does. Raises `NumberTakenError` if a fixed number is not free."""
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
        """Change fields of a user (a link or a username) as an administrator does. A phone may be a text."""
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
        """Delete a user as an administrator does. The link stays and is diverged."""
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
        link, row = change.link, self.row_of(change.link)
        decision = decide(change, None if row is None else row.as_stored(), is_linked=link in self._links)
        match decision:
            case ApplyResult():
                return decision
            case Create():
                return self._create(decision.draft)
            case Link():
                return self._link(decision)
            case Remove():
                return self._remove(link)
        assert row is not None  # `decide` overwrites and switches only a user that exists
        if isinstance(decision, Overwrite):
            for name in decision.fields:
                setattr(row, name, getattr(decision.draft, name))
            self._links[link].applied.update(synced_columns(decision.draft, decision.fields))
        else:
            self._switch(link, row, decision)
        return report(link, decision.status, row.as_stored())

    def _create(self, draft: DraftUser) -> ApplyResult:
        why = refuse_creation(len(self.rows), self.user_limit)
        if why is not None:
            return refuse(draft.link, why, code=USER_LIMIT)
        try:
            number = self.numbers.recall(draft.link) or self.numbers.allocate(draft.extension)
        except NumberTakenError as error:
            return refuse(draft.link, error.args[0])
        taken = {username_key(row.username) for row in self.rows.values()}
        row = UserRow(
            user_id=f"u{next(self._ids)}",
            username=choose_username(draft.usernames, taken.__contains__),
            extension_number=number,
            **{name: getattr(draft, name) for name in SYNCED_FIELDS},
        )
        self.rows[row.user_id] = row
        self._tie(draft, row)
        return report(draft.link, ApplyStatus.APPLIED, row.as_stored())

    def _switch(self, link: UserLink, row: UserRow, decision: Switch) -> None:
        if decision.status is ApplyStatus.APPLIED:
            row.enabled, row.disabled_reason = decision.enabled, decision.reason
            row.disabled_at_utc = None if decision.enabled else self._clock.now_utc()
        self._links[link].applied_enabled = decision.enabled
        row.sessions = row.sessions if decision.enabled else 0

    def _remove(self, link: UserLink) -> ApplyResult:
        user_id = self._links.pop(link).user_id
        if user_id in self.rows:
            self.numbers.release(user_id)
            del self.rows[user_id]
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    def _link(self, decision: Link) -> ApplyResult:
        draft, row = decision.draft, self.rows.get(decision.user_id)
        why = refuse_link(
            row.username if row else None,
            is_linked=any(at.user_id == decision.user_id for at in self._links.values()),
            is_linkable=row is not None and row.role == STANDARD_ROLE,
        )
        if row is None or why is not None:
            return refuse(draft.link, why or "")
        for name in decision.fields:
            setattr(row, name, getattr(draft, name))
        self._tie(draft, row)
        return report(draft.link, ApplyStatus.APPLIED, row.as_stored())

    def _tie(self, draft: DraftUser, row: UserRow) -> None:
        self.numbers.take(row.extension_number, row.user_id, draft.link)
        self._links[draft.link] = LinkRow(user_id=row.user_id, applied=synced_columns(row))
