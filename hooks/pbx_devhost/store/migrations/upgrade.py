"""Opens a database of any version: makes a new one, upgrades an old one, refuses what it does not know.

An upgrade is one transaction. If it is cut off, the database is as it was.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from pbx_devhost.store.migrations import work_queue
from pbx_devhost.store.migrations.copies import copy_beside
from pbx_devhost.store.sql.engine import DatabaseBusyError, DatabaseError, begin_read, begin_write, show_url
from pbx_devhost.store.sql.schema import META_ROW, SCHEMA_VERSION, alembic_version, make_tables, meta
from pbx_devhost.texts import _

OLDEST_VERSION: Final = 3
"""The schema of commit a2ef317. Older ones were never released."""

_LOCK_WAIT_S: Final = 30
"""PostgreSQL: how long to wait for a process that still uses a table."""

_log = logging.getLogger(__name__)
_alembic_lock = threading.Lock()  # alembic keeps its current migration in module globals


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What was done to a database."""

    before: int | None
    """Its version before; None if it was empty."""
    copy: Path | None
    """The copy from before, if one was made."""


def prepare(engine: Engine, *, may_upgrade: bool) -> Upgrade:
    """Give a database the tables of this program. Safe in several processes at once.

    Args:
        engine: The database.
        may_upgrade: Whether an old database is upgraded here, or refused.

    Raises:
        DatabaseError: It cannot be opened or upgraded. Nothing was changed.
    """
    name = show_url(engine.url)
    try:
        version = look(engine)
        _check(name, version, may_upgrade=may_upgrade)
        if version == SCHEMA_VERSION and _has_queue(engine, name, may_upgrade=may_upgrade):
            return Upgrade(before=version, copy=None)
        with begin_write(engine, lock="schema") as connection:
            version = read_version(connection)  # another process may have been quicker
            _check(name, version, may_upgrade=may_upgrade)
            copy = None
            if version is None:
                _make(connection)
            elif version < SCHEMA_VERSION:
                copy = copy_beside(engine, version)
                _migrate(connection, version)
            work_queue.bring_up(connection)
    except DatabaseBusyError as error:
        raise DatabaseError(
            _(
                "the database {name} is in use: stop every process that uses it, then run: pbx-devhost db upgrade",
                name=name,
            )
        ) from error
    except DBAPIError as error:
        raise DatabaseError(_explain(name, error)) from error
    if version is not None and version < SCHEMA_VERSION:
        _log.warning(
            "The database %s was upgraded from schema version %d to %d. Copy from before: %s",
            name,
            version,
            SCHEMA_VERSION,
            copy or "none",
        )
    return Upgrade(before=version, copy=copy)


def look(engine: Engine) -> int | None:
    """Return the version of a database's schema, or None if it is empty. Changes nothing.

    Raises:
        DatabaseError: It cannot be opened, or it has tables of another program.
    """
    try:
        with begin_read(engine) as connection:
            return read_version(connection)
    except DBAPIError as error:
        raise DatabaseError(_explain(show_url(engine.url), error)) from error


def read_version(connection: Connection) -> int | None:
    """Return the version of a database's schema, or None if it is empty.

    Raises:
        DatabaseError: It has tables of another program.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    version = None
    if "alembic_version" in tables:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif "meta" in tables:
        version = connection.execute(text("SELECT value FROM meta WHERE name = 'schema_version'")).scalar()
    if version is None or not version.isdigit() or "users" not in tables:
        raise DatabaseError(
            _("the database {url} belongs to another program; give an empty one", url=show_url(connection.engine.url))
        )
    return int(version)


def _check(name: str, version: int | None, *, may_upgrade: bool) -> None:
    if version is None or version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            _(
                "the database {name} has schema version {version}, and this program knows versions up to {known}: "
                "use the newer program, or a copy of the database from before its upgrade",
                name=name,
                version=version,
                known=SCHEMA_VERSION,
            )
        )
    if version < OLDEST_VERSION:
        raise DatabaseError(
            _(
                "the database {name} has schema version {version}, and this program upgrades from version {oldest} "
                "on: use the program that made it, or a new database",
                name=name,
                version=version,
                oldest=OLDEST_VERSION,
            )
        )
    if not may_upgrade:
        raise DatabaseError(
            _(
                "the database {name} has schema version {version}, and this program needs {known}: back it up, "
                "stop every process that uses it, and run: pbx-devhost db upgrade",
                name=name,
                version=version,
                known=SCHEMA_VERSION,
            )
        )


def _has_queue(engine: Engine, name: str, *, may_upgrade: bool) -> bool:
    with begin_read(engine) as connection:
        is_current = work_queue.is_current(connection)
    if not is_current and not may_upgrade:
        raise DatabaseError(
            _(
                "the database {name} has the work queue of another version of procrastinate: back it up, "
                "stop every process that uses it, and run: pbx-devhost db upgrade",
                name=name,
            )
        )
    return is_current


def _make(connection: Connection) -> None:
    make_tables(connection)
    connection.execute(insert(meta).values(META_ROW))
    _write_version(connection, SCHEMA_VERSION)


def _migrate(connection: Connection, version: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_S}s'"))
    if version == OLDEST_VERSION:
        alembic_version.create(connection)
        _write_version(connection, version)

    from alembic import command  # rarely needed, and slow to import
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "pbx_devhost.store:migrations")
    config.attributes["connection"] = connection
    with _alembic_lock:
        command.upgrade(config, "head")


def _write_version(connection: Connection, version: int) -> None:
    connection.execute(insert(alembic_version).values(version_num=f"{version:04d}"))


def _explain(name: str, error: DBAPIError) -> str:
    return _("the database {name} cannot be opened: {error}", name=name, error=str(error.orig))
