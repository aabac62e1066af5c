"""A private PostgreSQL cluster for tests: created by initdb, reached by a Unix socket only, deleted afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_SUPERUSER = "postgres"


class Cluster:
    """A running cluster."""

    def __init__(self, binaries: Path, directory: Path) -> None:
        self._binaries, self.directory = binaries, directory

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = (
            f"-c listen_addresses='' -c unix_socket_directories={self.directory} -c fsync=off -c max_connections=100"
        )
        settings += " -c track_commit_timestamp=on"  # for the observer of histories
        self.run(
            "pg_ctl",
            "-D",
            str(self.directory / "data"),
            "-l",
            str(self.directory / "log"),
            "-w",
            "-o",
            settings,
            "start",
        )

    def stop(self) -> None:
        """End it, and with it every connection and every transaction."""
        self.run("pg_ctl", "-D", str(self.directory / "data"), "-m", "immediate", "-w", "stop")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", _SUPERUSER, "--", *command]
        # Into a file: the postmaster would keep a pipe open for ever.
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(command, stdout=output, stderr=output, cwd="/", timeout=60, check=False)
            output.seek(0)
            if ended.returncode != 0:
                raise RuntimeError(f"{program}: {output.read().decode(errors='replace')}")

    def restart(self) -> None:
        """End every connection and every transaction, as a crash of the server does."""
        self.run("pg_ctl", "-D", str(self.directory / "data"), "-m", "immediate", "-w", "restart")

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database and give its address."""
        name = f"t{uuid.uuid4().hex}"
        self._sql(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql://{_SUPERUSER}@/{name}?host={self.directory}"
        finally:
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _sql(self, statement: str) -> None:
        address = f"host={self.directory} user={_SUPERUSER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def run_cluster() -> Iterator[Cluster]:
    """Run a cluster. Skip if there is no PostgreSQL, or fail if `PBX_REQUIRE_POSTGRES` is set."""
    binaries = _find_binaries()
    if binaries is None:
        give_up = pytest.fail if os.environ.get("PBX_REQUIRE_POSTGRES") else pytest.skip
        give_up("no PostgreSQL on this machine (apt-get install postgresql)")
    directory = Path(tempfile.mkdtemp(prefix="pbx-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, _SUPERUSER, _SUPERUSER)
        cluster, data = Cluster(binaries, directory), str(directory / "data")
        # With the order of a language, on purpose: the host promises code-point order all the same.
        order = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8", "--encoding=UTF8")
        cluster.run("initdb", "-D", data, "-U", _SUPERUSER, "-A", "trust", "--no-sync", *order)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def empty(url: str) -> None:
    """Delete all rows of a reference host's database, and end all connections to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        mine = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}".encode())
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [name for (name,) in found if name not in ("meta", "alembic_version")]
        connection.execute("; ".join(f'DELETE FROM "{name}"' for name in names).encode() or b"SELECT 1")


def _find_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
