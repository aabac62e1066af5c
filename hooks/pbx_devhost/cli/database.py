"""Commands about the database itself: its version, its upgrade, a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from pbx_devhost.cli.output import CliContext, command, group, print_shape
from pbx_devhost.store.backup import back_up
from pbx_devhost.store.engine import open_engine, show_url, sqlite_path
from pbx_devhost.store.migrations.copies import list_copies
from pbx_devhost.store.migrations.upgrade import OLDEST_VERSION, look, prepare
from pbx_devhost.store.schema import SCHEMA_VERSION

_SENTENCES: Final = {
    "empty": "There is no database yet: pbx-devhost tenant add, or db upgrade, makes it.",
    "current": "It is up to date.",
    "old": "It has to be upgraded: pbx-devhost db upgrade.",
    "newer": "A newer program made it. This one cannot use it.",
    "too_old": "This program cannot upgrade it.",
}


def add_commands(main: click.Group) -> None:
    """Add them."""
    database = group(main, "db", "The database: its schema version, its upgrade, a backup.")
    command(database, "status")(_show_status)
    command(database, "upgrade")(_upgrade)
    command(database, "backup")(_back_up)


def _show_status(context: CliContext) -> None:
    """Print the schema version of the database and of this program. Changes nothing."""
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
    versions = f"schema version {version or 'none'}, this program's is {SCHEMA_VERSION}"
    copies = "".join(f"\nCopy from before an upgrade: {copy}" for copy in shape["copies"])
    print_shape(context, shape, f"{shape['database']}: {versions}. {_SENTENCES[state]}{copies}")


def _upgrade(context: CliContext) -> None:
    """Upgrade the database to this program's schema. Stop every other process that uses it first."""
    engine = open_engine(context.url)
    try:
        done = prepare(engine, may_upgrade=True)
    finally:
        engine.dispose()
    copy = str(done.copy) if done.copy is not None else None
    shape = {"before": done.before, "after": SCHEMA_VERSION, "copy": copy}
    print_shape(context, shape, _describe(done.before, copy))


@click.argument("copy", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="Also copy the key file, to FILE.key. Keep the two apart.")
def _back_up(context: CliContext, copy: Path, with_key: bool) -> None:
    """Copy an SQLite database to a new FILE, while it is used. PostgreSQL has pg_dump."""
    written = [str(path) for path in back_up(context.url, copy, with_key=with_key)]
    key = "" if with_key else " Its secrets open with the key only, which is not in it."
    print_shape(context, {"written": written}, f"Written: {' and '.join(written)}.{key}")


def _describe(before: int | None, copy: str | None) -> str:
    if before is None:
        return f"The database was empty. Its tables now have schema version {SCHEMA_VERSION}."
    if before == SCHEMA_VERSION:
        return f"Nothing to do: the database has schema version {SCHEMA_VERSION}."
    saved = f" Copy from before: {copy}" if copy else ""
    return f"Upgraded from schema version {before} to {SCHEMA_VERSION}.{saved}"


def _state(version: int | None) -> str:
    if version is None:
        return "empty"
    if version == SCHEMA_VERSION:
        return "current"
    if version > SCHEMA_VERSION:
        return "newer"
    return "old" if version >= OLDEST_VERSION else "too_old"
