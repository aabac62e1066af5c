"""A batch of a plugin's changes, applied in one transaction: everything needed is read first, then written in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from pbx_devhost.database import Database
from pbx_devhost.numbers import NumberError, Numbers
from pbx_devhost.schema import links, users
from pbx_devhost.user_rows import LINKABLE_ROLES, delete_users, end_access, new_user_row
from pbx_devhost.vault import Vault
from pbx_plugin_api import (
    SYNCED_FIELDS,
    ApplyResult,
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableUser,
    DraftUser,
    EnableUser,
    LinkUser,
    Phone,
    UpdateUser,
    UserChange,
    UserLink,
)

__all__ = ["ChangeSet"]

_Key: TypeAlias = tuple[str, str]
_USERNAME_MAX_CHARS = 64


class ChangeSet:
    """Applies changes within one write transaction of one tenant."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        connection: Connection,
        tenant_id: str,
        given: Numbers,
        user_limit: int | None,
    ) -> None:
        self._db, self._vault, self._connection = database, vault, connection
        self._tenant_id, self._given, self._limit = tenant_id, given, user_limit
        self._user_of: dict[_Key, Any] = {}
        self._linked: set[_Key] = set()
        self._names: set[str] = set()
        self._recalled: dict[_Key, str] = {}
        self._count = 0
        self._new_users: list[dict[str, Any]] = []
        self._taken: list[tuple[str, str, UserLink | None]] = []
        self._links: dict[_Key, dict[str, Any]] = {}

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """Make the changes in order, each with its result."""
        self._read_ahead(changes)
        results = [self._apply_one(change) for change in changes]
        self._flush()
        return results

    def _read_ahead(self, changes: Sequence[UserChange]) -> None:
        keys = list({_key(change.link) for change in changes})
        rows = self._connection.execute(
            select(users, links.c.entra_tenant_id, links.c.entra_object_id, links.c.applied_enabled)
            .select_from(links.outerjoin(users, users.c.id == links.c.user_id))
            .where(
                links.c.tenant_id == self._tenant_id,
                tuple_(links.c.entra_tenant_id, links.c.entra_object_id).in_(keys),
            )
        )
        for row in rows:
            key = (row.entra_tenant_id, row.entra_object_id)
            self._linked.add(key)
            if row.id is not None:
                self._user_of[key] = dict(row._mapping)
        creates = [change for change in changes if isinstance(change, CreateUser)]
        if creates:
            wishes = list({name.casefold() for change in creates for name in change.draft.usernames})
            for start in range(0, len(wishes), 500):
                part = wishes[start : start + 500]
                found = select(users.c.username_key).where(
                    users.c.tenant_id == self._tenant_id, users.c.username_key.in_(part)
                )
                self._names |= set(self._connection.execute(found).scalars())
            self._recalled = self._given.recall([change.link for change in creates])
            counted = select(func.count()).where(users.c.tenant_id == self._tenant_id)
            self._count = self._connection.execute(counted).scalar_one()

    def _apply_one(self, change: UserChange) -> ApplyResult:
        user = self._user_of.get(_key(change.link))
        if isinstance(change, CreateUser):
            if user is not None:
                return _result(change.link, ApplyStatus.UNCHANGED, user)
            return self._create(change.draft)
        if isinstance(change, LinkUser):
            return self._link(change, user)
        if isinstance(change, DeleteUser):
            return self._delete(change.link, user)
        if user is None:
            return _refused(change.link, "there is no such user in the PBX (any more); the next run makes them again")
        if isinstance(change, UpdateUser):
            return self._update(change, user)
        if isinstance(change, EnableUser):
            return self._switch(change.link, user, enabled=True)
        return self._switch(change.link, user, enabled=False, change=change)

    def _create(self, draft: DraftUser) -> ApplyResult:
        if self._limit is not None and self._count >= self._limit:
            return _refused(
                draft.link,
                f"the tenant's limit of {self._limit} users is reached: raise the limit or free a place",
                reason="user_limit",
            )
        number = self._recalled.get(_key(draft.link))
        if number is None:
            try:
                number = self._given.allocate(draft.extension)
            except NumberError as error:
                return _refused(draft.link, str(error))
        username = self._choose_name(draft.usernames)
        user = new_user_row(self._vault, self._tenant_id, self._db.now()) | {
            "username": username,
            "username_key": username.casefold(),
            "extension_number": number,
            **_columns(draft, SYNCED_FIELDS),
        }
        self._names.add(username.casefold())
        self._count += 1
        self._new_users.append(user)
        self._taken.append((number, user["id"], draft.link))
        self._user_of[_key(draft.link)] = user
        self._note_link(draft, user["id"])
        return _result(draft.link, ApplyStatus.APPLIED, user)

    def _choose_name(self, wishes: Sequence[str]) -> str:
        for name in wishes:
            if name.casefold() not in self._names:
                return name
        n = 2
        while True:
            ending = f"-{n}"
            name = wishes[0][: _USERNAME_MAX_CHARS - len(ending)] + ending
            taken = select(users.c.id).where(
                users.c.tenant_id == self._tenant_id, users.c.username_key == name.casefold()
            )
            if name.casefold() not in self._names and not self._connection.execute(taken).first():
                return name
            n += 1

    def _update(self, change: UpdateUser, user: dict[str, Any]) -> ApplyResult:
        self._flush()
        values = _columns(change.draft, change.fields)
        same = all(user[name] == value for name, value in values.items())
        self._connection.execute(update(users).where(users.c.id == user["id"]).values(values))
        applied = {f"applied_{name}": values[name] for name in change.fields}
        self._update_link(change.link, applied)
        user.update(values)
        return _result(change.link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, user)

    def _switch(
        self, link: UserLink, user: dict[str, Any], *, enabled: bool, change: DisableUser | None = None
    ) -> ApplyResult:
        self._flush()
        reason = change.reason.value if change else None
        same = bool(user["enabled"]) == enabled and user.get("disabled_reason") == reason
        if not same:
            at = None if enabled else self._db.now()
            values = {"enabled": int(enabled), "disabled_reason": reason, "disabled_at": at}
            self._connection.execute(update(users).where(users.c.id == user["id"]).values(values))
            user.update(values)
        self._update_link(link, {"applied_enabled": int(enabled)})
        if not enabled:
            end_access(self._connection, [user["id"]])
        return _result(link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, user)

    def _delete(self, link: UserLink, user: dict[str, Any] | None) -> ApplyResult:
        self._flush()
        known = _key(link) in self._linked or _key(link) in self._user_of
        if user is not None:
            self._given.release([user["id"]])
            delete_users(self._connection, [user["id"]])
            self._count -= 1
        self._connection.execute(delete(links).where(*self._at(link)))
        self._user_of.pop(_key(link), None)
        self._linked.discard(_key(link))
        return ApplyResult(link=link, status=ApplyStatus.APPLIED if known else ApplyStatus.UNCHANGED)

    def _link(self, change: LinkUser, user: dict[str, Any] | None) -> ApplyResult:
        if user is not None:
            return _result(change.link, ApplyStatus.UNCHANGED, user)
        self._flush()
        row = self._connection.execute(
            select(users, links.c.user_id.label("linked_id"))
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == self._tenant_id, users.c.id == change.user_id)
        ).first()
        if row is None or row.linked_id is not None or row.role not in LINKABLE_ROLES:
            why = (
                "is gone" if row is None else "belongs to somebody already" if row.linked_id else "is an administrator"
            )
            return _refused(change.link, f"the user to be linked {why}")
        values = _columns(change.draft, SYNCED_FIELDS)
        self._connection.execute(update(users).where(users.c.id == row.id).values(values))
        found = {**row._mapping, **values}
        self._user_of[_key(change.link)] = found
        self._note_link(change.draft, row.id)
        self._taken.append((row.extension_number, row.id, change.link))
        return _result(change.link, ApplyStatus.APPLIED, found)

    def _note_link(self, draft: DraftUser, user_id: str) -> None:
        values = _columns(draft, SYNCED_FIELDS)
        self._links[_key(draft.link)] = {
            "tenant_id": self._tenant_id,
            "entra_tenant_id": draft.link.entra_tenant_id,
            "entra_object_id": draft.link.entra_object_id,
            "user_id": user_id,
            **{f"applied_{name}": values[name] for name in SYNCED_FIELDS},
            "applied_enabled": 1,
            "photo_etag": None,
        }

    def _update_link(self, link: UserLink, values: dict[str, Any]) -> None:
        self._connection.execute(update(links).where(*self._at(link)).values(values))

    def _at(self, link: UserLink) -> tuple[Any, ...]:
        return (
            links.c.tenant_id == self._tenant_id,
            links.c.entra_tenant_id == link.entra_tenant_id,
            links.c.entra_object_id == link.entra_object_id,
        )

    def _flush(self) -> None:
        """Write what was gathered; before any statement that must see it."""
        if self._new_users:
            self._connection.execute(insert(users), self._new_users)
            self._new_users = []
        if self._taken:
            self._given.take(self._taken)
            self._taken = []
        if self._links:
            self._db.upsert(self._connection, links, list(self._links.values()))
            self._links = {}


def _columns(draft: DraftUser, fields: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in fields:
        value = getattr(draft, name)
        if name in ("mobile_phone", "work_phone"):
            values[name] = value.raw if isinstance(value, Phone) else None
            values[f"{name}_e164"] = value.e164 if isinstance(value, Phone) else None
        else:
            values[name] = value
    return values


def _key(link: UserLink) -> _Key:
    return link.entra_tenant_id, link.entra_object_id


def _result(link: UserLink, status: ApplyStatus, user: dict[str, Any]) -> ApplyResult:
    return ApplyResult(link=link, status=status, username=user["username"], extension_number=user["extension_number"])


def _refused(link: UserLink, sentence: str, *, reason: str = "") -> ApplyResult:
    return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason=f"{reason}: {sentence}" if reason else sentence)
