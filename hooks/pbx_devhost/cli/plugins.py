"""Commands about plugins: on and off, settings, buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.headings import STEP_STATES
from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import (
    VIEWER,
    CliContext,
    ask_first,
    command,
    fail,
    group,
    print_rows,
    print_shape,
    print_table,
    read_pairs,
    to_json,
)
from pbx_devhost.cli.runs import print_runs
from pbx_devhost.portal.signin.admission import add_person
from pbx_devhost.runs.ending import stop_gently
from pbx_devhost.runs.runner import Runner
from pbx_devhost.switching import ask_switch_off, switch_plugin
from pbx_devhost.texts import _
from pbx_devhost.texts import say as say_error
from pbx_plugin_api import (
    ActionRequest,
    AddPerson,
    Confirmation,
    Done,
    Download,
    LoginTest,
    Refused,
    SaveConflict,
    Saved,
    SaveRefused,
    SettingsPage,
    Started,
    TickReason,
    listing,
    sentences,
)

_SAVES_MAX = 10


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    plugins = group(main, "plugins", _("List the plugins, or switch one on or off."), alone=_list_plugins)
    command(plugins, "enable", _("Switch a plugin on."))(_enable_plugin)
    command(plugins, "disable", _("Switch a plugin off."))(_disable_plugin)
    settings = group(main, "settings", _("A plugin's settings for a tenant, through the plugin's page."))
    command(
        settings,
        "get",
        _("Print the settings, facts and steps of a tenant's page (with --json also its actions and tables)."),
    )(_get_settings)
    command(settings, "set", _("Change settings. The plugin checks them and reports all errors at once."))(
        _set_settings
    )
    command(
        main,
        "action",
        _(
            "Press a button of a plugin's page and wait for its end. Values that are not given are those of "
            "the page.\n"
            "\n"
            "On a terminal it asks first, like the page. Without one it does not ask, but what cannot be "
            "undone needs --yes."
        ),
    )(_run_action)


def _list_plugins(context: CliContext) -> None:
    rows = map(views.show_plugin, context.pbx.plugins.plugins())
    print_rows(context, rows, ("name", "version", "status", "reason"))


@click.argument("name")
@click.option("--tenant", "tenant_key")
def _enable_plugin(context: CliContext, name: str, tenant_key: str | None) -> None:
    _switch(context, name, tenant_key, True)


@click.argument("name")
@click.option("--tenant", "tenant_key")
@option("--yes", is_flag=True, help=_("Do it without asking."))
def _disable_plugin(context: CliContext, name: str, tenant_key: str | None, yes: bool) -> None:
    _switch(context, name, tenant_key, False, yes=yes)


def _switch(context: CliContext, name: str, tenant_key: str | None, enabled: bool, *, yes: bool = False) -> None:
    chosen = context.tenant(tenant_key) if tenant_key else None
    try:
        if not enabled and not yes:
            ask_first(ask_switch_off(context.pbx, name, chosen))
        state, sentence = switch_plugin(context.pbx, name, chosen, enabled, actor=VIEWER.username)
    except KeyError as error:
        fail(say_error(error))
    shape = {"name": name, "enabled": enabled, "tenant": tenant_key, "in_force": state.is_in_force, "message": sentence}
    print_shape(context, shape, sentence)


@click.argument("tenant_key", metavar="T")
@click.option("--plugin")
def _get_settings(context: CliContext, tenant_key: str, plugin: str | None) -> None:
    answer = context.pbx.page(context.tenant(tenant_key), VIEWER, plugin=plugin)
    if answer.value is None:
        fail(answer.sentence)
    shown = views.show_page(answer.value)
    if context.as_json:
        print_shape(context, shown, "")
        return
    for name, value in shown["values"].items():
        click.echo(f"{name}={value}")
    for headline in shown["headlines"].values():
        click.echo(f"# {say(headline)}")
    for fact in shown["facts"]:
        click.echo(f"# {say(fact['label'])}: {say(fact['value'])}")
    for number, step in enumerate(shown["steps"], 1):
        title, state = step["title"], STEP_STATES[step["state"]]
        line = _("Step {n}, {title}: {state}.", n=number, title=title, state=state)
        if step["is_next"]:
            line = _("Step {n}, {title}: {state}, next.", n=number, title=title, state=state)
        click.echo(f"# {say(sentences(line, step['detail'], step['remedy']))}")


@click.argument("tenant_key", metavar="T")
@click.argument("pairs", nargs=-1, required=True, metavar="key=value…")
@click.option("--plugin")
def _set_settings(context: CliContext, tenant_key: str, pairs: tuple[str, ...], plugin: str | None) -> None:
    chosen, values = context.tenant(tenant_key), read_pairs(pairs)
    page = context.pbx.page(chosen, VIEWER, plugin=plugin, names=next(iter(values)))
    if page.value is None:
        fail(page.sentence)
    unknown = sorted(set(values) - set(page.value.field_names()))
    if unknown:
        fail(
            _(
                "{wrong}: there is no such setting; settings: {names}",
                wrong=listing(unknown),
                names=listing(page.value.field_names()),
            )
        )
    answer = context.pbx.save(page.plugin, chosen, VIEWER, values, page.value.version)
    for __ in range(_SAVES_MAX):
        if not isinstance(answer.value, SaveConflict):
            break  # otherwise somebody saved other settings in this moment: these are named, and do not touch them
        answer = context.pbx.save(page.plugin, chosen, VIEWER, values, answer.value.current_version)
    outcome = answer.value
    if isinstance(outcome, Saved):
        print_shape(context, {"version": outcome.version, "message": outcome.message}, outcome.message)
    elif isinstance(outcome, SaveRefused):
        if context.as_json:
            shape = [{"field": error.field, "message": error.message} for error in outcome.errors]
            click.echo(to_json(context, {"errors": shape}))
        errors = say(outcome.errors)
        fail("; ".join(f"{each.field}: {each.message}" if each.field else each.message for each in errors))
    elif isinstance(outcome, SaveConflict):
        fail(_("the settings were changed by another person in the meantime; read them again"))
    else:
        fail(answer.sentence or _("the plugin has no settings page any more"))


@click.argument("tenant_key", metavar="T")
@click.argument("name")
@click.argument("pairs", nargs=-1, metavar="key=value…")
@option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("Where a download is written."))
@click.option("--plugin")
@option("--yes", is_flag=True, help=_("Do it without asking."))
def _run_action(
    context: CliContext,
    tenant_key: str,
    name: str,
    pairs: tuple[str, ...],
    out: Path | None,
    plugin: str | None,
    yes: bool,
) -> None:
    chosen = context.tenant(tenant_key)
    page = context.pbx.page(chosen, VIEWER, plugin=plugin, names=name)
    as_drawn = _parameters_of(page.value, name) if page.value is not None else {}
    request = ActionRequest(action=name, values=as_drawn | read_pairs(pairs), viewer=VIEWER.username)
    question = context.pbx.confirm(page.plugin, chosen, VIEWER, request)
    if isinstance(question.value, Confirmation) and not yes:
        ask_first(question.value)
    elif isinstance(question.value, Refused):
        fail(sentences(question.value.message, question.value.remedy))
    elif not question.ok:
        fail(question.sentence)
    answer = context.pbx.press(page.plugin, chosen, VIEWER, request)
    outcome = answer.value
    if isinstance(outcome, AddPerson):
        outcome = add_person(context.pbx, chosen, outcome.typed, VIEWER.username)
    if isinstance(outcome, Done):
        _print_done(context, outcome, out)
    elif isinstance(outcome, Download):
        _print_download(context, outcome, out)
    elif isinstance(outcome, Started):
        stop_gently(context.pbx)
        result = Runner(context.pbx).run(chosen, page.plugin, TickReason.JOB, job=outcome.job, request=request)
        print_runs(context, [result])
    elif isinstance(outcome, LoginTest):
        fail(_("{name} needs a browser: press its button on the plugin's page of the portal", name=name))
    elif isinstance(outcome, Refused):
        _print_refused(context, outcome)
    else:
        fail(answer.sentence or _("the plugin has no settings page any more"))


def _parameters_of(page: SettingsPage, name: str) -> dict[str, str]:
    actions = (action for tab in page.tabs for action in tab.actions if action.name == name)
    return {field.name: field.value for action in actions for field in action.parameters}


def _print_done(context: CliContext, done: Done, out: Path | None) -> None:
    ending = _write(done.download, out) if done.download is not None else ""
    shape = views.show_done(done)
    if done.download is not None:
        shape |= _describe(done.download, out)
    print_shape(context, shape, sentences(done.message, ending))
    if context.as_json:
        return
    for fact in done.facts:
        click.echo(f"{say(fact.label)}: {say(fact.value)}")
    for table in done.tables:
        print_table(table.columns, [dict(zip(table.columns, row, strict=True)) for row in table.rows])


def _print_refused(context: CliContext, refused: Refused) -> NoReturn:
    """Print what was found besides, then the one line on stderr."""
    if context.as_json:
        click.echo(to_json(context, views.show_refused(refused)))
    else:
        for fact in refused.facts:
            click.echo(f"{say(fact.label)}: {say(fact.value)}")
    fail(sentences(refused.message, refused.remedy))


def _print_download(context: CliContext, download: Download, out: Path | None) -> None:
    ending = _write(download, out)
    message = download.message or _("{file} is ready.", file=download.filename)
    print_shape(context, _describe(download, out) | {"message": download.message}, sentences(message, ending))


def _write(download: Download, out: Path | None) -> str:
    """Write a file where it was asked to, and return the sentence that says so."""
    if out is None:
        return _("Add --out FILE to write {file}.", file=download.filename)
    try:
        out.write_bytes(download.content)
    except OSError as error:
        fail(_("--out: {out} cannot be written: {reason}", out=str(out), reason=str(error.strerror)))
    return _("Written to {file}.", file=str(out))


def _describe(download: Download, out: Path | None) -> dict[str, Any]:
    size_bytes = len(download.content)
    return {"filename": download.filename, "size_bytes": size_bytes, "out": str(out) if out else None}
