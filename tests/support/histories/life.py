"""Which process was alive when, by its heartbeats as the database has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tests.support.histories.events import History, Row

EARLY = 0.9
"""A beat is stored a moment after its time was read."""
LATE_S = 3.0
"""Who looks may have looked so long ago: its transaction then waited for a lock."""


@dataclass
class _Life:
    writer: str
    beats: list[tuple[int, float]] = field(default_factory=list)
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
            life.beats.append((row.n, row.at))

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
            return writer == life.writer or self._is_silent(life, seen_by.n, at) or self._was_killed(life, at)
        return self._is_silent(life, seen_by.n, seen_by.at) or self._was_killed(life, seen_by.at)

    def silent_s(self, process_id: str, seen_by: Row) -> float:
        """Return how long a process had been silent at the moment of a change."""
        life = self._lives.get(process_id)
        beats = [at for n, at in life.beats if n < seen_by.n] if life is not None else []
        return seen_by.at - beats[-1] if beats else float("inf")

    def _is_silent(self, life: _Life, before: int, at: float) -> bool:
        beats = [beat for n, beat in life.beats if n < before]
        gaps = [(until, until - since) for since, until in pairwise([*beats, at])]
        return not beats or any(
            gap >= EARLY * self._history.dead_after_s and at - until <= LATE_S for until, gap in gaps
        )

    def _was_killed(self, life: _Life, at: float) -> bool:
        """A kernel says at once that a process of its own has ended."""
        kills = (act for act in self._history.acts if act.what == "kill" and act.worker == life.writer)
        return any(act.at <= at for act in kills)
