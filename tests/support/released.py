"""The databases of released schemas, laid out as they were, and what has to be found in them."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from pbx_devhost.cli.main import main
from pbx_devhost.store.migrations import upgrade
from pbx_devhost.store.sql.engine import open_engine
from pbx_devhost.store.sql.schema import SCHEMA_VERSION

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FOLDER = Path(__file__).parent.parent / "host" / "released"
VERSIONS = sorted({int(m[1]) for path in FOLDER.glob("*.json") if (m := re.match(r"schema-(\d+)\.", path.name))})
OLDEST = VERSIONS[0]


@dataclass(frozen=True)
class Released:
    """One database of an old program."""

    version: int
    url: str
    found: dict[str, Any]

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.found["key"])

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def tenant_id(self) -> str:
        return str(self.found["tenant"])

    def now(self) -> float:
        """A minute after the old program stopped."""
        return float(self.found["at"]) + 60

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables, as they are now."""
        with self._connect() as connection:
            if self.is_sqlite:
                listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
            else:
                listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            names = [str(name) for (name,) in connection.execute(listed).fetchall()]
            return {name: self._read(connection, name) for name in sorted(names)}

    def _read(self, connection: Any, table: str) -> list[dict[str, Any]]:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        columns = [column[0] for column in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return sorted(found, key=str)

    def _connect(self) -> Any:
        return closing(sqlite3.connect(self.path) if self.is_sqlite else psycopg.connect(self.url))


def lay_out(version: int, kind: str, url: str) -> Released:
    """Replay a released database into an empty file or an empty PostgreSQL database."""
    statements = (FOLDER / f"schema-{version}.{kind}.sql").read_text()
    found = json.loads((FOLDER / f"schema-{version}.{kind}.json").read_text())
    released = Released(version, url, found)
    if released.is_sqlite:
        with closing(sqlite3.connect(released.path)) as connection:
            connection.executescript(statements)
            connection.execute("PRAGMA journal_mode=WAL")
    else:
        with psycopg.connect(url) as server:
            server.execute(statements.encode())
    return released


def command(released: Released, *arguments: str) -> tuple[int, str, str]:
    ended = CliRunner().invoke(main, ["--db", released.url, *arguments])
    return ended.exit_code, ended.stdout, ended.stderr


def upgrade_it(released: Released) -> None:
    code, out, err = command(released, "db", "upgrade", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["after"] == SCHEMA_VERSION


def schema_version(released: Released) -> int | None:
    engine = open_engine(released.url)
    try:
        return upgrade.look(engine)
    finally:
        engine.dispose()
