"""The linked users of one tenant, as plugins see and change them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select

from pbx_devhost.store.numbers import Numbers, lock_tenant
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import links, users
from pbx_devhost.store.users.changes import ChangeSet
from pbx_devhost.store.users.next_numbers import find_next_numbers
from pbx_devhost.store.users.photos import PhotoSet
from pbx_devhost.store.users.rows import LINKABLE_ROLES, LINKED_COLUMNS, read_linked
from pbx_plugin_api import (
    APPLY_MAX_CHANGES,
    SYNCED_FIELDS,
    ApplyResult,
    Divergence,
    DivergenceKind,
    ExtensionWish,
    LinkedUser,
    Photo,
    PhotoChange,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
)

_DIFFERS = or_(
    *(users.c[name].is_distinct_from(links.c[f"applied_{name}"]) for name in SYNCED_FIELDS),
    and_(users.c.enabled == 1, links.c.applied_enabled == 0),
)
"""`apply_rules.users.find_divergence` as an SQL condition."""


class LinkedUsers:
    """Implements `pbx_plugin_api.Users` for one tenant."""

    def __init__(self, scope: Scope, vault: Vault) -> None:
        self._scope, self._db, self._vault = scope, scope.database, vault

    def linked(self) -> Iterator[LinkedUser]:
        """See `Users`."""
        statement = _linked_select().where(links.c.tenant_id == self._scope.tenant_id)
        ordered = statement.order_by(links.c.authority, links.c.subject)
        return self._scope.stream(ordered, read_linked)

    def unlinked(self) -> Iterator[UnlinkedUser]:
        """See `Users`."""
        statement = (
            select(users.c.id, users.c.username, users.c.email, users.c.enabled, users.c.role)
            .outerjoin(links, and_(links.c.tenant_id == users.c.tenant_id, links.c.user_id == users.c.id))
            .where(
                users.c.tenant_id == self._scope.tenant_id,
                links.c.user_id.is_(None),
            )
        )
        return self._scope.stream(statement, _read_unlinked)

    def diverged(self) -> Iterator[Divergence]:
        """See `Users`. Compares columns, so it does not matter how a row was changed."""
        return self._scope.track(self._diverged())

    def _diverged(self) -> Generator[Divergence, None, None]:
        # In the order of users, and not of links: so the rows of both tables are read one after another. Links without
        # a user are looked for only where the two numbers say that there are some.
        shown = select(links.c.authority, links.c.subject, users.c.id)
        edited = shown.join_from(users, links, links.c.user_id == users.c.id)
        statements = [edited.where(users.c.tenant_id == self._scope.tenant_id, _DIFFERS)]
        mine = links.c.tenant_id == self._scope.tenant_id
        with self._db.read() as connection:
            n_links = connection.execute(select(func.count()).select_from(links).where(mine)).scalar_one()
        if n_links != self.counts().linked:
            deleted = shown.outerjoin_from(links, users, users.c.id == links.c.user_id)
            statements.append(deleted.where(mine, users.c.id.is_(None)))
        for statement in statements:
            with closing(self._db.stream(statement)) as rows:
                yield from map(_read_divergence, rows)

    def find(self, link: UserLink) -> LinkedUser | None:
        """See `Users`."""
        with self._db.read() as connection:
            row = connection.execute(_linked_select().where(*self._at(link))).first()
        return None if row is None else read_linked(row)

    def counts(self) -> UserCounts:
        """See `Users`."""
        # From the users to their links, of which an index has all: the other way reads the rows of both tables.
        is_linked = exists().where(links.c.user_id == users.c.id)
        statement = select(func.count(), func.coalesce(func.sum(users.c.enabled), 0)).where(
            users.c.tenant_id == self._scope.tenant_id, is_linked
        )
        with self._db.read() as connection:
            linked, enabled = connection.execute(statement).one()
        return UserCounts(linked=linked, enabled=int(enabled))

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """See `Users`."""
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one apply; at most {APPLY_MAX_CHANGES}")
        if not changes:
            return []
        tenant_id = self._scope.tenant_id
        with self._scope.write() as connection:
            limit, rest_days = lock_tenant(self._db, connection, tenant_id)
            self._vault.hold_key(connection)
            given = Numbers(self._db, connection, tenant_id, rest_days)
            return ChangeSet(self._db, self._vault, connection, tenant_id, given, limit).apply(changes)

    def next_numbers(self, people: Iterable[tuple[UserLink, ExtensionWish]]) -> Iterator[str | None]:
        """See `Users`."""
        return self._scope.track(find_next_numbers(self._db, self._scope.tenant_id, people))

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """See `Users`."""
        [result] = self.set_photos([PhotoChange(link=link, photo=photo)])
        return result

    def set_photos(self, changes: Sequence[PhotoChange]) -> list[ApplyResult]:
        """See `Users`."""
        if len(changes) > APPLY_MAX_CHANGES:
            raise ValueError(f"{len(changes)} changes in one call; at most {APPLY_MAX_CHANGES}")
        if not changes:
            return []
        with self._scope.write() as connection:
            return PhotoSet(connection, self._scope.tenant_id).apply(changes)

    def _at(self, link: UserLink) -> tuple[ColumnElement[bool], ...]:
        return (
            links.c.tenant_id == self._scope.tenant_id,
            links.c.authority == link.authority,
            links.c.subject == link.subject,
        )


def _read_unlinked(row: Row[Any]) -> UnlinkedUser:
    return UnlinkedUser(
        user_id=row.id,
        username=row.username,
        email=row.email,
        enabled=bool(row.enabled),
        is_linkable=row.role in LINKABLE_ROLES,
    )


def _read_divergence(row: Row[Any]) -> Divergence:
    kind = DivergenceKind.DELETED if row.id is None else DivergenceKind.EDITED
    return Divergence(link=UserLink(authority=row.authority, subject=row.subject), kind=kind)


def _linked_select() -> Any:
    return select(*LINKED_COLUMNS).join(links, links.c.user_id == users.c.id)
