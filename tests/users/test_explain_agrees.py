"""What the explanation says of everybody, and what the next whole run does: the same, whatever the settings."""

from __future__ import annotations

import random

import pytest

from pbx_plugin_api import Saved, TickStatus, UserLink
from portsip_m365_plugin.users.left_out import find_left_out
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand

JOINS = {"synced", "next_sync"}


@pytest.mark.parametrize("seed", range(4, 9))
def test_the_explanation_agrees_with_the_next_run(lab: Lab, seed: int) -> None:
    rng = random.Random(seed)
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    hand.tick(confirm_first_plan=True)
    directory = lab.tenant().directory
    people = [person for person in directory.order if person.listed]
    sales = next(group for group in directory.groups.values() if group.props["displayName"] == "Sales")
    for person in rng.sample(people, len(people) // 2):
        lab.admin().set_member(sales.id, person.id)
    changes: tuple[dict[str, object], ...] = (
        {"accountEnabled": False}, {"givenName": None, "surname": None}, {"userType": "Guest"},
        {"assignedLicenses": [], "assignedPlans": []},
    )  # fmt: skip
    for person in rng.sample(people, len(people) // 3):
        directory.patch(person, rng.choice(changes))
    listed = "\n".join(person.id for person in rng.sample(people, len(people) // 2))
    saved = hand.save(
        sync_users_mode=rng.choice(("all", "only", "except")), sync_users=listed,
        sync_groups_mode=rng.choice(("all", "only")), sync_groups="Sales",
        sync_guest_users=rng.choice(("true", "false")), sync_unlicensed=rng.choice(("true", "false")),
    )  # fmt: skip
    assert isinstance(saved, Saved), saved
    said = {person.id: hand.press("explain", {"who": person.id}).data["reason"] for person in people}
    report = hand.tick()
    if report.plan is not None:
        hand.press("approve", {"checksum": report.plan.checksum})
        report = hand.tick()
    assert report.status is TickStatus.DONE, report
    for person in people:
        left = find_left_out(hand.host, person.id)
        user = hand.host.users.find(UserLink(authority=lab.tenant().id, subject=person.id))
        is_on = user is not None and user.enabled
        if said[person.id] in JOINS:
            assert is_on, (said[person.id], left)
        else:
            assert left is not None
            assert left.reason == said[person.id]
            assert not is_on or left.reason in ("no_name", "invalid")
