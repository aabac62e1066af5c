"""SIGKILL in the middle of a run of the real program, at thirteen places; the next run ends in the right state.

`pbx-devhost tick` on SQLite against a simulator process. Nothing in the product helps: a place is reached when
Microsoft has got a certain request (and leaves it unanswered), or when a reader of the database sees what was written.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft

TENANT = "contoso"
PEOPLE = 1300
PATIENCE_S = 60.0
SHOWN = ("display_name", "email", "work_phone", "mobile_phone", "department", "enabled", "disabled_reason")
Row = dict[str, Any]


@dataclass
class World:
    """One directory; and two databases to begin from: before the first import, and after the second full listing."""

    microsoft: SimulatedMicrosoft
    folder: Path
    truth: dict[str, dict[str, Row]]
    """What an uninterrupted run ends in, by beginning."""

    def pbx(self, name: str) -> DevHost:
        return DevHost(f"sqlite:///{self.folder / name}.db", self.microsoft.environment)

    def copy(self, beginning: str, name: str) -> DevHost:
        for ending in ("", ".key"):
            shutil.copy(self.folder / f"{beginning}.db{ending}", self.folder / f"{name}.db{ending}")
        return self.pbx(name)

    def people(self, name: str) -> dict[str, Row]:
        """Linked users by object id."""
        columns = ("subject", "username", "extension_number", *SHOWN)
        statement = f"SELECT {', '.join(columns)} FROM users JOIN links ON links.user_id = users.id"
        return {row[0]: dict(zip(columns, row, strict=True)) for row in self.ask(name, statement)}

    def shown(self, name: str) -> dict[str, Row]:
        """What Microsoft decides about; whatever the PBX chooses by itself is looked at separately."""
        return {oid: {column: user[column] for column in SHOWN} for oid, user in self.people(name).items()}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name("pbx-devhost")
        database = f"sqlite:///{self.folder / name}.db"
        command = [str(program), "--db", database, "--json", "tick", "--tenant", TENANT, "--force"]
        return subprocess.Popen(
            [*command, "--confirm-first-plan"],
            env={"PATH": "/usr/bin:/bin", **self.microsoft.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / name}.db?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(statement).fetchall()


def tick(pbx: DevHost) -> Row:
    (run,) = pbx.run("tick", "--tenant", TENANT, "--force", "--confirm-first-plan")
    return dict(run)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kills")
    with SimulatedMicrosoft(folder, users=PEOPLE) as microsoft:
        made = World(microsoft, folder, {})
        pbx = made.pbx("fresh")
        pbx.run("tenant", "add", TENANT, "--country", "DE")
        key = folder / "public_key.pem"
        pbx.run("action", TENANT, "generate_key_pair", "--out", str(key))
        client_id = microsoft.register_app(certificate_pem=key.read_text(), permissions=["User.Read.All"])
        pbx.run(
            "settings", "set", TENANT, f"application_id={client_id}", f"directory_id={microsoft.domain}",
            "national_cloud=LAB",
        )  # fmt: skip
        settled = made.copy("fresh", "settled")
        for _ in range(2):
            assert tick(settled)["status"] == "done"
        change_much(made, settled)
        for beginning in ("fresh", "settled"):
            name = f"{beginning}-reference"
            assert tick(made.copy(beginning, name))["status"] == "done"
            made.truth[beginning] = made.shown(name)
        yield made


def change_much(world: World, pbx: DevHost) -> None:
    """A night of two batches: 280 changed, 20 gone, 20 disabled, 300 new, two deleted in the PBX alone."""
    microsoft, linked = world.microsoft, world.people("settled")
    old = [person["id"] for person in microsoft.people() if person["id"] in linked]
    for oid in old[:280]:
        microsoft.change(oid, department="Changed")
    for oid in old[300:320]:
        microsoft.act(oid, "delete")
    for oid in old[350:370]:
        microsoft.act(oid, "disable")
    for number in range(300):
        microsoft.create(displayName=f"New {number}", givenName="New", surname=str(number))
    for oid in old[400:402]:
        pbx.run("user", "delete", TENANT, linked[oid]["username"])


def asked(match: str, skip: int = 0) -> Callable[[World, str], Callable[[], bool]]:
    """The place where Microsoft has just got this request; its answer is held back."""

    def arm(world: World, _name: str) -> Callable[[], bool]:
        world.microsoft.control(
            "POST", "faults", {"kind": "delay", "match": match, "skip": skip, "pause_s": 8, "times": 1}
        )
        return lambda: bool(world.microsoft.control("GET", "faults")["faults"][0]["hits"])

    return arm


def wrote(statement: str) -> Callable[[World, str], Callable[[], bool]]:
    """The place where this question to the database is first answered with something true."""

    def arm(world: World, name: str) -> Callable[[], bool]:
        return lambda: bool(world.ask(name, statement)[0][0])

    return arm


PLACES = {
    "token": ("fresh", asked("POST .*/token")),
    "link": ("fresh", asked("GET /v1.0/users/delta")),
    "first page": ("fresh", asked(r"GET /v1.0/users\?")),
    "second page": ("fresh", asked("skiptoken")),
    "first question about mailboxes": ("fresh", asked(r"POST /v1.0/\$batch")),
    "a batch of new people": ("fresh", wrote("SELECT count(*) >= 500 FROM users")),
    "two batches of new people": ("fresh", wrote("SELECT count(*) >= 1000 FROM users")),
    "everybody new": ("fresh", wrote("SELECT count(*) >= 1300 FROM users")),
    "round of changes": ("settled", asked("GET /v1.0/users/delta")),
    "its second page": ("settled", asked("skiptoken")),
    "reading by id": ("settled", asked(r"POST /v1.0/\$batch")),
    "a batch of changes": ("settled", wrote("SELECT count(*) FROM users WHERE department = 'Changed'")),
    "all changes": ("settled", wrote("SELECT count(*) >= 300 FROM users WHERE display_name LIKE 'New %'")),
}


@pytest.mark.parametrize("place", PLACES)
def test_killed_and_run_again(world: World, place: str) -> None:
    beginning, arm = PLACES[place]
    name = place.replace(" ", "-")
    pbx = world.copy(beginning, name)
    is_there = arm(world, name)
    run = world.start(name)
    try:
        wait_for(is_there, run)
    finally:
        run.kill()
        assert run.wait() == -signal.SIGKILL, "the run was over before it could be killed"
        world.microsoft.control("DELETE", "faults")
    at_death = world.people(name)
    again = tick(pbx)
    assert again["status"] == "done", again
    after = world.people(name)
    assert world.shown(name) == world.truth[beginning]
    for oid, user in at_death.items():
        assert after[oid]["extension_number"] == user["extension_number"], "a lost extension"
        assert after[oid]["username"] == user["username"]
    everybody = world.ask(name, "SELECT count(*), count(DISTINCT extension_number) FROM users")
    assert everybody == [(len(after), len(after))], "a number given twice, or a user whom nobody is linked to"
    links = world.ask(name, "SELECT count(*), count(DISTINCT user_id), count(DISTINCT subject) FROM links")
    assert links == [(len(after),) * 3], "a person twice"
    held = world.ask(
        name, "SELECT count(*) FROM numbers n JOIN users u ON u.id = n.user_id AND u.extension_number = n.number"
    )
    assert held == [(len(after),)]


def wait_for(is_there: Callable[[], bool], run: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_there():
        assert run.poll() is None, "the run ended before it came to the place"
        assert time.monotonic() < until, "the place was never reached"
        time.sleep(0.002)
