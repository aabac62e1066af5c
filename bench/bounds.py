"""The least that a job can cost: full batches, and every slot in use at every moment.

Microsoft works off a batch 4 items at a time, so a batch of 20 takes five round trips. Pages come one after another,
since each names the next one. Source: "Combine multiple HTTP requests using JSON batching" (learn.microsoft.com,
2026-05).
"""

from __future__ import annotations

from math import ceil

from bench.results import Bound

BATCH_ITEMS = 20
ITEMS_AT_ONCE = 4
PAGE_PEOPLE = 999
SLOTS = 8


def of_people(people: int) -> int:
    """Pages of a full listing, and the one request that begins the changes."""
    return ceil(people / PAGE_PEOPLE) + 1


def at_best(pages: int, batches: int, round_trip_s: float) -> Bound:
    """What so many pages and full batches take."""
    batch_s = ceil(BATCH_ITEMS / ITEMS_AT_ONCE) * round_trip_s
    return Bound(pages + batches, pages * round_trip_s + batches * batch_s / SLOTS)


def in_batches(questions: int) -> int:
    """How many batches hold so many questions."""
    return ceil(questions / BATCH_ITEMS)
