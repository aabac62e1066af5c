"""Why is somebody synced or not: each answer through the page's own button, against the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import Done, Refused, TickStatus, UserLink
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


def person(lab: Lab, kind: str = "ordinary", n: int = 0) -> Any:
    return [p for p in lab.tenant().directory.order if p.kind == kind][n]


def ask(hand: Hand, who: str) -> Done:
    answer = hand.press("explain", {"who": who})
    assert isinstance(answer, Done), answer
    return answer


def link_of(lab: Lab, somebody: Any) -> UserLink:
    return UserLink(authority=lab.tenant().id, subject=somebody.id)


def test_somebody_who_is_synced_by_name_id_and_address(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    ada = person(lab)
    for who in (ada.props["userPrincipalName"], ada.id, f" {ada.props['mail'].upper()} "):
        answer = ask(hand, who)
        user = hand.host.users.find(link_of(lab, ada))
        assert user is not None
        assert answer.data["reason"] == "synced"
        assert answer.data["is_synced"] is True
        assert answer.message == f"Synced as user {user.username}, extension {user.extension_number}."
        assert any(user.username in fact.value and "Sync this person now" in fact.value for fact in answer.facts)


@pytest.mark.parametrize(
    ("kind", "reason"), [("guest", "guest"), ("disabled", "account_disabled"), ("both_names_empty", "no_name")]
)
def test_the_rule_that_leaves_somebody_out_and_since_when(hand: Hand, lab: Lab, kind: str, reason: str) -> None:
    before = ask(hand, person(lab, kind).id)
    assert (before.data["reason"], before.data["since_utc"]) == (reason, None), "no run has met it yet"
    hand.tick(confirm_first_plan=True)
    after = ask(hand, person(lab, kind).id)
    assert after.data["reason"] == reason
    assert after.data["since_utc"] == hand.host.clock.now_utc().isoformat()
    assert after.data["is_synced"] is False
    assert not any("_" in fact.value for fact in after.facts if fact.label == "Synced"), "no code on a page"


def test_out_of_scope_names_the_list(hand: Hand, lab: Lab) -> None:
    kept, left = person(lab), person(lab, n=1)
    hand.save(sync_users_mode="only", sync_users=kept.id)
    answer = ask(hand, left.id)
    assert answer.data["reason"] == "out_of_scope"
    assert "list of users" in answer.message


def test_nobody_of_that_name_is_not_an_outage_and_an_outage_is_not_nobody(hand: Hand, lab: Lab) -> None:
    assert ask(hand, "nobody@contoso.example").data["reason"] == "not_in_directory"
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users/", status=503, times=None))
    answer = hand.press("explain", {"who": person(lab).id})
    assert isinstance(answer, Refused)
    assert "could not be asked" in answer.message
    assert isinstance(hand.press("explain", {"who": " "}), Refused)


def test_a_plan_that_waits_is_said(hand: Hand, lab: Lab) -> None:
    assert "next sync" in ask(hand, person(lab).id).message
    hand.tick()
    answer = ask(hand, person(lab).id)
    assert answer.data["reason"] == "awaits_approval"
    assert "USER SYNC" in answer.message


def test_somebody_who_left_and_somebody_the_administrator_switched_off(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    gone, off = person(lab), person(lab, n=1)
    lab.admin().delete_user(gone.id)
    hand.host.users.edit_by_hand(link_of(lab, off), enabled=False)
    hand.tick()
    left = ask(hand, gone.id)
    assert (left.data["reason"], left.data["is_synced"]) == ("deleted", False)
    assert left.message.startswith("Deleted at Microsoft.")
    assert ask(hand, off.id).data["reason"] == "disabled_by_admin"


def test_nobody_is_free_to_have_a_number(hand: Hand, lab: Lab) -> None:
    hand.host.users.user_limit = 3
    hand.tick(confirm_first_plan=True)
    without = [p for p in lab.tenant().directory.order if p.kind == "ordinary"]
    waiting = next(p for p in without if hand.host.users.find(link_of(lab, p)) is None)
    answer = ask(hand, waiting.id)
    assert answer.data["reason"] == "user_limit"
    assert "limit of 3 users" in answer.message


def test_who_is_left_out_is_counted_on_the_page(hand: Hand) -> None:
    hand.tick(confirm_first_plan=True)
    (table,) = [table for table in hand.tab("user_sync").tables if table.title == "Left out, by reason"]
    shown = dict(table.rows)
    assert int(shown["guest"]) > 0
    assert not any("_" in reason for reason in shown)


def test_what_the_guard_holds_is_said_of_people_who_would_lose_their_extension(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    kept, left = person(lab), person(lab, n=1)
    hand.save(sync_users_mode="only", sync_users=kept.id)
    assert "settings for leavers" in ask(hand, left.id).message
    assert hand.tick().status is TickStatus.NEEDS_APPROVAL
    assert "waits for approval" in ask(hand, left.id).message


def test_a_preview_that_asks_nothing_awaits_nothing(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    new = lab.admin().create_user(givenName="New", surname="Hire")
    hand.press("preview")
    assert ask(hand, new.id).data["reason"] == "next_sync"
    hand.tick()
    assert ask(hand, new.id).data["reason"] == "synced"


def test_cleared_names_and_unreadable_groups_silence_nobody_and_it_is_said(hand: Hand, lab: Lab) -> None:
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    nameless, gone = person(lab), person(lab, n=1)
    groups = {group.props["displayName"]: group.id for group in lab.tenant().directory.groups.values()}
    for one in (nameless, gone):
        lab.admin().set_member(groups["Sales"], one.id)
    hand.save(sync_groups_mode="only", sync_groups="Sales", **lab.settings())
    hand.tick(confirm_first_plan=True)
    lab.tenant().directory.patch(nameless, {"givenName": None, "surname": None})
    assert "leaves the user as it is" in ask(hand, nameless.id).message
    for member in list(lab.admin().group(groups["Sales"]).members):
        lab.admin().set_member(groups["Sales"], member, member=False)
    hand.tick()
    answer = ask(hand, gone.id)
    assert (answer.data["reason"], answer.data["is_synced"]) == ("out_of_scope", True)
    assert "cannot read every group (Sales)" in answer.message
    assert ask(hand, nameless.id).data["reason"] == "out_of_scope", "the reason that was asked for wins, as in a run"
