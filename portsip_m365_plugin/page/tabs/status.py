"""The STATUS tab: is all well, what needs an administrator, what the last runs did.

The plugin sums up what it knows itself and what the PBX says of its runs and notices. A run in progress, the mail queue
and refused sign-ins are drawn by the PBX (`HostPart`), since those data are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from pbx_plugin_api import (
    Fact,
    HostPart,
    Notice,
    PlanRef,
    RunSummary,
    Severity,
    Tab,
    Table,
    Tenant,
    TickStatus,
    sentences,
)
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.parts.approvals import draw_approvals
from portsip_m365_plugin.page.parts.plan_table import plan_table
from portsip_m365_plugin.page.parts.run_chart import RUNS_SHOWN, draw_run_chart
from portsip_m365_plugin.page.parts.schedule import draw_schedule_facts
from portsip_m365_plugin.page.registration.certificate_facts import draw_certificate_facts
from portsip_m365_plugin.page.tabs.users import draw_sync_now
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.page.words import say_reason
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_time
from portsip_m365_plugin.users.approval import last_plan

PROBLEMS_SHOWN: Final = 100
_ORDER: Final = tuple(Severity)
_WITHOUT_PEOPLE: Final = frozenset({Job.PREVIEW, Job.DISCONNECT, Job.CONTACTS, Job.CONTACTS_RESYNC, Job.RENEW})

_LEFT_OUT: Final = frozenset(
    {"account_disabled", "agent", "guest", "no_plan", "out_of_scope", "room", "shared_mailbox"}
)
"""Reasons that are no problem but a rule; USER SYNC counts them."""


def draw_status_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: three questions about runs and notices, the plan that waits with its first rows."""
    host, tenant = view.host, view.tenant
    runs, notices, plan = host.overview.runs(RUNS_SHOWN), host.overview.notices(), last_plan(host)
    approvals = draw_approvals(view, plan)
    return Tab(
        name="status",
        label=_("STATUS"),
        headline=draw_summary(runs, notices, plan),
        facts=(
            *_plan_facts(plan, tenant),
            *draw_schedule_facts(view),
            _people_fact(view),
            *draw_certificate_facts(host, view.config.renewal, with_thumbprint=False),
        ),
        charts=(draw_run_chart(runs, tenant),),
        tables=(
            *((_notice_table(notices, tenant),) if notices else ()),
            *((plan_table(host, plan),) if plan is not None else ()),
            *_problem_table(view, runs),
        ),
        actions=(*approvals, draw_sync_now(view.why_no_call, primary=not approvals)),
        host_parts=(HostPart.RUN, HostPart.MAIL_QUEUE, HostPart.SIGN_INS),
    )


def draw_summary(runs: Sequence[RunSummary], notices: Sequence[Notice], plan: PlanRef | None) -> Fact:
    """Say in one line whether all is well."""
    label = _("Is all well?")
    new = [notice for notice in notices if notice.is_shown]
    if new:
        worst = max(new, key=lambda notice: _ORDER.index(notice.severity))
        # Translators: {subject} is the subject of a notice, such as “The last run failed”.
        value = _n(
            "One thing needs you: {subject}.",
            "{n:,} things need you; the worst: {subject}.",
            len(new),
            subject=worst.subject,
        )
        return Fact(label=label, value=value, severity=worst.severity, help=worst.text)
    if notices:
        value = _("Nothing is new. A notice that was dismissed still lasts: {subject}.", subject=notices[0].subject)
        return Fact(label=label, value=value, severity=Severity.PLAIN)
    judged = _choose_judged(runs)
    if not judged and plan is not None:
        value = _("Nothing is synced yet. Look at the plan below, then approve it.")
        return Fact(label=label, value=value, severity=Severity.WARNING)
    if not judged:
        value = _("Nothing is synced yet. Press Preview on the USER SYNC tab, look at the plan, then approve it.")
        return Fact(label=label, value=value, severity=Severity.WARNING)
    for run in judged:
        why = _say_end(run)
        if why:
            return Fact(label=label, value=why, severity=Severity.WARNING)
    return Fact(label=label, value=_("All is well."), severity=Severity.GOOD)


def _choose_judged(runs: Sequence[RunSummary]) -> tuple[RunSummary, ...]:
    """The last run and the last one that looked at people, of the present connection; none where nobody was synced."""
    ended = [run for run in runs if not run.is_running and run.job not in (Job.PREVIEW, Job.RENEW)]
    ended = list(takewhile(lambda run: run.job != Job.DISCONNECT, ended))
    whole = next((run for run in ended if run.job not in _WITHOUT_PEOPLE), None)
    return () if whole is None else (ended[0], whole)


def _say_end(run: RunSummary) -> str:
    """Say how a run ended that did not end well; empty if it did."""
    if run.status is TickStatus.FAILED:
        return _("The last run failed and is tried again: {message}", message=run.message)
    if run.status is TickStatus.NOT_CONFIGURED:
        return _("The last run could not begin: {message}", message=run.message)
    if run.status is TickStatus.STOPPED:
        return _("The last run was stopped before its end. The next run goes on where it ended.")
    if run.status is None:
        return _("The last run was cut off, such as by a restart of the PBX. The next run goes on where it ended.")
    return ""


def _people_fact(view: PageView) -> Fact:
    value = _n(
        "{all:,}, of whom {n:,} is enabled",
        "{all:,}, of whom {n:,} are enabled",
        view.users.enabled,
        all=view.users.linked,
    )
    return Fact(label=_("Synced users"), value=value)


def _plan_facts(plan: PlanRef | None, tenant: Tenant) -> tuple[Fact, ...]:
    if plan is None:
        return ()
    made = show_time(plan.made_at_utc, tenant)
    if not plan.why:
        return (Fact(label=_("Plan to look at"), value=_("Made {time}.", time=made)),)
    value = sentences(plan.why, _("Planned {time}.", time=made))
    return (Fact(label=_("Approval needed"), value=value, severity=Severity.WARNING),)


def _notice_table(notices: Sequence[Notice], tenant: Tenant) -> Table:
    return Table(
        title=_("What needs you"),
        columns=(_("Since"), _("What"), _("What to do")),
        rows=tuple((show_time(each.raised_at_utc, tenant), each.subject, each.text) for each in notices),
    )


def _problem_table(view: PageView, runs: Sequence[RunSummary]) -> tuple[Table, ...]:
    """The problems of the last run that looked at people, without those whom the settings leave out."""
    last = next((run for run in runs if not run.is_running and run.job not in _WITHOUT_PEOPLE), None)
    if last is None:
        return ()
    n_problems = sum(n for reason, n in last.problem_counts.items() if reason not in _LEFT_OUT)
    if not n_problems:
        return ()
    found = view.host.overview.problems(last.run_id, PROBLEMS_SHOWN, without=_LEFT_OUT)
    rows = [(each.login_name or each.subject or "", say_reason(each.reason), each.detail) for each in found]
    if n_problems > len(rows):
        rows.append(("…", "", _n("The run log has it.", "The run log has all {n:,}.", n_problems)))
    title = _("People with problems in the run of {time}", time=show_time(last.started_at_utc, view.tenant))
    return (Table(title=title, columns=(_("Who"), _("Why"), _("What to do")), rows=tuple(rows)),)
