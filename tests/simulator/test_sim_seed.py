"""A tenant of 500 has every kind of person that real tenants have; tenants of any size can be made."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import pytest

from portsip_m365_plugin.clouds import load_clouds
from portsip_m365_plugin.graph.wire import CALLS
from portsip_m365_plugin.simulator.graph.routes import templates
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.schema import Schema
from portsip_m365_plugin.simulator.world.seed import SPECIAL_SHARES
from portsip_m365_plugin.simulator.world.tenant import Tenant
from tests.support.lab import Lab


@pytest.fixture(scope="module")
def people() -> list[Person]:
    from portsip_m365_plugin.simulator.world.clock import SimulatedClock

    tenant = Tenant(Schema("GLOBAL"), SimulatedClock(), 500, 1, "contoso.onmicrosoft.com")
    return tenant.directory.order


def of(people: list[Person], kind: str) -> list[Person]:
    found = [person for person in people if person.kind == kind]
    assert found, f"nobody of kind {kind}"
    return found


def test_there_are_five_hundred_and_most_are_ordinary(people: list[Person]) -> None:
    kinds = Counter(person.kind for person in people)
    assert len(people) == len({person.id for person in people}) == 500
    assert kinds["ordinary"] > 350
    assert set(kinds) == {*SPECIAL_SHARES, "ordinary"}
    assert len({person.props["userPrincipalName"].lower() for person in people}) == 500


def test_guests(people: list[Person]) -> None:
    for guest in of(people, "guest"):
        assert "#EXT#" in guest.props["userPrincipalName"]
        assert guest.props["userType"] == "Guest"
        assert not guest.props["mail"].endswith("contoso.onmicrosoft.com")
        assert not guest.has_mailbox


def test_accounts_that_are_off(people: list[Person]) -> None:
    assert all(person.props["accountEnabled"] is False for person in of(people, "disabled"))
    for kind, purpose in (("shared_mailbox", "shared"), ("room", "room"), ("equipment", "equipment")):
        for person in of(people, kind):
            assert person.mailbox == purpose
            assert person.props["accountEnabled"] is False
            assert person.props["assignedLicenses"] == []
            assert person.props["mail"]


def test_people_without_a_mailbox_or_without_mail(people: list[Person]) -> None:
    for person in of(people, "on_premises"):
        assert person.props["onPremisesSyncEnabled"] is True
        assert person.mailbox == "on_premises"
    assert all(not person.has_mailbox and person.props["mail"] for person in of(people, "no_mailbox"))
    assert all("mail" not in person.props for person in of(people, "no_mail"))
    for person in of(people, "service_account"):
        assert person.props["assignedLicenses"] == []
        assert "mail" not in person.props


def test_names(people: list[Person]) -> None:
    for person in of(people, "both_names_empty"):
        assert "givenName" not in person.props
        assert "surname" not in person.props
        assert person.props["displayName"]
    for person in of(people, "one_name_empty"):
        assert len({"givenName", "surname"} & set(person.props)) == 1
    for person in of(people, "emoji_name"):
        assert any(unicodedata.category(char) in ("So", "Cs") for char in person.props["displayName"])
    for person in of(people, "rtl_name"):
        assert any(unicodedata.bidirectional(char) in ("R", "AL") for char in person.props["displayName"])
    for person in of(people, "long_name"):
        assert len(person.props["displayName"]) == 300


def test_two_with_one_mail_and_odd_phones(people: list[Person]) -> None:
    mails = Counter(person.props["mail"] for person in people if person.props.get("mail"))
    assert max(mails.values()) == 2
    assert len(of(people, "same_mail")) >= 2
    numbers = {person.props["businessPhones"][0] for person in of(people, "odd_phone")}
    assert len(numbers) > 1
    assert any(not number.lstrip("+").isdigit() for number in numbers)


def test_pictures(people: list[Person]) -> None:
    assert all(person.photo_seed == -1 for person in of(people, "placeholder_photo"))
    assert 0.5 < sum(person.photo_seed > 0 for person in people) / 500 < 0.8


@pytest.mark.parametrize("users", [0, 1, 39, 40, 41, 1000])
def test_a_tenant_of_any_size(make_lab: Any, users: int) -> None:
    lab = make_lab(users=users)
    kinds = Counter(person.kind for person in lab.tenant().directory.order)
    assert kinds.total() == users
    assert (set(kinds) == {*SPECIAL_SHARES, "ordinary"}) == (users >= 40)


def test_every_row_of_the_wire_table_is_served() -> None:
    def shape(text: str) -> str:
        import re

        return re.sub(r"\{\w+\}", "{}", text)

    served = {shape(template) for template in templates()} | {"POST /$batch"}
    elsewhere = {f"{call.method} {shape(call.path)}" for call in CALLS.values()} - served
    # The upload address is on Outlook's host and is no path of Graph.
    assert {each for each in elsewhere if not each.startswith("PUT ")} == set()


def test_the_clouds_file_is_one_the_plugin_reads(make_lab: Any) -> None:
    lab: Lab = make_lab(clouds=("GLOBAL", "CHINA"))
    clouds = load_clouds()
    assert clouds["LAB"].graph == lab.sim.origin("GLOBAL")
    assert clouds["LABCN"].authority == lab.sim.origin("CHINA")
    assert clouds["LABCN"].like == "CHINA"
