"""The region is found by discovery before anybody signs in, and only for somebody who chose that."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import Refused, Saved, SaveRefused
from portsip_m365_plugin.clouds import Cloud, load_clouds
from portsip_m365_plugin.simulator.world.tenant import Tenant
from tests.conftest import MakeLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

CLIENT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def lab(make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Three clouds and a second directory of DoD. The region is looked for in the simulator alone."""
    lab = make_lab(users=2, clouds=("GLOBAL", "CHINA", "USGOV"))
    dod = lab.realm("USGOV").add_tenant(2, 1, "army.onmicrosoft.us")
    dod.region_sub_scope = "DOD"

    def only_lab() -> dict[str, Cloud]:
        return {name: cloud for name, cloud in load_clouds().items() if name.startswith("LAB")}

    monkeypatch.setattr("portsip_m365_plugin.page.registration.region.load_clouds", only_lab)
    return lab


def save(hand: Hand, directory: str, region: str = "FIND") -> Any:
    return hand.save(application_id=CLIENT, directory_id=directory, national_cloud=region)


def stored(hand: Hand) -> tuple[Any, Any]:
    values = hand.host.settings.read().values
    return values.get("national_cloud"), values.get("directory_id")


def region(hand: Hand) -> str:
    """What the page shows."""
    (field,) = (field for field in hand.tab("permissions").fields if field.name == "national_cloud")
    assert "FIND" in [choice.value for choice in field.choices]
    return field.value


def tenant_of(lab: Lab, region: str) -> Tenant:
    if region == "LABDOD":
        found = lab.realm("USGOV").find_tenant("army.onmicrosoft.us")
        assert found is not None
        return found
    return lab.tenant({"LAB": "GLOBAL", "LABCN": "CHINA", "LABUS": "USGOV"}[region])


@pytest.mark.parametrize("by", ["id", "domain"])
@pytest.mark.parametrize("region", ["LAB", "LABCN", "LABUS", "LABDOD"])
def test_the_region_is_found_by_domain_and_by_id(lab: Lab, region: str, by: str) -> None:
    hand, tenant = Hand(), tenant_of(lab, region)
    outcome = save(hand, getattr(tenant, by))
    assert isinstance(outcome, Saved)
    assert outcome.message == f"Saved. The directory is in the region {region}; its ID is {tenant.id}."
    assert stored(hand) == (region, tenant.id)


def test_a_directory_of_gcc_is_in_global(lab: Lab) -> None:
    lab.tenant().region_sub_scope = "GCC"
    hand = Hand()
    save(hand, lab.tenant().domain)
    assert stored(hand)[0] == "LAB"


def test_where_two_clouds_answer_the_administrator_is_asked(lab: Lab) -> None:
    lab.realm("CHINA").add_tenant(2, 9, lab.tenant().domain)
    hand = Hand()
    outcome = save(hand, lab.tenant().domain)
    assert isinstance(outcome, SaveRefused)
    (error,) = outcome.errors
    assert error.field == "national_cloud"
    assert f"is a directory in several regions: LAB (ID {lab.tenant().id}), LABCN (ID " in error.message
    assert stored(hand) == (None, None)
    assert isinstance(save(hand, lab.tenant().domain, "LABCN"), Saved), "the administrator has chosen"
    assert stored(hand)[0] == "LABCN"


def test_a_directory_that_no_cloud_knows(lab: Lab) -> None:
    hand = Hand()
    outcome = save(hand, "nobody.example")
    assert isinstance(outcome, SaveRefused)
    (error,) = outcome.errors
    assert (error.field, error.message) == (
        "directory_id",
        "No region of Microsoft's knows nobody.example. Check the spelling.",
    )
    assert stored(hand) == (None, None)


def test_a_cloud_that_does_not_answer_is_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Cloud(name="AWAY", authority="https://localhost:9", graph="https://localhost:9", like="GLOBAL")
    monkeypatch.setattr("portsip_m365_plugin.page.registration.region.load_clouds", lambda: {"AWAY": away})
    outcome = save(Hand(), "nobody.example")
    assert isinstance(outcome, SaveRefused)
    assert outcome.errors[0].message.startswith("No region knows nobody.example, and localhost did not answer.")


@pytest.mark.parametrize(
    ("chosen", "right"), [("LAB", "LABCN"), ("LABCN", "LAB"), ("LABUS", "LABDOD"), ("LABDOD", "LABUS")]
)
def test_a_domain_of_another_cloud_is_named_with_its_region(lab: Lab, chosen: str, right: str) -> None:
    """Nothing is changed behind the administrator's back: the choice stays theirs."""
    hand = Hand()
    outcome = save(hand, tenant_of(lab, right).domain, chosen)
    assert isinstance(outcome, SaveRefused)
    (error,) = outcome.errors
    assert right in error.message
    assert "Choose that region" in error.message or f"choose the region {right}" in error.message
    assert stored(hand) == (None, None)


@pytest.mark.parametrize(
    ("chosen", "right"), [("LAB", "LABCN"), ("LABCN", "LABUS"), ("LABUS", "LABDOD"), ("LABDOD", "LABUS")]
)
def test_an_id_of_another_cloud_is_named_by_the_test_of_the_connection(lab: Lab, chosen: str, right: str) -> None:
    """An id is stored as it was typed, without asking anybody; a token would be refused with AADSTS700023."""
    tenant = tenant_of(lab, right)
    app = tenant.register_app(shared_key_pair().certificate.pem)
    hand = Hand()
    hand.set_up(
        {"directory_id": tenant.id, "application_id": app.client_id, "national_cloud": chosen}, shared_key_pair()
    )
    outcome = hand.press("test_connection")
    assert isinstance(outcome, Refused)
    assert "belongs to another Microsoft cloud" in outcome.message
    assert f"Choose the region {right} on the PERMISSIONS tab" in outcome.remedy
    hand.save(national_cloud=right)
    assert hand.press("test_connection") != outcome


def test_nothing_is_looked_for_before_a_directory_is_entered(lab: Lab) -> None:
    hand = Hand()
    assert isinstance(hand.save(national_cloud="FIND", sync_time="03:00"), Saved)
    assert stored(hand)[0] is None
    assert region(hand) == "FIND"


def test_a_region_can_be_chosen_before_a_directory_is_entered(lab: Lab) -> None:
    """For the scripts, which a colleague runs before there are IDs."""
    hand = Hand()
    hand.save(national_cloud="LABUS")
    assert region(hand) == "LABUS"
    (action,) = (each for each in hand.tab("permissions").actions if each.name == "download_script")
    assert "The script is for the region LABUS" in action.help
    outcome = hand.press("download_script", {"file": "azure_cli"})
    assert f"GRAPH={lab.sim.origin('USGOV')}\n" in outcome.content.decode()


def test_a_chosen_region_asks_no_other_cloud(lab: Lab) -> None:
    hand = Hand()
    assert isinstance(save(hand, lab.tenant().domain, "LAB"), Saved)
    assert lab.realm("CHINA").journal.entries() == []
    assert lab.realm("USGOV").journal.entries() == []


def test_until_a_directory_is_stored_it_is_offered_first(lab: Lab) -> None:
    hand = Hand()
    assert region(hand) == "FIND"
    save(hand, lab.tenant("CHINA").id)
    assert region(hand) == "LABCN"
