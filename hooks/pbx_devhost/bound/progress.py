"""The run that a host is opened for, and what the plugin reports of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from pbx_devhost.store.scope import Scope
from pbx_devhost.store.stores import Stores
from pbx_devhost.store.work.leases import Lease
from pbx_plugin_api import LeaseLostError, Problem

_log = logging.getLogger(__name__)

_PROBLEMS_HELD = 200
_STOP_ASKED_EVERY_S = 1.0
_RENEW_EVERY_S = 20.0
_DEADLINE_MARGIN_S = 5.0

ProgressListener: TypeAlias = Callable[[str, int, int | None], None]
"""Called with stage, done and total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The run a host is opened for."""

    run_id: str
    lease: Lease
    deadline_utc: datetime
    stop_wanted: list[bool]
    """Holds True once the process was asked to end; shared with the signal handler."""
    on_progress: ProgressListener | None = None
    """Is called with each report."""
    database_failures: list[BaseException] = field(default_factory=list)
    """Filled where the plugin was ended by the database, which is not the plugin's fault."""


class RunProgress:
    """Keeps `pbx_plugin_api.Progress`. Problems are held back and written some hundred at a time."""

    def __init__(
        self, stores: Stores, scope: Scope, run: RunContext | None, may_send: Callable[[], bool] | None = None
    ) -> None:
        self._stores, self._scope, self._run, self._may_send = stores, scope, run, may_send
        self._problems: list[Problem] = []
        self._asked_at = self._renewed_at = time.monotonic()
        self._is_asked = False

    @property
    def fencing_token(self) -> int:
        """See `Progress`."""
        return self._run.lease.token if self._run else 0

    @property
    def deadline_utc(self) -> datetime | None:
        """See `Progress`."""
        return self._run.deadline_utc if self._run else None

    def report(self, stage: str, done: int, total: int | None = None) -> None:
        """See `Progress`."""
        run = self._run
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
        run = self._run
        if run is None:
            return self._may_send is not None and not self._may_send()
        left_s = run.deadline_utc.timestamp() - self._stores.database.now()
        if run.stop_wanted[0] or left_s < _DEADLINE_MARGIN_S:
            return True
        if time.monotonic() - self._asked_at > _STOP_ASKED_EVERY_S:
            self._is_asked = self._stores.runs.is_asked_to_stop(run.run_id)
            self._asked_at = time.monotonic()
        return self._is_asked

    def problem(self, problem: Problem) -> None:
        """See `Progress`."""
        if self._run is None:
            return
        self._problems.append(problem)
        if len(self._problems) >= _PROBLEMS_HELD:
            self._flush()

    def _flush(self) -> None:
        """Write the problems held back."""
        held, self._problems = self._problems, []
        if not held or self._run is None:
            return
        with self._scope.write() as connection:
            self._stores.runs.add_problems(connection, self._run.run_id, held)

    def end(self) -> None:
        """Write what is held back. After a lost lease it is only logged: the plugin's call is over by now."""
        try:
            self._flush()
        except LeaseLostError as error:
            _log.warning("Problems found by %s for %s are lost: %s", self._scope.plugin, self._scope.tenant_id, error)
