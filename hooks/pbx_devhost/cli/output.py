"""What all commands share: the PBX, `--json` at any place, and one line on stderr when they fail."""

from __future__ import annotations

import functools
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from pbx_devhost.cli.headings import HEADINGS
from pbx_devhost.cli.language import Spoken, SpokenGroup, option, say, show, speak_as_asked
from pbx_devhost.core import Pbx, PluginChoiceError
from pbx_devhost.logs.formats import JSON, TEXT, LineFormatter
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.signin.accounts import AccountError
from pbx_devhost.store.sql.engine import CONNECTIONS, DatabaseError, sqlite_path
from pbx_devhost.store.tenants import TenantError
from pbx_devhost.store.users.store import UserError
from pbx_devhost.texts import _
from pbx_devhost.texts import say as say_error
from pbx_plugin_api import Confirmation, InvalidValueError, Tenant, Viewer, sentences
from pbx_plugin_api.hosting.calls import LOG_HINT

VIEWER = Viewer(username="command line")
NUMBER_MAX = 9_999_999
"""More is a slip of the keyboard, and a database or a calendar has no room for some of it."""
_YEARS = range(1970, 3000)
_EXPECTED = (
    AccountError,
    DatabaseError,
    InvalidValueError,
    PluginChoiceError,
    TenantError,
    UserError,
    VaultError,
)


class CliContext:
    """What every command gets: the PBX, opened at first use, and how to print."""

    def __init__(
        self, url: str, *, as_json: bool, verbose: bool, log_format: str = TEXT, log_level: int | None = None
    ) -> None:
        self.url, self.as_json, self.verbose = url, as_json, verbose
        self._log_format, self._log_level = log_format, log_level
        self.is_spoken = False
        """Whether the texts of JSON are in the terminal's language too: a program asks for it that shows them."""
        self.may_create = False
        self.n_connections = CONNECTIONS
        """How many connections to the database there may be. It counts until the PBX is opened."""
        self._shift_s = 0.0
        self._pbx: Pbx | None = None
        self._root, self._handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
        self._handler.setFormatter(LineFormatter(log_format))
        self._root_level = self._root.level
        self._root.setLevel(min(logging.INFO, log_level or logging.INFO))
        self._root.addHandler(self._handler)
        self.show_log(logging.CRITICAL)

    @property
    def pbx(self) -> Pbx:
        """The PBX. Raises `DatabaseError` where there is none and the command is not one that begins one."""
        if self._pbx is None:
            self._need_database()
            now = (lambda: time.time() + self._shift_s) if self._shift_s else None
            self._pbx = Pbx(self.url, now=now, n_connections=self.n_connections)
        return self._pbx

    def _need_database(self) -> None:
        path = None if self.may_create else sqlite_path(self.url)
        if path is not None and str(path) != ":memory:" and not path.exists():
            raise DatabaseError(
                _(
                    "there is no database {path}; check --db (or PBX_DEVHOST_DB). A new PBX begins with: "
                    "pbx-devhost --db {url} tenant add NAME",
                    path=str(path),
                    url=self.url,
                )
            )

    def set_time(self, moment: datetime) -> None:
        """Start this command's clock at another time. It runs on from there."""
        self._shift_s = moment.timestamp() - time.time()

    def tenant(self, key: str) -> Tenant:
        """Return a tenant by name, id or domain."""
        return self.pbx.stores.tenants.find(key)

    def close(self) -> None:
        """Close the database and restore the log."""
        if self._pbx is not None:
            self._pbx.close()
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._root_level)

    def show_log(self, level: int) -> None:
        """Print the log on stderr from this level up, if the operator has chosen no other.

        Without `--verbose`, stderr is for the command's one line. A log for programs has what happens as well.
        """
        if level < logging.CRITICAL and self._log_format == JSON:
            level = logging.INFO
        self._handler.setLevel(self._log_level or (logging.INFO if self.verbose else level))


class OneLineGroup(SpokenGroup):
    """The outermost group. An error before the command begins is one line as well."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run, and end the process with an exit code."""
        speak_as_asked()
        try:
            ended = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.ClickException as error:
            click.echo(" ".join(say(error.format_message()).split()), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo(say(_("Aborted.")), err=True)
            sys.exit(1)
        sys.exit(ended if isinstance(ended, int) else 0)


def fail(sentence: str) -> NoReturn:
    """Print one line on stderr and end with exit code 1."""
    context = click.get_current_context(silent=True)
    line = " ".join(say(sentence or _("The command failed.")).split())
    if context is not None and isinstance(context.obj, CliContext) and not context.obj.verbose:
        line = line.replace(say(LOG_HINT), say(_("Run pbx-devhost --verbose … for the details.")))
    click.echo(line, err=True)
    raise SystemExit(1)


def ask_first(question: Confirmation) -> None:
    """Ask on the terminal, and end the command if the answer is no.

    Without a terminal only what the portal wants a name to be typed for ends the command: that needs `--yes`.
    """
    if sys.stdin.isatty():
        click.echo("\n".join(say([question.sentence, *question.details])), err=True)
        if question.typed:
            wanted = say(_("Type {text} to go on", text=question.typed))
            if click.prompt(wanted, default="", err=True).strip() != question.typed.strip():
                fail(_("Nothing was done: another text was typed."))
        elif not click.confirm(say(_("Go on?")), err=True):
            fail(_("Nothing was done."))
    elif question.typed:
        fail(_("Not done without --yes: {question}", question=sentences(question.sentence, *question.details)))


def command(
    parent: click.Group, name: str, help_text: str, *, creates: bool = False
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command that accepts `--json` and prints an expected failure as one line.

    Args:
        parent: The group that it belongs to.
        name: Its name.
        help_text: What it does.
        creates: Whether it makes the database where there is none. For all others a missing file is a mistyped `--db`.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @option("--json", "as_json", is_flag=True, help=_("Print JSON."))
        @click.pass_obj
        @functools.wraps(function)
        def call(context: CliContext, /, *args: Any, as_json: bool, **kwargs: Any) -> None:
            context.as_json, context.may_create = context.as_json or as_json, creates
            _in_one_line(function, context, *args, **kwargs)

        made = parent.command(name, cls=Spoken)(call)
        show(made, "help", help_text)
        return made

    return decorate


def group(
    parent: click.Group, name: str, help_text: str, *, alone: Callable[[CliContext], None] | None = None
) -> click.Group:
    """Make a group of commands that accepts `--json`. `alone` runs when no command of the group is named."""

    @parent.group(name, cls=SpokenGroup, invoke_without_command=alone is not None)
    @option("--json", "as_json", is_flag=True, help=_("Print JSON."))
    @click.pass_context
    def grouped(click_context: click.Context, as_json: bool) -> None:
        context: CliContext = click_context.obj
        context.as_json = context.as_json or as_json
        if alone is not None and click_context.invoked_subcommand is None:
            _in_one_line(alone, context)

    show(grouped, "help", help_text)
    return grouped


def _in_one_line(function: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    try:
        function(*args, **kwargs)
    except DBAPIError as error:
        fail(_("the database reports an error: {error}", error=str(error.orig)))
    except _EXPECTED as error:
        fail(say_error(error))


def read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return `key=value` arguments as a mapping."""
    values = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            fail(_("{pair} is not of the form key=value", pair=repr(pair)))
        values[name] = value
    return values


def read_time(text: str) -> datetime:
    """Return the value of `--at`. Without a time zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(_("--at: {text} is not an ISO time, such as 2026-11-24T00:00:00+00:00", text=repr(text)))
    if moment.year not in _YEARS:
        fail(
            _(
                "--at: {text} is not possible: the years {first} to {last}",
                text=repr(text),
                first=str(_YEARS[0]),
                last=str(_YEARS[-1]),
            )
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def print_shape(context: CliContext, shape: object, sentence: str) -> None:
    """Print one answer as JSON or as a sentence."""
    click.echo(to_json(context, shape) if context.as_json else say(sentence))


def to_json(context: CliContext, shape: object) -> str:
    """Return one answer as JSON: in English, unless the program that reads it shows it to a person."""
    is_old = "utf" not in (sys.stdout.encoding or "").casefold()  # a terminal without most letters
    return json.dumps(say(shape) if context.is_spoken else shape, ensure_ascii=is_old)


def print_rows(
    context: CliContext,
    rows: Iterable[Mapping[str, Any]],
    columns: tuple[str, ...],
    headings: Mapping[str, str] = HEADINGS,
) -> None:
    """Print rows one by one: 200,000 users are never in memory together."""
    if not context.as_json:
        print_table(columns, rows, headings)
        return
    if sys.stdout is None:  # a shell has closed it
        return
    out = sys.stdout
    out.write("[")
    for number, row in enumerate(rows):
        out.write(("," if number else "") + "\n" + to_json(context, row))
    out.write("\n]\n")


def print_table(
    columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]], headings: Mapping[str, str] = HEADINGS
) -> None:
    """Print tab-separated rows with a header."""
    click.echo("\t".join(say(headings.get(column, column)) for column in columns))
    for row in rows:
        click.echo("\t".join("" if row.get(column) is None else str(say(row[column])) for column in columns))
