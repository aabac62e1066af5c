"""A database whose disk is full, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text

from tests.support.devhost_pbx import DevPbx


@contextmanager
def full(engine: Engine, spare_pages: int = 4) -> Iterator[None]:
    """Let an SQLite file grow by a few pages only. It is a limit of each connection, so all are opened again."""
    with engine.connect() as connection:
        n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + spare_pages

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={n_pages}")

    event.listen(engine, "connect", limit)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


@contextmanager
def full_server(engine: Engine, *tables: str) -> Iterator[None]:
    """Let a PostgreSQL answer as it does when its disk is full."""
    fill_server(engine, *tables)
    try:
        yield
    finally:
        free_server(engine)


def fill_server(engine: Engine, *tables: str) -> None:
    """Begin that; see `full_server`. It may be tried again."""
    refuse = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'"
    with engine.begin() as connection:
        body = f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$"
        connection.execute(text(body))
        for table in tables:
            trigger = f"CREATE OR REPLACE TRIGGER full_disk AFTER INSERT ON {table}"
            connection.execute(text(f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse()"))


def free_server(engine: Engine) -> None:
    """End it. It may be tried again."""
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION IF EXISTS refuse() CASCADE"))


@contextmanager
def full_disk(dev: DevPbx) -> Iterator[None]:
    engine = dev.stores.database.engine
    with full(engine) if dev.stores.database.is_sqlite else full_server(engine, "users", "outbox"):
        yield
