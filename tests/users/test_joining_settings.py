"""From what an administrator saves on the page to the PBX, through the installed plugin, in both clouds."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import Provisioned, ProvisionReason, ProvisionRefused, ProvisionRequest, TickStatus, UserLink
from tests.conftest import MakeLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

CLOUDS = ["GLOBAL", "CHINA"]


def connect(make_lab: MakeLab, cloud: str, **values: str) -> tuple[Lab, Hand]:
    lab = make_lab(clouds=(cloud,))
    hand = Hand()
    hand.set_up({**lab.settings(cloud), **values}, shared_key_pair())
    return lab, hand


def find(lab: Lab, hand: Hand, cloud: str, person: Any) -> Any:
    return hand.host.users.find(UserLink(authority=lab.tenant(cloud).id, subject=person.id))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_settings_for_numbers_and_fields_reach_the_pbx(make_lab: MakeLab, cloud: str) -> None:
    lab, hand = connect(
        make_lab,
        cloud,
        extension_source="extensionAttribute1",
        starting_extension_number="6000",
        display_name_format="surname_given",
        email_source="upn",
        sync_department="false",
    )
    attributes = {"extensionAttribute1": "4711"}
    upn = f"ann@{lab.tenant(cloud).domain}"
    person = lab.admin(cloud).create_user(
        givenName="Ann", surname="Lee", displayName="Ann", userPrincipalName=upn, mail="x@y.example",
        department="Sales", onPremisesExtensionAttributes=attributes,
    )  # fmt: skip
    report = hand.tick(confirm_first_plan=True)
    assert report.status is TickStatus.DONE
    assert report.problem_counts["no_extension_named"] > 40
    user = find(lab, hand, cloud, person)
    assert (user.extension_number, user.display_name, user.email, user.department) == ("4711", "Lee, Ann", upn, None)
    assert all(int(one.extension_number) >= 6000 for one in hand.host.users.linked() if one != user)
    hand.tick()
    hand.save(display_name_format="given_surname")
    asked = hand.tick()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert "The settings for fields were changed" in asked.message
    assert find(lab, hand, cloud, person).display_name == "Lee, Ann"
    assert hand.press("approve", {"checksum": asked.plan.checksum if asked.plan else ""})
    hand.tick()
    assert find(lab, hand, cloud, person).display_name == "Ann Lee"


@pytest.mark.parametrize("cloud", CLOUDS)
def test_one_person_is_described_by_the_same_rules(make_lab: MakeLab, cloud: str) -> None:
    lab, hand = connect(make_lab, cloud, extension_source="employeeId", sync_mobile_phone="false")
    hand.tick(confirm_first_plan=True)
    upn = f"ann@{lab.tenant(cloud).domain}"
    person = lab.admin(cloud).create_user(
        givenName="Ann", surname="Lee", displayName="Ann", userPrincipalName=upn, employeeId="4711"
    )
    link = UserLink(authority=lab.tenant(cloud).id, subject=person.id)
    described = hand.provision(ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=link))
    assert isinstance(described, Provisioned)
    assert described.draft.extension.number == "4711"  # type: ignore[union-attr]  # the directory names it
    assert "mobile_phone" not in described.fields
    row = hand.host.users.add_by_hand("ann.b", email=upn)
    refused = hand.provision(ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=link))
    assert isinstance(refused, ProvisionRefused)
    assert refused.reason == "link_needed"
    (notice,) = [notice for notice in hand.host.notices if notice.key.startswith("m365.join.")]
    assert "ann.b" in notice.text
    picked = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=upn))
    assert isinstance(picked, Provisioned)
    assert picked.link_user_id == row.user_id
    hand.host.users.add_by_hand("boss", email=upn, is_admin=True)
    doubted = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=upn))
    assert isinstance(doubted, ProvisionRefused)
    assert doubted.reason == "administrator_match"


def test_the_page_says_how_many_wait(make_lab: MakeLab) -> None:
    _, hand = connect(make_lab, "GLOBAL")
    hand.host.users.user_limit = 45
    hand.tick(confirm_first_plan=True)
    assert hand.fact("People who wait for a user").value.startswith("6 (")
    hand.host.users.user_limit = None
    hand.tick()
    hand.tick()
    assert "People who wait for a user" not in [fact.label for fact in hand.tab("user_sync").facts]
