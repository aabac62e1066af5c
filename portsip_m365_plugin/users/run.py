"""The walk: pull, plan, guard, apply, checkpoint. Everything before apply can be repeated, and apply is idempotent."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from pbx_plugin_api import Counts, Host, PlanRef, Severity, Tenant, Tick, TickReport, TickStatus
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import BudgetSpentError, GraphError, ResyncRequiredError
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.removals import RemovalWindow
from portsip_m365_plugin.users.apply import Applied, ProblemTally, apply_plan
from portsip_m365_plugin.users.approval import (
    confirm_first_plan,
    forget_plan,
    is_first_plan,
    keep_plan,
    load_approval,
)
from portsip_m365_plugin.users.checkpoint import (
    RETRY_MAX_PEOPLE,
    Basis,
    Checkpoint,
    bound_retry,
    load_checkpoint,
    save_checkpoint,
    why_full,
)
from portsip_m365_plugin.users.guard import WINDOW_KEY, judge
from portsip_m365_plugin.users.nonpersons import NonPersonFilter
from portsip_m365_plugin.users.plan import SyncPlan, make_plan, settle_absent
from portsip_m365_plugin.users.pull import (
    Listing,
    StoppedError,
    confirm_absent,
    note_diverged,
    pull_changes,
    pull_everybody,
    reread,
)
from portsip_m365_plugin.users.spool import Spool

__all__ = ["SyncOptions", "preview_user_sync", "run_user_sync"]

_log = logging.getLogger(__name__)

_CONFIRM_MAX_ABSENT: Final = 20_000
"""More absent people than this are not asked for by id (20 a request): up to 200,000 users the guard asks an admin."""


_EMPTY: Final = (
    "Microsoft answered with an empty list of people. A directory has at least its administrator, so this cannot be"
    " right: check the application's permission User.Read.All. Nothing was changed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How this one run is to be done."""

    full: bool = False
    """List everybody, whatever the checkpoint says ("full resync")."""


def run_user_sync(
    host: Host, tenant: Tenant, tick: Tick, client: GraphClient, rules: MappingRules, options: SyncOptions | None = None
) -> TickReport:
    """Bring the tenant's users to what the directory says.

    Blocks until done, until `host.progress.should_stop()`, or until an error; nothing is touched before the whole
    directory (or the whole round of changes) was read and judged. Idempotent: killed anywhere, the next run ends in the
    same state. Expected failures are reports, never exceptions.

    Args:
        host: The tenant's.
        tenant: For the log.
        tick: `confirm_first_plan` lets the tenant's first plan through unseen.
        client: Of this tenant's app, with the run's deadline.
        rules: How people are mapped.
        options: How this run is to be done.

    Returns:
        A report without `next_due_at_utc`, except where Microsoft said when to try again.
    """
    return _Run(host, tenant, tick, client, rules, options or SyncOptions(), is_preview=False).go()


def preview_user_sync(
    host: Host, tenant: Tenant, tick: Tick, client: GraphClient, rules: MappingRules, options: SyncOptions | None = None
) -> TickReport:
    """Make the plan that `run_user_sync` would make now, keep it, and stop. Writes no user.

    The report's `plan` names the rows for printing, and in `why` what the guard would ask.
    """
    return _Run(host, tenant, tick, client, rules, options or SyncOptions(), is_preview=True).go()


class _Run:
    """One run; its steps in the order of reading."""

    def __init__(
        self,
        host: Host,
        tenant: Tenant,
        tick: Tick,
        client: GraphClient,
        rules: MappingRules,
        options: SyncOptions,
        *,
        is_preview: bool,
    ) -> None:
        self._host, self._tenant, self._tick = host, tenant, tick
        self._client, self._rules, self._options = client, rules, options
        self._basis = Basis.of(client.cloud, rules)
        self._is_preview = is_preview
        self._now_utc = host.clock.now_utc()
        self._sent_before = client.requests_sent
        self._checkpoint = load_checkpoint(host)
        self._tally = ProblemTally(host)
        self._applied = Applied()

    def go(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        try:
            with Spool() as spool:
                report = self._walk(spool)
        except StoppedError as stopped:
            message = f"Stopped while {stopped}; nothing is lost, and the next run goes on."
            report = self._report(TickStatus.STOPPED, message, self._applied.counts, resumable=True)
        except BudgetSpentError as error:
            report = self._report(TickStatus.STOPPED, error.describe(), resumable=True)
        except GraphError as error:
            status = TickStatus.FAILED if error.retry_at_utc is None else TickStatus.STOPPED
            report = replace(self._report(status, error.describe()), next_due_at_utc=error.retry_at_utc)
        _log.info(
            "sync of users of tenant %s, run %s: %s, %d requests: %s",
            self._tenant.pbx_tenant_id, self._tick.run_id, report.status.value, report.requests, report.message,
        )  # fmt: skip
        return report

    def _walk(self, spool: Spool) -> TickReport:
        listing = self._pull(spool)
        users = self._host.users.counts()
        if listing.is_full and listing.people == 0:
            return self._report(TickStatus.FAILED, _EMPTY)
        nonpersons = NonPersonFilter(self._host, self._client, spool, self._rules, n_threads=self._tick.max_requests)
        nonpersons.ask(listing, is_first=not users.linked, is_forced=self._options.full)
        nonpersons.leave_out()
        plan = make_plan(self._host, spool, self._rules, listing, self._now_utc)
        if 0 < spool.count("absent") <= _CONFIRM_MAX_ABSENT:
            confirm_absent(self._host, spool, self._client, self._rules)
            nonpersons.leave_out()
        unlisted = spool.count("absent JOIN pulled USING (oid)")
        settle_absent(self._host, spool, self._rules, plan, self._now_utc)

        is_first = is_first_plan(self._host)
        window = RemovalWindow(self._host, self._now_utc, WINDOW_KEY)
        verdict = judge(
            plan,
            users,
            removed_before=window.removed,
            is_first=is_first and not self._tick.confirm_first_plan,
            has_approval=load_approval(self._host, spool),
        )
        for problem in plan.problems():
            self._tally.tell(problem)
        if self._is_preview:
            kept = keep_plan(self._host, plan, why=verdict.why, now_utc=self._now_utc)
            message = f"Preview: {_describe(plan.counts, 'would be')}. Nothing was changed. {verdict.why}".rstrip()
            return self._report(TickStatus.DONE, message, _undone(plan), plan=kept)
        if verdict.why:
            return self._ask(plan, verdict.why)
        if is_first and plan.changes:
            confirm_first_plan(self._host, self._now_utc)
        apply_plan(self._host, plan, self._applied, self._tally, None if verdict.approved else window)
        self._finish(spool, listing)
        done = self._applied.counts.plus(unchanged=plan.unchanged, skipped=plan.skipped)
        message = f"{_describe(done, '')}.".capitalize()
        if unlisted:
            message += (
                f" Microsoft's list left out {unlisted} who are there all the same: they were read one by one, and"
                " nothing was concluded from their absence."
            )
        return self._report(TickStatus.DONE, message, done)

    def _pull(self, spool: Spool) -> Listing:
        """Read what is needed: the changes where they will do, everybody where they will not."""
        note_diverged(self._host, spool, self._rules)
        checkpoint = self._checkpoint
        why = "asked for" if self._options.full else why_full(checkpoint, self._basis, self._now_utc)
        fresh_link = checkpoint is None or not checkpoint.link_still_good(self._basis, self._now_utc)
        if checkpoint is not None and not why:
            try:
                listing = pull_changes(self._host, spool, self._client, self._rules, checkpoint.delta_link)
                if reread(self._host, spool, self._client, self._rules, checkpoint.retry_ids, most=RETRY_MAX_PEOPLE):
                    return listing
                why = "too many to read one by one"
            except ResyncRequiredError as error:
                why, fresh_link = f"the delta link is no longer good ({error})", True
            spool.clear_pulled()
        _log.info("tenant %s: listing everybody: %s", self._tenant.pbx_tenant_id, why)
        return pull_everybody(self._host, spool, self._client, self._rules, fresh_link=fresh_link)

    def _ask(self, plan: SyncPlan, why: str) -> TickReport:
        kept = keep_plan(self._host, plan, why=why, now_utc=self._now_utc)
        message = f"{why} Planned: {_describe(plan.counts, 'to be')}. Nothing was changed."
        self._host.notify_admin(
            "m365.users.approval", "The Microsoft 365 sync waits for your approval", message, severity=Severity.WARNING
        )
        return self._report(TickStatus.NEEDS_APPROVAL, message, _undone(plan), plan=kept)

    def _finish(self, spool: Spool, listing: Listing) -> None:
        """Move the checkpoint, and forget the plan that waited."""
        before = self._checkpoint
        left_over = before.retry_ids if before is not None and listing.is_full else ()
        # A list that does not show somebody whom the PBX refused last time is no reason to forget them.
        unseen = [oid for oid in left_over if spool.first("SELECT 1 FROM pulled WHERE oid = ?", (oid,)) is None]
        retry_ids, retry_by_full = bound_retry([*self._applied.refused_ids, *unseen])
        link, link_at = listing.delta_link, self._now_utc
        if link is None:
            if before is None:
                raise AssertionError("a listing without a delta link, and no older one to go on with")
            link, link_at = before.delta_link, before.delta_link_at_utc
        is_fresh = listing.is_full and listing.delta_link is not None
        fulls_before = 0 if before is None or is_fresh else before.fulls_since_fresh_link
        last_full = self._now_utc if listing.is_full or before is None else before.last_full_at_utc
        save_checkpoint(
            self._host,
            Checkpoint(
                delta_link=link,
                delta_link_at_utc=link_at,
                directory=self._basis.directory,
                select_hash=self._basis.select_hash,
                scope_hash=self._basis.scope_hash,
                mapping_fingerprint=self._basis.mapping_fingerprint,
                last_full_at_utc=last_full,
                fulls_since_fresh_link=fulls_before + (1 if listing.is_full else 0),
                retry_ids=retry_ids,
                retry_by_full=retry_by_full,
            ),
        )
        forget_plan(self._host)

    def _report(
        self,
        status: TickStatus,
        message: str,
        counts: Counts | None = None,
        *,
        resumable: bool = False,
        plan: PlanRef | None = None,
    ) -> TickReport:
        return TickReport(
            status=status,
            message=message,
            counts=counts or Counts(),
            problem_counts=self._tally.counts,
            requests=self._client.requests_sent - self._sent_before,
            resumable=resumable,
            plan=plan,
        )


def _undone(plan: SyncPlan) -> Counts:
    """Counts say what was done; what would be is in the plan."""
    return Counts(unchanged=plan.unchanged, skipped=plan.skipped)


def _describe(counts: Counts, verb: str) -> str:
    """Counts as a phrase: "3 created, 1 disabled"; without numbers that are 0."""
    words = ("created", "linked", "updated", "enabled", "disabled", "deleted")
    told = [f"{getattr(counts, word)} {verb} {word}".replace("  ", " ") for word in words if getattr(counts, word)]
    return ", ".join(told) or "nothing to change"
