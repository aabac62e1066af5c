"""Photos of linked users: several in one transaction, read first and then written in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pbx_devhost.store.database import match_people
from pbx_devhost.store.sql.schema import links, photos, users
from pbx_plugin_api import ApplyResult, ApplyStatus, Photo, PhotoChange, UserLink
from pbx_plugin_api.hosting.apply_rules.users import decide_photo, refuse_missing

_Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored of one person's photo."""

    user_id: str
    sha256: str | None
    etag: str | None


class PhotoSet:
    """Applies changes of photos within one write transaction of one tenant."""

    def __init__(self, connection: Connection, tenant_id: str) -> None:
        self._connection, self._tenant_id = connection, tenant_id
        self._stored: dict[_Key, _Stored] = {}
        self._pictures: dict[str, Photo | None] = {}
        self._etags: dict[_Key, str | None] = {}

    def apply(self, changes: Sequence[PhotoChange]) -> list[ApplyResult]:
        """Make the changes in order, each with its result."""
        self._read([change.link for change in changes])
        results = [self._apply_one(change) for change in changes]
        self._write_pictures()
        self._write_etags()
        return results

    def _read(self, wanted: Sequence[UserLink]) -> None:
        keys = list({_key(link) for link in wanted})
        rows = self._connection.execute(
            select(links.c.authority, links.c.subject, links.c.photo_etag, users.c.id, users.c.photo_sha256)
            .join(users, users.c.id == links.c.user_id)
            .where(links.c.tenant_id == self._tenant_id, match_people(links, keys))
        )
        for row in rows:
            self._stored[row.authority, row.subject] = _Stored(row.id, row.photo_sha256, row.photo_etag)

    def _apply_one(self, change: PhotoChange) -> ApplyResult:
        key, photo = _key(change.link), change.photo
        stored = self._stored.get(key)
        if stored is None:
            return refuse_missing(change.link)
        decision = decide_photo(change.link, photo, stored_sha256=stored.sha256, stored_etag=stored.etag)
        if isinstance(decision, ApplyResult):
            return decision
        sha256, etag = (photo.sha256, photo.source_etag) if photo else (None, None)
        if decision.is_new_picture:
            self._pictures[stored.user_id] = photo
        self._etags[key] = etag
        self._stored[key] = replace(stored, sha256=sha256, etag=etag)
        return ApplyResult(link=change.link, status=ApplyStatus.APPLIED)

    def _write_pictures(self) -> None:
        if not self._pictures:
            return
        self._connection.execute(
            update(users).where(users.c.id == bindparam("of")).values(photo_sha256=bindparam("digest")),
            [{"of": user_id, "digest": photo and photo.sha256} for user_id, photo in self._pictures.items()],
        )
        self._connection.execute(delete(photos).where(photos.c.user_id.in_(list(self._pictures))))
        rows = [
            {"user_id": user_id, "content": photo.content, "content_type": photo.content_type}
            for user_id, photo in self._pictures.items()
            if photo is not None
        ]
        if rows:
            self._connection.execute(insert(photos), rows)

    def _write_etags(self) -> None:
        if not self._etags:
            return
        at = (
            links.c.tenant_id == self._tenant_id,
            links.c.authority == bindparam("of_authority"),
            links.c.subject == bindparam("of_subject"),
        )
        self._connection.execute(
            update(links).where(*at).values(photo_etag=bindparam("etag")),
            [
                {"of_authority": authority, "of_subject": subject, "etag": etag}
                for (authority, subject), etag in self._etags.items()
            ],
        )


def _key(link: UserLink) -> _Key:
    return link.authority, link.subject
