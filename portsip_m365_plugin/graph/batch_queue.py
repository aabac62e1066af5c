"""What a batch is made of: calls that wait for their turn, and which of them may be sent now.

A call waits while its mailbox is closed or has as many requests in flight as Exchange serves at a time, and for as long
as Microsoft asked for when it refused it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import AnswerTooLargeError, GraphError
from portsip_m365_plugin.graph.wire import Request

ITEMS_MAX: Final = 20

_AHEAD: Final = 4 * ITEMS_MAX
_FAR_AHEAD: Final = 20 * ITEMS_MAX
"""Items taken from the caller's stream before they can be sent."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem(Generic[K]):
    """One call of a batch, and the caller's own key for it."""

    key: K
    request: Request


@dataclass
class Waiting(Generic[K]):
    """A call that is not answered yet."""

    item: BatchItem[K]
    attempt: int = 0
    together_max: int = ITEMS_MAX
    """The largest batch that it may be part of."""
    not_before: float = 0.0
    refused_at: float | None = None
    """When it, or another request of its mailbox, was first refused; all the time since then counts as waiting."""
    stays: bool = False
    """Its mailbox was closed while the batch waited for a thread, so it was left out."""

    def wait(self, now: float, seconds: float) -> None:
        """Send it no earlier than after so long."""
        self.not_before = now + seconds
        self.refused_at = now if self.refused_at is None else self.refused_at

    def waited_s(self, now: float) -> float:
        """Return how long it has waited."""
        return 0.0 if self.refused_at is None else now - self.refused_at


@dataclass
class BatchQueue(Generic[K]):
    """Items not yet sent: at most a few batches are taken ahead from the caller's stream."""

    source: Iterator[BatchItem[K] | None]
    client: GraphClient
    size: int = ITEMS_MAX
    ready: deque[Waiting[K]] = field(default_factory=deque)
    hopeless: list[Waiting[K]] = field(default_factory=list)
    """Their mailbox is closed for longer than they may wait."""
    is_dry: bool = False
    n_failed_in_a_row: int = 0
    """Batches that failed as a whole since the last one that was answered."""
    n_answered: int = 0

    def draw(self, now: float) -> list[Waiting[K]]:
        """Return up to one batch of items that may be sent now, at most `MAILBOX_SLOTS` of a mailbox in flight."""
        self._fill()
        chosen: list[Waiting[K]] = []
        kept: deque[Waiting[K]] = deque()
        while len(chosen) < self.size and (self.ready or self._take_more(len(kept))):
            entry = self.ready.popleft()
            mailbox = entry.item.request.mailbox
            is_full = len(chosen) >= min((other.together_max for other in (*chosen, entry)), default=0)
            is_early = entry.not_before > now
            if is_full or is_early or (mailbox and not self.client.gate.try_enter(mailbox)):
                closed_s = self.client.gate.closed_s(mailbox) if mailbox and not is_full and not is_early else 0.0
                if closed_s:
                    entry.wait(now, closed_s)
                may_wait = not closed_s or self.client.may_wait(closed_s, entry.waited_s(now))
                (kept if may_wait else self.hopeless).append(entry)
                continue
            entry.stays = False
            chosen.append(entry)
        self.ready.extendleft(reversed(kept))
        return chosen

    def take_hopeless(self) -> list[Waiting[K]]:
        """Return the calls that are not worth waiting for, and forget them."""
        hopeless, self.hopeless = self.hopeless, []
        return hopeless

    def has_plenty(self) -> bool:
        """Whether a whole batch is ready."""
        self._fill()
        return len(self.ready) >= self.size

    def give_back(self, entries: list[Waiting[K]]) -> None:
        """Note that items have been answered: their mailboxes may be asked again."""
        for entry in entries:
            if entry.item.request.mailbox:
                self.client.gate.leave(entry.item.request.mailbox)

    @property
    def is_heavy(self) -> bool:
        """Whether answers are so large that batches are smaller than usual."""
        return self.size < ITEMS_MAX

    def note_answer(self, n_items: int, size_bytes: int, max_bytes: int) -> None:
        """Note that a batch was answered. Batches grow again while the answers are small."""
        self.n_failed_in_a_row, self.n_answered = 0, self.n_answered + 1
        if self.is_heavy and n_items >= self.size and size_bytes * 2 < max_bytes:
            self.size = min(ITEMS_MAX, self.size * 2)

    def halve(self, entries: list[Waiting[K]], error: GraphError) -> None:
        """Put the items of a batch that failed as a whole back, in front, to be sent in halves."""
        half = len(entries) // 2
        for entry in entries:
            entry.together_max = half
        if isinstance(error, AnswerTooLargeError):
            self.size = min(self.size, half)
        self.ready.extendleft(reversed(entries))

    def _fill(self) -> None:
        while len(self.ready) < _AHEAD and self._take():
            pass

    def _take_more(self, n_kept: int) -> bool:
        """Look further ahead while items have to wait for their mailboxes, so that batches are full all the same."""
        return n_kept < _FAR_AHEAD and self._take()

    def _take(self) -> bool:
        item = None
        if not self.is_dry:
            try:
                item = next(self.source)
            except StopIteration:
                self.is_dry = True
        if item is None:
            return False
        self.ready.append(Waiting(item))
        return True
