"""What this process is doing now, as it knows itself.

When the answer to a commit is lost, the database may say that this process does something of which it knows nothing.
Nobody else could end that: the process is alive.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager


class AtWork:
    """Pieces of work of this process. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: Counter[Hashable] = Counter()

    @contextmanager
    def beginning(self) -> Iterator[Callable[[Hashable], None]]:
        """Give a function that begins a piece of work. If the body fails, nothing was begun.

        Call it before the transaction is committed: others see the work at once.
        """
        begun: list[Hashable] = []

        def begin(piece: Hashable) -> None:
            with self._lock:
                self._begun[piece] += 1
            begun.append(piece)

        try:
            yield begin
        except BaseException:
            with self._lock:
                self._begun.subtract(begun)
            raise

    def end(self, piece: Hashable) -> None:
        """End a piece of work."""
        with self._lock:
            self._begun.pop(piece, None)

    def has(self, piece: Hashable) -> bool:
        """Whether this process does it."""
        with self._lock:
            return self._begun[piece] > 0
