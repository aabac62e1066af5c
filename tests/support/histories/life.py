"""Which process was alive when, by its heartbeats as the others could see them in the database.

A heartbeat counts from the time that it stored, and is seen from its commit on. A process that is frozen, or that a
busy machine does not let run, may commit it much later, and is silent for the others until then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.support.histories.events import TEST, History, Row

EARLY = 0.9
"""A commit is seen a moment after its time was read."""
LATE_S = 3.0
"""Who looks may have looked so long ago: its transaction then waited for a lock. If it was silent itself, longer."""


def count_beats(rows: Iterable[Row], without: str, since: float, until: float = float("inf")) -> int:
    """Return how often the liveliest worker but one has beaten in a time.

    So much time the workers had: on a busy machine heartbeats come as late as everything else.
    """
    beats = Counter(
        row.writer
        for row in rows
        if row.table == "processes" and row.new is not None and since <= row.at <= until and row.writer != without
    )
    beats.pop(TEST, None)
    return max(beats.values(), default=0)


@dataclass
class _Life:
    writer: str
    beats: list[tuple[int, float, float]] = field(default_factory=list)
    """Order, stored time, and from when it was seen."""
    ended: tuple[int, str, float] | None = None
    """Order, writer and time of the deletion."""


class Lives:
    """The processes of a history, by their ids."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lives: dict[str, _Life] = {}
        for row in history.of("processes"):
            if row.new is None:
                life = self._lives.get(row.get("id"))
                if life is not None:
                    life.ended = row.n, row.writer, row.at
                continue
            life = self._lives.setdefault(row.get("id"), _Life(row.writer))
            life.beats.append((row.n, row.at, row.at if row.committed_at is None else row.committed_at))

    def worker(self, process_id: str) -> str:
        """Return the worker that had this id."""
        life = self._lives.get(process_id)
        return "" if life is None else life.writer

    def was_dead(self, process_id: str, seen_by: Row) -> bool:
        """Whether a process was dead for everybody at the moment of a change: gone, or silent for long enough."""
        life = self._lives.get(process_id)
        if life is None:
            return False
        if life.ended is not None and life.ended[0] < seen_by.n:
            _, writer, at = life.ended
            return writer == life.writer or self._is_silent(life, writer, at) or self._was_killed(life, at)
        return self._is_silent(life, seen_by.writer, seen_by.at) or self._was_killed(life, seen_by.at)

    def silent_s(self, process_id: str, seen_by: Row) -> float:
        """Return how long a process had been silent at the moment of a change."""
        life = self._lives.get(process_id)
        beats = [at for n, at, _ in life.beats if n < seen_by.n] if life is not None else []
        return seen_by.at - beats[-1] if beats else float("inf")

    def _is_silent(self, life: _Life, seen_by: str, at: float) -> bool:
        looked_at = at - LATE_S
        # Who is frozen after it has looked does later what it has decided.
        looked_at -= max(
            (until - since for since, until in self._silences(seen_by, at) if until >= looked_at), default=0
        )
        dead_after_s = EARLY * self._history.dead_after_s
        silences = self._silences_of(life, at)
        return not silences or any(until - since >= dead_after_s and until >= looked_at for since, until in silences)

    def _silences(self, worker: str, at: float) -> list[tuple[float, float]]:
        lives = [life for life in self._lives.values() if life.writer == worker]
        return [silence for life in lives for silence in self._silences_of(life, at)]

    def _silences_of(self, life: _Life, at: float) -> list[tuple[float, float]]:
        """Since when and until when others saw no newer beat of a process, up to a moment."""
        beats = [(beat_at, seen_at) for _, beat_at, seen_at in life.beats if seen_at <= at]
        ends = [seen_at for _, seen_at in beats[1:]] + [at]
        return [(beat_at, end) for (beat_at, _), end in zip(beats, ends, strict=False)]

    def _was_killed(self, life: _Life, at: float) -> bool:
        """A kernel says at once that a process of its own has ended."""
        kills = (act for act in self._history.acts if act.what == "kill" and act.worker == life.writer)
        return any(act.at <= at for act in kills)
