"""One run for one tenant: users, then contacts, then photos, in the time that is left; one report.

The jobs that buttons start run here as well. If the users fail, nothing else starts, because the rest builds on them.
If the contacts fail, the photos still run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Counts, Host, Scope, Severity, Tenant, Tick, TickReason, TickReport, TickStatus, sentences
from portsip_m365_plugin.between import look_between_nights
from portsip_m365_plugin.config.due import has_nights, last_night_at_utc, next_due_at_utc, next_night_at_utc
from portsip_m365_plugin.config.reader import Config, load_config
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.config.users import SyncMode
from portsip_m365_plugin.connect import NotReady, be_patient, connect
from portsip_m365_plugin.contacts.run import has_contact_work, run_contact_sync
from portsip_m365_plugin.disconnect import disconnect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.keys.expiry import warn_of_expiry
from portsip_m365_plugin.keys.store import tidy_pairs
from portsip_m365_plugin.last_run import LastRun, keep_last_run, read_last_run
from portsip_m365_plugin.mail.rejections import end_old
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.photos.off import has_pictures, remove_pictures
from portsip_m365_plugin.photos.run import run_photo_sync
from portsip_m365_plugin.proofs import remember_uses
from portsip_m365_plugin.redirects import warn_of_new_addresses
from portsip_m365_plugin.renewal import read_renewal, renew_certificate, renew_now
from portsip_m365_plugin.scratch import ScratchFullError
from portsip_m365_plugin.texts import _, _later
from portsip_m365_plugin.turns import Night, Turn, choose_turn, keep_night
from portsip_m365_plugin.users.run import preview_user_sync, run_user_sync

_RETRY_AFTER: Final = timedelta(hours=1)
_RETRIES_MAX: Final = 3
"""How often a failed night is tried again before it waits for the next night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageInput:
    """What each stage of a run gets."""

    host: Host
    tenant: Tenant
    tick: Tick
    client: GraphClient
    config: Config
    job: Job | None
    by_clock: bool
    """Whether the clock started this run, rather than a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One part of a run."""

    says: str
    """Says which part a report is of, with `{report}` in it."""
    is_wanted: Callable[[StageInput], bool]
    run: Callable[[StageInput], TickReport]
    jobs: frozenset[Job] = frozenset()
    """Jobs that run only this stage."""
    goes_on_after: frozenset[TickStatus] = frozenset({TickStatus.DONE, TickStatus.NEEDS_APPROVAL})
    """The ways in which this stage may end if the next one is to start."""


def run_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport:
    """Do what is due, or the job that a button started. Expected failures are reports."""
    if tick.job is not None and tick.job not in set(Job):
        return TickReport(status=TickStatus.FAILED, message=_("There is no job {job}.", job=tick.job))
    job = Job(tick.job) if tick.job is not None else None
    if job is Job.DISCONNECT:
        return disconnect(host, tick)
    config = load_config(host)
    if job is Job.RENEW:
        report = renew_now(host, tick, config.connection, config.renewal)
        return replace(report, next_due_at_utc=next_due_at_utc(config, tenant, host.clock.now_utc()))
    key_news = _look_after_key(host, tick, config)
    end_old(host, host.clock.now_utc())
    warn_of_new_addresses(host, config.connection, signs_in=config.signin.mode is not SignInMode.OFF)
    if tick.reason is TickReason.DUE and not has_nights(config) and tenant.scope is not Scope.SYSTEM:
        due = next_due_at_utc(config, tenant, host.clock.now_utc())
        return TickReport(status=TickStatus.DONE, message=key_news, quiet=not key_news, next_due_at_utc=due)
    try:
        report = _run_whole(host, tenant, tick, config, job)
    except ScratchFullError as error:
        # What was applied by then is whole, and the checkpoint is the one from before: the next run meets it again.
        retry_at_utc = host.clock.now_utc() + _RETRY_AFTER
        report = TickReport(status=TickStatus.FAILED, message=error.text, next_due_at_utc=retry_at_utc)
    return _tell(report, key_news)


def _look_after_key(host: Host, tick: Tick, config: Config) -> str:
    """Renew the certificate where that is wanted and due, and warn before it expires; return news for the report."""
    tidy_pairs(host)
    news = ""
    if tick.reason is not TickReason.JOB and config.connection.is_complete:
        news = renew_certificate(host, tick, config.connection, config.renewal)
    problem = read_renewal(host).problem
    warn_of_expiry(host, problem, renews_itself=config.renewal.is_on and not problem)
    return news


def _tell(report: TickReport, news: str) -> TickReport:
    """Add news about the certificate to a report."""
    return replace(report, message=sentences(news, report.message), quiet=False) if news else report


def _run_whole(host: Host, tenant: Tenant, tick: Tick, config: Config, job: Job | None) -> TickReport:
    if tenant.scope is Scope.SYSTEM:
        return _look_after_system(host, tenant, tick, config)
    if tick.reason is TickReason.DUE and choose_turn(host, tenant, config, tick.now_utc) is Turn.BETWEEN:
        return look_between_nights(host, tenant, tick, config)
    by_clock = _is_by_clock(host, tick)
    report = _run_stages(host, tenant, tick, config, job, by_clock)
    config = load_config(host)  # it may have lasted for hours, and somebody may have saved another schedule
    if job is Job.PREVIEW:
        return replace(report, next_due_at_utc=next_due_at_utc(config, tenant, host.clock.now_utc()))
    is_whole = job not in _CONTACT_JOBS
    return _settle(host, tenant, config, report, tick, by_clock=by_clock, is_whole=is_whole)


def _look_after_system(host: Host, tenant: Tenant, tick: Tick, config: Config) -> TickReport:
    """The system has no users, only mail; but its certificate expires like any other, and is replaced here."""
    client = connect(host, config.connection, priority="low", deadline_utc=tick.deadline_utc)
    due = next_due_at_utc(config, tenant, host.clock.now_utc())
    if isinstance(client, NotReady) and not client.is_missing:
        return TickReport(status=TickStatus.FAILED, message=client.describe(), next_due_at_utc=due)
    message = _("The system has no users of its own; it only sends mail.")
    return TickReport(status=TickStatus.DONE, message=message, next_due_at_utc=due)


def _is_by_clock(host: Host, tick: Tick) -> bool:
    if tick.reason is TickReason.RESUMED:
        last = read_last_run(host)
        return last is not None and last.by_clock
    return tick.reason is TickReason.DUE


def _run_stages(host: Host, tenant: Tenant, tick: Tick, config: Config, job: Job | None, by_clock: bool) -> TickReport:
    if config.unreadable:
        return TickReport(status=TickStatus.FAILED, message=sentences(config.why_unreadable, _("Nothing was changed.")))
    client = connect(
        host,
        config.connection,
        priority="low",
        deadline_utc=tick.deadline_utc,
        policy=be_patient(tick.max_wait_s),
        fresh=job is not None,
    )
    if isinstance(client, NotReady):
        status = TickStatus.NOT_CONFIGURED if client.is_missing else TickStatus.FAILED
        return TickReport(status=status, message=client.describe())
    given = StageInput(host=host, tenant=tenant, tick=tick, client=client, config=config, job=job, by_clock=by_clock)
    reports: list[tuple[str, TickReport]] = []
    for stage in _STAGES:
        if not stage.is_wanted(given) or (job in _CONTACT_JOBS and job not in stage.jobs):
            continue
        if reports and host.progress.should_stop():
            message = _("Not started; the next run continues here.")
            reports.append((stage.says, TickReport(status=TickStatus.STOPPED, message=message, resumable=True)))
            break
        report = stage.run(given)
        reports.append((stage.says, report))
        if report.status not in stage.goes_on_after or job is Job.PREVIEW:
            break
    remember_uses(host, config.connection, client.shown)
    return _merge(reports) if reports else TickReport(status=TickStatus.DONE, message=_("Nothing runs by the clock."))


def _merge(reports: Sequence[tuple[str, TickReport]]) -> TickReport:
    """Make one report: the stages' counts are added, and the last stage, or one that waits, says how the run ended.

    A failure stays a failure, whatever came after it. It is tried again later, even if photos have work left.
    """
    if len(reports) == 1:
        return reports[0][1]
    ends = [report.status for __, report in reversed(reports) if report.status is not TickStatus.DONE]
    status = TickStatus.FAILED if TickStatus.FAILED in ends else next(iter(ends), TickStatus.DONE)
    problems: Counter[str] = Counter()
    for __, report in reports:
        problems.update(report.problem_counts)
    return TickReport(
        status=status,
        message=sentences(*(_(says, report=report.message) for says, report in reports)),
        counts=sum((report.counts for __, report in reports), start=Counts()),
        problem_counts=dict(problems.most_common()),
        requests=sum(report.requests for __, report in reports),
        next_due_at_utc=next((r.next_due_at_utc for __, r in reports if r.next_due_at_utc is not None), None),
        resumable=reports[-1][1].resumable and status is not TickStatus.FAILED,
        plan=next((report.plan for __, report in reports if report.plan is not None), None),
    )


def _settle(
    host: Host, tenant: Tenant, config: Config, report: TickReport, tick: Tick, *, by_clock: bool, is_whole: bool
) -> TickReport:
    """Set when the tenant is due next, remember the run, and notify the administrators of a failure that lasts.

    Args:
        host: The tenant's.
        tenant: For its nights.
        config: For its schedule.
        report: Of all stages.
        tick: When the run began.
        by_clock: Whether the clock started it.
        is_whole: Whether it did what a night does, so that the night is over if it succeeded.
    """
    now_utc = host.clock.now_utc()
    last = keep_last_run(host, report, by_clock=by_clock)
    regular = next_night_at_utc(config, tenant, now_utc)
    retry_at_utc: datetime | None = None
    if report.next_due_at_utc is not None:
        retry_at_utc = report.next_due_at_utc  # Microsoft said when
    elif 0 < last.failures <= _RETRIES_MAX:
        retry_at_utc = now_utc + _RETRY_AFTER
    due = regular if regular is None or retry_at_utc is None else min(regular, retry_at_utc)
    _note_failures(host, last, report)
    goes_on = report.resumable and report.next_due_at_utc is None
    if is_whole:
        slot_utc = last_night_at_utc(config, tenant, tick.now_utc)
        keep_night(
            host, Night(slot_utc=slot_utc, is_over=retry_at_utc is None and not goes_on, retry_at_utc=retry_at_utc)
        )
    if goes_on:
        due = None  # the host continues at once
    elif due is None:
        due = next_due_at_utc(config, tenant, now_utc)  # no nights: the daily look at the certificate
    elif report.next_due_at_utc is None:
        due = min(due, next_due_at_utc(config, tenant, now_utc) or due)
    return replace(report, next_due_at_utc=due)


def _note_failures(host: Host, last: LastRun, report: TickReport) -> None:
    """One failure is no news, two are, and a night that was given up is worse. A run that ends well ends it."""
    if not last.failures:
        host.resolve_notice(NoticeKind.SYNC_FAILED)
    elif last.failures > 1:
        host.notify_admin(
            NoticeKind.SYNC_FAILED,
            _("The Microsoft 365 sync fails"),
            report.message,
            severity=Severity.BAD,
            level=int(last.failures > _RETRIES_MAX),
            values={"failures": last.failures, "message": report.message},
        )


def _sync_users(given: StageInput) -> TickReport:
    rules = given.config.mapping_rules(given.tenant)
    sync = preview_user_sync if given.job is Job.PREVIEW else run_user_sync
    return sync(
        given.host,
        given.tenant,
        given.tick,
        given.client,
        rules,
        scope=given.config.scope,
        leavers=given.config.leavers,
        limits=given.config.guard,
        full=given.job is Job.FULL_RESYNC,
    )


def _sync_contacts(given: StageInput) -> TickReport:
    return run_contact_sync(given.host, given.tenant, given.tick, given.client, given.config)


def _sync_photos(given: StageInput) -> TickReport:
    entra_tenant_id = given.config.connection.entra_tenant_id
    if given.config.photos.is_removal_wanted:
        return remove_pictures(given.host, entra_tenant_id)
    return run_photo_sync(given.host, given.tenant, given.tick, given.client, entra_tenant_id)


def _wants_users(given: StageInput) -> bool:
    return not (given.by_clock and given.config.users.sync_mode is SyncMode.MANUAL)


def _wants_photos(given: StageInput) -> bool:
    photos = given.config.photos
    entra_tenant_id = given.config.connection.entra_tenant_id
    return photos.is_on or (photos.is_removal_wanted and has_pictures(given.host, entra_tenant_id))


def _wants_contacts(given: StageInput) -> bool:
    return given.job in _CONTACT_JOBS or has_contact_work(given.host, given.config.contacts)


_CONTACT_JOBS: Final = frozenset({Job.CONTACTS, Job.CONTACTS_RESYNC})
_STAGES: Final = (
    _Stage(says=_later("Users: {report}"), is_wanted=_wants_users, run=_sync_users),
    _Stage(
        says=_later("Contacts: {report}"),
        is_wanted=_wants_contacts,
        run=_sync_contacts,
        jobs=_CONTACT_JOBS,
        goes_on_after=frozenset({TickStatus.DONE, TickStatus.NEEDS_APPROVAL, TickStatus.FAILED}),
    ),
    # Last, because they are slow and the least important.
    _Stage(says=_later("Photos: {report}"), is_wanted=_wants_photos, run=_sync_photos),
)
