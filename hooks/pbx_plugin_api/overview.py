"""What the PBX knows about a plugin's own work for the tenant, to be shown on its pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from pbx_plugin_api import rules
from pbx_plugin_api.counts import Counts
from pbx_plugin_api.notices import Notice
from pbx_plugin_api.tick import Problem, TickStatus

__all__ = ["Overview", "RunSummary"]

RUNS_MAX: Final = 100
"""How many runs one question returns at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run of this plugin for this tenant, as the run log has it."""

    run_id: str
    started_at_utc: datetime
    finished_at_utc: datetime | None = None
    """None while it runs."""
    status: TickStatus | None = None
    """How it ended. None: it runs, or it was cut off before it could report."""
    job: str | None = None
    """As in `Tick`."""
    message: str = ""
    counts: Counts = field(default_factory=Counts)
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    """How many problems it recorded, by reason."""

    def __post_init__(self) -> None:
        rules.check_key("run_id", self.run_id)
        rules.check_utc("started_at_utc", self.started_at_utc)
        rules.check_utc("finished_at_utc", self.finished_at_utc)
        object.__setattr__(self, "problem_counts", rules.freeze_mapping(self.problem_counts))

    @property
    def is_running(self) -> bool:
        """Whether it is in progress."""
        return self.finished_at_utc is None

    @property
    def duration_s(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished_at_utc is None else (self.finished_at_utc - self.started_at_utc).total_seconds()


class Overview(Protocol):
    """Runs and notices, for reading. A page may ask at every view: each question is one query."""

    def runs(self, limit: int = 30) -> Sequence[RunSummary]:
        """Return this plugin's newest runs for this tenant, newest first, the one in progress too.

        At most 100. A run that its plugin called `quiet` may be missing.
        """

    def problems(self, run_id: str, limit: int = 100, *, without: Collection[str] = ()) -> Sequence[Problem]:
        """Return the first problems of one of these runs, in order. Of another run: nothing.

        Args:
            run_id: The run.
            limit: How many at most.
            without: Reasons that do not matter here, so that many of these hide no other.
        """

    def notices(self) -> Sequence[Notice]:
        """Return the notices whose cause lasts, newest first, dismissed ones too.

        Those of this plugin, and those of the PBX itself to this tenant, such as about its mail.
        """
