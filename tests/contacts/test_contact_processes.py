"""Contacts through real processes: a simulated Microsoft, `pbx-devhost` on SQLite, the plugin, and SIGKILL."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pbx_devhost.store.contacts.rows import book_key
from pbx_plugin_api import CompanyBook, PersonalBook, UserLink
from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft
from portsip_m365_plugin.mapping.contacts import MappedContact, map_contact

TENANT = "contoso"
PEOPLE = 80
KILLS = 3
PATIENCE_S = 60.0


class World:
    """A connected tenant with everybody imported, contacts switched on and nothing of them read yet."""

    def __init__(self, folder: Path, microsoft: SimulatedMicrosoft) -> None:
        self.microsoft, self.path = microsoft, folder / "x.db"
        self.url = f"sqlite:///{self.path}"
        self.pbx = DevHost(self.url, microsoft.environment)
        self.pbx.run("tenant", "add", TENANT, "--country", "DE")
        key = folder / "public_key.pem"
        self.pbx.run("action", TENANT, "generate_key_pair", "--out", str(key))
        client_id = microsoft.register_app(
            certificate_pem=key.read_text(), permissions=["User.Read.All", "Contacts.Read"]
        )
        self.pbx.run(
            "settings", "set", TENANT, f"application_id={client_id}", f"directory_id={microsoft.domain}",
            "national_cloud=LAB",
        )  # fmt: skip
        self.pbx.run("tick", "--tenant", TENANT, "--force", "--confirm-first-plan")
        self.shared = next(p for p in microsoft.people() if p["mailbox"] == "shared")
        self.pbx.run(
            "settings", "set", TENANT, "contact_personal=true", "contact_shared=named",
            f"contact_mailboxes={self.shared['upn']}",
        )  # fmt: skip

    def tick(self) -> dict[str, Any]:
        (run,) = self.pbx.run("tick", "--tenant", TENANT, "--force")
        return dict(run)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(statement).fetchall()

    def books(self) -> dict[str, list[str]]:
        """Names by book, as the PBX has them; those made by hand left out."""
        found: dict[str, list[str]] = {}
        rows = self.ask("SELECT book, name FROM contacts WHERE plugin IS NOT NULL AND deleted = 0 ORDER BY name")
        for book, name in rows:
            found.setdefault(book, []).append(name)
        return found

    def truth(self) -> dict[str, list[str]]:
        """The same, as the mailboxes say."""
        links = self.ask("SELECT authority, subject FROM links")
        people = {person["id"]: person for person in self.microsoft.people()}
        found: dict[str, list[str]] = {}
        for authority, object_id in links:
            owner = UserLink(authority=authority, subject=object_id)
            if people[object_id]["mailbox"] == "user":
                found[book_key(PersonalBook(owner=owner))] = self._names(object_id)
        found[book_key(CompanyBook())] = self._names(self.shared["id"])
        return {book: names for book, names in found.items() if names}

    def _names(self, object_id: str) -> list[str]:
        rows = self.microsoft.control("GET", f"users/{object_id}/contacts")["contacts"]
        mapped = [map_contact(row, country="DE") for row in rows]
        return sorted(entry.draft.name for entry in mapped if isinstance(entry, MappedContact))

    def kill_when(self, statement: str) -> None:
        """Run the tenant, and kill it once the database answers something true."""
        program = Path(sys.executable).with_name("pbx-devhost")
        run = subprocess.Popen(
            [str(program), "--db", self.url, "--json", "tick", "--tenant", TENANT, "--force"],
            env={"PATH": "/usr/bin:/bin", **self.microsoft.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE_S
        try:
            while not self.ask(statement)[0][0]:
                assert run.poll() is None, "the run was over before it could be killed"
                assert time.monotonic() < until, f"never came to {statement}"
                time.sleep(0.002)
        finally:
            run.kill()
            assert run.wait() == -signal.SIGKILL, "the run was over before it could be killed"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with SimulatedMicrosoft(tmp_path, users=PEOPLE) as microsoft:
        yield World(tmp_path, microsoft)


def test_contacts_arrive_say_who_is_calling_and_survive_being_killed(world: World) -> None:
    truth = world.truth()
    whole = sum(len(names) for names in truth.values())
    assert whole > 300
    for kill in range(1, KILLS + 1):
        least = whole * kill // (KILLS + 2)
        world.kill_when(f"SELECT count(*) >= {least} FROM contacts WHERE plugin IS NOT NULL")
    finished = world.tick()
    assert finished["status"] == "done"
    assert world.books() == truth

    quiet = world.tick()
    assert (quiet["status"], world.books()) == ("done", truth)

    # Who is calling: the callee's own contacts first, then the company's; Microsoft is not asked.
    user = next(
        user
        for user in world.pbx.run("users", TENANT)
        if user["entra_object_id"] in {k.partition("/")[2] for k in truth}
    )
    world.microsoft.control(
        "POST", f"users/{user['entra_object_id']}/contacts", {"displayName": "Own", "mobilePhone": "0170 / 99 88 77 1"}
    )
    world.microsoft.control(
        "POST",
        f"users/{world.shared['id']}/contacts",
        {"displayName": "Company's", "businessPhones": ["+49 (170) 9988771"]},
    )
    assert world.tick()["status"] == "done"
    world.microsoft.forget_requests()

    def who(number: str, *more: str) -> Any:
        return world.pbx.run("who", TENANT, number, *more)["name"]

    assert who("+491709988771") == "Company's"
    assert who("0049 170 9988771", "--user", user["username"]) == "Own"
    assert who("+49 170 0000000") is None
    assert world.microsoft.requests_by_template() == {}
