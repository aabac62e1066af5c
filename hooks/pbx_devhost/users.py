"""The users of the PBX, and which of them belong to a person in a directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from pbx_devhost.database import Database
from pbx_devhost.numbers import NumberError, Numbers, lock_tenant
from pbx_devhost.schema import links, photos, users
from pbx_devhost.user_changes import ChangeSet
from pbx_devhost.user_rows import (
    LINKABLE_ROLES,
    LINKED_COLUMNS,
    SHOWN_COLUMNS,
    STANDARD_ROLE,
    delete_users,
    end_access,
    new_user_row,
    read_linked,
    user_key,
)
from pbx_devhost.vault import Vault
from pbx_plugin_api import (
    AnyNumber,
    ApplyResult,
    ApplyStatus,
    DisableReason,
    Divergence,
    DivergenceKind,
    ExtensionWish,
    InvalidValueError,
    LinkedUser,
    Photo,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
    rules,
)
from pbx_plugin_api.host import APPLY_MAX_CHANGES

__all__ = ["LINKABLE_ROLES", "STANDARD_ROLE", "UserError", "UserStore"]

EDITABLE: Final = ("display_name", "email", "mobile_phone", "work_phone", "home_phone", "department", "enabled")

_DIFFERS = or_(
    users.c.display_name.is_distinct_from(links.c.applied_display_name),
    users.c.email.is_distinct_from(links.c.applied_email),
    users.c.mobile_phone.is_distinct_from(links.c.applied_mobile_phone),
    users.c.work_phone.is_distinct_from(links.c.applied_work_phone),
    users.c.department.is_distinct_from(links.c.applied_department),
    # The PBX may always lock somebody out; only an enabling that contradicts the directory is undone.
    and_(users.c.enabled == 1, links.c.applied_enabled == 0),
)


class UserError(Exception):
    """A user cannot be added, found or changed; the message says which field and what to do."""


class UserStore:
    """Users of all tenants; every method names the tenant."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db = database
        self._vault = vault

    # ------------------------------------------------------------------ what a plugin sees

    def linked(self, tenant_id: str) -> Iterator[LinkedUser]:
        """Yield linked users ordered by (entra tenant id, object id), in constant memory."""
        statement = (
            _linked_select()
            .where(links.c.tenant_id == tenant_id)
            .order_by(links.c.entra_tenant_id, links.c.entra_object_id)
        )
        yield from map(read_linked, self._db.stream(statement))

    def unlinked(self, tenant_id: str) -> Iterator[UnlinkedUser]:
        """Yield hand-made users that may be linked."""
        statement = (
            select(users.c.id, users.c.username, users.c.email, users.c.enabled)
            .outerjoin(links, and_(links.c.tenant_id == users.c.tenant_id, links.c.user_id == users.c.id))
            .where(users.c.tenant_id == tenant_id, links.c.user_id.is_(None), users.c.role.in_(LINKABLE_ROLES))
        )
        for row in self._db.stream(statement):
            yield UnlinkedUser(user_id=row.id, username=row.username, email=row.email, enabled=bool(row.enabled))

    def diverged(self, tenant_id: str) -> Iterator[Divergence]:
        """Yield links whose user is gone or differs from the last apply: one comparison, whoever changed the row."""
        statement = (
            select(links.c.entra_tenant_id, links.c.entra_object_id, users.c.id)
            .outerjoin(users, users.c.id == links.c.user_id)
            .where(links.c.tenant_id == tenant_id, or_(users.c.id.is_(None), _DIFFERS))
        )
        for row in self._db.stream(statement):
            kind = DivergenceKind.DELETED if row.id is None else DivergenceKind.EDITED
            link = UserLink(entra_tenant_id=row.entra_tenant_id, entra_object_id=row.entra_object_id)
            yield Divergence(link=link, kind=kind)

    def find(self, tenant_id: str, link: UserLink) -> LinkedUser | None:
        """Return the linked user of a person."""
        statement = _linked_select().where(
            links.c.tenant_id == tenant_id,
            links.c.entra_tenant_id == link.entra_tenant_id,
            links.c.entra_object_id == link.entra_object_id,
        )
        with self._db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else read_linked(row)

    def counts(self, tenant_id: str) -> UserCounts:
        """Count linked users."""
        statement = (
            select(func.count(), func.coalesce(func.sum(users.c.enabled), 0))
            .select_from(links.join(users, users.c.id == links.c.user_id))
            .where(links.c.tenant_id == tenant_id)
        )
        with self._db.read() as connection:
            linked, enabled = connection.execute(statement).one()
        return UserCounts(linked=linked, enabled=int(enabled))

    def apply(self, connection: Connection, tenant_id: str, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """Make a plugin's changes inside the caller's write transaction."""
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one apply; at most {APPLY_MAX_CHANGES}")
        limit, rest_days = lock_tenant(self._db, connection, tenant_id)
        self._vault.hold_key(connection)
        given = Numbers(self._db, connection, tenant_id, rest_days)
        return ChangeSet(self._db, self._vault, connection, tenant_id, given, limit).apply(changes)

    def set_photo(self, connection: Connection, tenant_id: str, link: UserLink, photo: Photo | None) -> ApplyResult:
        """Store or remove a linked user's photo inside the caller's write transaction."""
        at = (
            links.c.tenant_id == tenant_id,
            links.c.entra_tenant_id == link.entra_tenant_id,
            links.c.entra_object_id == link.entra_object_id,
        )
        chosen = select(users.c.id, users.c.photo_sha256, links.c.photo_etag).join(links, links.c.user_id == users.c.id)
        row = connection.execute(chosen.where(*at)).first()
        if row is None:
            return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason="there is no such user (any more)")
        digest = photo.sha256 if photo else None
        etag = photo.source_etag if photo else None
        if (row.photo_sha256, row.photo_etag) == (digest, etag):
            return ApplyResult(link=link, status=ApplyStatus.UNCHANGED)
        if row.photo_sha256 != digest:
            connection.execute(update(users).where(users.c.id == row.id).values(photo_sha256=digest))
            connection.execute(delete(photos).where(photos.c.user_id == row.id))
            if photo is not None:
                new = {"user_id": row.id, "content": photo.content, "content_type": photo.content_type}
                connection.execute(insert(photos).values(new))
        connection.execute(update(links).where(*at).values(photo_etag=etag))
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    # ------------------------------------------------------------------ what the PBX itself does

    def add(
        self,
        tenant_id: str,
        username: str,
        *,
        display_name: str,
        email: str | None = None,
        role: str = STANDARD_ROLE,
        extension: ExtensionWish = AnyNumber(),
    ) -> str:
        """Add a hand-made user and return their extension number.

        Raises:
            UserError: A field breaks its rule, the username is taken, the limit is reached, or the number cannot be
                had. Nothing was added.
        """
        shown: dict[str, Any] = {"display_name": display_name, "email": email or None}
        _check(shown)
        try:
            rules.check_username("username", username)
        except InvalidValueError as error:
            raise UserError(str(error)) from error
        with self._db.write() as connection:
            limit, rest_days = lock_tenant(self._db, connection, tenant_id)
            count = connection.execute(select(func.count()).where(users.c.tenant_id == tenant_id)).scalar_one()
            if limit is not None and count >= limit:
                raise UserError(f"the tenant's limit of {limit} users is reached")
            key = user_key(username)
            taken = select(users.c.id).where(users.c.tenant_id == tenant_id, users.c.username_key == key)
            if connection.execute(taken).first():
                raise UserError(f"username: {username!r} is taken")
            given = Numbers(self._db, connection, tenant_id, rest_days)
            try:
                number = given.allocate(extension)
            except NumberError as error:
                raise UserError(str(error)) from error
            self._vault.hold_key(connection)
            row = new_user_row(self._vault, tenant_id, self._db.now()) | shown
            row |= {"username": username, "username_key": key, "extension_number": number, "role": role}
            connection.execute(insert(users).values(row))
            given.take([(number, row["id"], None)])
        return number

    def edit(self, tenant_id: str, username: str, values: Mapping[str, Any]) -> None:
        """Change a user by hand; an empty value clears a field. A synced field comes back at the next sync.

        Raises:
            UserError: A field cannot be edited or breaks its rule, or there is no such user. Nothing was changed.
        """
        unknown = sorted(set(values) - set(EDITABLE))
        if unknown:
            raise UserError(f"{unknown[0]}: cannot be edited; editable: {', '.join(EDITABLE)}")
        new: dict[str, Any] = {name: value if value != "" else None for name, value in values.items()}
        _check(new)
        if "enabled" in new:
            on = _read_switch(new["enabled"])
            reason = None if on else DisableReason.BY_ADMIN.value
            new |= {"enabled": int(on), "disabled_reason": reason, "disabled_at": None if on else self._db.now()}
        for phone in ("mobile_phone", "work_phone"):
            if phone in new:
                new[f"{phone}_e164"] = None
        with self._db.write() as connection:
            user_id = self._require(connection, tenant_id, username)
            if new:
                connection.execute(update(users).where(users.c.id == user_id).values(new))
            if new.get("enabled") == 0:
                end_access(connection, [user_id])

    def delete(self, tenant_id: str, username: str) -> None:
        """Delete a user by hand. Their number rests; a synced user comes back at the next sync, with the number."""
        with self._db.write() as connection:
            user_id = self._require(connection, tenant_id, username)
            _, rest_days = lock_tenant(self._db, connection, tenant_id)
            Numbers(self._db, connection, tenant_id, rest_days).release([user_id])
            delete_users(connection, [user_id])

    def rows(self, tenant_id: str, *, search: str = "", offset: int = 0, limit: int | None = None) -> Iterator[Any]:
        """Yield users as the PBX shows them, by number, with their link."""
        statement = (
            select(
                *SHOWN_COLUMNS,
                links.c.entra_tenant_id,
                links.c.entra_object_id,
            )
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == tenant_id)
            .order_by(func.length(users.c.extension_number), users.c.extension_number)
            .offset(offset)
        )
        if search:
            searched = (users.c.display_name, users.c.username, users.c.email, users.c.extension_number)
            statement = statement.where(or_(*(column.icontains(search, autoescape=True) for column in searched)))
        if limit is not None:
            statement = statement.limit(limit)
        yield from self._db.stream(statement)

    def count_all(self, tenant_id: str) -> int:
        """Count all users of a tenant."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).where(users.c.tenant_id == tenant_id)).scalar_one()

    def find_by_username(self, tenant_id: str, username: str) -> Row[Any] | None:
        """Return the row of a user, with password hash and link, or None."""
        statement = (
            select(users, links.c.entra_tenant_id, links.c.entra_object_id)
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == tenant_id, users.c.username_key == user_key(username))
        )
        with self._db.read() as connection:
            return connection.execute(statement).first()

    def photo(self, tenant_id: str, user_id: str) -> tuple[bytes, str] | None:
        """Return a user's photo and its type, or None."""
        statement = (
            select(photos.c.content, photos.c.content_type)
            .join(users, users.c.id == photos.c.user_id)
            .where(users.c.tenant_id == tenant_id, users.c.id == user_id)
        )
        with self._db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else (row.content, row.content_type)

    def _require(self, connection: Connection, tenant_id: str, username: str) -> str:
        chosen = select(users.c.id).where(users.c.tenant_id == tenant_id, users.c.username_key == user_key(username))
        user_id: str | None = connection.execute(chosen).scalar()
        if user_id is None:
            raise UserError(f"there is no user {username!r} in this tenant")
        return user_id


def _linked_select() -> Any:
    return select(*LINKED_COLUMNS).join(links, links.c.user_id == users.c.id)


def _check(values: Mapping[str, Any]) -> None:
    """Refuse what breaks a limit, by the same rules that plugins are held to."""
    try:
        for name, value in values.items():
            if name == "display_name":
                rules.check_text(name, value or "", min_chars=1, max_chars=rules.DISPLAY_NAME_MAX_CHARS)
            elif name.endswith("_phone"):
                rules.check_optional_text(name, value, max_chars=rules.PHONE_MAX_CHARS)
            elif name != "enabled":
                rules.check_optional_text(name, value, max_chars=128)
    except InvalidValueError as error:
        raise UserError(str(error)) from error


def _read_switch(value: object) -> bool:
    word = str(value).casefold()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise UserError(f"enabled: {value!r} is neither yes nor no")
