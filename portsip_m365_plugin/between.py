"""A look at the changes between two nights: one request where nothing has changed, so it can be made every few minutes.

It does not list everybody, does not read people again after a change in the PBX, and leaves contacts and photos alone:
the nightly run does all that. People who wait for a number or a licence cost no request, so they become users here as
well. A run that has nothing new to say is quiet, so that the run log shows what matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import (
    Counts,
    Host,
    InvalidValueError,
    Severity,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    dump,
    load,
    sentences,
)
from portsip_m365_plugin.config.due import next_due_at_utc, next_night_at_utc
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.connect import NotReady, be_patient, connect
from portsip_m365_plugin.last_run import keep_last_run
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.turns import read_night
from portsip_m365_plugin.users.run import run_user_sync

_KEY: Final = "between"
_NOTIFY_AFTER: Final = timedelta(hours=1)
_BAD: Final = (TickStatus.FAILED, TickStatus.NOT_CONFIGURED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last look."""

    at_utc: datetime
    status: TickStatus
    message: str
    plan: str = ""
    """The checksum of the plan that waits."""
    problem_counts: dict[str, int] = field(default_factory=dict)
    bad_since_utc: datetime | None = None
    """Since when every look has failed."""
    is_reported: bool = False
    """Whether the administrators were notified of that."""


def look_between_nights(host: Host, tenant: Tenant, tick: Tick, config: Config) -> TickReport:
    """Apply what has changed at Microsoft since the last look. Expected failures are reports."""
    report = replace(_look(host, tenant, tick, config), resumable=False)
    before, now_utc = read_look(host), host.clock.now_utc()
    look = _keep(host, report, before, now_utc)
    has_changed = replace(report.counts, unchanged=0, skipped=0) != Counts()
    known = before or Look(at_utc=now_utc, status=TickStatus.DONE, message="")
    has_news = has_changed or _essence(known) != _essence(look)
    if has_news:
        keep_last_run(host, report, by_clock=True, is_night=False)
    return replace(report, quiet=not has_news, next_due_at_utc=_find_due(host, tenant, config, report, now_utc))


def read_look(host: Host) -> Look | None:
    """Return the last look, or None if there was none yet."""
    record = host.state.get(_KEY)
    if record is None:
        return None
    try:
        return load(Look, record.value)
    except InvalidValueError:
        return None


def _look(host: Host, tenant: Tenant, tick: Tick, config: Config) -> TickReport:
    if config.unreadable:
        return TickReport(status=TickStatus.FAILED, message=sentences(config.why_unreadable, _("Nothing was changed.")))
    policy = be_patient(tick.max_wait_s)
    client = connect(host, config.connection, priority="low", deadline_utc=tick.deadline_utc, policy=policy)
    if isinstance(client, NotReady):
        status = TickStatus.NOT_CONFIGURED if client.is_missing else TickStatus.FAILED
        return TickReport(status=status, message=client.describe())
    rules = config.mapping_rules(tenant)
    return run_user_sync(
        host,
        tenant,
        tick,
        client,
        rules,
        scope=config.scope,
        leavers=config.leavers,
        limits=config.guard,
        is_between_nights=True,
    )


def _keep(host: Host, report: TickReport, before: Look | None, now_utc: datetime) -> Look:
    """Remember this look, and notify the administrators once when every look has failed for an hour."""
    since = (before.bad_since_utc if before is not None else None) or now_utc
    is_bad = report.status in _BAD
    is_reported = is_bad and before is not None and before.is_reported
    if is_bad and now_utc - since >= _NOTIFY_AFTER:
        subject = _("Microsoft 365 changes do not arrive")
        values = {"since": since.isoformat(), "message": report.message}
        host.notify_admin(NoticeKind.SYNC_BETWEEN, subject, report.message, severity=Severity.BAD, values=values)
        is_reported = True
    elif not is_bad and before is not None and before.is_reported:
        host.resolve_notice(NoticeKind.SYNC_BETWEEN)
    look = Look(
        at_utc=now_utc,
        status=report.status,
        message=report.message,
        plan=report.plan.checksum if report.plan is not None else "",
        problem_counts=dict(report.problem_counts),
        bad_since_utc=since if is_bad else None,
        is_reported=is_reported,
    )
    host.state.put(_KEY, dump(look))
    return look


def _essence(look: Look) -> tuple[object, ...]:
    """What a reader would see as the same; a message may carry the id of its request."""
    return look.status, look.plan, tuple(sorted(look.problem_counts.items()))


def _find_due(host: Host, tenant: Tenant, config: Config, report: TickReport, now_utc: datetime) -> datetime | None:
    night_at_utc = next_night_at_utc(config, tenant, now_utc)
    if report.next_due_at_utc is not None and night_at_utc is not None:
        return min(night_at_utc, report.next_due_at_utc)  # Microsoft said when: no look before that
    due, night = next_due_at_utc(config, tenant, now_utc), read_night(host)
    if due is not None and night is not None and not night.is_over and night.retry_at_utc is not None:
        return min(due, max(night.retry_at_utc, now_utc))
    return due
