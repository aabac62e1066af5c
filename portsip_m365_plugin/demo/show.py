"""Shows the demo on a terminal, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pbx_plugin_api import PlanRef, Stage
from portsip_m365_plugin.demo.devhost import Progress as Listener
from portsip_m365_plugin.demo.story import Step, Sync

_ACTIONS: Final = ("created", "linked", "updated", "enabled", "disabled", "deleted", "skipped")
_FIELDS: Final = ("display_name", "email", "department", "work_phone", "mobile_phone", "extension_number", "enabled")
_STAGES: Final[Mapping[str, str]] = {
    Stage.READ: "Reading people from Microsoft",
    Stage.MAILBOXES: "Looking at mailboxes",
    Stage.APPLY: "Writing users to the PBX",
    Stage.CONTACTS: "Reading contacts",
    Stage.PHOTOS: "Reading photos",
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
        self._console.print(text, highlight=False)

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
                tasks[stage] = bar.add_task(_STAGES.get(stage, stage.capitalize()), total=total)
            bar.update(tasks[stage], completed=done, total=total if total is not None else done)

        return listen

    def show_sync(self, sync: Sync) -> None:
        """See `Narrator`."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._console.print(
            f"[bold]{sync.title}:[/bold] {escape(sync.message)}"
            f" {sync.requests} request{'s' if sync.requests != 1 else ''} to Microsoft Graph, {sync.seconds} s.",
            highlight=False,
        )

    def show_steps(self, steps: list[Step]) -> None:
        """See `Narrator`."""
        table = Table(title="Meanwhile, at Microsoft", title_justify="left")
        table.add_column("What")
        table.add_column("Who")
        for step in steps:
            table.add_row(step.what, step.who)
        self._console.print(table)

    def show_users(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """See `Narrator`."""
        table = Table(title="What changed in the PBX", title_justify="left")
        for column in ("Extension", "Name", "What"):
            table.add_column(column)
        for oid, user in after.items():
            change = _describe(before.get(oid), user)
            if change:
                table.add_row(user["extension_number"], user["display_name"], change)
        self._console.print(table)


def plan_table(plan: PlanRef, problems: Mapping[str, int]) -> Table:
    """Return a plan as a table: what would be done, how many people are left out, and why."""
    table = Table(title="The plan, before anything is done", title_justify="left")
    table.add_column("What")
    table.add_column("People", justify="right")
    for name in _ACTIONS:
        count = getattr(plan.counts, name)
        if count:
            table.add_row(name, str(count))
    for reason, count in problems.items():
        table.add_row(f"  {reason.replace('_', ' ')}", str(count), style="dim")
    return table


def _describe(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return "new user"
    if before["enabled"] != after["enabled"]:
        if after["enabled"]:
            return "enabled again"
        return f"disabled: {str(after['disabled_reason']).replace('_', ' ')}"
    changed = [name for name in _FIELDS if before[name] != after[name]]
    return "; ".join(
        f"{name.replace('_', ' ')}: {before[name] or '(empty)'} → {after[name] or '(empty)'}" for name in changed
    )
