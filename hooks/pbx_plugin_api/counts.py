"""How many people, contacts and photos a run touched."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

__all__ = ["Counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one run did, or what one plan would do. A report counts what was done; a plan counts what would be."""

    created: int = 0
    """People who got a new user."""
    updated: int = 0
    disabled: int = 0
    enabled: int = 0
    deleted: int = 0
    linked: int = 0
    """Users made by hand that were linked to a person."""
    unchanged: int = 0
    skipped: int = 0
    """People who have no user and get none."""
    contacts_created: int = 0
    """Contacts of all books, company and personal."""
    contacts_updated: int = 0
    contacts_deleted: int = 0
    contacts_restored: int = 0
    """Contacts that were edited or deleted in the PBX and were put back."""
    contacts_unchanged: int = 0
    """Contacts that were read and were as they should be. Contacts that were not read are not counted."""
    contacts_skipped: int = 0
    """Contacts that the PBX cannot hold, for example without a name."""
    mailboxes_read: int = 0
    """Mailboxes whose contacts could be read."""
    photos_stored: int = 0
    photos_removed: int = 0

    def plus(self, **more: int) -> Counts:
        """Return these counts with some of them raised."""
        return replace(self, **{name: getattr(self, name) + n for name, n in more.items()})

    def __add__(self, other: Counts) -> Counts:
        """Return the sums, name by name."""
        return self.plus(**other.as_dict())

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name, in the order above: zeros included."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
