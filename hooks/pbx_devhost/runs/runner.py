"""One run of one plugin for one tenant: under the lease, recorded in the run log, with the next due time stored."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from pbx_devhost.bound.progress import RunContext
from pbx_devhost.core import Pbx
from pbx_devhost.store.database import to_timestamp
from pbx_devhost.store.moments import Moment
from pbx_devhost.store.sql.disk import DISK_FULL
from pbx_devhost.store.sql.engine import DiskFullError
from pbx_devhost.store.work.leases import Lease
from pbx_devhost.texts import _
from pbx_plugin_api import ActionRequest, LeaseLostError, Tenant, Tick, TickReason, TickReport, TickStatus, sentences

_log = logging.getLogger(__name__)

RUN_S = 6 * 3600.0
RESUMED_AT_MOST = 50
_TOMORROW_S = 86_400.0
_AGAIN_S = 300.0
MAX_WAIT_S = 300
"""The longest wait for a service in a slot that others want. A longer one gives the slot back."""


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
    """Runs ticks and jobs.

    Args:
        pbx: The PBX.
        run_s: How long one call of a plugin may take.
        max_requests: How many requests a plugin may have in flight.
        takes_turns: Whether others wait for this slot. Then a due run that could go on is due again at once, behind
            them, and a run does not wait long for a service.
    """

    def __init__(self, pbx: Pbx, *, run_s: float = RUN_S, max_requests: int = 8, takes_turns: bool = False) -> None:
        self._pbx, self._run_s, self._max_requests, self._takes_turns = pbx, run_s, max_requests, takes_turns

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
            return _not_begun(tenant, plugin)
        may_yield = self._takes_turns and reason is TickReason.DUE
        try:
            for turn in range(1 if may_yield else RESUMED_AT_MOST):
                result = self._run_once(
                    tenant, plugin, TickReason.RESUMED if turn else reason, lease, confirm_first_plan, job, request
                )
                report = result.report
                again = report is not None and report.resumable and report.next_due_at_utc is None
                if not again or self._pbx.stop_wanted[0] or stores.runs.is_asked_to_stop(result.run_id or ""):
                    break
            return result
        except LeaseLostError:  # before it began
            return _not_begun(tenant, plugin)
        finally:
            self._pbx.insist("The end of a run", lambda: stores.leases.release(lease))

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
        stores, started = self._pbx.stores, time.monotonic()
        run_id = stores.runs.begin(tenant.pbx_tenant_id, plugin, reason.value, job, lease=lease)
        now = datetime.fromtimestamp(stores.database.now(), timezone.utc)
        deadline = now + timedelta(seconds=self._run_s)
        run = RunContext(
            run_id=run_id,
            lease=lease,
            deadline_utc=deadline,
            stop_wanted=self._pbx.stop_wanted,
            on_progress=self._pbx.on_progress,
        )
        self._pbx.enter_run(run)
        tick = Tick(
            run_id=run_id,
            reason=reason,
            now_utc=now,
            deadline_utc=deadline,
            max_requests=self._max_requests,
            confirm_first_plan=confirm_first_plan,
            job=job,
            request=request,
            max_wait_s=MAX_WAIT_S if self._takes_turns else None,
        )
        try:
            answer = self._pbx.plugins.tick(plugin, tenant, tick)
        finally:
            self._pbx.leave_run(run_id)
        took_s = time.monotonic() - started
        # Imported here: most commands run nothing, and prometheus_client would be a tenth of their start.
        from pbx_devhost.metrics.process import note_run

        if not answer.ok:
            note_run(plugin, answer.outcome.value, took_s, None)
            again_s, sentence = _TOMORROW_S, answer.sentence
            if run.database_failures:
                again_s = _AGAIN_S
                sentence = _(
                    "The database could not be used during the run; it goes on soon. ({reason})", reason=answer.sentence
                )
                if any(isinstance(each, DiskFullError) for each in run.database_failures):
                    sentence = sentences(DISK_FULL, _("The run goes on soon after."))

            again_at = Moment.after(stores.database, again_s)

            def keep_failure() -> None:
                stores.runs.fail(run_id, sentence)
                stores.leases.set_due(tenant.pbx_tenant_id, plugin, again_at, lease=lease)

            self._pbx.insist("The end of a run", keep_failure)
            return RunResult(tenant=tenant, plugin=plugin, run_id=run_id, report=None, sentence=sentence)
        report = answer.value or TickReport(
            status=TickStatus.DONE, message=_("The plugin has nothing to do for this tenant.")
        )
        due_at = Moment.of(stores.database, report.next_due_at_utc)
        valid_until = to_timestamp(report.valid_until_utc)
        note_run(plugin, report.status.value, took_s, report.counts)

        def keep_report() -> None:
            if report.quiet:
                stores.runs.forget(run_id)
            else:
                stores.runs.finish(run_id, report)
            self._keep_due(lease, run_id, report, due_at, reason, is_job=job is not None)
            stores.leases.set_valid_until(lease, valid_until)

        self._pbx.insist("The end of a run", keep_report)
        _log.log(
            logging.DEBUG if report.quiet else logging.INFO,
            "Run %s of %s for %s: %s %s",
            run_id,
            plugin,
            tenant.name,
            report.status.value,
            report.message,
            extra={"tenant_id": tenant.pbx_tenant_id, "run_id": run_id, "plugin": plugin},
        )
        return RunResult(tenant=tenant, plugin=plugin, run_id=run_id, report=report, sentence=report.message)

    def _keep_due(
        self,
        lease: Lease,
        run_id: str,
        report: TickReport,
        due_at: Moment | None,
        reason: TickReason,
        *,
        is_job: bool,
    ) -> None:
        stores = self._pbx.stores
        if due_at is None and report.resumable:
            # The deadline or a shutdown ended it: go on soon, but never in a tight loop. A run that an administrator
            # stopped must not start again by itself.
            wait_s = _TOMORROW_S if stores.runs.is_asked_to_stop(run_id) else _AGAIN_S
            if wait_s == _AGAIN_S and self._takes_turns and reason is TickReason.DUE and not self._pbx.stop_wanted[0]:
                wait_s = 0.0  # its own turn is over; the others' come first
            due_at = Moment.after(stores.database, wait_s)
        if due_at is None and is_job:
            return  # a button that says nothing about the schedule does not end it
        stores.leases.set_due(lease.tenant_id, lease.plugin, due_at, lease=lease)


def _not_begun(tenant: Tenant, plugin: str) -> RunResult:
    sentence = _(
        "another run of {plugin} is in progress for {tenant}; wait for it or stop it",
        plugin=plugin,
        tenant=tenant.name,
    )
    return RunResult(tenant=tenant, plugin=plugin, run_id=None, report=None, sentence=sentence)
