"""One run of one plugin for one tenant: under the lease, recorded in the run log, with the next due time stored."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from pbx_devhost.bound.progress import RunContext
from pbx_devhost.core import Pbx
from pbx_devhost.store.database import to_timestamp
from pbx_devhost.store.leases import Lease
from pbx_plugin_api import ActionRequest, Tenant, Tick, TickReason, TickReport, TickStatus

_log = logging.getLogger(__name__)

RUN_S = 6 * 3600.0
RESUMED_AT_MOST = 50
_TOMORROW_S = 86_400.0
_AGAIN_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The result of one request to run."""

    tenant: Tenant
    plugin: str
    run_id: str | None
    """None if another worker holds the lease."""
    report: TickReport | None
    """None if the plugin failed."""
    sentence: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the run did what was asked."""
        return self.report is not None and self.report.status is TickStatus.DONE


class Runner:
    """Runs ticks and jobs."""

    def __init__(self, pbx: Pbx, *, run_s: float = RUN_S, max_requests: int = 8) -> None:
        self._pbx, self._run_s, self._max_requests = pbx, run_s, max_requests

    def run(
        self,
        tenant: Tenant,
        plugin: str,
        reason: TickReason,
        *,
        confirm_first_plan: bool = False,
        job: str | None = None,
        request: ActionRequest | None = None,
    ) -> RunResult:
        """Run until the plugin is done or cannot go on. One run at a time for a tenant and plugin."""
        stores = self._pbx.stores
        lease = stores.leases.take(tenant.pbx_tenant_id, plugin, only_if_due=reason is TickReason.DUE)
        if lease is None:
            sentence = f"another run of {plugin} is in progress for {tenant.name}; wait for it or stop it"
            return RunResult(tenant=tenant, plugin=plugin, run_id=None, report=None, sentence=sentence)
        try:
            for turn in range(RESUMED_AT_MOST):
                result = self._run_once(
                    tenant, plugin, TickReason.RESUMED if turn else reason, lease, confirm_first_plan, job, request
                )
                report = result.report
                again = report is not None and report.resumable and report.next_due_at_utc is None
                if not again or self._pbx.stop_wanted[0] or stores.runs.is_asked_to_stop(result.run_id or ""):
                    break
            return result
        finally:
            stores.leases.release(lease)

    def _run_once(
        self,
        tenant: Tenant,
        plugin: str,
        reason: TickReason,
        lease: Lease,
        confirm_first_plan: bool,
        job: str | None,
        request: ActionRequest | None,
    ) -> RunResult:
        stores = self._pbx.stores
        run_id = stores.runs.begin(tenant.pbx_tenant_id, plugin, reason.value, job)
        now = datetime.fromtimestamp(stores.database.now(), timezone.utc)
        deadline = now + timedelta(seconds=self._run_s)
        self._pbx.enter_run(
            RunContext(
                run_id=run_id,
                lease=lease,
                deadline_utc=deadline,
                stop_wanted=self._pbx.stop_wanted,
                on_progress=self._pbx.on_progress,
            )
        )
        tick = Tick(
            run_id=run_id,
            reason=reason,
            now_utc=now,
            deadline_utc=deadline,
            max_requests=self._max_requests,
            confirm_first_plan=confirm_first_plan,
            job=job,
            request=request,
        )
        try:
            answer = self._pbx.plugins.tick(plugin, tenant, tick)
        finally:
            self._pbx.leave_run(run_id)
        if not answer.ok:
            stores.runs.fail(run_id, answer.sentence)
            stores.leases.set_due(tenant.pbx_tenant_id, plugin, stores.database.now() + _TOMORROW_S, lease=lease)
            return RunResult(tenant=tenant, plugin=plugin, run_id=run_id, report=None, sentence=answer.sentence)
        report = answer.value or TickReport(
            status=TickStatus.DONE, message="The plugin has nothing to do for this tenant."
        )
        if report.quiet:
            stores.runs.forget(run_id)
        else:
            stores.runs.finish(run_id, report)
        self._keep_due(lease, run_id, report, is_job=job is not None)
        _log.log(
            logging.DEBUG if report.quiet else logging.INFO,
            "Run %s of %s for %s: %s %s",
            run_id,
            plugin,
            tenant.name,
            report.status.value,
            report.message,
        )
        return RunResult(tenant=tenant, plugin=plugin, run_id=run_id, report=report, sentence=report.message)

    def _keep_due(self, lease: Lease, run_id: str, report: TickReport, *, is_job: bool) -> None:
        stores, due_at = self._pbx.stores, to_timestamp(report.next_due_at_utc)
        if due_at is None and report.resumable:
            # The deadline or a shutdown ended it: go on soon, but never in a tight loop. A run that an administrator
            # stopped must not start again by itself.
            wait_s = _TOMORROW_S if stores.runs.is_asked_to_stop(run_id) else _AGAIN_S
            due_at = stores.database.now() + wait_s
        if due_at is None and is_job:
            return  # a button that says nothing about the schedule does not end it
        stores.leases.set_due(lease.tenant_id, lease.plugin, due_at, lease=lease)
