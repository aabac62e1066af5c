"""Commands about runs: run the tenants that are due, read the run log."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import NUMBER_MAX, CliContext, command, fail, print_rows, read_time, to_json
from pbx_devhost.runs.ending import stop_gently
from pbx_devhost.runs.runner import Runner, RunResult
from pbx_devhost.texts import _
from pbx_plugin_api import InvalidValueError, TickReason, read_plan_rows


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    command(main, "tick", _("Run the tenants that are due."))(_tick)
    command(main, "runs", _("Print the run log, newest first."))(_list_runs)
    command(main, "plan-rows", _("Print the whole plan that RUN made for tenant T, one row a change."))(_list_plan_rows)


@click.option("--tenant", "tenant_key")
@option("--at", "at", metavar="ISO-TIME", help=_("Start this command's clock at this time."))
@option("--force", is_flag=True, help=_("Run them also if they are not due."))
@option("--confirm-first-plan", is_flag=True, help=_("Apply a tenant's first plan without approval."))
@option("--progress", is_flag=True, help=_("Print the progress on stderr, one JSON object a line."))
def _tick(
    context: CliContext, tenant_key: str | None, at: str | None, force: bool, confirm_first_plan: bool, progress: bool
) -> None:
    if at is not None:
        context.set_time(read_time(at))
    pbx = context.pbx
    pbx.on_progress = _print_progress if progress else None
    stop_gently(pbx)
    chosen = [context.tenant(tenant_key)] if tenant_key else pbx.stores.tenants.all()
    if force:
        work = [(item, plugin) for item in chosen for plugin in pbx.plugins.tick_plugins(item)]
    else:
        by_id = {item.pbx_tenant_id: item for item in chosen}
        pbx.stores.processes.bury()
        who = pbx.stores.leases.who_is_due(pbx.stores.database.now())
        due = [(by_id[item.tenant_id], item.plugin) for item in who if item.tenant_id in by_id]
        work = [(item, plugin) for item, plugin in due if plugin in pbx.plugins.tick_plugins(item)]
    runner, reason = Runner(pbx), TickReason.FORCED if force else TickReason.DUE
    results = [runner.run(item, plugin, reason, confirm_first_plan=confirm_first_plan) for item, plugin in work]
    if force and not results:
        fail(_("nothing was run: no plugin that runs periodically is loaded and enabled (see: pbx-devhost plugins)"))
    if not results and not context.as_json:
        click.echo(say(_("No tenant is due.")))
    print_runs(context, results)


def _print_progress(stage: str, done: int, total: int | None) -> None:
    click.echo(json.dumps({"stage": stage, "done": done, "total": total}), err=True)


def print_runs(context: CliContext, results: Sequence[RunResult]) -> None:
    """Print the results of runs. The exit code is 1 unless all of them are done."""
    if context.as_json:
        click.echo(to_json(context, [views.show_result(context.pbx, result) for result in results]))
    else:
        for result in results:
            click.echo(say(views.describe_result(result)))
    bad = [result for result in results if not result.is_done]
    if bad:
        fail("; ".join(say([_describe_bad(result) for result in bad])))


def _describe_bad(result: RunResult) -> str:
    """Return why a run did not do what was asked."""
    # Translators: why the run of a tenant was not done.
    return _("{tenant}: {reason}", tenant=result.tenant.name, reason=result.sentence or _("not done"))


@click.argument("tenant_key", metavar="T")
@click.option("--limit", type=click.IntRange(1, NUMBER_MAX))
def _list_runs(context: CliContext, tenant_key: str, limit: int | None) -> None:
    stores, chosen = context.pbx.stores, context.tenant(tenant_key)
    rows = (views.show_run(context.pbx, row) for row in stores.runs.rows(chosen.pbx_tenant_id, limit=limit))
    print_rows(context, rows, ("started_at", "status", "reason", "requests", "message"))


@click.argument("tenant_key", metavar="T")
@click.argument("run_id", metavar="RUN")
def _list_plan_rows(context: CliContext, tenant_key: str, run_id: str) -> None:
    stores, chosen = context.pbx.stores, context.tenant(tenant_key)
    run = stores.runs.get(run_id)
    if run is None or run.tenant_id != chosen.pbx_tenant_id or not run.plan:
        fail(_("there is no plan of a run {run_id} of {name} (see: pbx-devhost runs)", run_id=run_id, name=chosen.name))
    blob, blobs = json.loads(run.plan).get("rows_blob"), stores.blobs(chosen.pbx_tenant_id)
    if blob is None or blobs.info(blob) is None:
        fail(_("the rows of the plan of run {run_id} have expired; make another plan", run_id=run_id))
    try:
        with blobs.open(blob) as file:
            rows = map(views.show_plan_row, read_plan_rows(file))
            print_rows(context, rows, ("action", "display_name", "login_name", "extension_number", "reason", "detail"))
    except InvalidValueError:
        fail(
            _(
                "another version wrote the plan of run {run_id}, and this one cannot read it; make another plan",
                run_id=run_id,
            )
        )
