"""The command line `portsip-m365`: a demo without Microsoft, and the work of the plugin on a reference host.

All commands except `demo` call the program `pbx-devhost`, as an administrator would: the plugin does not import the
host. In a PortSIP PBX the same buttons are on the settings page.
"""

from __future__ import annotations

import functools
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pbx_plugin_api import PlanAction, PlanRef, load
from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.processes import ChildError, end_all, interrupted_by_termination
from portsip_m365_plugin.demo.show import Silent, Terminal, plan_table
from portsip_m365_plugin.demo.story import Demo
from portsip_m365_plugin.page.words import say_changes, say_plan_action, say_reason
from portsip_m365_plugin.terminal import let_click_speak, say, writes_all_letters
from portsip_m365_plugin.texts import _

__all__ = ["main"]

_INTERRUPTED: Final = 130
"""Exit code of a program that was interrupted."""
_PEOPLE_MAX: Final = 1_000_000
"""More do not fit into the memory of a usual machine."""


def fail(sentence: str) -> NoReturn:
    """Print one line on stderr and end with exit code 1."""
    click.echo(say(sentence), err=True)
    raise SystemExit(1)


def _print_json(shape: object) -> None:
    """Print one line of JSON, which is the same for every terminal's letters."""
    click.echo(json.dumps(shape, ensure_ascii=not writes_all_letters()))


let_click_speak()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        _("Microsoft 365 for the PortSIP PBX: a demo without Microsoft, and tools for a PBX that has the plugin.")
    ),
)
def main() -> None:
    """Hold the commands."""


@main.command(
    help=say(_("Show the plugin in one minute: a simulated Microsoft 365, a small PBX, people who arrive and change."))
)
@click.option(
    "--users",
    type=click.IntRange(max=_PEOPLE_MAX),
    default=500,
    show_default=True,
    help=say(_("How many people the simulated directory has.")),
)
@click.option("--once", is_flag=True, help=say(_("End after the syncs instead of serving the portal.")))
@click.option(
    "--json", "as_json", is_flag=True, help=say(_("Print one JSON summary and nothing else; implies --once."))
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help=say(_("Keep database and keys in this folder.")),
)
def demo(users: int, once: bool, as_json: bool, keep: Path | None) -> None:
    """Play the demo."""
    if users < 40:
        fail(_("--users: give at least {n}, so that there is an account of every kind", n=40))
    console = Console()
    with interrupted_by_termination(), tempfile.TemporaryDirectory(prefix="portsip-m365-demo-") as made:
        folder = keep or Path(made)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(_("--keep: {folder} cannot be made: {reason}", folder=str(folder), reason=str(error.strerror)))
        if (folder / "pbx.db").exists():
            fail(_("--keep: {folder} holds a PBX already; name another folder", folder=str(folder)))
        try:
            with Demo(folder, Silent() if as_json else Terminal(console), users=users, speaks=not as_json) as play:
                summary = play.play()
                if as_json:
                    _print_json(summary.as_json())
                elif not once:
                    _serve(play, console)
        except ChildError as error:
            fail(str(error))
        except KeyboardInterrupt:
            if as_json:
                raise SystemExit(_INTERRUPTED) from None
            console.print(say(_("Ended.")))
        finally:
            end_all()


def _serve(play: Demo, console: Console) -> None:
    portal = play.serve()
    lines = (
        "",
        _("The portal is at {address}", address=_bold(f"{play.portal}/login?domain=demo.pbx.local")),
        # Translators: how to sign in, aligned with the next line
        _(
            "  as administrator: user name {name}, password {password}",
            name=_bold("admin"),
            password=_bold(play.password),
        ),
        _(
            "  with Microsoft:   press the Microsoft icon, and choose or type {name} (no password: it is a simulation)",
            name=_bold(play.somebody()),
        ),
        _("It runs on this machine alone. Ctrl-C ends everything and leaves nothing behind."),
    )
    for line in lines:
        console.print(say(line), highlight=False)
    portal.wait()


def _bold(text: str) -> str:
    return f"[bold]{escape(text)}[/bold]"


def _on_a_pbx(name: str, help: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command that works on one tenant of a reference host."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @main.command(name, help=say(help))
        @click.argument("tenant", metavar="T")
        @click.option("--db", default="sqlite:///pbx-devhost.db", envvar="PBX_DEVHOST_DB", show_default=True)
        @click.option("--json", "as_json", is_flag=True, help=say(_("Print JSON.")))
        @functools.wraps(function)
        def call(tenant: str, db: str, as_json: bool, **more: Any) -> None:
            try:
                function(DevHost(db, speaks=not as_json), tenant, as_json, **more)
            except ChildError as error:
                fail(str(error))

        return call

    return decorate


@_on_a_pbx("plan", _("Show what a sync of tenant T would do now, and change nothing."))
def plan(pbx: DevHost, tenant: str, as_json: bool) -> None:
    """Preview, and print the plan."""
    run = pbx.run("action", tenant, "preview")[0]
    rows = pbx.run("plan-rows", tenant, run["id"])
    if as_json:
        _print_json({**run, "rows": rows})
        return
    Console().print(plan_table(load(PlanRef, run["plan"]), run["problem_counts"]))
    click.echo(run["message"])
    if sys.stdout.isatty():
        click.echo_via_pager(map(_describe_row, rows))
    else:
        for row in rows:
            click.echo(_describe_row(row), nl=False)


def _describe_row(row: Mapping[str, Any]) -> str:
    """Return one line of a plan: action, name, sign-in name, and what would change or why not."""
    changes = say_changes((each["field"], each["before"], each["after"]) for each in row["changes"])
    who = (row["display_name"] or "", row["login_name"] or row["subject"] or "")
    why = changes or row["detail"] or say_reason(row["reason"] or "")
    return "\t".join((say(say_plan_action(PlanAction(row["action"]))), *who, say(why))) + "\n"


@_on_a_pbx("sync", _("Sync tenant T now."))
@click.option("--confirm-first-plan", is_flag=True, help=say(_("Apply the tenant's first plan unseen.")))
@click.option("--full", is_flag=True, help=say(_("Read everybody again instead of the changes only.")))
def sync(pbx: DevHost, tenant: str, as_json: bool, confirm_first_plan: bool, full: bool) -> None:
    """Run a sync."""
    if full:
        runs, failure = pbx.try_run("action", tenant, "full_resync")
    else:
        options = ["--confirm-first-plan"] if confirm_first_plan else []
        runs, failure = pbx.try_run("tick", "--tenant", tenant, "--force", *options)
    if as_json and runs:
        _print_json(runs[0])
    elif runs and failure is None:
        click.echo(runs[0]["message"])
    if failure is not None:
        fail(failure)  # it has the run's message


@_on_a_pbx(
    "doctor",
    _(
        "Check everything that tenant T's features need, as “Test connection” does, and what its page reports.\n\n"
        "The exit code is 0 only if every feature that is on is known to work."
    ),
)
def doctor(pbx: DevHost, tenant: str, as_json: bool) -> None:
    """Check a tenant."""
    page = pbx.run("settings", "get", tenant, "--plugin", "m365")
    # In JSON the failure is a value, and so in English.
    tested, failure = pbx.try_run("action", tenant, "test_connection", "--plugin", "m365", in_english=as_json)
    found = tested or {}
    facts = [*page["facts"], *(found.get("facts") or [])]
    bad = next((fact for fact in page["facts"] if fact["severity"] == "bad"), None)
    if failure is None and not found["data"]["ok"]:
        failure = found["message"]
    if failure is None and bad is not None:
        failure = _("{label}: {value}", label=bad["label"], value=bad["value"])
    if as_json:
        checks = json.loads((found.get("data") or {}).get("checks", "[]"))
        connection = found["message"] if tested else failure
        shape = {"ok": failure is None, "checks": checks, "facts": facts, "connection": connection}
        _print_json(shape)
    else:
        _print_facts(facts)
        if failure is None:
            click.echo(tested["message"])
    if failure is not None:
        fail(failure)


def _print_facts(facts: list[dict[str, Any]]) -> None:
    """Print one line for each fact; below it what to do, if something is."""
    table = _facts_table()
    for fact in facts:
        remedy = f"\n→ {fact['help']}" if fact.get("help") and fact["severity"] in ("bad", "warning") else ""
        style = {"bad": "red", "warning": "yellow", "good": "green"}.get(fact["severity"], "")
        table.add_row(escape(fact["label"]), escape(fact["value"] + remedy), style=style)
    Console().print(table)


def _facts_table() -> Table:
    """Return a table of labels and values. A long line goes on below: Chinese has no spaces, and rich would cut it."""
    table = Table(show_header=False)
    for _each in range(2):
        table.add_column(overflow="fold")
    return table


@_on_a_pbx(
    "explain",
    _(
        "Say whether WHO is synced by tenant T, and if not, which rule leaves them out.\n\n"
        "WHO is a sign-in name, an address (also an alias) or an object id. The exit code is 0 whenever there is an"
        " answer."
    ),
)
@click.argument("who", metavar="WHO")
def explain(pbx: DevHost, tenant: str, as_json: bool, who: str) -> None:
    """Explain a person."""
    done = pbx.run("action", tenant, "explain", f"who={who}", "--plugin", "m365")
    if as_json:
        _print_json(done["data"])
        return
    table = _facts_table()
    for fact in done["facts"]:
        table.add_row(escape(fact["label"]), escape(fact["value"]))
    Console().print(table)
    click.echo(done["message"])


@_on_a_pbx("send-test", _("Send a test mail from tenant T's mailbox, the same way as any other mail."))
@click.option("--to", default="", metavar="ADDRESS", help=say(_("The tab's recipients if not given.")))
def send_test(pbx: DevHost, tenant: str, as_json: bool, to: str) -> None:
    """Send a test mail."""
    done = pbx.run("action", tenant, "send_test_mail", f"to={to}", "--plugin", "m365")
    if as_json:
        _print_json(done)
    else:
        click.echo(done["message"])


if __name__ == "__main__":
    main()
