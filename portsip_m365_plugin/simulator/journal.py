"""The requests that the simulator got: counts by path template, and the last ones in full."""

import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class Entry:
    """One request, or one item of a batch."""

    at_s: float
    method: str
    template: str
    target: str
    status: int
    app_id: str
    mailbox_id: str
    inside_batch: bool
    headers: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """For the control interface; the authorization header is never kept."""
        return asdict(self)


class Journal:
    """Counts all requests; keeps the last ``keep`` in full."""

    def __init__(self, keep: int = 20_000) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self.first_at_s: float | None = None

    def note(
        self,
        method: str,
        template: str,
        target: str,
        status: int,
        app_id: str = "",
        mailbox_id: str = "",
        inside_batch: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Add one request."""
        kept = {name: value for name, value in (headers or {}).items() if name not in ("authorization", "cookie")}
        entry = Entry(time.time(), method, template, target, status, app_id, mailbox_id, inside_batch, kept)
        with self._lock:
            self._entries.append(entry)
            self._counts[(method, template, status)] += 1

    def entries(self) -> list[Entry]:
        """The last requests, oldest first."""
        with self._lock:
            return list(self._entries)

    def counts(self) -> dict[str, int]:
        """Counts by ``"GET /users 200"``."""
        with self._lock:
            return {f"{method} {template} {status}": n for (method, template, status), n in self._counts.items()}

    def reset(self) -> None:
        """Delete all."""
        with self._lock:
            self._entries.clear()
            self._counts.clear()
