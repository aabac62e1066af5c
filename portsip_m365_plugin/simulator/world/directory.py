"""The simulated tenant's directory: people and groups, and the change log that delta queries read.

Small requests use an index; only listings read on, page by page. A property that was never set is absent from
``props``; one that was set and cleared is ``None``: delta shows the difference.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from portsip_m365_plugin.simulator.world.schema import Schema

EVERYTHING = frozenset({"*"})
"""In a history: creation, deletion or restoration, which every ``$select`` shows."""

NO_MAILBOX_KINDS = ("none", "on_premises", "inactive", "resource_not_found", "nonexistent", "invalid_user", "moving")


@dataclass(slots=True, eq=False)
class Person:
    """A user object. ``mailbox`` is a ``userPurpose`` (user, shared, room, equipment) or why there is none."""

    id: str
    kind: str
    props: dict[str, Any]
    mailbox: str
    photo_seed: int = 0  # 0: none, -1: the documented 1x1 GIF, else the picture's seed
    photo_kind: str = ""  # empty, or one of world.jpeg.STRANGE
    position: int = 0
    deleted_utc: str | None = None
    gone: bool = False
    history: list[tuple[int, frozenset[str]]] = field(default_factory=list)

    @property
    def listed(self) -> bool:
        """Whether the person is neither soft-deleted nor purged."""
        return self.deleted_utc is None and not self.gone

    @property
    def state(self) -> str:
        """``active``, ``deleted`` (restorable) or ``gone``."""
        return "gone" if self.gone else "active" if self.deleted_utc is None else "deleted"

    @property
    def has_mailbox(self) -> bool:
        """Whether Exchange Online serves this person."""
        return self.mailbox in ("user", "shared", "room", "equipment", "linked", "others")


@dataclass(slots=True, eq=False)
class Group:
    """A group; ``members`` maps object ids to ``user`` or ``group`` in order of joining."""

    id: str
    props: dict[str, Any]
    members: dict[str, str] = field(default_factory=dict)
    hidden: bool = False


class Directory:
    """People and groups of one tenant. Methods lock. Change returned people only with these methods."""

    def __init__(self, schema: Schema) -> None:
        self.lock = threading.RLock()
        self.people: dict[str, Person] = {}
        self.order: list[Person] = []
        self.groups: dict[str, Group] = {}
        self.log: list[Person] = []  # entry number n (from 1) is log[n - 1]
        self.replication_lag_s = 0.0
        self._by_name: dict[str, str] = {}
        self._stale: dict[str, tuple[float, dict[str, Any] | None]] = {}
        self._flattened: dict[str, list[tuple[str, str]]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.collections = frozenset(
            name for name, declared in schema.properties("user").items() if declared.startswith("Collection(")
        )

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def sequence(self) -> int:
        """Number of the newest change."""
        return len(self.log)

    def find(self, key: str) -> Person | None:
        """A person by object id or user principal name, in any state."""
        person = self.people.get(key)
        if person is None:
            found = self._by_name.get(key.lower()) or self._by_name.get(key.lower().replace("-", ""))
            person = self.people.get(found or key.lower())
        return person

    def active(self, key: str) -> Person | None:
        """A person by id or user principal name, unless deleted."""
        person = self.find(key)
        return person if person is not None and person.listed else None

    def read_from(self, position: int) -> Iterator[tuple[Person, dict[str, Any]]]:
        """Listed people from a position on, with their properties as replication shows them now."""
        while position < len(self.order):
            person = self.order[position]
            position += 1
            props = self._replicated(person)
            if props is not None:
                yield person, props

    def _replicated(self, person: Person) -> dict[str, Any] | None:
        stale = self._stale.get(person.id) if self._stale else None
        if stale is not None:
            if time.monotonic() - stale[0] < self.replication_lag_s:
                return stale[1]
            self._stale.pop(person.id, None)
        return person.props if person.listed else None

    def listed_value(self, props: dict[str, Any], name: str) -> Any:
        """A property as a listing shows it: null if unset, an empty list for collections."""
        value = props.get(name)
        return [] if value is None and name in self.collections else value

    def is_fresh(self, person: Person) -> bool:
        """Whether listings may serve a cached rendering: nothing of the person is still being replicated."""
        return person.id not in self._stale

    def changes_of(self, person: Person, after: int, until: int) -> tuple[int, frozenset[str]]:
        """The last entry number in (after, until] that concerns a person, and every property touched there."""
        history = person.history
        start = bisect_right(history, after, key=lambda entry: entry[0])
        end = bisect_right(history, until, key=lambda entry: entry[0])
        if start >= end:
            return 0, frozenset()
        return history[end - 1][0], frozenset().union(*(names for _, names in history[start:end]))

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Call ``listener(person_id)`` after each change (caches drop their entry)."""
        self._listeners.append(listener)

    # -- changing --------------------------------------------------------------------------------------------------

    def add(self, person: Person, *, seeded: bool = False) -> None:
        """Add a person; seeded people are not in the change log."""
        with self.lock:
            person.position = len(self.order)
            self.people[person.id] = person
            self.order.append(person)
            self._index(person)
            if not seeded:
                self._stale_from(person, None)
                self._record(person, EVERYTHING)

    def patch(self, person: Person, changes: dict[str, Any]) -> None:
        """Set properties; ``None`` clears."""
        with self.lock:
            self._stale_from(person, dict(person.props))
            self._unindex(person)
            person.props = {**person.props, **changes}
            self._index(person)
            self._record(person, frozenset(changes))

    def soft_delete(self, person: Person, now: str) -> None:
        """Move to deleted items: restorable, same id. Group memberships end."""
        with self.lock:
            self._stale_from(person, person.props)
            person.deleted_utc = now
            for group in self.groups.values():
                group.members.pop(person.id, None)
            self._flattened.clear()
            self._record(person, EVERYTHING)

    def hard_delete(self, person: Person) -> None:
        """Remove permanently; only the tombstone for delta stays."""
        with self.lock:
            self.soft_delete(person, person.deleted_utc or "1970-01-01T00:00:00Z")
            self._unindex(person)
            person.gone = True

    def restore(self, person: Person) -> None:
        """Bring a soft-deleted person back under the same id."""
        with self.lock:
            self._stale_from(person, None)
            person.deleted_utc = None
            self._record(person, EVERYTHING)

    def touch(self, person: Person) -> None:
        """Log a change of nothing that is selected (as in replays)."""
        with self.lock:
            self._record(person, EVERYTHING)

    def set_member(self, group: Group, object_id: str, member: bool) -> None:
        """Add or remove a direct member."""
        with self.lock:
            if member:
                group.members[object_id] = "group" if object_id in self.groups else "user"
            else:
                group.members.pop(object_id, None)
            self._flattened.clear()

    def flattened(self, group: Group) -> list[tuple[str, str]]:
        """Transitive members as (id, kind), each once, nested groups included; kept until a membership changes."""
        with self.lock:
            known = self._flattened.get(group.id)
            if known is None:
                seen: dict[str, str] = {}
                waiting = [group]
                while waiting:
                    for member, kind in waiting.pop(0).members.items():
                        if member in seen or member == group.id:
                            continue
                        seen[member] = kind
                        if kind == "group":
                            waiting.append(self.groups[member])
                known = self._flattened[group.id] = list(seen.items())
            return known

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _record(self, person: Person, names: frozenset[str]) -> None:
        self.log.append(person)
        person.history.append((len(self.log), names))
        for listener in self._listeners:
            listener(person.id)

    def _stale_from(self, person: Person, props: dict[str, Any] | None) -> None:
        if self.replication_lag_s > 0:
            self._stale.setdefault(person.id, (time.monotonic(), props))

    def _index(self, person: Person) -> None:
        upn = person.props.get("userPrincipalName")
        if upn:
            self._by_name[upn.lower()] = person.id

    def _unindex(self, person: Person) -> None:
        upn = person.props.get("userPrincipalName")
        if upn and self._by_name.get(upn.lower()) == person.id:
            del self._by_name[upn.lower()]
