"""The writes of a batch, collected and then made in bulk: one statement for many people, one change for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, update

from pbx_devhost.store.database import Database, match_people
from pbx_devhost.store.numbers import Numbers
from pbx_devhost.store.sql.schema import links, users
from pbx_devhost.store.users.rows import delete_users, end_access
from pbx_plugin_api import UserLink

_Key: TypeAlias = tuple[str, str]
_Columns: TypeAlias = tuple[str, ...]


class UserWrites:
    """Collects writes; `flush` makes them. A person's second change in a batch flushes the first one."""

    def __init__(self, database: Database, connection: Connection, tenant_id: str, given: Numbers) -> None:
        self._db, self._connection, self._tenant_id, self._given = database, connection, tenant_id, given
        self._touched: set[_Key] = set()
        self._clear()

    def begin(self, person: _Key) -> None:
        """Begin the next change. It reads what earlier changes have written."""
        if person in self._touched:
            self.flush()
        self._touched.add(person)

    def create(self, user: dict[str, Any], link: UserLink, link_row: dict[str, Any]) -> None:
        """Add a user with their number and link."""
        self._new_users.append(user)
        self._taken.append((user["extension_number"], user["id"], link))
        self._new_links.append(link_row)

    def link(
        self, user_id: str, number: str, link: UserLink, values: Mapping[str, Any], link_row: dict[str, Any]
    ) -> None:
        """Link an existing user to a person."""
        self.change(user_id, values)
        self._taken.append((number, user_id, link))
        self._new_links.append(link_row)

    def change(self, user_id: str, values: Mapping[str, Any]) -> None:
        """Overwrite columns of a user."""
        if values:
            self._changes.setdefault(tuple(values), []).append({"_id": user_id, **values})

    def note(self, person: _Key, values: Mapping[str, Any]) -> None:
        """Store on the link what was applied."""
        row = {"_authority": person[0], "_subject": person[1], **values}
        self._notes.setdefault(tuple(values), []).append(row)

    def end_access(self, user_id: str) -> None:
        """End a user's sessions and registrations."""
        self._ended.append(user_id)

    def delete(self, person: _Key, user_id: str) -> None:
        """Delete a user and the link. The number rests."""
        self._deleted.append((person, user_id))

    def flush(self) -> None:
        """Write what was collected. Deletions go first: what they free may be given to others in this batch."""
        if self._deleted:
            ids = [user_id for _, user_id in self._deleted]
            self._given.release(ids)
            delete_users(self._connection, ids)
            chosen = match_people(links, [person for person, _ in self._deleted])
            self._connection.execute(delete(links).where(links.c.tenant_id == self._tenant_id, chosen))
        if self._new_users:
            self._connection.execute(insert(users), self._new_users)
        if self._taken:
            self._given.take(self._taken)
        self._db.upsert(self._connection, links, self._new_links)
        for columns, rows in self._changes.items():
            statement = update(users).where(users.c.id == bindparam("_id")).values(_bound(columns))
            self._connection.execute(statement, rows)
        for columns, rows in self._notes.items():
            at = (
                links.c.tenant_id == self._tenant_id,
                links.c.authority == bindparam("_authority"),
                links.c.subject == bindparam("_subject"),
            )
            self._connection.execute(update(links).where(*at).values(_bound(columns)), rows)
        if self._ended:
            end_access(self._connection, self._ended)
        self._clear()

    def _clear(self) -> None:
        self._touched.clear()
        self._new_users: list[dict[str, Any]] = []
        self._new_links: list[dict[str, Any]] = []
        self._taken: list[tuple[str, str, UserLink | None]] = []
        self._changes: dict[_Columns, list[dict[str, Any]]] = {}
        self._notes: dict[_Columns, list[dict[str, Any]]] = {}
        self._ended: list[str] = []
        self._deleted: list[tuple[_Key, str]] = []


def _bound(columns: _Columns) -> dict[str, Any]:
    return {name: bindparam(name) for name in columns}
