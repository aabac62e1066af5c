"""A cache of small JSON documents that Entra publishes (discovery, signing keys)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")

_LIFE_S: Final = 3_600.0
"""A key that Microsoft withdraws is believed for at most an hour."""
_KEEP_S: Final = 86_400.0
"""Microsoft: keys may be kept 24 hours ("Signing key rollover", read 2026-11). Used while a refresh fails."""
_REFRESH_MIN_S: Final = 300.0
"""Microsoft: ask again for an unknown key id at most every 5 minutes (same page)."""


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    fetched_at_s: float


class DocumentCache(Generic[T]):
    """Documents by address.

    Threads: safe. Callers that need the same document at the same time share one request and its failure.
    """

    def __init__(
        self,
        load: Callable[[str], T],
        *,
        life_s: float = _LIFE_S,
        keep_s: float = _KEEP_S,
        refresh_min_s: float = _REFRESH_MIN_S,
        max_entries: int = 2048,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty cache.

        Args:
            load: Fetches and parses one document; what it raises is passed on and not cached.
            life_s: How long a document is used before it is fetched again.
            keep_s: How long it is used if that fails.
            refresh_min_s: The least time between two requests made by `get_newer`, or after a failed refresh, for one
                address.
            max_entries: Beyond it the least recently used address is dropped.
            monotonic_s: A clock that never goes back; tests pass their own.
        """
        self._load, self._life_s, self._keep_s, self._refresh_min_s = load, life_s, keep_s, refresh_min_s
        self._max_entries, self._monotonic_s = max_entries, monotonic_s
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()
        self._tried_at_s: OrderedDict[str, float] = OrderedDict()
        self._failed_at_s: OrderedDict[str, float] = OrderedDict()
        self._flights: dict[str, Future[T]] = {}

    def get(self, url: str) -> T:
        """Return a document, from the cache while it is fresh. Cost: one request an hour for each address in use."""
        with self._lock:
            kept = self._find_entry(url, self._keep_s)
            if kept is not None and (self._age_s(kept) < self._life_s or self._failed_lately(url)):
                return kept.value
            flight, leads = self._join_flight(url)
        try:
            return self._fly(url, flight) if leads else flight.result()
        except Exception:
            if kept is None:
                raise
            with self._lock:
                self._remember(self._failed_at_s, url, self._monotonic_s())
            return kept.value

    def get_newer(self, url: str) -> T:
        """Fetch a document again; but if that was done within the last `refresh_min_s`, return the cached one."""
        with self._lock:
            entry = self._find_entry(url, self._keep_s)
            tried_at_s = self._tried_at_s.get(url)
            too_soon = tried_at_s is not None and self._monotonic_s() - tried_at_s < self._refresh_min_s
            if entry is not None and too_soon and url not in self._flights:
                return entry.value
            # Only refreshes count: a key that appears right after the first fetch is found immediately.
            self._remember(self._tried_at_s, url, self._monotonic_s())
            flight, leads = self._join_flight(url)
        return self._fly(url, flight) if leads else flight.result()

    def _find_entry(self, url: str, max_age_s: float) -> _Entry[T] | None:
        entry = self._entries.get(url)
        if entry is None or self._age_s(entry) >= max_age_s:
            return None
        self._entries.move_to_end(url)
        return entry

    def _age_s(self, entry: _Entry[T]) -> float:
        return self._monotonic_s() - entry.fetched_at_s

    def _failed_lately(self, url: str) -> bool:
        failed_at_s = self._failed_at_s.get(url)
        return failed_at_s is not None and self._monotonic_s() - failed_at_s < self._refresh_min_s

    def _join_flight(self, url: str) -> tuple[Future[T], bool]:
        flight = self._flights.get(url)
        if flight is not None:
            return flight, False
        flight = self._flights[url] = Future()
        return flight, True

    def _fly(self, url: str, flight: Future[T]) -> T:
        started_at_s = self._monotonic_s()
        try:
            value = self._load(url)
        except BaseException as error:
            with self._lock:
                del self._flights[url]
            flight.set_exception(error)
            raise
        with self._lock:
            self._remember(self._entries, url, _Entry(value, started_at_s))
            del self._flights[url]
        flight.set_result(value)
        return value

    def _remember(self, store: OrderedDict[str, V], url: str, value: V) -> None:
        store[url] = value
        store.move_to_end(url)
        while len(store) > self._max_entries:
            store.popitem(last=False)
