"""One run of the users' sync: pull, plan, guard, apply, checkpoint.

Everything before apply can be repeated, and apply is idempotent.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Final

from pbx_plugin_api import Counts, Host, PlanRef, Severity, Tenant, Tick, TickReport, TickStatus, sentences
from portsip_m365_plugin.config.guard import GuardConfig
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.config.scope import EVERYBODY, ScopeConfig
from portsip_m365_plugin.exchange import ask_exchange_since
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import BudgetSpentError, GraphError
from portsip_m365_plugin.graph.users import find_owner_ids
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.notices import NoticeKind, level_of
from portsip_m365_plugin.removals import RemovalWindow
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.apply import Applied, ProblemTally, apply_plan
from portsip_m365_plugin.users.approval import (
    confirm_first_plan,
    count_as_approved,
    find_kept_plan,
    forget_plan,
    is_first_plan,
    keep_plan,
    last_plan,
    load_approval,
    read_waiting_pairs,
    waits_for_full_listing,
)
from portsip_m365_plugin.users.checkpoint import (
    Basis,
    advance,
    advance_between_nights,
    has_new_mapping,
    load_checkpoint,
    note_mapping,
    save_checkpoint,
    void_basis,
)
from portsip_m365_plugin.users.compare import make_plan, settle_absent
from portsip_m365_plugin.users.decide import Phase
from portsip_m365_plugin.users.guard import WINDOW_KEY, Verdict, judge
from portsip_m365_plugin.users.joins import settle_joins
from portsip_m365_plugin.users.leavers import note_disabled, note_full_listing
from portsip_m365_plugin.users.left_out import (
    count_left_out,
    count_pulled,
    describe_left_out,
    keep_left_out,
    say_nobody,
)
from portsip_m365_plugin.users.nonpersons import NonPersonFilter
from portsip_m365_plugin.users.plan import SyncPlan
from portsip_m365_plugin.users.pull import DirectoryReader, Listing, StoppedError
from portsip_m365_plugin.users.rounds import Round
from portsip_m365_plugin.users.scope import ScopeFilter
from portsip_m365_plugin.users.spool import Spool
from portsip_m365_plugin.users.summary import say_done, say_planned, say_preview, say_rest
from portsip_m365_plugin.users.waiting import find_waiting, keep_waiting, restore_waiting

_log = logging.getLogger(__name__)

_CONFIRM_MAX_ABSENT: Final = 20_000
"""More absent people than this are not read by id (20 a request): so many removals ask an admin in any case."""
_FOR_THE_NIGHT: Final = _("Everybody has to be listed, and that is done at night, or by Sync now. Nothing was changed.")
_DEFAULT_LEAVERS: Final = LeaversConfig()
_DEFAULT_LIMITS: Final = GuardConfig()
_EMPTY: Final = _(
    "Microsoft answered with an empty list of people. A directory has at least its administrator, so this cannot be"
    " right: check the application permission User.Read.All. Nothing was changed."
)


def run_user_sync(
    host: Host,
    tenant: Tenant,
    tick: Tick,
    client: GraphClient,
    rules: MappingRules,
    *,
    scope: ScopeConfig = EVERYBODY,
    leavers: LeaversConfig = _DEFAULT_LEAVERS,
    limits: GuardConfig = _DEFAULT_LIMITS,
    full: bool = False,
    is_between_nights: bool = False,
) -> TickReport:
    """Bring the tenant's users to what the directory says.

    Blocks until done, until `host.progress.should_stop()`, or until an error. Nothing is touched before the whole
    directory (or the whole round of changes) was read and judged. Idempotent: killed anywhere, the next run ends in the
    same state. Expected failures are reports, never exceptions.

    Args:
        host: The tenant's.
        tenant: For the log.
        tick: `confirm_first_plan` lets the tenant's first plan through unseen.
        client: Of this tenant's app, with the run's deadline.
        rules: How people are mapped.
        scope: Who is synced.
        leavers: What becomes of users whose person leaves.
        limits: How much may change without asking.
        full: List everybody, whatever the checkpoint says.
        is_between_nights: Read one round of changes and nothing else; what needs more than that waits for the night.

    Returns:
        A report without `next_due_at_utc`, except where Microsoft said when to try again.
    """
    return _Run(
        host, tenant, tick, client, rules, scope, leavers, limits, full=full, is_between_nights=is_between_nights
    ).run()


def preview_user_sync(
    host: Host,
    tenant: Tenant,
    tick: Tick,
    client: GraphClient,
    rules: MappingRules,
    *,
    scope: ScopeConfig = EVERYBODY,
    leavers: LeaversConfig = _DEFAULT_LEAVERS,
    limits: GuardConfig = _DEFAULT_LIMITS,
    full: bool = False,
) -> TickReport:
    """Make the plan that `run_user_sync` would make now, keep it, and stop. Writes no user.

    The report's `plan` names the rows for printing, and in `why` what the guard would ask.
    """
    return _Run(host, tenant, tick, client, rules, scope, leavers, limits, full=full, is_preview=True).run()


class _Run:
    def __init__(
        self,
        host: Host,
        tenant: Tenant,
        tick: Tick,
        client: GraphClient,
        rules: MappingRules,
        scope: ScopeConfig,
        leavers: LeaversConfig,
        limits: GuardConfig,
        *,
        full: bool,
        is_preview: bool = False,
        is_between_nights: bool = False,
    ) -> None:
        self._host, self._tenant, self._tick = host, tenant, tick
        self._client, self._rules, self._scope = client, rules, scope
        self._leavers, self._limits = leavers, limits
        self._is_forced, self._is_preview, self._is_between_nights = full, is_preview, is_between_nights
        self._basis = Basis.of(client.cloud, rules, scope)
        self._now_utc = host.clock.now_utc()
        self._sent_before = client.requests_sent
        self._checkpoint = load_checkpoint(host)
        self._tally = ProblemTally(host)
        self._applied = Applied()
        self._is_full = False

    def run(self) -> TickReport:
        """Run, and turn expected failures into reports."""
        try:
            with Spool() as spool:
                report = self._sync(spool)
        except StoppedError as stopped:
            report = self._report(TickStatus.STOPPED, stopped.text, self._applied.counts, resumable=True)
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

    def _sync(self, spool: Spool) -> TickReport:
        reader = DirectoryReader(self._host, self._client, spool, self._rules)
        scope = ScopeFilter(self._host, self._client, spool, self._scope)
        nonpersons = NonPersonFilter(
            self._host,
            self._client,
            spool,
            self._rules,
            n_threads=self._tick.max_requests,
            is_forced=self._is_forced,
            exchange_since_utc=ask_exchange_since(self._tick),
        )
        listing = self._pull(spool, reader, scope, nonpersons)
        if listing is None:
            return self._report(TickStatus.STOPPED, _FOR_THE_NIGHT)
        if listing.is_full and listing.people == 0:
            return self._report(TickStatus.FAILED, _EMPTY)
        plan, n_unlisted = self._plan(spool, reader, listing, scope, nonpersons)
        self._is_full = listing.is_full
        window = RemovalWindow(self._host, self._now_utc, WINDOW_KEY)
        verdict = self._judge(spool, plan, window)
        for problem in plan.problems():
            self._tally.record(problem)
        if self._is_preview:
            counts = count_pulled(spool) if listing.is_full else count_left_out(self._host)
            return self._show(
                plan, say_nobody(self._host, spool, counts, self._scope, is_full=listing.is_full), verdict.why
            )
        if verdict.why:
            self._apply(plan, window, verdict)
            counts = keep_left_out(self._host, spool, self._now_utc, is_full=listing.is_full)
            return self._ask(
                plan, say_nobody(self._host, spool, counts, self._scope, is_full=listing.is_full), verdict.why
            )
        if is_first_plan(self._host) and plan.changes:
            confirm_first_plan(self._host, self._now_utc)
        self._apply(plan, window, verdict)
        self._finish(spool, listing)
        scope.keep()
        counts = keep_left_out(self._host, spool, self._now_utc, is_full=listing.is_full)
        nobody = say_nobody(self._host, spool, counts, self._scope, is_full=listing.is_full)
        done = self._applied.counts.plus(unchanged=plan.unchanged, skipped=plan.skipped)
        message = [nobody, say_done(done)]
        if counts and not nobody and not self._is_between_nights:
            message.append(_("Left out: {counts}.", counts=describe_left_out(counts, self._scope)))
        if n_unlisted:
            message.append(
                _n(
                    "Microsoft's list left out {n:,} who is there all the same: they were read by id, and nothing was"
                    " concluded from their absence.",
                    "Microsoft's list left out {n:,} who are there all the same: they were read one by one, and nothing"
                    " was concluded from their absence.",
                    n_unlisted,
                )
            )
        return self._report(TickStatus.DONE, sentences(*message), done)

    def _pull(
        self, spool: Spool, reader: DirectoryReader, scope: ScopeFilter, nonpersons: NonPersonFilter
    ) -> Listing | None:
        rounds = Round(
            self._host,
            self._rules,
            self._leavers,
            self._checkpoint,
            self._basis,
            self._now_utc,
            is_forced=self._is_forced,
        )
        if self._is_between_nights:
            return rounds.look(spool, reader, scope)
        if self._scope.has_list or self._scope.has_groups:  # only after the pull it is known who is in scope
            return rounds.pull(spool, reader, scope)
        with nonpersons.ask_ahead() as begin:
            return rounds.pull(spool, reader, scope, on_rows=begin)

    def _plan(
        self, spool: Spool, reader: DirectoryReader, listing: Listing, scope: ScopeFilter, nonpersons: NonPersonFilter
    ) -> tuple[SyncPlan, int]:
        """Return the plan, and how many people exist whom a full listing did not show."""
        scope.leave_out()
        scope.note_problems()
        nonpersons.ask(listing)
        if not listing.is_full:
            restore_waiting(spool)
            scope.leave_out()
        nonpersons.leave_out()
        find_owners = partial(find_owner_ids, self._client)
        plan = make_plan(self._host, spool, self._rules, listing, self._leavers, self._now_utc, find_owners)
        if 0 < spool.count("absent") <= _CONFIRM_MAX_ABSENT:
            reader.confirm_absent()
            scope.leave_out()
            nonpersons.leave_out()
        n_unlisted = spool.count("absent JOIN pulled USING (oid)")
        settle_absent(self._host, spool, self._rules, plan, self._leavers, self._now_utc)
        return plan, n_unlisted

    def _judge(self, spool: Spool, plan: SyncPlan, window: RemovalWindow) -> Verdict:
        checkpoint = self._checkpoint
        has_approval = load_approval(self._host, spool)
        if self._is_between_nights and checkpoint is not None:
            pairs = read_waiting_pairs(self._host) if waits_for_full_listing(self._host) else []
            plan.leave_to_night(
                pairs,
                has_new_scope=checkpoint.scope_hash != self._basis.scope_hash,
                has_new_mapping=checkpoint.mapping_fingerprint != self._basis.mapping_fingerprint,
            )
        has_imported = checkpoint is not None and checkpoint.directory == self._basis.directory
        if checkpoint is not None:
            count_as_approved(spool, [*checkpoint.retry_ids, *find_waiting(spool)])
            has_imported = has_imported and not checkpoint.retry_by_full
        if not plan.changes:
            return Verdict()
        return judge(
            plan,
            self._host.users.counts(),
            limits=self._limits,
            removed_before=window.removed,
            is_first=is_first_plan(self._host) and not self._tick.confirm_first_plan,
            is_import=not has_imported,
            has_approval=has_approval,
            has_new_mapping=has_new_mapping(self._host, self._rules),
        )

    def _apply(self, plan: SyncPlan, window: RemovalWindow, verdict: Verdict) -> None:
        if self._checkpoint is not None and self._checkpoint.basis != self._basis:
            self._checkpoint = void_basis(self._checkpoint)
            save_checkpoint(self._host, self._checkpoint)
        if plan.count(Phase.DISABLE):
            note_disabled(self._host, self._leavers, self._now_utc)
        apply_plan(self._host, plan, self._applied, self._tally, None if verdict.approved else window)

    def _show(self, plan: SyncPlan, nobody: str, why: str) -> TickReport:
        kept = keep_plan(self._host, plan, why=why, is_full=False, now_utc=self._now_utc)
        message = sentences(nobody, say_preview(plan.counts), why)
        return self._report(TickStatus.DONE, message, _undone(plan), plan=kept)

    def _ask(self, plan: SyncPlan, nobody: str, why: str) -> TickReport:
        """Keep what is held back. The checkpoint stays, so that the next run meets all of this again."""
        plan.drop_free()
        is_full, now_utc = self._is_full, self._now_utc
        kept = find_kept_plan(self._host, plan, why=why, is_full=is_full, now_utc=now_utc)
        if kept is None and self._is_between_nights and waits_for_full_listing(self._host):
            kept = last_plan(self._host)  # the larger question stays; the next full listing asks about all of it
        if kept is None:
            kept = keep_plan(self._host, plan, why=why, is_full=is_full, now_utc=now_utc)
        done = self._applied.counts
        message = sentences(nobody, why, say_planned(plan.counts), say_rest(done))
        self._host.notify_admin(
            NoticeKind.USERS_APPROVAL,
            _("The Microsoft 365 sync waits for your approval"),
            message,
            severity=Severity.WARNING,
            level=level_of(kept.guarded),
            values={"guarded": kept.guarded, "why": why},
        )
        counts = done.plus(unchanged=plan.unchanged, skipped=plan.skipped)
        return self._report(TickStatus.NEEDS_APPROVAL, message, counts, plan=kept)

    def _finish(self, spool: Spool, listing: Listing) -> None:
        """Move the checkpoint, and forget the plan that waited."""
        before = self._checkpoint
        if self._is_between_nights and before is not None:
            keep_waiting(self._host, spool, self._applied.refused_new, self._now_utc)
            save_checkpoint(
                self._host, advance_between_nights(before, listing, self._applied.refused_ids, self._now_utc)
            )
            return  # a plan that somebody looks at is the night's to forget
        left_over = before.retry_ids if before is not None and listing.is_full else ()
        # A list that does not show somebody whom the PBX refused last time is no reason to forget them.
        unseen = [oid for oid in (*left_over, *find_waiting(spool)) if spool.find_pulled(oid) is None]
        retry_ids = [*self._applied.refused_ids, *unseen]
        keep_waiting(self._host, spool, self._applied.refused_new, self._now_utc)
        save_checkpoint(self._host, advance(before, self._basis, listing, retry_ids, self._now_utc))
        note_mapping(self._host, self._rules)
        if listing.is_full:
            note_full_listing(self._host, self._leavers, self._now_utc)
        forget_plan(self._host)
        settle_joins(self._host, self._rules.entra_tenant_id)

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
    """Counts say what was done; what would be done is in the plan."""
    return Counts(unchanged=plan.unchanged, skipped=plan.skipped)
