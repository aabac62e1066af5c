"""What becomes of a `ContactChange`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pbx_plugin_api._words import _
from pbx_plugin_api.contacts import ContactChange, ContactResult, ContactSource, DropContact, PutContact
from pbx_plugin_api.user_changes import ApplyStatus

__all__ = ["Drop", "Put", "StoredContact", "decide", "order_sources"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)  # no slots: `StoredContact[T](...)` would fail (typing writes to the instance)
class StoredContact(Generic[T]):
    """A synced contact as stored now. `T` is whatever form of a draft the host compares by."""

    shown: T
    """What people see."""
    applied: T
    """What the last apply left."""
    is_deleted: bool
    """Deleted by hand. It stays stored, so that the next run can put it back."""
    sources: tuple[ContactSource, ...]
    """In the order of `order_sources`."""

    @property
    def is_diverged(self) -> bool:
        """Whether somebody edited or deleted it in the PBX since the last apply."""
        return self.is_deleted or self.shown != self.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Write a contact, shown and applied alike; or its sources; or both."""

    change: PutContact
    sources: tuple[ContactSource, ...]
    writes_fields: bool
    writes_sources: bool

    @property
    def status(self) -> ApplyStatus:
        """What to report."""
        return ApplyStatus.APPLIED if self.writes_fields or self.writes_sources else ApplyStatus.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Delete a contact with its sources."""

    external_id: str


def decide(
    change: ContactChange, wanted: T | None, stored: StoredContact[T] | None, *, has_owner: bool
) -> ContactResult | Put | Drop:
    """Decide what becomes of one change of a book.

    Args:
        change: What the plugin asks for.
        wanted: The change's draft, in the form that the host compares by; None for a `DropContact`.
        stored: The contact as stored now, or None.
        has_owner: Whether the book's owner is a linked user; True for the company book. Without an owner nothing is
            put, but what is there can still be dropped.
    """
    if isinstance(change, DropContact):
        if stored is None:
            return ContactResult(external_id=change.external_id, status=ApplyStatus.UNCHANGED)
        return Drop(external_id=change.external_id)
    if not has_owner:
        reason = _("the owner of this book is not a user of the PBX any more")
        return ContactResult(external_id=change.external_id, status=ApplyStatus.REFUSED, reason=reason)
    sources = order_sources(change.sources)
    is_same = stored is not None and not stored.is_diverged and stored.shown == wanted
    has_sources = stored is not None and stored.sources == sources
    return Put(change=change, sources=sources, writes_fields=not is_same, writes_sources=not has_sources)


def order_sources(sources: Iterable[ContactSource]) -> tuple[ContactSource, ...]:
    """Return sources in the order in which a host gives them back: by mailbox, then by contact id, each once."""
    return tuple(sorted(set(sources), key=lambda source: (source.mailbox_id, source.contact_id)))
