"""A batch of a plugin's changes, applied in one transaction: everything needed is read first, then written in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, select, tuple_

from pbx_devhost.store.database import Database
from pbx_devhost.store.numbers import NumberError, Numbers
from pbx_devhost.store.schema import links, users
from pbx_devhost.store.users.rows import LINKABLE_ROLES, SHOWN_COLUMNS, new_user_row, user_key
from pbx_devhost.store.users.writes import UserWrites
from pbx_devhost.store.vault import Vault
from pbx_plugin_api import (
    SYNCED_FIELDS,
    ApplyResult,
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableReason,
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
        self._writes = UserWrites(database, connection, tenant_id, given)
        self._user_of: dict[_Key, dict[str, Any]] = {}
        self._linked_id: dict[_Key, str] = {}
        self._names: set[str] = set()
        self._recalled: dict[_Key, str] = {}
        self._count = 0

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """Make the changes in order, each with its result."""
        self._read_ahead(changes)
        results = [self._apply_one(change) for change in changes]
        self._writes.flush()
        return results

    def _read_ahead(self, changes: Sequence[UserChange]) -> None:
        keys = list({_key(change.link) for change in changes})
        rows = self._connection.execute(
            select(*SHOWN_COLUMNS, links.c.entra_tenant_id, links.c.entra_object_id, links.c.user_id)
            .select_from(links.outerjoin(users, users.c.id == links.c.user_id))
            .where(
                links.c.tenant_id == self._tenant_id,
                tuple_(links.c.entra_tenant_id, links.c.entra_object_id).in_(keys),
            )
        )
        for row in rows:
            key = (row.entra_tenant_id, row.entra_object_id)
            self._linked_id[key] = row.user_id
            if row.id is not None:
                self._user_of[key] = dict(row._mapping)
        creates = [change for change in changes if isinstance(change, CreateUser)]
        if creates:
            wishes = list({user_key(name) for change in creates for name in change.draft.usernames})
            for start in range(0, len(wishes), 500):
                part = wishes[start : start + 500]
                found = select(users.c.username_key).where(
                    users.c.tenant_id == self._tenant_id, users.c.username_key.in_(part)
                )
                self._names |= set(self._connection.execute(found).scalars())
            self._recalled = self._given.recall([change.link for change in creates])
        if self._limit is not None:
            counted = select(func.count()).where(users.c.tenant_id == self._tenant_id)
            self._count = self._connection.execute(counted).scalar_one()

    def _apply_one(self, change: UserChange) -> ApplyResult:
        self._writes.begin(_key(change.link))
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
        return self._switch(change, user)

    def _create(self, draft: DraftUser) -> ApplyResult:
        if self._limit is not None and self._count >= self._limit:
            return _refused(
                draft.link,
                f"user_limit: the tenant's limit of {self._limit} users is reached: raise the limit or free a place",
            )
        number = self._recalled.pop(_key(draft.link), None)
        if number is None:
            try:
                number = self._given.allocate(draft.extension)
            except NumberError as error:
                return _refused(draft.link, str(error))
        username = self._choose_name(draft.usernames)
        user = new_user_row(self._vault, self._tenant_id, self._db.now()) | {
            "username": username,
            "username_key": user_key(username),
            "extension_number": number,
            **_columns(draft, SYNCED_FIELDS),
        }
        self._names.add(user_key(username))
        self._count += 1
        self._writes.create(user, draft.link, self._link_row(draft, user["id"]))
        self._remember(draft.link, user)
        return _result(draft.link, ApplyStatus.APPLIED, user)

    def _choose_name(self, wishes: Sequence[str]) -> str:
        for name in wishes:
            if user_key(name) not in self._names:
                return name
        n = 2
        while True:
            ending = f"-{n}"
            name = wishes[0][: _USERNAME_MAX_CHARS - len(ending)] + ending
            if user_key(name) not in self._names:
                taken = select(users.c.id).where(
                    users.c.tenant_id == self._tenant_id, users.c.username_key == user_key(name)
                )
                if self._connection.execute(taken).first() is None:
                    return name
                self._names.add(user_key(name))
            n += 1

    def _update(self, change: UpdateUser, user: dict[str, Any]) -> ApplyResult:
        values = _columns(change.draft, change.fields)
        same = all(user[name] == value for name, value in values.items())
        self._writes.change(user["id"], {} if same else values)
        # Also where nothing changes: somebody may have edited the row to what it is to be now.
        self._writes.note(_key(change.link), {f"applied_{name}": values[name] for name in change.fields})
        user.update(values)
        return _result(change.link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, user)

    def _switch(self, change: EnableUser | DisableUser, user: dict[str, Any]) -> ApplyResult:
        reason: DisableReason | None = change.reason if isinstance(change, DisableUser) else None
        enabled = reason is None
        is_locked = not user["enabled"] and user.get("disabled_reason") in (None, DisableReason.BY_ADMIN)
        same = (bool(user["enabled"]) == enabled and user.get("disabled_reason") == reason) or (
            is_locked and not enabled
        )
        if not same:
            at = None if enabled else self._db.now()
            values = {"enabled": int(enabled), "disabled_reason": reason and reason.value, "disabled_at": at}
            self._writes.change(user["id"], values)
            user.update(values)
        self._writes.note(_key(change.link), {"applied_enabled": int(enabled)})
        if not enabled:
            self._writes.end_access(user["id"])
        return _result(change.link, ApplyStatus.UNCHANGED if same else ApplyStatus.APPLIED, user)

    def _delete(self, link: UserLink, user: dict[str, Any] | None) -> ApplyResult:
        key = _key(link)
        linked_id = self._linked_id.pop(key, None)
        if linked_id is None:
            return ApplyResult(link=link, status=ApplyStatus.UNCHANGED)
        self._writes.delete(key, linked_id)
        if user is not None:
            del self._user_of[key]
            self._recalled[key] = user["extension_number"]  # for a creation later in this batch
            self._given.keep(user["extension_number"])
            self._names.discard(user["username_key"])
            self._count -= 1
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    def _link(self, change: LinkUser, user: dict[str, Any] | None) -> ApplyResult:
        if user is not None and user["id"] == change.user_id:
            return _result(change.link, ApplyStatus.UNCHANGED, user)
        if user is not None:
            return _refused(change.link, f"this person is linked to {user['username']} already; delete one of the two")
        self._writes.flush()  # the user may be another's since a moment ago
        row = self._connection.execute(
            select(*SHOWN_COLUMNS, links.c.user_id.label("linked_id"))
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == self._tenant_id, users.c.id == change.user_id)
        ).first()
        if row is None:
            return _refused(change.link, "the user to be linked is gone")
        if row.linked_id is not None:
            return _refused(change.link, f"{row.username} belongs to somebody already")
        if row.role not in LINKABLE_ROLES:
            return _refused(change.link, f"{row.username} is an administrator and cannot be linked")
        values = _columns(change.draft, SYNCED_FIELDS)
        self._writes.link(row.id, row.extension_number, change.link, values, self._link_row(change.draft, row.id))
        found = {**row._mapping, **values}
        self._remember(change.link, found)
        return _result(change.link, ApplyStatus.APPLIED, found)

    def _remember(self, link: UserLink, user: dict[str, Any]) -> None:
        self._user_of[_key(link)], self._linked_id[_key(link)] = user, user["id"]

    def _link_row(self, draft: DraftUser, user_id: str) -> dict[str, Any]:
        values = _columns(draft, SYNCED_FIELDS)
        return {
            "tenant_id": self._tenant_id,
            "entra_tenant_id": draft.link.authority,
            "entra_object_id": draft.link.subject,
            "user_id": user_id,
            **{f"applied_{name}": values[name] for name in SYNCED_FIELDS},
            "applied_enabled": 1,
            "photo_etag": None,
        }


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
    return link.authority, link.subject


def _result(link: UserLink, status: ApplyStatus, user: dict[str, Any]) -> ApplyResult:
    return ApplyResult(link=link, status=status, username=user["username"], extension_number=user["extension_number"])


def _refused(link: UserLink, sentence: str) -> ApplyResult:
    return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason=sentence)
