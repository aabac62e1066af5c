"""Who is connected, what each connection waits for, and which of them are closed.

A connection is closed for one of two reasons: its phase took too long, or too many connections wait for their client
and this one has waited longest. A new connection is never refused: an office behind one address gets in beside an
attacker at the same address.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final


class Phase(Enum):
    """What a connection waits for."""

    HANDSHAKE = "handshake"
    """For the client's part of the TLS handshake."""
    OPENED = "opened"
    """For the first byte."""
    RECEIVING = "receiving"
    """For the rest of a request."""
    WORKING = "working"
    """For us: the page is made. The only phase in which the client is not waited for."""
    ANSWERING = "answering"
    """For the client to take a piece of the answer."""
    ANSWERED = "answered"
    """For the client to take the rest of the answer, or to send the next request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how many. See docs/decisions/0010-portal-server.md for the reasons."""

    n_connections: int = 2_000
    n_waiting_per_address: int = 256
    idle_s: int = 10
    """How long a connection is kept for the next request."""
    phase_s: Mapping[Phase, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                Phase.HANDSHAKE: 10.0,
                Phase.OPENED: 15.0,
                Phase.RECEIVING: 30.0,
                Phase.ANSWERING: 30.0,
                Phase.ANSWERED: 40.0,
            }
        )
    )
    """The longest time in each phase, however often a byte comes. `ANSWERED` is longer than `idle_s`: the end of an
    answer may still be on its way when the connection is idle for us."""
    n_threads: int = 16
    n_queued: int = 256
    """How many whole requests wait for a thread. The next one gets 503."""
    stop_s: float = 3.0
    """How long requests may go on when the server stops."""


SWEEP_S: Final = 0.5


class Connection:
    """One connection of one client. Used on the event loop only."""

    def __init__(self, address: str, now: Callable[[], float], on_end: Callable[[Connection], None]) -> None:
        self.address, self._now, self._on_end = address, now, on_end
        self.phase, self.since = Phase.HANDSHAKE, now()
        self.transport: asyncio.Transport | None = None
        """Set when the handshake has succeeded."""
        self.opening: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer can still be sent."""
        return self.transport is not None and not self.transport.is_closing()

    def enter(self, phase: Phase) -> None:
        """Begin a phase, or the same one again."""
        self.phase, self.since = phase, self._now()

    def hear(self) -> None:
        """Note that bytes came. Only the first ones of a request begin a phase: later ones gain no time."""
        if self.phase in (Phase.HANDSHAKE, Phase.OPENED, Phase.ANSWERED):
            self.enter(Phase.RECEIVING)

    def abort(self) -> None:
        """Close it at once, with whatever is unsent."""
        if self.transport is not None:
            self.transport.abort()
        elif self.opening is not None:
            self.opening.cancel()

    def end(self) -> None:
        """Note that it is closed."""
        self._on_end(self)


class Connections:
    """All connections of a server. Used on the event loop only."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits, self._now = limits, now
        self._open: dict[Connection, None] = {}
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, address: str) -> Connection:
        """Add a new connection. Where there are too many, the one that has waited longest is closed for it."""
        if self._per_address[address] >= self._limits.n_waiting_per_address:
            waiting = [each for each in self._waiting() if each.address == address]
            if len(waiting) >= self._limits.n_waiting_per_address:
                self._close_longest(waiting)
        if len(self._open) >= self._limits.n_connections:
            self.close_one()
        connection = Connection(address, self._now, self._remove)
        self._open[connection] = None
        self._per_address[address] += 1
        return connection

    def close_one(self) -> None:
        """Close the connection that has waited longest for its client, if any waits."""
        self._close_longest(self._waiting())

    def sweep(self) -> None:
        """Close every connection whose phase has lasted too long."""
        now, longest = self._now(), self._limits.phase_s
        for each in list(self._open):
            if each.phase in longest and now - each.since > longest[each.phase]:
                each.abort()

    def abort_all(self, *phases: Phase) -> None:
        """Close every connection that is in one of these phases; without phases, all."""
        for each in list(self._open):
            if not phases or each.phase in phases:
                each.abort()

    def _waiting(self) -> list[Connection]:
        return [each for each in self._open if each.phase is not Phase.WORKING]

    def _close_longest(self, waiting: list[Connection]) -> None:
        if waiting:
            longest = min(waiting, key=lambda each: each.since)
            longest.abort()
            self._remove(longest)

    def _remove(self, connection: Connection) -> None:
        if connection in self._open:
            del self._open[connection]
            self._per_address[connection.address] -= 1
            if not self._per_address[connection.address]:
                del self._per_address[connection.address]
