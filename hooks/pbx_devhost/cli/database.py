"""Commands about the database itself: its version, its upgrade, a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import CliContext, command, group, print_shape
from pbx_devhost.store.migrations.copies import list_copies
from pbx_devhost.store.migrations.upgrade import OLDEST_VERSION, look, prepare
from pbx_devhost.store.sql.engine import open_engine, show_url, sqlite_path
from pbx_devhost.store.sql.schema import SCHEMA_VERSION
from pbx_devhost.store.upkeep.backup import back_up
from pbx_devhost.texts import _
from pbx_plugin_api import listing, sentences

_SENTENCES: Final = {
    "empty": _("There is no database yet: pbx-devhost tenant add, or db upgrade, makes it."),
    "current": _("It is up to date."),
    "old": _("It has to be upgraded: pbx-devhost db upgrade."),
    "newer": _("A newer program made it. This one cannot use it."),
    "too_old": _("This program cannot upgrade it."),
}


def add_commands(main: click.Group) -> None:
    """Add them."""
    database = group(main, "db", _("The database: its schema version, its upgrade, a backup."))
    command(database, "status", _("Print the schema version of the database and of this program. Changes nothing."))(
        _show_status
    )
    command(
        database,
        "upgrade",
        _("Upgrade the database to this program's schema. Stop every other process that uses it first."),
    )(_upgrade)
    command(database, "backup", _("Copy an SQLite database to a new FILE, while it is used. PostgreSQL has pg_dump."))(
        _back_up
    )


def _show_status(context: CliContext) -> None:
    path = sqlite_path(context.url)
    version = None
    if path is None or path.exists():
        engine = open_engine(context.url)
        try:
            version = look(engine)
        finally:
            engine.dispose()
    state = _state(version)
    shape: dict[str, Any] = {
        "database": show_url(context.url),
        "state": state,
        "schema_version": version,
        "program_schema_version": SCHEMA_VERSION,
        "copies": [str(copy) for copy in list_copies(path)] if path is not None else [],
    }
    named = {"database": shape["database"], "known": SCHEMA_VERSION}
    versions = _("{database}: schema version none, this program's is {known}.", **named)
    if version is not None:
        versions = _("{database}: schema version {version}, this program's is {known}.", version=version, **named)
    copies = [_("Copy from before an upgrade: {file}", file=copy) for copy in shape["copies"]]
    print_shape(context, shape, "\n".join(say([sentences(versions, _SENTENCES[state]), *copies])))


def _upgrade(context: CliContext) -> None:
    engine = open_engine(context.url)
    try:
        done = prepare(engine, may_upgrade=True)
    finally:
        engine.dispose()
    copy = str(done.copy) if done.copy is not None else None
    shape = {"before": done.before, "after": SCHEMA_VERSION, "copy": copy}
    print_shape(context, shape, _describe(done.before, copy))


@click.argument("copy", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@option("--with-key", is_flag=True, help=_("Also copy the key file, to FILE.key. Keep the two apart."))
def _back_up(context: CliContext, copy: Path, with_key: bool) -> None:
    written = [str(path) for path in back_up(context.url, copy, with_key=with_key)]
    sentence: str = _("Written: {files}.", files=listing(written))
    if not with_key:
        sentence = sentences(sentence, _("Its secrets open with the key only, which is not in it."))
    print_shape(context, {"written": written}, sentence)


def _describe(before: int | None, copy: str | None) -> str:
    if before is None:
        return _("The database was empty. Its tables now have schema version {version}.", version=SCHEMA_VERSION)
    if before == SCHEMA_VERSION:
        return _("Nothing to do: the database has schema version {version}.", version=SCHEMA_VERSION)
    done = _("Upgraded from schema version {before} to {after}.", before=before, after=SCHEMA_VERSION)
    return sentences(done, _("Copy from before: {file}", file=copy)) if copy else done


def _state(version: int | None) -> str:
    if version is None:
        return "empty"
    if version == SCHEMA_VERSION:
        return "current"
    if version > SCHEMA_VERSION:
        return "newer"
    return "old" if version >= OLDEST_VERSION else "too_old"
