"""Lists of people, mailboxes and (later) groups: typed by name, kept by object id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list. The object id counts: a name that later goes to somebody else does not take its place."""

    name: str
    """As the administrator typed it: a sign-in name, an address or an object id."""
    entra_object_id: str = ""
    """Empty until it has been looked up; nothing is stored before that."""


@dataclass(frozen=True, slots=True)
class NameList:
    """A list in the order in which it was typed; `object_id in names` costs the same for any length."""

    entries: tuple[Listed, ...] = ()
    object_ids: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        ids = frozenset(entry.entra_object_id for entry in self.entries if entry.entra_object_id)
        object.__setattr__(self, "object_ids", ids)

    @classmethod
    def of(cls, entries: Iterable[Listed]) -> NameList:
        """Return a list of these entries."""
        return cls(tuple(entries))

    def __contains__(self, entra_object_id: str) -> bool:
        return entra_object_id in self.object_ids

    def __iter__(self) -> Iterator[Listed]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


NO_NAMES: Final = NameList()


class WhichPeople(StrEnum):
    """How a list of people is meant."""

    ALL = "all"
    """Everybody; the list is not used."""
    ONLY = "only"
    """Only the people on the list; nobody if it is empty."""
    EXCEPT = "except"
    """Everybody but the people on the list."""

    def includes(self, entra_object_id: str, names: NameList) -> bool:
        """Whether this person is meant."""
        return self is WhichPeople.ALL or (entra_object_id in names) is (self is WhichPeople.ONLY)
