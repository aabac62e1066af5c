"""The runs and notices of a fake PBX, as a plugin's page sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from pbx_plugin_api.notices import Notice
from pbx_plugin_api.overview import RUNS_MAX, RunSummary
from pbx_plugin_api.tick import Problem

__all__ = ["FakeOverview"]


class FakeOverview:
    """Keeps `pbx_plugin_api.Overview`. A test adds the runs, since a fake PBX has no run log."""

    def __init__(self, open_notices: Callable[[], list[Notice]]) -> None:
        self._open_notices = open_notices
        self.log: list[RunSummary] = []
        """The runs, oldest first."""
        self.problems_of: dict[str, list[Problem]] = {}
        """By the run's id."""
        self.pbx_notices: list[Notice] = []
        """Open notices of the PBX itself."""

    def runs(self, limit: int = 30) -> Sequence[RunSummary]:
        """See `Overview`."""
        return self.log[::-1][: min(limit, RUNS_MAX)]

    def problems(self, run_id: str, limit: int = 100, *, without: Collection[str] = ()) -> Sequence[Problem]:
        """See `Overview`."""
        return [each for each in self.problems_of.get(run_id, []) if each.reason not in without][:limit]

    def notices(self) -> Sequence[Notice]:
        """See `Overview`."""
        return sorted([*self._open_notices(), *self.pbx_notices], key=lambda each: each.raised_at_utc, reverse=True)
