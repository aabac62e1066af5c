"""Runs that a page starts. They continue after the page is sent, in a free slot of some process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.runs.threads import ThreadQueue
from pbx_devhost.runs.work import PAGE_SLOTS, Lane, WorkQueue
from pbx_devhost.runs.workbench import Workbench
from pbx_devhost.texts import _
from pbx_plugin_api import ActionRequest, Tenant, TickReason

_SEEN_WITHIN_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.02
_LOOK_AT_QUEUE_EVERY_S: Final = 0.25
_BUSY: Final = _(
    "Another run is in progress, so what you asked for was not started. When it has ended, press the button again."
)
_LATER: Final = _("The run starts when the current ones have ended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """What to show after a run was started."""

    run_id: str | None
    """The run to show; None if there is none yet."""
    sentence: str = ""
    """Why no run was started; empty if one was."""


class Jobs:
    """Starts runs. A tenant and plugin has one run at a time; the lease makes sure of that across processes.

    Args:
        pbx: The PBX.
        queue: Takes the work. By default threads of this process do it.
    """

    def __init__(self, pbx: Pbx, queue: WorkQueue | None = None) -> None:
        self._pbx, self._bench = pbx, Workbench(pbx)
        self._queue = queue or ThreadQueue({Lane.PAGES: PAGE_SLOTS}, self._bench.do)
        self._is_ours = queue is None

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
        if self._pbx.stores.leases.is_held(tenant.pbx_tenant_id, plugin):
            # The run in progress is shown instead. Without a sentence, somebody would take another one for theirs.
            return StartedRun(run_id=before, sentence="" if self._is_the_same(before, reason, job) else _BUSY)
        work = self._bench.page_job(tenant, plugin, reason, request, job)
        is_ours = self._queue.offer([work]) > 0
        give_up_at = time.monotonic() + _SEEN_WITHIN_S
        ask_at = time.monotonic() + _LOOK_EVERY_S
        while time.monotonic() < give_up_at:
            newest = self._newest(tenant, plugin)
            if newest != before:
                return self._show(newest, reason, job, is_ours=is_ours)
            if time.monotonic() >= ask_at:
                if not self._queue.knows(work):
                    newest = self._newest(tenant, plugin)
                    if newest != before:
                        return self._show(newest, reason, job, is_ours=is_ours)
                    return StartedRun(run_id=None, sentence=_("The run failed. The log has the details."))
                ask_at = time.monotonic() + _LOOK_AT_QUEUE_EVERY_S
            time.sleep(_LOOK_EVERY_S)
        return StartedRun(run_id=None, sentence=_LATER if is_ours else _BUSY)

    def close(self) -> None:
        """Ask the runs to stop as soon as it is safe, and wait for them."""
        self._pbx.stop_wanted[0] = True
        if self._is_ours:
            self._queue.stop()

    def _show(self, run_id: str | None, reason: TickReason, job: str | None, *, is_ours: bool) -> StartedRun:
        """Show a run that has begun meanwhile. Another button, or the clock, may have been a moment quicker."""
        run = self._pbx.stores.runs.get(run_id) if run_id is not None else None
        if run is not None and (run.reason, run.job) == (reason.value, job):
            return StartedRun(run_id=run_id)
        return StartedRun(run_id=run_id, sentence=_LATER if is_ours else _BUSY)

    def _is_the_same(self, run_id: str | None, reason: TickReason, job: str | None) -> bool:
        run = self._pbx.stores.runs.get(run_id) if run_id is not None else None
        return run is not None and run.status == "running" and (run.reason, run.job) == (reason.value, job)

    def _newest(self, tenant: Tenant, plugin: str) -> str | None:
        return self._pbx.stores.runs.newest_id(tenant.pbx_tenant_id, plugin)
