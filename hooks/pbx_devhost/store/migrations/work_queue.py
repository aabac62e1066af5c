"""The tables of procrastinate, which hands out work on PostgreSQL: made, and brought to the installed version.

Its own changes are SQL files in its package. Which of them a database has is in the comment of its table of jobs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from pbx_devhost.store.sql.engine import DatabaseError
from pbx_devhost.texts import _

_TABLE: Final = "procrastinate_jobs"


def is_current(connection: Connection) -> bool:
    """Whether the database has the tables that the installed procrastinate needs. True on SQLite, which needs none.

    Raises:
        DatabaseError: A newer procrastinate has changed them.
    """
    if connection.dialect.name != "postgresql":
        return True
    has, needed = _read(connection), _changes()[-1].name
    if has is not None and has > needed:
        raise DatabaseError(
            _(
                "the work queue of this database is of a newer procrastinate ({has}) than the installed "
                "one ({needed}); install the version that the other hosts have",
                has=has,
                needed=needed,
            )
        )
    return has == needed


def bring_up(connection: Connection) -> None:
    """Give a PostgreSQL database the tables that the installed procrastinate needs, in the caller's transaction.

    Raises:
        DatabaseError: A newer procrastinate has changed them. Nothing was changed.
    """
    if is_current(connection):
        return
    has, changes = _read(connection), _changes()
    if has is None:
        _run(connection, _schema())
    else:
        for change in changes:
            if change.name > has:
                _run(connection, change.read_text("utf-8"))
    connection.execute(text(f"COMMENT ON TABLE {_TABLE} IS '{changes[-1].name}'"))


def _read(connection: Connection) -> str | None:
    statement = text("SELECT obj_description(to_regclass(:name), 'pg_class')")
    value: str | None = connection.execute(statement, {"name": _TABLE}).scalar()
    return value


def _run(connection: Connection, sql: str) -> None:
    # By the driver itself: several statements, with percent signs that are no parameters.
    driver = connection.connection.driver_connection
    if driver is None:
        raise AssertionError("a connection in use has a driver")
    driver.execute(sql.encode())


def _schema() -> str:
    from procrastinate.schema import SchemaManager  # here, since only PostgreSQL needs it

    return SchemaManager.get_schema()


def _changes() -> list[Path]:
    try:
        from procrastinate.schema import SchemaManager
    except ModuleNotFoundError as error:
        raise DatabaseError(
            _("PostgreSQL needs the task queue procrastinate. Install it: pip install 'pbx-plugin-api[postgres]'")
        ) from error
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"), key=lambda path: path.name)
