"""Looks between the nights while the settings for who is synced were changed, or an approval waits."""

from __future__ import annotations

import pytest

from pbx_plugin_api import DisableReason, Saved, TickReason, TickReport, TickStatus, UserLink
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    hand = Hand()
    hand.set_up({**lab.settings(), "sync_every_minutes": "5"}, shared_key_pair())
    for confirm in (True, False):
        assert hand.tick(TickReason.FORCED, confirm_first_plan=confirm).status is TickStatus.DONE
    look(hand)
    return hand


def look(hand: Hand) -> TickReport:
    hand.host.clock.move(minutes=5)
    return hand.tick(TickReason.DUE)


def night(hand: Hand) -> TickReport:
    hand.host.clock.move(days=1)
    return hand.tick(TickReason.DUE)


def people(lab: Lab, kind: str = "ordinary") -> list[Person]:
    return [person for person in lab.tenant().directory.order if person.kind == kind and person.listed]


def is_on(lab: Lab, hand: Hand, person: Person) -> bool | None:
    user = hand.host.users.find(UserLink(authority=lab.tenant().id, subject=person.id))
    return None if user is None else user.enabled


def change(lab: Lab, person: Person, **props: object) -> None:
    lab.tenant().directory.patch(person, {"department": "Elsewhere", **props})


def test_a_list_that_is_taken_back_before_the_night_has_silenced_nobody(lab: Lab, hand: Hand) -> None:
    kept, changed = people(lab)[:2]
    hand.save(sync_users_mode="only", sync_users=kept.id)
    change(lab, changed)
    look(hand)
    assert is_on(lab, hand, changed)
    hand.save(sync_users_mode="all")
    night(hand)
    assert is_on(lab, hand, changed)


def test_looks_do_not_silence_one_by_one_who_waits_for_approval(lab: Lab, hand: Hand) -> None:
    kept, changed, disabled = people(lab)[:3]
    hand.save(sync_users_mode="only", sync_users=kept.id)
    asked = night(hand)
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert asked.plan is not None
    change(lab, changed)
    look(hand)
    assert is_on(lab, hand, changed), "the night asks about it"
    hand.press("approve", {"checksum": asked.plan.checksum})
    night(hand)
    assert is_on(lab, hand, changed) is False
    assert is_on(lab, hand, kept)
    assert is_on(lab, hand, disabled) is False


def test_who_is_disabled_at_microsoft_goes_off_in_minutes_although_a_new_list_was_saved(lab: Lab, hand: Hand) -> None:
    disabled = people(lab)[0]
    hand.save(sync_users_mode="except", sync_users=people(lab)[1].id)
    change(lab, disabled, accountEnabled=False)
    look(hand)
    user = hand.host.users.find(UserLink(authority=lab.tenant().id, subject=disabled.id))
    assert user is not None
    assert user.disabled_reason is DisableReason.ACCOUNT_DISABLED


def test_who_is_disabled_at_microsoft_goes_off_in_minutes_although_groups_were_chosen_just_now(
    lab: Lab, hand: Hand
) -> None:
    group = lab.admin().create_group("Sales")
    member, disabled, changed = people(lab)[:3]
    lab.admin().set_member(group.id, member.id)
    assert isinstance(hand.save(sync_groups_mode="only", sync_groups=group.id), Saved)
    for _ in range(2):
        change(lab, changed, jobTitle="Elsewhere")
        assert look(hand).status is TickStatus.DONE
        assert (is_on(lab, hand, member), is_on(lab, hand, changed)) == (True, True), "the night asks about groups"
    change(lab, disabled, accountEnabled=False)
    look(hand)
    assert is_on(lab, hand, disabled) is False
    asked = night(hand)
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert asked.plan is not None
    assert asked.plan.counts.disabled == hand.host.users.counts().enabled - 1, "everybody but the member"
    change(lab, member, accountEnabled=False)
    look(hand)
    assert is_on(lab, hand, member) is False, "also while the plan waits"
    assert is_on(lab, hand, changed)


def test_guests_that_were_switched_on_by_mistake_get_nothing_before_the_night(lab: Lab, hand: Hand) -> None:
    guest = people(lab, "guest")[0]
    for _ in range(2):
        hand.save(sync_guest_users="true")
        change(lab, guest)
        look(hand)
        assert is_on(lab, hand, guest) is None
        hand.save(sync_guest_users="false")
        night(hand)
        assert is_on(lab, hand, guest) is None
    hand.save(sync_guest_users="true")
    hand.press("sync_now")
    assert is_on(lab, hand, guest)


def test_people_who_wait_for_a_number_are_not_forgotten_over_a_list_that_was_taken_back(lab: Lab, hand: Hand) -> None:
    hand.host.users.user_limit = len(hand.host.users.rows)
    new = lab.admin().create_user(displayName="New Hire", givenName="New", surname="Hire")
    assert look(hand).problem_counts["user_limit"] == 1
    hand.save(sync_users_mode="except", sync_users=new.id)
    look(hand)
    hand.save(sync_users_mode="all")
    hand.host.users.user_limit = None
    night(hand)
    assert is_on(lab, hand, new)
