"""The runs and notices of one plugin in one tenant, for its pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from pbx_devhost.store.database import from_timestamp
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.stores import Stores
from pbx_plugin_api import Counts, Notice, Problem, RunSummary, TickStatus
from pbx_plugin_api.overview import RUNS_MAX

_COUNTS = frozenset(Counts().as_dict())
_STATUSES = frozenset(status.value for status in TickStatus)


class PluginOverview:
    """Keeps `pbx_plugin_api.Overview`."""

    def __init__(self, stores: Stores, scope: Scope) -> None:
        self._stores, self._scope = stores, scope

    def runs(self, limit: int = 30) -> Sequence[RunSummary]:
        """See `Overview`."""
        scope = self._scope
        rows = self._stores.runs.rows(scope.tenant_id, plugin=scope.plugin, limit=max(0, min(limit, RUNS_MAX)))
        return [_read(row) for row in rows]

    def problems(self, run_id: str, limit: int = 100, *, without: Collection[str] = ()) -> Sequence[Problem]:
        """See `Overview`."""
        row = self._stores.runs.get(run_id)
        if row is None or (row.tenant_id, row.plugin) != (self._scope.tenant_id, self._scope.plugin):
            return []
        found = islice(self._stores.runs.problems(run_id, limit=limit, without=without), limit)
        return [
            Problem(reason=each.reason, subject=each.subject, login_name=each.login_name, detail=each.detail)
            for each in found
        ]

    def notices(self) -> Sequence[Notice]:
        """See `Overview`."""
        mine = ("", self._scope.plugin)
        return [kept.notice for kept in self._stores.notices.open_ones(self._scope.tenant_id) if kept.plugin in mine]


def _read(row: Any) -> RunSummary:
    return RunSummary(
        run_id=row.id,
        started_at_utc=datetime.fromtimestamp(row.started_at, timezone.utc),
        finished_at_utc=from_timestamp(row.finished_at),
        status=TickStatus(row.status) if row.status in _STATUSES else None,
        job=row.job,
        message=row.message,
        counts=Counts(**{name: n for name, n in json.loads(row.counts).items() if name in _COUNTS}),
        problem_counts=json.loads(row.problem_counts),
    )
