"""Runs that a page starts. They continue after the page is sent, on the portal's own threads."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.runs.runner import Runner, RunResult
from pbx_plugin_api import ActionRequest, Tenant, TickReason

_log = logging.getLogger(__name__)

_SEEN_WITHIN_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.02
_WORKERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """What to show after a run was started."""

    run_id: str | None
    """The run to show; None if there is none yet."""
    sentence: str = ""
    """Why no run was started; empty if one was."""


class Jobs:
    """Starts runs. A tenant and plugin has one run at a time; the lease makes sure of that across processes."""

    def __init__(self, pbx: Pbx) -> None:
        self._pbx, self._runner = pbx, Runner(pbx)
        self._pool = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="portal-run")

    def start(
        self,
        tenant: Tenant,
        plugin: str,
        reason: TickReason,
        request: ActionRequest | None = None,
        job: str | None = None,
    ) -> StartedRun:
        """Start a run, and wait shortly until its page can be shown."""
        before = self._newest(tenant, plugin)
        work = self._pool.submit(self._run, tenant, plugin, reason, request, job)
        give_up_at = time.monotonic() + _SEEN_WITHIN_S
        while time.monotonic() < give_up_at:
            newest = self._newest(tenant, plugin)
            if newest != before:
                return StartedRun(run_id=newest)
            if work.done():
                result = work.result()
                if result is None:
                    return StartedRun(run_id=None, sentence="The run failed. The log has the details.")
                # Busy: show the run that is in progress instead.
                return StartedRun(run_id=result.run_id or newest, sentence=result.sentence if not result.run_id else "")
            time.sleep(_LOOK_EVERY_S)
        return StartedRun(run_id=None, sentence="The run starts when the current ones have ended.")

    def close(self) -> None:
        """Ask the runs to stop as soon as it is safe, and wait for them."""
        self._pbx.stop_wanted[0] = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self, tenant: Tenant, plugin: str, reason: TickReason, request: ActionRequest | None, job: str | None
    ) -> RunResult | None:
        try:
            return self._runner.run(tenant, plugin, reason, job=job, request=request)
        except Exception:  # noqa: BLE001  # nobody waits for this thread: log the error, and let the page say so
            _log.exception("A run of %s for %s, started from a page, failed", plugin, tenant.name)
            return None

    def _newest(self, tenant: Tenant, plugin: str) -> str | None:
        return self._pbx.stores.runs.newest_id(tenant.pbx_tenant_id, plugin)
