"""What a test's own observer wrote down about a schedule of faults. Times are seconds of the machine's monotonic clock.

Nothing here comes from the code under test: rows are written by triggers of the database, acts by the test, mail by the
service that accepted it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TEST = "test"
"""The writer of what the test itself puts into the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One committed change of one row. `n` is the order of the database."""

    n: int
    at: float
    """When it was written. For a heartbeat: the time that it stored."""
    writer: str
    """The worker whose connection it was."""
    table: str
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None
    committed_at: float | None = None
    """From when others saw it, where the database says so. A frozen process may have written it long before."""

    def get(self, name: str) -> Any:
        """Return a column that no change moves, such as a key."""
        return (self.new or self.old or {})[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What the test did: to one worker, or to all of them (an empty name)."""

    what: str
    worker: str = ""
    at: float
    until: float
    """When it was taken back. For `kill` the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of the plugin's night, by the plugin's own log."""

    worker: str
    tenant_id: str
    token: int
    """The fencing token that the plugin was given."""
    began_at: float
    ended_at: float | None
    """None: its process was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that the service accepted."""

    mail_id: str
    at: float
    worker: str = ""
    is_marked: bool = False
    """Whether it says that it may be a copy."""


@dataclass(kw_only=True)
class History:
    """One schedule, from the first act until everything was calm again."""

    rows: list[Row] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    put: set[str] = field(default_factory=set)
    """Mails that the queue has accepted."""
    lost_answers: dict[str, list[float]] = field(default_factory=dict)
    """When the service accepted a mail, and the test let its answer go lost."""
    microsoft: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For each tenant: people and contacts by id, as the PBX should show them."""
    pbx: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The same, as the PBX has them."""
    dead_after_s: float = 30.0
    """How long a process may be silent."""
    goes_on_within_s: float = 60.0
    """How soon the tenant of a killed worker goes on."""

    begins_within_s: float = 5.0
    """How soon a mail begins while a process is frozen that has nothing to do with it. The others' heartbeats count."""
    begins_at_last_s: float = 45.0
    """The same by the clock, on a machine that is ever so busy."""
    beat_s: float = 1.0
    """How often a process beats on a machine that has nothing else to do."""
    is_calm: bool = True
    """Whether everything came to its end in time."""
    ahead_s: float = 0.0
    """What the database's time is ahead of the times here."""

    def of(self, table: str) -> Iterator[Row]:
        """Yield the changes of one table, in order."""
        return (row for row in self.rows if row.table == table)

    def tenants(self) -> set[str]:
        """Return the tenants that the schedule is about."""
        return set(self.microsoft)
