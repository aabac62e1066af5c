"""When the last run was and when the next one is, as facts of a tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pbx_plugin_api import Fact, Severity, Tenant, TickStatus
from portsip_m365_plugin.between import read_look
from portsip_m365_plugin.config.due import has_nights, next_due_at_utc, runs_between_nights
from portsip_m365_plugin.last_run import LastRun, read_last_run
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.page.words import say_status
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time

SEVERITIES: Final[Mapping[TickStatus, Severity]] = {
    TickStatus.DONE: Severity.GOOD,
    TickStatus.NEEDS_APPROVAL: Severity.WARNING,
    TickStatus.STOPPED: Severity.PLAIN,
    TickStatus.FAILED: Severity.BAD,
    TickStatus.NOT_CONFIGURED: Severity.WARNING,
}


def draw_schedule_facts(view: PageView) -> tuple[Fact, ...]:
    """Draw the last run, the last look between the nights, and the next run. Cost: two looks at the state."""
    last = read_last_run(view.host)
    due = next_due_at_utc(view.config, view.tenant, view.host.clock.now_utc()) if has_nights(view.config) else None
    return (
        _show_last(last, view.tenant),
        *_show_look(view),
        Fact(label=_("Next run"), value=show_time(due, view.tenant) if due is not None else _("not scheduled")),
    )


def _show_look(view: PageView) -> tuple[Fact, ...]:
    """The last look between the nights: the run log leaves out those that have nothing to show."""
    look = read_look(view.host)
    if look is None or not runs_between_nights(view.config):
        return ()
    what = look.message or say_status(look.status)
    shown = _("{time}: {what}", time=show_time(look.at_utc, view.tenant), what=what)
    return (Fact(label=_("Last look between the nights"), value=shown, severity=SEVERITIES[look.status]),)


def _show_last(last: LastRun | None, tenant: Tenant) -> Fact:
    if last is None:
        return Fact(label=_("Last run"), value=_("none yet"))
    what = last.message or say_status(last.status)
    # Translators: {what} says what happened then: whole sentences, or a word such as “done”.
    ended = _("{time}: {what}", time=show_time(last.finished_at_utc, tenant), what=what)
    return Fact(label=_("Last run"), value=ended, severity=SEVERITIES[last.status])
