"""Users and contacts as one plugin in one tenant gets them. What each method means says `pbx_plugin_api.host`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pbx_devhost.bound.scope import Part
from pbx_plugin_api import (
    ApplyResult,
    BookRef,
    ContactChange,
    ContactResult,
    Divergence,
    LinkedUser,
    Photo,
    SyncedContact,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
)

__all__ = ["BoundContacts", "BoundUsers"]


class BoundUsers(Part):
    """Keeps `pbx_plugin_api.Users`."""

    def linked(self) -> Iterator[LinkedUser]:
        """See `Users`."""
        return self._scope.stream(self._stores.users.linked(self._scope.tenant_id))

    def unlinked(self) -> Iterator[UnlinkedUser]:
        """See `Users`."""
        return self._scope.stream(self._stores.users.unlinked(self._scope.tenant_id))

    def diverged(self) -> Iterator[Divergence]:
        """See `Users`."""
        return self._scope.stream(self._stores.users.diverged(self._scope.tenant_id))

    def find(self, link: UserLink) -> LinkedUser | None:
        """See `Users`."""
        return self._stores.users.find(self._scope.tenant_id, link)

    def counts(self) -> UserCounts:
        """See `Users`."""
        return self._stores.users.counts(self._scope.tenant_id)

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """See `Users`."""
        if not changes:
            return []
        with self._scope.write() as connection:
            return self._stores.users.apply(connection, self._scope.tenant_id, changes)

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """See `Users`."""
        with self._scope.write() as connection:
            return self._stores.users.set_photo(connection, self._scope.tenant_id, link, photo)


class BoundContacts(Part):
    """Keeps `pbx_plugin_api.Contacts`."""

    def books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        return self._scope.stream(self._stores.contacts.books(self._scope.tenant_id, self._scope.plugin))

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        scope = self._scope
        return scope.stream(
            self._stores.contacts.synced(
                scope.tenant_id, scope.plugin, book, mailbox_id=mailbox_id, folder_id=folder_id
            )
        )

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """See `Contacts`."""
        return self._stores.contacts.find(self._scope.tenant_id, self._scope.plugin, book, external_ids)

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        """See `Contacts`."""
        return self._scope.stream(self._stores.contacts.diverged(self._scope.tenant_id, self._scope.plugin, book))

    def diverged_books(self) -> Iterator[BookRef]:
        """See `Contacts`."""
        return self._scope.stream(self._stores.contacts.diverged_books(self._scope.tenant_id, self._scope.plugin))

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """See `Contacts`."""
        if not changes:
            return []
        with self._scope.write() as connection:
            return self._stores.contacts.apply(connection, self._scope.tenant_id, self._scope.plugin, book, changes)
