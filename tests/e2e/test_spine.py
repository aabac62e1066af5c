"""The main job end to end, through real processes: a simulated Microsoft, `pbx-devhost`, and the installed plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft

TENANT = "contoso"


class World:
    """A PBX tenant that an administrator has connected, one command after the other."""

    def __init__(self, folder: Path, microsoft: SimulatedMicrosoft) -> None:
        self.microsoft = microsoft
        self.pbx = DevHost(f"sqlite:///{folder}/x.db", microsoft.environment)
        self.pbx.run("tenant", "add", TENANT, "--country", "DE", "--time-zone", "Europe/Berlin")
        key = folder / "public_key.pem"
        self.pbx.run("action", TENANT, "generate_key_pair", "--out", str(key))
        client_id = microsoft.register_app(certificate_pem=key.read_text(), permissions=["User.Read.All"])
        self.pbx.run(
            "settings", "set", TENANT, f"application_id={client_id}", f"directory_id={microsoft.domain}",
            "national_cloud=LAB", "starting_extension_number=2000",
        )  # fmt: skip

    def tick(self, *options: str) -> dict[str, Any]:
        """Run the tenant, and add how many Graph requests of each kind the simulator got."""
        self.microsoft.forget_requests()
        (run,) = self.pbx.run("tick", "--tenant", TENANT, "--force", *options)
        seen = self.microsoft.requests_by_template()
        run["graph"] = {name: n for name, n in seen.items() if "/users" in name or "$batch" in name}
        return dict(run)

    def users(self) -> dict[str, dict[str, Any]]:
        """Synced users by object id."""
        return {user["entra_object_id"]: user for user in self.pbx.run("users", TENANT) if user["entra_object_id"]}


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[[int], World]]:
    with ExitStack() as stack:
        yield lambda users: World(tmp_path, stack.enter_context(SimulatedMicrosoft(tmp_path, users=users)))


def _changed(counts: dict[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n and name not in ("unchanged", "skipped")}


def test_500_people_arrive_and_follow_every_change(make_world: Callable[[int], World]) -> None:
    world = make_world(500)
    microsoft = world.microsoft
    settings = world.pbx.run("settings", "get", TENANT, "--plugin", "m365")["values"]
    assert settings["directory_id"] == microsoft.tenant_id, "a domain is shown as the directory's ID"

    _, refused = world.pbx.try_run("tick", "--tenant", TENANT, "--force")
    assert refused is not None
    assert "first plan" in refused
    assert world.users() == {}

    first = world.tick("--confirm-first-plan")
    assert first["status"] == "done"
    arrived = world.users()
    assert _changed(first["counts"]) == {"created": len(arrived)}
    assert first["counts"]["created"] + first["counts"]["skipped"] == 500
    left_out = {reason: n for reason, n in first["problem_counts"].items() if reason != "value_lost"}
    assert sum(left_out.values()) == first["counts"]["skipped"], "who lost a value is synced all the same"
    assert set(left_out) == {"guest", "account_disabled", "no_name"}
    numbers = [user["extension_number"] for user in arrived.values()]
    assert len(set(numbers)) == len(numbers)
    assert min(map(int, numbers)) == 2000

    second = world.tick()
    assert _changed(second["counts"]) == {}
    assert set(second["graph"]) == {"GET /users 200"}, "the run after the first lists everybody again"

    quiet = world.tick()
    assert quiet["graph"] == {"GET /users/delta 200": 1}
    assert quiet["requests"] == 1
    assert _changed(quiet["counts"]) == {}
    assert world.users() == arrived, "nothing was written"

    people = [person for person in microsoft.people() if person["id"] in arrived]
    renamed, off, gone, back, phone, both = people[:6]
    microsoft.act(back["id"], "delete")
    away = world.tick()
    assert _changed(away["counts"]) == {"disabled": 1}
    microsoft.change(renamed["id"], displayName="Renamed Person", surname="Person")
    new = microsoft.create(displayName="New Person", givenName="New", surname="Person")
    microsoft.act(off["id"], "disable")
    microsoft.act(gone["id"], "delete")
    microsoft.act(back["id"], "restore")
    microsoft.change(phone["id"], mobilePhone="+49 151 23456789")
    microsoft.change(both["id"], department="Board", businessPhones=["+49 30 5550100"])

    seven = world.tick()
    assert _changed(seven["counts"]) == {"created": 1, "updated": 3, "disabled": 2, "enabled": 1}
    assert seven["graph"] == {"GET /users/delta 200": 1}
    after = world.users()
    assert set(after) == {*arrived, new["id"]}
    expected = {oid: dict(user) for oid, user in arrived.items()}
    expected[renamed["id"]]["display_name"] = "Renamed Person"
    expected[off["id"]] |= {"enabled": False, "disabled_reason": "account_disabled"}
    expected[gone["id"]] |= {"enabled": False, "disabled_reason": "departed"}
    expected[phone["id"]] |= {"mobile_phone": "+49 151 23456789", "mobile_phone_e164": "+4915123456789"}
    expected[both["id"]] |= {
        "department": "Board", "work_phone": "+49 30 5550100", "work_phone_e164": "+49305550100",
    }  # fmt: skip
    assert {oid: user for oid, user in after.items() if oid != new["id"]} == expected

    victim = after[renamed["id"]]
    world.pbx.run("user", "delete", TENANT, victim["username"])
    assert renamed["id"] not in world.users()
    returned = world.tick()
    assert _changed(returned["counts"]) == {"created": 1}
    again = world.users()[renamed["id"]]
    assert again["extension_number"] == victim["extension_number"]
    assert again["display_name"] == "Renamed Person"


def test_a_first_import_of_10_000_people_costs_at_most_13_requests(make_world: Callable[[int], World]) -> None:
    world = make_world(10_000)
    run = world.tick("--confirm-first-plan")
    assert run["status"] == "done"
    assert run["counts"]["created"] + run["counts"]["skipped"] == 10_000
    assert len(world.users()) == run["counts"]["created"] > 8_000
    assert run["requests"] <= 13
    # Without MailboxSettings.Read one batch finds that out. Its 20 items are no requests of their own.
    items = sum(n for call, n in run["graph"].items() if "mailboxSettings" in call)
    assert items <= 20
    assert sum(run["graph"].values()) - items == run["requests"]
