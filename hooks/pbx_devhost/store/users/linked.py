"""Linked users, as plugins see and change them: streams, divergence, a batch of changes, photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.numbers import Numbers, lock_tenant
from pbx_devhost.store.schema import links, photos, users
from pbx_devhost.store.users.changes import ChangeSet
from pbx_devhost.store.users.rows import LINKABLE_ROLES, LINKED_COLUMNS, read_linked
from pbx_devhost.store.vault import Vault
from pbx_plugin_api import (
    APPLY_MAX_CHANGES,
    SYNCED_FIELDS,
    ApplyResult,
    ApplyStatus,
    Divergence,
    DivergenceKind,
    LinkedUser,
    Photo,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
)
from pbx_plugin_api.apply_rules.users import decide_photo, refuse_missing

__all__ = ["LinkedUsers"]

_DIFFERS = or_(
    *(users.c[name].is_distinct_from(links.c[f"applied_{name}"]) for name in SYNCED_FIELDS),
    and_(users.c.enabled == 1, links.c.applied_enabled == 0),
)
"""`apply_rules.users.find_divergence` as a condition, so that the database finds them among all users."""


class LinkedUsers:
    """Linked users of all tenants; every method names the tenant."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db = database
        self._vault = vault

    def linked(self, tenant_id: str) -> Iterator[LinkedUser]:
        """Yield linked users ordered by (entra tenant id, object id), in constant memory."""
        statement = _linked_select().where(links.c.tenant_id == tenant_id).order_by(links.c.authority, links.c.subject)
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
            select(links.c.authority, links.c.subject, users.c.id)
            .outerjoin(users, users.c.id == links.c.user_id)
            .where(links.c.tenant_id == tenant_id, or_(users.c.id.is_(None), _DIFFERS))
        )
        for row in self._db.stream(statement):
            kind = DivergenceKind.DELETED if row.id is None else DivergenceKind.EDITED
            link = UserLink(authority=row.authority, subject=row.subject)
            yield Divergence(link=link, kind=kind)

    def find(self, tenant_id: str, link: UserLink) -> LinkedUser | None:
        """Return the linked user of a person."""
        statement = _linked_select().where(
            links.c.tenant_id == tenant_id,
            links.c.authority == link.authority,
            links.c.subject == link.subject,
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
            links.c.authority == link.authority,
            links.c.subject == link.subject,
        )
        chosen = select(users.c.id, users.c.photo_sha256, links.c.photo_etag).join(links, links.c.user_id == users.c.id)
        row = connection.execute(chosen.where(*at)).first()
        if row is None:
            return refuse_missing(link)
        decision = decide_photo(link, photo, stored_sha256=row.photo_sha256, stored_etag=row.photo_etag)
        if isinstance(decision, ApplyResult):
            return decision
        if decision.is_new_picture:
            digest = photo.sha256 if photo else None
            connection.execute(update(users).where(users.c.id == row.id).values(photo_sha256=digest))
            connection.execute(delete(photos).where(photos.c.user_id == row.id))
            if photo is not None:
                new = {"user_id": row.id, "content": photo.content, "content_type": photo.content_type}
                connection.execute(insert(photos).values(new))
        connection.execute(update(links).where(*at).values(photo_etag=photo.source_etag if photo else None))
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)


def _linked_select() -> Any:
    return select(*LINKED_COLUMNS).join(links, links.c.user_id == users.c.id)
