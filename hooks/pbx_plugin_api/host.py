"""What a plugin may ask of the PBX, as Protocols.

A `Host` is bound to one tenant and one plugin for the length of one call. Its methods take no tenant, so that a plugin
cannot name another's; after the call they raise `HostClosedError`, and from another thread than the hook's own
`WrongThreadError`. Whatever writes also checks the tenant's lease and raises `LeaseLostError` once it has moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, runtime_checkable

from pbx_plugin_api.contacts import BookRef, ContactChange, ContactResult, SyncedContact
from pbx_plugin_api.settings_page import Severity
from pbx_plugin_api.tenants import WebOrigins
from pbx_plugin_api.tick import Problem, Stage
from pbx_plugin_api.travel import JsonValue
from pbx_plugin_api.users import (
    ApplyResult,
    Divergence,
    LinkedUser,
    Photo,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
)

__all__ = [
    "Audit",
    "BlobInfo",
    "Blobs",
    "Clock",
    "Contacts",
    "Host",
    "Progress",
    "RateBudget",
    "RateLimit",
    "Secrets",
    "Settings",
    "SettingsRecord",
    "State",
    "StateRecord",
    "Users",
]

APPLY_MAX_CHANGES = 500
"""The most changes one `apply` takes: one call is one transaction."""


class Users(Protocol):
    """Linked users of this tenant."""

    def linked(self) -> Iterator[LinkedUser]:
        """Yield every linked user, ordered by `link.authority`, then `link.subject` (code-point order).

        A stream: memory does not grow with the tenant. Users deleted in the PBX are not in it (see `diverged`).
        """

    def unlinked(self) -> Iterator[UnlinkedUser]:
        """Yield hand-made users that the host allows to be linked, in no promised order. Never administrators."""

    def diverged(self) -> Iterator[Divergence]:
        """Yield links whose user was deleted, or whose synced fields were edited, in the PBX since the last apply.

        Enabling somebody whom the last apply disabled counts as an edit. Disabling does not: the PBX may always lock
        somebody out, and says so with `DisableReason.BY_ADMIN`.
        """

    def find(self, link: UserLink) -> LinkedUser | None:
        """Return the linked user of a person, or None."""

    def counts(self) -> UserCounts:
        """Return how many linked users there are now."""

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        """Make the changes, one transaction, each with a result in the same order.

        A change that cannot be made is refused by itself; the others are made. Repeating a change is harmless.

        Raises:
            ValueError: More than `APPLY_MAX_CHANGES` changes. A bug.
        """

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        """Store or remove a linked user's photo. Idempotent."""


class Contacts(Protocol):
    """Synced contacts of this tenant. Contacts made by hand cannot be seen or touched from here."""

    def books(self) -> Iterator[BookRef]:
        """Yield the books that hold at least one synced contact."""

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        """Yield the synced contacts of a book, or those with a source in one mailbox (and folder), by external id."""

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        """Return those of the named contacts that exist. At most 500 names."""

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        """Yield synced contacts edited or deleted in the PBX since, as last applied: putting them again mends them."""

    def diverged_books(self) -> Iterator[BookRef]:
        """Yield the books in which `diverged` would yield anything; one query, whatever the number of books."""

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        """Make at most 500 changes, one transaction, each with a result in the same order. Idempotent.

        A personal book whose owner is not a linked user refuses every change by itself.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRecord:
    """A plugin's settings of this tenant."""

    version: int
    """0 before the first write."""
    values: Mapping[str, JsonValue]


class Settings(Protocol):
    """What the admin decided, versioned. Never secrets."""

    def read(self) -> SettingsRecord:
        """Return the newest settings."""

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        """Replace the settings.

        Raises:
            VersionConflictError: Somebody wrote since `expected_version` was read. Read again.
        """


class Secrets(Protocol):
    """Small secrets, encrypted at rest by the host with a key of its own."""

    def get(self, name: str) -> bytes | None:
        """Return a secret, or None. Never log it."""

    def put(self, name: str, value: bytes) -> None:
        """Store a secret of at most 64 KiB. Idempotent."""

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRecord:
    """One stored value and its version."""

    version: int
    value: JsonValue


class State(Protocol):
    """Small JSON of the plugin's own, versioned per key: checkpoints, approvals, mailbox states."""

    def get(self, key: str) -> StateRecord | None:
        """Return the value under a key, or None."""

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        """Store a value of at most 256 KiB under a key (1-200 characters) and return its new version.

        `expected_version` None overwrites whatever is there; 0 means that there must be nothing yet.

        Raises:
            VersionConflictError: The stored version is another. Read again.
        """

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        """Store several values at once, in one transaction, whatever is there."""

    def delete(self, key: str) -> None:
        """Forget a key; nothing happens where there is none."""

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """Yield keys with a prefix and their records, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    """What the host knows of a blob."""

    blob: str
    size_bytes: int
    content_type: str


class Blobs(Protocol):
    """Files by reference: attachments from the host, long plans from a plugin."""

    def info(self, blob: str) -> BlobInfo | None:
        """Return what is known of a blob, or None where there is none (any more)."""

    def open(self, blob: str) -> AbstractContextManager[BinaryIO]:
        """Open a blob for reading in pieces, seekable.

        Raises:
            KeyError: There is no such blob in this tenant.
        """

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int) -> str:
        """Store a blob of the plugin's and return its reference. The host deletes it after `keep_s` seconds.

        Args:
            chunks: The content, in pieces of any size.
            content_type: For example `application/x-ndjson`.
            keep_s: How long it is kept.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `amount` within any `window_s` seconds."""

    amount: int
    window_s: int


class RateBudget(Protocol):
    """Budgets shared by all workers of the PBX, so that together they keep a service's limits."""

    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        """Take an amount out of a bucket, if every limit allows it.

        Returns:
            None when it was taken. Otherwise nothing was taken, and the UTC time from which it may be asked again.
        """


class Progress(Protocol):
    """How far a run is, and whether it should go on. Outside a run `should_stop` is False and reports go nowhere."""

    @property
    def fencing_token(self) -> int:
        """The lease's number; 0 where no lease is held."""

    @property
    def deadline_utc(self) -> datetime | None:
        """When the host stops waiting."""

    def report(self, stage: Stage | str, done: int, total: int | None = None) -> None:
        """Report how far a stage is; also renews the lease. Cheap: call it once a page.

        Args:
            stage: A `Stage`, or a name of the plugin's own (at most 128 characters), which the host shows as it is.
            done: How many are done.
            total: Of how many; None where that is not known.
        """

    def should_stop(self) -> bool:
        """Whether to end at the next safe place: an admin asked, the PBX shuts down, the deadline is near."""

    def problem(self, problem: Problem) -> None:
        """Record one problem line of this run, as it is found. Kept in order, without limit."""


class Audit(Protocol):
    """The PBX's audit log."""

    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        """Write one line: event `settings.saved`, outcome `ok`/`refused`/`failed`. Never put secrets into it."""


class Clock(Protocol):
    """The host's time; tests move it."""

    def now_utc(self) -> datetime:
        """Return the time, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait on the calling thread. The only host method that helper threads of a plugin may call."""


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
        """What the admin decided for this plugin."""

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
        """Budgets shared by all workers of the PBX."""

    @property
    def progress(self) -> Progress:
        """How far the run is, and whether to go on."""

    @property
    def audit(self) -> Audit:
        """The PBX's audit log."""

    @property
    def clock(self) -> Clock:
        """The host's time."""

    @property
    def web_origins(self) -> WebOrigins:
        """Where browsers reach the PBX. Redirect URIs are made from these and from nothing else."""

    def notify_admin(self, key: str, subject: str, text: str, *, severity: Severity) -> None:
        """Tell the tenant's administrators, not through Microsoft. The same key again within a day says nothing."""

    def system(self) -> Host | None:
        """Return the host bound to `Scope.SYSTEM`, for reading and for its rate budget only, or None.

        Given inside `on_send_notification` where the PBX lets this tenant use the system's mail settings.
        """
