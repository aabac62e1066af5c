"""Shows the demo on a terminal, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pbx_plugin_api import PlanRef, Stage, sentences
from portsip_m365_plugin.demo.devhost import Progress as Listener
from portsip_m365_plugin.demo.story import Step, Sync
from portsip_m365_plugin.page.words import say_changes, say_reason
from portsip_m365_plugin.terminal import say
from portsip_m365_plugin.texts import _, _n, _p

_ACTIONS: Final[Mapping[str, str]] = {
    "created": _p("people in a plan", "created"),
    "linked": _p("people in a plan", "linked"),
    "updated": _p("people in a plan", "updated"),
    "enabled": _p("people in a plan", "enabled"),
    "disabled": _p("people in a plan", "disabled"),
    "deleted": _p("people in a plan", "deleted"),
    "skipped": _p("people in a plan", "skipped"),
}
_FIELDS: Final = ("display_name", "email", "department", "work_phone", "mobile_phone", "extension_number", "enabled")
_STAGES: Final[Mapping[str, str]] = {
    Stage.READ: _("Reading people from Microsoft"),
    Stage.MAILBOXES: _("Looking at mailboxes"),
    Stage.APPLY: _("Writing users to the PBX"),
    Stage.CONTACTS: _("Reading contacts"),
    Stage.PHOTOS: _("Reading photos"),
}


class Silent:
    """Shows nothing: for `--json`."""

    def say(self, text: str) -> None:
        """See `Narrator`."""

    def show_plan(self, plan: PlanRef, problems: Mapping[str, int]) -> None:
        """See `Narrator`."""

    def progress(self) -> Listener:
        """See `Narrator`."""
        return lambda _stage, _done, _total: None

    def show_sync(self, sync: Sync) -> None:
        """See `Narrator`."""

    def show_steps(self, steps: list[Step]) -> None:
        """See `Narrator`."""

    def show_users(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """See `Narrator`."""


class Terminal:
    """Shows the demo on a terminal, with progress bars and tables."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None

    def say(self, text: str) -> None:
        """See `Narrator`."""
        self._console.print(escape(say(text)), highlight=False)

    def show_plan(self, plan: PlanRef, problems: Mapping[str, int]) -> None:
        """See `Narrator`."""
        self._console.print(plan_table(plan, problems))

    def progress(self) -> Listener:
        """See `Narrator`."""
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console,
        )  # fmt: skip
        bar.start()
        self._bar = bar
        tasks: dict[str, Any] = {}

        def listen(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(say(_STAGES.get(stage, stage.capitalize())), total=total)
            bar.update(tasks[stage], completed=done, total=total if total is not None else done)

        return listen

    def show_sync(self, sync: Sync) -> None:
        """See `Narrator`."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        title = f"[bold]{escape(say(sync.title))}[/bold]"
        done = say(sentences(escape(sync.message), _say_cost(sync)))
        self._console.print(say(_("{label}: {value}", label=title, value=done)), highlight=False)

    def show_steps(self, steps: list[Step]) -> None:
        """See `Narrator`."""
        table = Table(title=say(_("Meanwhile, at Microsoft")), title_justify="left")
        table.add_column(say(_("What")), overflow="fold")
        table.add_column(say(_("Who")), overflow="fold")
        for step in steps:
            table.add_row(say(step.what), escape(step.who))
        self._console.print(table)

    def show_users(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """See `Narrator`."""
        table = Table(title=say(_("What changed in the PBX")), title_justify="left")
        for column in (_("Extension"), _("Name"), _("What")):
            table.add_column(say(column), overflow="fold")
        for oid, user in after.items():
            change = _describe(before.get(oid), user)
            if change:
                table.add_row(user["extension_number"], escape(user["display_name"]), escape(say(change)))
        self._console.print(table)


def plan_table(plan: PlanRef, problems: Mapping[str, int]) -> Table:
    """Return a plan as a table: what would be done, how many people are left out, and why."""
    table = Table(title=say(_("The plan, before anything is done")), title_justify="left")
    table.add_column(say(_("What")), overflow="fold")
    table.add_column(say(_("People")), justify="right")
    for name, word in _ACTIONS.items():
        count = getattr(plan.counts, name)
        if count:
            table.add_row(say(word), str(count))
    for reason, count in problems.items():
        table.add_row(f"  {escape(say(say_reason(reason)))}", str(count), style="dim")
    return table


def _describe(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return _("new user")
    if before["enabled"] != after["enabled"]:
        if after["enabled"]:
            return _("enabled again")
        return _("disabled: {reason}", reason=say_reason(str(after["disabled_reason"])))
    return say_changes((name, before[name], after[name]) for name in _FIELDS if before[name] != after[name])


def _say_cost(sync: Sync) -> str:
    return _n(
        "{n:,} request to Microsoft Graph, {seconds} s.",
        "{n:,} requests to Microsoft Graph, {seconds} s.",
        sync.requests,
        seconds=sync.seconds,
    )
