"""The run a plugin is in, and what it tells the PBX. What each method means says `pbx_plugin_api.host`."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timezone

from pbx_devhost.bound.scope import Part, Scope
from pbx_plugin_api import LeaseLostError, Problem

__all__ = ["BoundAudit", "BoundClock", "BoundProgress"]

_log = logging.getLogger(__name__)

_PROBLEMS_HELD = 200
_STOP_ASKED_EVERY_S = 1.0
_RENEW_EVERY_S = 20.0
_DEADLINE_MARGIN_S = 5.0


class BoundProgress(Part):
    """Keeps `pbx_plugin_api.Progress`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._problems: list[Problem] = []
        self._asked_at = self._renewed_at = time.monotonic()
        self._is_asked = False

    @property
    def fencing_token(self) -> int:
        """See `Progress`."""
        return self._scope.run.lease.token if self._scope.run else 0

    @property
    def deadline_utc(self) -> datetime | None:
        """See `Progress`."""
        return self._scope.run.deadline_utc if self._scope.run else None

    def report(self, stage: str, done: int, total: int | None = None) -> None:
        """See `Progress`."""
        run = self._scope.run
        if run is None:
            return
        self._stores.runs.report(run.run_id, stage, done, total)
        if run.on_progress is not None:
            run.on_progress(stage, done, total)
        if time.monotonic() - self._renewed_at > _RENEW_EVERY_S:
            self._stores.leases.renew(run.lease)
            self._renewed_at = time.monotonic()

    def should_stop(self) -> bool:
        """See `Progress`."""
        run = self._scope.run
        if run is None:
            return False
        left_s = run.deadline_utc.timestamp() - self._stores.database.now()
        if run.stop_wanted[0] or left_s < _DEADLINE_MARGIN_S:
            return True
        if time.monotonic() - self._asked_at > _STOP_ASKED_EVERY_S:
            self._is_asked = self._stores.runs.is_asked_to_stop(run.run_id)
            self._asked_at = time.monotonic()
        return self._is_asked

    def problem(self, problem: Problem) -> None:
        """See `Progress`."""
        if self._scope.run is None:
            return
        self._problems.append(problem)
        if len(self._problems) >= _PROBLEMS_HELD:
            self.flush()

    def flush(self) -> None:
        """Write the problems held back."""
        held, self._problems = self._problems, []
        if not held or self._scope.run is None:
            return
        with self._scope.write() as connection:
            self._stores.runs.add_problems(connection, self._scope.run.run_id, held)

    def end(self) -> None:
        """Write what is held back, as far as the lease is still ours: by now nobody is there to be refused."""
        try:
            self.flush()
        except LeaseLostError as error:
            _log.warning("Problems found by %s for %s are lost: %s", self._scope.plugin, self._scope.tenant.name, error)


class BoundAudit(Part):
    """Keeps `pbx_plugin_api.Audit`. Lines are written whatever became of the lease: they say what was done."""

    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        """See `Audit`."""
        scope = self._scope
        scope.check_writable()
        actor = f"plugin:{scope.plugin}"
        self._stores.audit.record(scope.tenant_id, actor, event, outcome=outcome, subject=subject, detail=detail)


class BoundClock(Part):
    """Keeps `pbx_plugin_api.Clock`."""

    def now_utc(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self._stores.database.now(), timezone.utc)

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(max(0.0, seconds))
