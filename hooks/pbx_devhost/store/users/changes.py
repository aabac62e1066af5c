"""A batch of a plugin's changes in one transaction: all that is needed is read first, then all is written in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, select

from pbx_devhost.store.database import Database, match_people
from pbx_devhost.store.numbers import NumberError, Numbers
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import links, users
from pbx_devhost.store.users.rows import LINKABLE_ROLES, SHOWN_COLUMNS, new_user_row
from pbx_devhost.store.users.writes import UserWrites
from pbx_devhost.texts import say
from pbx_plugin_api import SYNCED_FIELDS, ApplyResult, ApplyStatus, CreateUser, DraftUser, UserChange, UserLink
from pbx_plugin_api.hosting.apply_rules.users import (
    USER_LIMIT,
    Create,
    Link,
    Overwrite,
    Remove,
    StoredUser,
    Switch,
    choose_username,
    decide,
    refuse,
    refuse_creation,
    refuse_link,
    report,
    synced_columns,
    username_key,
)

_Key: TypeAlias = tuple[str, str]


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
        self._is_name_taken: dict[str, bool] = {}
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
            select(*SHOWN_COLUMNS, links.c.authority, links.c.subject, links.c.user_id)
            .select_from(links.outerjoin(users, users.c.id == links.c.user_id))
            .where(
                links.c.tenant_id == self._tenant_id,
                match_people(links, keys),
            )
        )
        for row in rows:
            key = (row.authority, row.subject)
            self._linked_id[key] = row.user_id
            if row.id is not None:
                self._user_of[key] = dict(row._mapping)
        creates = [change for change in changes if isinstance(change, CreateUser)]
        if creates:
            self._look_up_names({username_key(name) for change in creates for name in change.draft.usernames})
            self._recalled = self._given.recall([change.link for change in creates])
        if self._limit is not None:
            counted = select(func.count()).where(users.c.tenant_id == self._tenant_id)
            self._count = self._connection.execute(counted).scalar_one()

    def _apply_one(self, change: UserChange) -> ApplyResult:
        key = _key(change.link)
        self._writes.begin(key)
        user = self._user_of.get(key)
        decision = decide(change, None if user is None else _as_stored(user), is_linked=key in self._linked_id)
        match decision:
            case ApplyResult():
                return decision
            case Create():
                return self._create(decision.draft)
            case Link():
                return self._link(decision)
            case Remove():
                return self._remove(decision.link, user)
        if user is None:
            raise AssertionError("only a user that exists is overwritten or switched")
        if isinstance(decision, Overwrite):
            self._overwrite(key, user, decision)
        else:
            self._switch(key, user, decision)
        return report(change.link, decision.status, _as_stored(user))

    def _create(self, draft: DraftUser) -> ApplyResult:
        why = refuse_creation(self._count, self._limit)
        if why is not None:
            return refuse(draft.link, why, code=USER_LIMIT)
        number = self._recalled.pop(_key(draft.link), None)
        if number is None:
            try:
                number = self._given.allocate(draft.extension)
            except NumberError as error:
                return refuse(draft.link, say(error))
        username = choose_username(draft.usernames, self._is_taken)
        user = new_user_row(self._vault, self._tenant_id, self._db.now()) | {
            "username": username,
            "username_key": username_key(username),
            "extension_number": number,
            **synced_columns(draft),
        }
        self._is_name_taken[username_key(username)] = True
        self._count += 1
        self._writes.create(user, draft.link, self._link_row(draft.link, user))
        self._remember(draft.link, user)
        return report(draft.link, ApplyStatus.APPLIED, _as_stored(user))

    def _is_taken(self, name_key: str) -> bool:
        if name_key not in self._is_name_taken:  # not a wish, but a wish with a number appended
            self._look_up_names({name_key})
        return self._is_name_taken[name_key]

    def _look_up_names(self, name_keys: set[str]) -> None:
        ordered = sorted(name_keys)
        for start in range(0, len(ordered), 500):
            part = ordered[start : start + 500]
            chosen = select(users.c.username_key).where(
                users.c.tenant_id == self._tenant_id, users.c.username_key.in_(part)
            )
            found = set(self._connection.execute(chosen).scalars())
            self._is_name_taken |= {key: key in found for key in part}

    def _overwrite(self, key: _Key, user: dict[str, Any], decision: Overwrite) -> None:
        values = synced_columns(decision.draft, decision.fields)
        if decision.status is ApplyStatus.APPLIED:
            self._writes.change(user["id"], values)
        self._writes.note(key, {f"applied_{name}": values[name] for name in decision.fields})
        user.update(values)

    def _switch(self, key: _Key, user: dict[str, Any], decision: Switch) -> None:
        if decision.status is ApplyStatus.APPLIED:
            at = None if decision.enabled else self._db.now()
            reason = decision.reason.value if decision.reason else None
            values = {"enabled": int(decision.enabled), "disabled_reason": reason, "disabled_at": at}
            self._writes.change(user["id"], values)
            user.update(values)
        self._writes.note(key, {"applied_enabled": int(decision.enabled)})
        if not decision.enabled:
            self._writes.end_access(user["id"])

    def _remove(self, link: UserLink, user: dict[str, Any] | None) -> ApplyResult:
        key = _key(link)
        self._writes.delete(key, self._linked_id.pop(key))
        if user is not None:
            del self._user_of[key]
            self._recalled[key] = user["extension_number"]  # for a creation later in this batch
            self._given.keep(user["extension_number"])
            self._is_name_taken[user["username_key"]] = False
            self._count -= 1
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)

    def _link(self, decision: Link) -> ApplyResult:
        draft = decision.draft
        self._writes.flush()  # an earlier change of this batch may have made or linked the user
        row = self._connection.execute(
            select(*SHOWN_COLUMNS, links.c.user_id.label("linked_id"))
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == self._tenant_id, users.c.id == decision.user_id)
        ).first()
        why = refuse_link(
            row.username if row else None,
            is_linked=row is not None and row.linked_id is not None,
            is_linkable=row is not None and row.role in LINKABLE_ROLES,
        )
        if row is None or why is not None:
            return refuse(draft.link, why or "")
        values = synced_columns(draft, decision.fields)
        user = {**row._mapping, **values}
        self._writes.link(row.id, row.extension_number, draft.link, values, self._link_row(draft.link, user))
        self._remember(draft.link, user)
        return report(draft.link, ApplyStatus.APPLIED, _as_stored(user))

    def _remember(self, link: UserLink, user: dict[str, Any]) -> None:
        self._user_of[_key(link)], self._linked_id[_key(link)] = user, user["id"]

    def _link_row(self, link: UserLink, user: dict[str, Any]) -> dict[str, Any]:
        return {
            "tenant_id": self._tenant_id,
            "authority": link.authority,
            "subject": link.subject,
            "user_id": user["id"],
            **{f"applied_{name}": user[name] for name in SYNCED_FIELDS},
            "applied_enabled": 1,
            "photo_etag": None,
        }


def _key(link: UserLink) -> _Key:
    return link.authority, link.subject


def _as_stored(user: dict[str, Any]) -> StoredUser:
    return StoredUser(
        user_id=user["id"],
        username=user["username"],
        extension_number=user["extension_number"],
        columns=user,
        enabled=bool(user["enabled"]),
        disabled_reason=user.get("disabled_reason"),
    )
