"""Work: what waits to be done, and the one interface by which slots take it.

A piece of work is a hint, never the truth: who is due, which mail waits and who has the lease is in our own tables. So
work may be lost or come twice, and nothing is lost or done twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pbx_devhost.texts import _


class Lane(StrEnum):
    """A kind of work, with slots of its own. No lane waits for another."""

    RUNS = "runs"
    """Tenants that are due."""
    PAGES = "pages"
    """What buttons of a page started: somebody waits for it."""
    MAIL = "mail"
    URGENT = "urgent"
    """Mail that somebody waits for, such as a sign-in code."""


RUN_SLOTS: Final = 4
PAGE_SLOTS: Final = 4
MAIL_SLOTS: Final = 3
"""With the urgent one as many as the 4 requests that Exchange allows for one mailbox at a time."""

Slots = Mapping[Lane, int]


def plan_slots(n_runs: int = RUN_SLOTS) -> Slots:
    """Return the slots of a process that does all kinds of work. A slot is a thread that mostly waits."""
    return {Lane.RUNS: n_runs, Lane.PAGES: PAGE_SLOTS, Lane.MAIL: MAIL_SLOTS, Lane.URGENT: 1}


def describe_slots(slots: Slots) -> str:
    """Return a sentence about the slots of a process."""
    n = [slots.get(lane, 0) for lane in Lane]
    return _(
        "Slots of this process: {runs} for runs, {pages} for page jobs, {mail} for mail, {urgent} for urgent mail.",
        runs=n[0],
        pages=n[1],
        mail=n[2],
        urgent=n[3],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work. Frozen data; survives JSON."""

    lane: Lane
    key: str
    """The same key waits only once."""
    tenant_id: str = ""
    plugin: str = ""
    sealed: str = ""
    """What a page asked for, encrypted (hex): typed values may be secret."""


class NotBegunError(Exception):
    """The process ends, and this work, which nothing else remembers, was not begun: another one has to take it."""


class WorkQueue(Protocol):
    """Takes work and gives it to free slots, in the order of arrival: tenants take turns. Methods: any thread."""

    slots: Slots

    def start(self) -> None:
        """Let the slots of this process work."""

    def offer(self, works: Iterable[Work]) -> int:
        """Add work, except where its key waits already, or enough waits: offer it again. Return how much was added."""

    def knows(self, work: Work) -> bool:
        """Whether work with this key waits, or is being done somewhere."""

    def stop(self) -> None:
        """Take nothing more, and wait for what is being done. Ask it to stop first (`Pbx.stop_wanted`)."""
