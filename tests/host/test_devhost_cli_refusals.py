"""An error before a command begins is one line on stderr and an exit code."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import alembic_version
from tests.support.devhost_cli import Cli


@pytest.mark.parametrize(
    "arguments",
    [("users", "Nobody"), ("runs", "Nobody"), ("audit", "Nobody"), ("contacts", "Nobody"), ("action", "Nobody", "x")],
)
def test_an_unknown_tenant_is_one_line(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert (result.code, result.err) == (1, "there is no tenant 'Nobody'; tenants: Contoso\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fly",), "No such command 'fly'."),
        (("users",), "Missing argument 'T'."),
        (("users", "Contoso", "--odd"), "No such option '--odd'."),
        (("tick", "--at"), "Option '--at' requires an argument."),
        (("runs", "Contoso", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range 1<=x<=9999999."),
        (
            ("notify", "Contoso", "--keep", "9" * 20),
            f"Invalid value for '--keep': {'9' * 20} is not in the range 1<=x<=315360000.",
        ),
        (
            ("tenant", "add", "A", "--user-limit", "9" * 20),
            f"Invalid value for '--user-limit': {'9' * 20} is not in the range x<=9999999.",
        ),
        (
            ("tenant", "add", "A", "--rest-days", "9" * 20),
            f"Invalid value for '--rest-days': {'9' * 20} is not in the range 0<=x<=9999999.",
        ),
        (
            ("audit", "Contoso", "--skip", "9" * 20),
            f"Invalid value for '--skip': {'9' * 20} is not in the range 0<=x<=9999999.",
        ),
        (("serve", "--port", "70000"), "Invalid value for '--port': 70000 is not in the range 0<=x<=65535."),
    ],
)
def test_a_mistyped_command_is_one_line(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    result = cli(*arguments)
    assert (result.code, result.err) == (2, said + "\n")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59+00:00", "0001-01-01"])
def test_a_moment_out_of_all_calendars_begins_no_run(cli: Cli, moment: str) -> None:
    result = cli("tick", "--tenant", "Contoso", "--force", "--at", moment)
    assert (result.code, result.err) == (1, f"--at: {moment!r} is not possible: the years 1970 to 2999\n")
    assert cli("runs", "Contoso", "--json").shape == []


def test_a_picture_that_cannot_be_read_queues_no_mail(cli: Cli, tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.png", "No such file or directory"), (tmp_path, "Is a directory")):
        result = cli("notify", "Contoso", "--to", "a@b.example", "--subject", "s", "--inline", f"logo={path}")
        assert (result.code, result.err) == (1, f"{path} cannot be read: {reason}\n")
    assert cli("outbox", "Contoso", "--json").shape == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("tenant", "list"),
        ("settings", "get", "t"),
        ("action", "t", "test_connection"),
        ("plugins",),
        ("runs", "t"),
        ("admin", "set-password", "t", "--password", "correct horse battery"),
        ("serve",),
        ("db", "status"),
    ],
)
def test_a_mistyped_database_is_not_created(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    mistyped = tmp_path / "mistyped.db"
    result = cli(*arguments, url=f"sqlite:///{mistyped}")
    assert "there is no database" in (result.out + result.err).lower()
    assert "tenant add" in result.out + result.err
    assert not mistyped.exists()


def test_a_database_that_cannot_be_created_says_why(cli: Cli, tmp_path: Path) -> None:
    result = cli("tenant", "add", "t", url=f"sqlite:///{tmp_path}/no/such/dir/x.db")
    assert result.code == 1
    assert "cannot be created: No such file or directory" in result.err


def test_a_database_that_cannot_be_used_is_one_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, it is a letter\n" * 10)
    for url, said in {
        "nonsense": "'nonsense' is not a database address; use sqlite:///FILE or postgresql://",
        "mysql://x": "mysql is not supported",
        "sqlite://": "an in-memory database cannot be shared",
        f"sqlite:///{tmp_path}/missing.db": f"there is no database {tmp_path}/missing.db; check --db",
        f"sqlite:///{tmp_path}/text.db": "cannot be opened: file is not a database",
        "postgresql://u:hunter2@127.0.0.1:1/x": "cannot be opened",
    }.items():
        result = cli("tenant", "list", url=url)
        assert result.code == 1, url
        assert said in result.err
        assert "hunter2" not in result.err


def test_a_database_of_another_version_is_refused_and_left_alone(cli: Cli, sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with database.write() as connection:
        connection.execute(alembic_version.update().values(version_num="0099"))
        connection.exec_driver_sql("DROP TABLE photos")
    database.close()
    result = cli("tenant", "list")
    assert result.code == 1
    assert "has schema version 99, and this program knows versions up to" in result.err
    assert "use the newer program" in result.err
    with closing(sqlite3.connect(tmp_path / "pbx.db")) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "photos" not in tables, "nothing was made in it"


def test_a_database_of_another_program_is_refused_and_left_alone(cli: Cli, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "songs.db")) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
        result = cli("tenant", "list", url=f"sqlite:///{tmp_path}/songs.db")
        assert result.code == 1
        assert "songs.db belongs to another program; give an empty one" in result.err
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["songs"]


def test_the_program_itself_in_a_process_of_its_own(sqlite_url: str, tmp_path: Path) -> None:
    """The real console script: its exit codes, and stderr without a log."""
    program = [str(Path(sys.executable).with_name("pbx-devhost")), "--db", sqlite_url]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*program, *arguments], capture_output=True, text=True, timeout=60, check=False)

    assert run("tenant", "add", "Contoso").returncode == 0
    result = run("users", "Contoso", "--json")
    assert (result.returncode, json.loads(result.stdout), result.stderr) == (0, [], "")
    result = run("users", "Nobody")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "there is no tenant 'Nobody'; tenants: Contoso\n"
    help_text = run("--help")
    assert help_text.returncode == 0
    for command in ("tenant", "plugins", "settings", "action", "tick", "users", "contacts", "runs", "audit", "serve"):
        assert f"\n  {command} " in help_text.stdout
    assert (tmp_path / "pbx.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["--to", "--cc", "--bcc", "--reply-to"])
def test_an_address_that_is_none_is_refused_before_it_is_queued(cli: Cli, name: str) -> None:
    to = () if name == "--to" else ("--to", "ada@contoso.example")
    result = cli("notify", "Contoso", *to, name, "nobody", "--text", "Hello")
    wanted = f"{name}: 'nobody' is not a mail address, such as ada@example.com; nothing was queued\n"
    assert (result.code, result.err) == (1, wanted)
    assert cli.json("outbox", "Contoso") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("--help",), ("audit", "Contoso", "--json"), ("tenant", "list")])
def test_a_full_disk_behind_stdout_is_one_sentence(cli: Cli, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pbx_devhost", "--db", cli.url, *arguments]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The output cannot be written: No space left on device.")
    assert ended.stderr.count("\n") == 1
