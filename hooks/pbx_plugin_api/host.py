"""What a plugin may ask of the PBX, as Protocols.

A `Host` is bound to one tenant and one plugin for the length of one call. Its methods take no tenant, so a plugin
cannot reach another tenant's data. After the call they raise `HostClosedError`; on another thread than the hook's own
they raise `WrongThreadError`. In a run, every method that writes first checks the tenant's lease, and raises
`LeaseLostError` if another worker holds it by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

from pbx_plugin_api.contacts import BookChanges, BookRef, ContactChange, ContactResult, SyncedContact
from pbx_plugin_api.overview import Overview
from pbx_plugin_api.page_parts import Severity
from pbx_plugin_api.storage import Blobs, RateBudget, Secrets, Settings, State
from pbx_plugin_api.tenants import WebOrigins
from pbx_plugin_api.tick import Problem, Stage
from pbx_plugin_api.user_changes import ApplyResult, PhotoChange, UserChange
from pbx_plugin_api.users import Divergence, ExtensionWish, LinkedUser, Photo, UnlinkedUser, UserCounts, UserLink

__all__ = [
    "APPLY_MAX_CHANGES",
    "Audit",
    "Clock",
    "Contacts",
    "Host",
    "Progress",
    "Users",
]

APPLY_MAX_CHANGES: Final = 500
"""How many changes one `apply` takes at most: one call is one transaction."""


class Users(Protocol):
    """Linked users of this tenant."""

    def linked(self) -> Iterator[LinkedUser]:
        """Yield every linked user, ordered by `link.authority`, then `link.subject` (code-point order).

        A stream: memory does not grow with the tenant. Users that were deleted in the PBX are left out; see `diverged`.
        """

    def unlinked(self) -> Iterator[UnlinkedUser]:
        """Yield users that belong to no person, in any order. Only those with `is_linkable` may be linked."""

    def diverged(self) -> Iterator[Divergence]:
        """Yield the links whose user was deleted or edited in the PBX since the last apply.

        A change of a synced field is an edit, and so is enabling a user whom the last apply disabled. Disabling a user
        is none: an administrator may always do that, and the reason is then `DisableReason.BY_ADMIN`.
        """

    def find(self, link: UserLink) -> LinkedUser | None:
        """Return the linked user of a person, or None."""

    def counts(self) -> UserCounts:
        """Return how many linked users there are now."""

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """Make the changes in one transaction and return a result for each, in the same order. Idempotent.

        A change that cannot be made is refused by itself; the others are made.

        Raises:
            ValueError: More than `APPLY_MAX_CHANGES` changes. A bug.
        """

    def next_numbers(self, people: Iterable[tuple[UserLink, ExtensionWish]]) -> Iterator[str | None]:
        """Yield the extension number that each person would get if all of them were created now, in this order.

        None where a wished number cannot be given. Nothing is reserved: who comes in between may get one of them. A
        stream, like `linked`.
        """

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """Store a linked user's photo, or remove it (None). Idempotent."""

    def set_photos(self, changes: Sequence[PhotoChange]) -> list[ApplyResult]:
        """Store or remove photos in one transaction and return a result for each, in the same order. Idempotent.

        A change for somebody who is no linked user is refused by itself; the others are made. Keep the pictures of one
        call below a few MB: the host holds all of them.

        Raises:
            ValueError: More than `APPLY_MAX_CHANGES` changes. A bug.
        """


class Contacts(Protocol):
    """Synced contacts of this tenant. Contacts that were made by hand can be neither seen nor changed here."""

    def books(self) -> Iterator[BookRef]:
        """Yield the books that hold at least one synced contact."""

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        """Yield the synced contacts of a book, ordered by external id.

        Args:
            book: The book.
            mailbox_id: If given, only contacts with a source in this mailbox.
            folder_id: If given, only contacts with a source in this folder of the mailbox.
        """

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """Return those of the named contacts that exist. At most `APPLY_MAX_CHANGES` names."""

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        """Yield the synced contacts that were edited or deleted in the PBX, as they were last applied.

        To put one again restores it.
        """

    def diverged_books(self) -> Iterator[BookRef]:
        """Yield the books for which `diverged` yields something. One query for all books."""

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """Make the changes in one transaction and return a result for each, in the same order. Idempotent.

        If the owner of a personal book is not a linked user, each `PutContact` is refused; drops are still made.

        Raises:
            ValueError: More than `APPLY_MAX_CHANGES` changes. A bug.
        """

    def apply_books(self, groups: Sequence[BookChanges]) -> list[list[ContactResult]]:
        """Do what `apply` does for several books, all in one transaction; return the results of each group, in order.

        Thousands of small books are written far faster this way. A book may occur more than once.

        Raises:
            ValueError: More than `APPLY_MAX_CHANGES` changes in all groups together. A bug.
        """


class Progress(Protocol):
    """How far a run is, and whether it should go on. Outside of a run nothing is recorded."""

    @property
    def fencing_token(self) -> int:
        """The number of the lease; 0 if no lease is held."""

    @property
    def deadline_utc(self) -> datetime | None:
        """When the host stops waiting; None outside of a run."""

    def report(self, stage: Stage | str, done: int, total: int | None = None) -> None:
        """Report how far a stage is, and renew the lease. Cheap: call it once per page.

        Args:
            stage: A `Stage`, or a name of the plugin's own (at most 128 characters), which the host shows as it is.
            done: How many are done.
            total: Of how many; None if that is not known.
        """

    def should_stop(self) -> bool:
        """Whether to stop as soon as it is safe: an administrator asked, the PBX shuts down, the deadline is near.

        In `on_send_notification`: whether another worker has the mail by now, because this process was silent for too
        long. Ask right before the request that sends; if True, send nothing. The receipt is ignored then.

        False elsewhere.
        """

    def problem(self, problem: Problem) -> None:
        """Record one problem of this run. Problems are kept in order, without limit."""


class Audit(Protocol):
    """The PBX's audit log."""

    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        """Write one line. Never put a secret into it.

        Args:
            event: What happened, such as `settings.saved`.
            outcome: `ok`, `refused` or `failed`.
            subject: The person or thing that it happened to.
            detail: A sentence.
        """


class Clock(Protocol):
    """The host's time. Tests move it."""

    def now_utc(self) -> datetime:
        """Return the time: aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait on the calling thread. Helper threads of a plugin may use the clock, and no other part of the host."""


@runtime_checkable
class Host(Protocol):
    """The PBX as one plugin sees it for one tenant, for the length of one call."""

    @property
    def users(self) -> Users:
        """The linked users of this tenant."""

    @property
    def contacts(self) -> Contacts:
        """The synced contacts of this tenant."""

    @property
    def settings(self) -> Settings:
        """What an administrator decided for this plugin."""

    @property
    def secrets(self) -> Secrets:
        """Small secrets of this plugin, encrypted at rest."""

    @property
    def state(self) -> State:
        """Checkpoints and other small state of this plugin."""

    @property
    def blobs(self) -> Blobs:
        """Files by reference."""

    @property
    def rate_budget(self) -> RateBudget:
        """Budgets that all workers of the PBX share."""

    @property
    def progress(self) -> Progress:
        """How far the run is, and whether to go on."""

    @property
    def audit(self) -> Audit:
        """The PBX's audit log."""

    @property
    def overview(self) -> Overview:
        """What the PBX knows about this plugin's runs and notices."""

    @property
    def clock(self) -> Clock:
        """The host's time."""

    @property
    def web_origins(self) -> WebOrigins:
        """Where browsers reach the PBX. Redirect URIs are made from these, and from nothing else."""

    def notify_admin(
        self,
        key: str,
        subject: str,
        text: str,
        *,
        severity: Severity,
        kind: str = "",
        level: int = 0,
        values: Mapping[str, str | int] | None = None,
    ) -> None:
        """Raise a notice to the tenant's administrators, on a channel that does not need the source.

        It lasts until `resolve_notice`. Raised again, it takes the new texts, and nobody gets another mail, unless it
        became worse: a higher severity, or a higher level of the same. An administrator may dismiss it; then it is
        shown again only if it becomes worse, or if it ended and begins again. See `pbx_plugin_api.notices`.

        Args:
            key: Its cause: 1 to 64 letters, digits, `_ . -`.
            subject: One line.
            text: What happened and what to do.
            severity: How bad it is.
            kind: Which texts it has, where several notices differ only by key; by default the key.
            level: How bad it is within the severity.
            values: What subject and text name, by name.

        Raises:
            InvalidValueError: One of these breaks a limit. A bug.
        """

    def landing_state(self, purpose: str, *, about: str = "", keep_s: int) -> str:
        """Return a `state` for an address outside that sends the browser back to the PBX without a sign-in.

        Such as the address of a consent page, which an administrator gives to a colleague. When a browser comes back
        to the callback with it, the host calls `SettingsPage.land` of this plugin for this tenant. Whoever has the
        address may use it, more than once, until `keep_s` seconds have passed. Nothing is stored, and each call
        returns another state: at most 1,500 letters, digits and `. _ -`.

        Args:
            purpose: A name of the plugin's own, such as `consent`.
            about: What it is about, such as the application: at most 256 characters, which nobody outside can read or
                change.
            keep_s: At most 60 days.
        """

    def resolve_notice(self, key: str) -> None:
        """End the open notice with this key, or all those of this kind, because the cause is gone. Idempotent."""

    def system(self) -> Host | None:
        """Return the host of `Scope.SYSTEM`, to read and to use its rate budget, or None.

        Available in `on_send_notification`, if the PBX lets this tenant use the system's mail settings.
        """
