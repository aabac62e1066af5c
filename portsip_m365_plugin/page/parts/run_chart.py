"""The chart of the last runs: people, changes, and how long each took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pbx_plugin_api import Chart, ChartSeries, Counts, RunSummary, Severity, Tenant, TickStatus
from portsip_m365_plugin.page.parts.schedule import SEVERITIES
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_time

RUNS_SHOWN: Final = 30
_PEOPLE: Final = ("created", "updated", "disabled", "enabled", "deleted", "linked", "unchanged", "skipped")
_NO_CHANGE: Final = ("unchanged", "skipped", "contacts_unchanged", "contacts_skipped", "mailboxes_read")
_LONG_S: Final = 120.0


def draw_run_chart(runs: Sequence[RunSummary], tenant: Tenant) -> Chart:
    """Draw the chart.

    Args:
        runs: As `Overview.runs` returns them, newest first. The run in progress is left out.
        tenant: For its time zone.
    """
    ended = [run for run in reversed(runs) if run.duration_s is not None]
    durations = [run.duration_s or 0.0 for run in ended]
    is_long = max(durations, default=0.0) >= _LONG_S
    failed = sum(run.status is TickStatus.FAILED for run in ended)
    return Chart(
        title=_("Last runs"),
        labels=tuple(show_time(run.started_at_utc, tenant) for run in ended),
        series=(
            ChartSeries(label=_("People looked at"), values=tuple(map(_count_people, ended)), unit=_("people")),
            ChartSeries(label=_("Changes"), values=tuple(map(_count_changes, ended)), unit=_("changes")),
            ChartSeries(
                label=_("Duration"),
                values=tuple(round(each / 60 if is_long else each, 1) for each in durations),
                unit=_("minutes") if is_long else _("seconds"),
            ),
        ),
        severities=tuple(_severity(run) for run in ended),
        summary=_summarise(len(ended), failed),
        empty_text=_("No run yet."),
    )


def _summarise(n_runs: int, failed: int) -> str:
    if failed and n_runs == 1:
        return _("The last run failed; its bar is red.")
    if failed:
        return _n(
            "Of the last {runs} runs, {n} failed; its bar is red.",
            "Of the last {runs} runs, {n} failed; their bars are red.",
            failed,
            runs=n_runs,
        )
    return _("None of the last {runs} runs failed.", runs=n_runs) if n_runs > 1 else ""


def _count_people(run: RunSummary) -> float:
    return float(sum(getattr(run.counts, name) for name in _PEOPLE))


def _count_changes(run: RunSummary) -> float:
    return float(sum(n for name, n in Counts.as_dict(run.counts).items() if name not in _NO_CHANGE))


def _severity(run: RunSummary) -> Severity:
    """A run without a result was cut off."""
    if run.status is TickStatus.DONE:
        return Severity.PLAIN
    return Severity.WARNING if run.status is None else SEVERITIES[run.status]
