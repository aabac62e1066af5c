"""The command line of the reference host: everything the portal can do, for scripts and for tests.

Exit code 0 only when what was asked was done; otherwise one clear line on stderr.
"""

from __future__ import annotations

import functools
import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NoReturn

import click

from pbx_devhost import views
from pbx_devhost.core import Pbx, PluginChoiceError
from pbx_devhost.database import DatabaseError
from pbx_devhost.runner import Runner, RunResult
from pbx_devhost.tenants import TenantError
from pbx_devhost.users import UserError
from pbx_devhost.vault import VaultError
from pbx_plugin_api import (
    ActionRequest,
    CompanyBook,
    Done,
    Download,
    PersonalBook,
    Refused,
    SaveConflict,
    Saved,
    SaveRefused,
    Started,
    Tenant,
    TickReason,
    UserLink,
    Viewer,
)

__all__ = ["main"]

_VIEWER = Viewer(username="command line")
_EXPECTED = (DatabaseError, TenantError, UserError, VaultError, PluginChoiceError, ValueError, KeyError)


class _Context:
    """What every command gets: the PBX, opened when first needed, and how to print."""

    def __init__(self, url: str, as_json: bool) -> None:
        self.url, self.as_json = url, as_json
        self._shift_s: float | None = None
        self._pbx: Pbx | None = None

    @property
    def pbx(self) -> Pbx:
        if self._pbx is None:
            self._pbx = Pbx(self.url, now=self._now)
        return self._pbx

    def set_time(self, moment: datetime) -> None:
        """Let this command's clock begin at another time; it goes on from there."""
        self._shift_s = moment.timestamp() - time.time()

    def _now(self) -> float:
        return time.time() + (self._shift_s or 0.0)

    def tenant(self, key: str) -> Tenant:
        return self.pbx.stores.tenants.find(key)


def fail(sentence: str) -> NoReturn:
    """Print one line on stderr and end with exit code 1."""
    click.echo(sentence, err=True)
    raise SystemExit(1)


def _command(group: click.Group, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command that takes `--json` and turns expected failures into one line."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
        @click.pass_obj
        @functools.wraps(function)
        def call(context: _Context, /, *args: Any, as_json: bool, **kwargs: Any) -> None:
            context.as_json = context.as_json or as_json
            try:
                function(context, *args, **kwargs)
            except _EXPECTED as error:
                fail(str(error.args[0]) if isinstance(error, KeyError) else str(error))

        return group.command(name)(call)

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", "url", default="sqlite:///pbx-devhost.db", envvar="PBX_DEVHOST_DB", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--verbose", is_flag=True, help="Print the log on stderr.")
@click.pass_context
def main(context: click.Context, url: str, as_json: bool, verbose: bool) -> None:
    """Run a small PBX core with its plugins."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        stream=sys.stderr,
        format="%(levelname)s %(name)s: %(message)s",
    )
    context.obj = _Context(url, as_json)


# ---------------------------------------------------------------------- tenants


@main.group()
def tenant() -> None:
    """Tenants of the PBX."""


@_command(tenant, "add")
@click.argument("name")
@click.option("--sip-domain")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--country", default="US", show_default=True)
@click.option("--web-origin", default="https://localhost:8887", show_default=True)
@click.option("--sbc-origin")
@click.option("--user-limit", type=int)
def add_tenant(context: _Context, name: str, **fields: Any) -> None:
    """Add a tenant."""
    added = context.pbx.stores.tenants.add(name, **fields)
    _print(context, views.show_tenant(context.pbx, added), f"Added {added.name} ({added.sip_domain}).")


@_command(tenant, "list")
def list_tenants(context: _Context) -> None:
    """List the tenants."""
    rows = [views.show_tenant(context.pbx, item) for item in context.pbx.stores.tenants.all()]
    _print_rows(context, iter(rows), ("name", "sip_domain", "time_zone", "country", "web_origin"))


# ---------------------------------------------------------------------- plugins


@main.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def plugins(click_context: click.Context, as_json: bool) -> None:
    """List the plugins, or switch one on or off."""
    context: _Context = click_context.obj
    context.as_json = context.as_json or as_json
    if click_context.invoked_subcommand is None:
        try:
            rows = [views.show_plugin(state) for state in context.pbx.plugins.plugins()]
        except _EXPECTED as error:
            fail(str(error))
        _print_rows(context, iter(rows), ("name", "version", "status", "reason"))


def _switch(context: _Context, name: str, tenant_key: str | None, enabled: bool) -> None:
    chosen = context.tenant(tenant_key) if tenant_key else None
    context.pbx.plugins.set_enabled(name, enabled, chosen)
    word = "enabled" if enabled else "disabled"
    tenant_id = chosen.pbx_tenant_id if chosen else None
    context.pbx.stores.audit.record(tenant_id, _VIEWER.username, f"plugin.{word}", subject=name)
    where = f"for {chosen.name}" if chosen else "for the whole PBX"
    _print(context, {"name": name, "enabled": enabled, "tenant": tenant_key}, f"{name} is {word} {where}.")


@_command(plugins, "enable")
@click.argument("name")
@click.option("--tenant", "tenant_key")
def enable_plugin(context: _Context, name: str, tenant_key: str | None) -> None:
    """Switch a plugin on."""
    _switch(context, name, tenant_key, True)


@_command(plugins, "disable")
@click.argument("name")
@click.option("--tenant", "tenant_key")
def disable_plugin(context: _Context, name: str, tenant_key: str | None) -> None:
    """Switch a plugin off."""
    _switch(context, name, tenant_key, False)


# ---------------------------------------------------------------------- settings and actions


@main.group()
def settings() -> None:
    """A plugin's settings of a tenant, through the plugin's own page."""


@_command(settings, "get")
@click.argument("tenant_key", metavar="T")
@click.option("--plugin")
def get_settings(context: _Context, tenant_key: str, plugin: str | None) -> None:
    """Print the settings, facts and actions of a tenant's page."""
    chosen = context.tenant(tenant_key)
    answer = context.pbx.page(chosen, _VIEWER, plugin=plugin)
    if answer.value is None:
        fail(answer.sentence)
    shown = views.show_page(answer.value)
    if context.as_json:
        _print(context, shown, "")
        return
    for name, value in shown["values"].items():
        click.echo(f"{name}={value}")
    for fact in shown["facts"]:
        click.echo(f"# {fact['label']}: {fact['value']}")


@_command(settings, "set")
@click.argument("tenant_key", metavar="T")
@click.argument("pairs", nargs=-1, required=True, metavar="key=value…")
@click.option("--plugin")
def set_settings(context: _Context, tenant_key: str, pairs: tuple[str, ...], plugin: str | None) -> None:
    """Change settings; the plugin checks them, and every fault is told at once."""
    chosen, values = context.tenant(tenant_key), _read_pairs(pairs)
    page = context.pbx.page(chosen, _VIEWER, plugin=plugin, names=next(iter(values)))
    if page.value is None:
        fail(page.sentence)
    unknown = sorted(set(values) - set(page.value.field_names()))
    if unknown:
        fail(f"{unknown[0]}: there is no such setting; settings: {', '.join(page.value.field_names())}")
    answer = context.pbx.save(page.plugin, chosen, _VIEWER, values, page.value.version)
    outcome = answer.value
    if isinstance(outcome, Saved):
        _print(context, {"version": outcome.version, "message": outcome.message}, outcome.message)
    elif isinstance(outcome, SaveRefused):
        if context.as_json:
            errors = [{"field": error.field, "message": error.message} for error in outcome.errors]
            click.echo(json.dumps({"errors": errors}, ensure_ascii=False))
        fail("\n".join(f"{error.field}: {error.message}" if error.field else error.message for error in outcome.errors))
    elif isinstance(outcome, SaveConflict):
        fail("somebody else saved meanwhile; look at the settings again")
    else:
        fail(answer.sentence or "the page is gone")


@_command(main, "action")
@click.argument("tenant_key", metavar="T")
@click.argument("name")
@click.argument("pairs", nargs=-1, metavar="key=value…")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where a download is written.")
@click.option("--plugin")
def run_action(
    context: _Context, tenant_key: str, name: str, pairs: tuple[str, ...], out: Path | None, plugin: str | None
) -> None:
    """Press a button of a plugin's page; long ones are waited for."""
    chosen = context.tenant(tenant_key)
    page = context.pbx.page(chosen, _VIEWER, plugin=plugin, names=name)
    request = ActionRequest(action=name, values=_read_pairs(pairs), viewer=_VIEWER.username)
    answer = context.pbx.press(page.plugin, chosen, _VIEWER, request)
    outcome = answer.value
    if isinstance(outcome, Done):
        _print(context, views.show_done(outcome), outcome.message)
        if not context.as_json:
            for fact in outcome.facts:
                click.echo(f"{fact.label}: {fact.value}")
            for table in outcome.tables:
                _print_table(table.columns, [dict(zip(table.columns, row, strict=True)) for row in table.rows])
    elif isinstance(outcome, Download):
        where = out
        if where is not None:
            where.write_bytes(outcome.content)
        shown = {"filename": outcome.filename, "message": outcome.message, "size_bytes": len(outcome.content)}
        told = outcome.message or f"{outcome.filename} is ready."
        ending = f" Written to {where}." if where else " Add --out FILE to write it."
        _print(context, shown | {"out": str(where) if where else None}, told + ending)
    elif isinstance(outcome, Started):
        result = Runner(context.pbx).run(chosen, page.plugin, TickReason.JOB, job=outcome.job, request=request)
        _print_runs(context, [result])
    elif isinstance(outcome, Refused):
        fail(f"{outcome.message} {outcome.remedy}".strip())
    else:
        fail(answer.sentence or "the page is gone")


# ---------------------------------------------------------------------- runs


@_command(main, "tick")
@click.option("--tenant", "tenant_key")
@click.option("--at", "at", metavar="ISO-TIME", help="Let this command's clock begin there.")
@click.option("--force", is_flag=True, help="Whether due or not.")
@click.option("--confirm-first-plan", is_flag=True, help="Apply a tenant's first plan unseen.")
@click.option("--progress", is_flag=True, help="Print how far it is on stderr, a JSON object a line.")
def tick(
    context: _Context, tenant_key: str | None, at: str | None, force: bool, confirm_first_plan: bool, progress: bool
) -> None:
    """Run the tenants that are due."""
    if at is not None:
        context.set_time(_read_time(at))
    pbx = context.pbx
    pbx.on_progress = _print_progress if progress else None
    _stop_gently(pbx)
    chosen = [context.tenant(tenant_key)] if tenant_key else pbx.stores.tenants.all()
    runner, results = Runner(pbx), []
    if force:
        work = [(item, plugin) for item in chosen for plugin in pbx.plugins.tick_plugins(item)]
    else:
        by_id = {item.pbx_tenant_id: item for item in chosen}
        who = pbx.stores.leases.who_is_due(pbx.stores.database.now())
        work = [(by_id[due.tenant_id], due.plugin) for due in who if due.tenant_id in by_id]
    reason = TickReason.FORCED if force else TickReason.DUE
    for item, plugin in work:
        results.append(runner.run(item, plugin, reason, confirm_first_plan=confirm_first_plan))
    if not results and not context.as_json:
        click.echo("Nobody is due." if not force else "No plugin has periodic work.")
    _print_runs(context, results)


def _print_progress(stage: str, done: int, total: int | None) -> None:
    click.echo(json.dumps({"stage": stage, "done": done, "total": total}), err=True)


def _print_runs(context: _Context, results: list[RunResult]) -> None:
    if context.as_json:
        click.echo(json.dumps([views.show_result(context.pbx, result) for result in results], ensure_ascii=False))
    for result in results:
        if not context.as_json:
            click.echo(views.describe_result(result))
    bad = [result for result in results if not result.is_done]
    if bad:
        fail("; ".join(f"{result.tenant.name}: {result.sentence or 'not done'}" for result in bad))


@_command(main, "runs")
@click.argument("tenant_key", metavar="T")
@click.option("--limit", type=int)
def list_runs(context: _Context, tenant_key: str, limit: int | None) -> None:
    """Print the run log, newest first."""
    stores, chosen = context.pbx.stores, context.tenant(tenant_key)
    rows = (views.show_run(context.pbx, row) for row in stores.runs.rows(chosen.pbx_tenant_id, limit=limit))
    _print_rows(context, rows, ("started_at", "status", "reason", "requests", "message"))


@_command(main, "audit")
@click.argument("tenant_key", metavar="T")
@click.option("--limit", type=int)
def list_audit(context: _Context, tenant_key: str, limit: int | None) -> None:
    """Print the audit log, newest first."""
    lines = context.pbx.stores.audit.lines(context.tenant(tenant_key).pbx_tenant_id, limit=limit)
    _print_rows(context, map(views.show_audit, lines), ("at", "actor", "event", "outcome", "subject", "detail"))


# ---------------------------------------------------------------------- users and contacts


@_command(main, "users")
@click.argument("tenant_key", metavar="T")
def list_users(context: _Context, tenant_key: str) -> None:
    """Print the users of a tenant, by extension number."""
    rows = map(views.show_user, context.pbx.stores.users.rows(context.tenant(tenant_key).pbx_tenant_id))
    _print_rows(context, rows, ("extension_number", "username", "display_name", "email", "enabled"))


@main.group()
def user() -> None:
    """One user, by hand."""


@_command(user, "add")
@click.argument("tenant_key", metavar="T")
@click.argument("username")
@click.option("--display-name")
@click.option("--email")
@click.option("--role", default="StandardUser", show_default=True)
def add_user(
    context: _Context, tenant_key: str, username: str, display_name: str | None, email: str | None, role: str
) -> None:
    """Add a user by hand."""
    chosen = context.tenant(tenant_key)
    number = context.pbx.stores.users.add(
        chosen.pbx_tenant_id, username, display_name=display_name or username, email=email, role=role
    )
    context.pbx.stores.audit.record(chosen.pbx_tenant_id, _VIEWER.username, "user.add", subject=username)
    _print(context, {"username": username, "extension_number": number}, f"Added {username}, extension {number}.")


@_command(user, "edit")
@click.argument("tenant_key", metavar="T")
@click.argument("username")
@click.argument("pairs", nargs=-1, required=True, metavar="key=value…")
def edit_user(context: _Context, tenant_key: str, username: str, pairs: tuple[str, ...]) -> None:
    """Change a user by hand."""
    chosen, values = context.tenant(tenant_key), _read_pairs(pairs)
    context.pbx.stores.users.edit(chosen.pbx_tenant_id, username, dict(values))
    detail = ", ".join(values)
    context.pbx.stores.audit.record(
        chosen.pbx_tenant_id, _VIEWER.username, "user.edit", subject=username, detail=detail
    )
    _print(context, {"username": username}, f"Changed {username}.")


@_command(user, "delete")
@click.argument("tenant_key", metavar="T")
@click.argument("username")
def delete_user(context: _Context, tenant_key: str, username: str) -> None:
    """Delete a user by hand; a synced one comes back at the next run."""
    chosen = context.tenant(tenant_key)
    context.pbx.stores.users.delete(chosen.pbx_tenant_id, username)
    context.pbx.stores.audit.record(chosen.pbx_tenant_id, _VIEWER.username, "user.delete", subject=username)
    _print(context, {"username": username}, f"Deleted {username}.")


@_command(user, "password")
@click.argument("tenant_key", metavar="T")
@click.argument("username")
@click.password_option()
def set_user_password(context: _Context, tenant_key: str, username: str, password: str) -> None:
    """Give a user a portal password."""
    context.pbx.stores.accounts.set_user_password(context.tenant(tenant_key).pbx_tenant_id, username, password)
    _print(context, {"username": username}, f"{username} can sign in to the portal.")


@_command(main, "contacts")
@click.argument("tenant_key", metavar="T")
@click.option("--user", "username", help="The personal contacts of this user.")
@click.option("--company", is_flag=True, help="The company contacts (the default).")
def list_contacts(context: _Context, tenant_key: str, username: str | None, company: bool) -> None:
    """Print a book of contacts, by name."""
    chosen = context.tenant(tenant_key)
    book: CompanyBook | PersonalBook = CompanyBook()
    if username is not None and company:
        fail("say --user NAME or --company, not both")
    if username is not None:
        row = context.pbx.stores.users.find_by_username(chosen.pbx_tenant_id, username)
        if row is None:
            fail(f"there is no user {username!r} in {chosen.name}")
        if row.entra_object_id is None:
            fail(f"{username} is not linked to a Microsoft account and has no synced contacts")
        owner = UserLink(entra_tenant_id=row.entra_tenant_id, entra_object_id=row.entra_object_id)
        book = PersonalBook(owner=owner)
    rows = context.pbx.stores.contacts.rows(chosen.pbx_tenant_id, book)
    _print_rows(context, rows, ("name", "company", "business", "mobile_phone", "email", "synced_by"))


# ---------------------------------------------------------------------- the PBX itself


@main.group()
def admin() -> None:
    """Administrators of the portal."""


@_command(admin, "set-password")
@click.argument("tenant_key", metavar="T")
@click.option("--username", default="admin", show_default=True)
@click.password_option()
def set_admin_password(context: _Context, tenant_key: str, username: str, password: str) -> None:
    """Make an administrator of a tenant, or change their password."""
    context.pbx.stores.accounts.set_admin_password(context.tenant(tenant_key).pbx_tenant_id, username, password)
    _print(context, {"username": username}, f"{username} can sign in.")


@main.group()
def secrets() -> None:
    """Secrets at rest."""


@_command(secrets, "rotate-key")
def rotate_key(context: _Context) -> None:
    """Encrypt everything anew with a new data key."""
    count = context.pbx.stores.vault.rotate()
    _print(context, {"sealed": count}, f"{count} secrets are sealed with a new key.")


@_command(main, "serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback addresses only.")
@click.option("--port", default=8887, show_default=True)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False))
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False))
@click.option("--clock/--no-clock", default=True, show_default=True, help="Run who is due.")
def serve(context: _Context, **options: Any) -> None:
    """Serve the portal, and run the clock."""
    from pbx_devhost.portal.server import serve_portal  # Flask is wanted here and nowhere else

    serve_portal(context.pbx, **options)


# ---------------------------------------------------------------------- printing


def _stop_gently(pbx: Pbx) -> None:
    """Let Ctrl-C and a polite kill end the run at a safe place; a second one ends it at once."""

    def ask(number: int, _frame: object) -> None:
        if pbx.stop_wanted[0]:
            raise SystemExit(128 + number)
        pbx.stop_wanted[0] = True

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            fail(f"{pair!r} is not of the form key=value")
        values[name] = value
    return values


def _read_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--at: {text!r} is not an ISO time, such as 2026-11-24T00:00:00+00:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _print(context: _Context, shape: object, sentence: str) -> None:
    click.echo(json.dumps(shape, ensure_ascii=False) if context.as_json else sentence)


def _print_rows(context: _Context, rows: Iterator[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Print rows as they come: a tenant of 200,000 is not held in memory."""
    if not context.as_json:
        _print_table(columns, rows)
        return
    out = sys.stdout
    out.write("[")
    for number, row in enumerate(rows):
        out.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
    out.write("\n]\n")


def _print_table(columns: tuple[str, ...], rows: Any) -> None:
    click.echo("\t".join(columns))
    for row in rows:
        click.echo("\t".join("" if row.get(column) is None else str(row[column]) for column in columns))
