"""What the host stores for a plugin, per tenant: settings, secrets, small state, files, and shared rate budgets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from pbx_plugin_api.travel import JsonValue

__all__ = [
    "BlobInfo",
    "Blobs",
    "RateBudget",
    "RateLimit",
    "Secrets",
    "Settings",
    "SettingsRecord",
    "State",
    "StateRecord",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRecord:
    """A plugin's settings for this tenant."""

    version: int
    """0 before the first write."""
    values: Mapping[str, JsonValue]


class Settings(Protocol):
    """What an administrator decided. Versioned. Never secrets."""

    def read(self) -> SettingsRecord:
        """Return the newest settings."""

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        """Replace the settings.

        Raises:
            VersionConflictError: Somebody wrote after `expected_version` was read. Read again and decide.
        """


class Secrets(Protocol):
    """Small secrets. The host encrypts them at rest with a key of its own."""

    def get(self, name: str) -> bytes | None:
        """Return a secret, or None. Never log it."""

    def put(self, name: str, value: bytes) -> None:
        """Store a secret of at most 64 KiB. Idempotent."""

    def delete(self, name: str) -> None:
        """Delete a secret. Idempotent: nothing happens if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRecord:
    """One stored value and its version."""

    version: int
    value: JsonValue


class State(Protocol):
    """Small JSON values of the plugin, each with a version: checkpoints, approvals, the state of a mailbox.

    When an administrator erases a person, the host may take them out, never during a run: an entry of a list or object
    that is their name, address, number or id goes, and in other texts these become `[erased]`. A value changes its
    version then.
    """

    def get(self, key: str) -> StateRecord | None:
        """Return the value under a key, or None."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, StateRecord]:
        """Return the values under several keys, by key, in one look. A key without a value is left out."""

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        """Store a value of at most 256 KiB under a key of 1 to 200 characters, and return its new version.

        Args:
            key: The key.
            value: The value.
            expected_version: The version that must be stored now; 0 if there must be no value yet. None overwrites
                whatever is there.

        Raises:
            VersionConflictError: Another version is stored. Read again and decide.
        """

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        """Store several values in one transaction. Whatever is there is overwritten."""

    def delete(self, key: str) -> None:
        """Delete a value. Idempotent: nothing happens if there is none."""

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """Yield the keys that begin with a prefix, and their records, ordered by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    """What the host knows about a blob."""

    blob: str
    size_bytes: int
    content_type: str


class Blobs(Protocol):
    """Files by reference: attachments from the host, long plans from a plugin.

    When an administrator erases a person, the host may take them out of text files, never during a run: rows of a plan
    (`write_plan_rows`) are cleared, and lines of other files that name them go. So keep one person a line.
    """

    def info(self, blob: str) -> BlobInfo | None:
        """Return what is known about a blob, or None if it does not exist or has expired."""

    def open(self, blob: str) -> AbstractContextManager[BinaryIO]:
        """Open a blob to read it in pieces. The file can seek.

        Raises:
            KeyError: This tenant has no such blob.
        """

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int) -> str:
        """Store a blob and return its reference. The host deletes the blob after `keep_s` seconds.

        Args:
            chunks: The content, in pieces of any size.
            content_type: For example `application/x-ndjson`.
            keep_s: How long the blob is kept.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `amount` within any `window_s` seconds."""

    amount: int
    window_s: int


class RateBudget(Protocol):
    """Budgets that all workers of the PBX share, so that together they keep within a service's limits."""

    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        """Take an amount from a bucket, if every limit allows it. An amount of 0 takes nothing, and only asks.

        Returns:
            None if it was taken. Otherwise nothing was taken, and the result is the UTC time of the next try.
        """
