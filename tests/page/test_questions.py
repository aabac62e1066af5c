"""What Microsoft 365's buttons say before they do something."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import (
    ActionRequest,
    Confirmation,
    ContactSource,
    Counts,
    DraftContact,
    PersonalBook,
    PlanRef,
    PutContact,
    Refused,
    TickStatus,
)
from portsip_m365_plugin.page.questions import _PLANNED, _say_counts
from tests.conftest import MakeLab
from tests.support.lab import shared_key_pair
from tests.support.pbx_hand import ADMIN, Hand


@pytest.fixture
def hand(make_lab: MakeLab) -> Hand:
    lab = make_lab(users=60)
    lab.register()
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


def ask(hand: Hand, action: str, **values: str) -> Any:
    request = ActionRequest(action=action, values=values, viewer=ADMIN.username)
    answer = hand.plugins.confirm_action(hand.plugin, hand.tenant, ADMIN, request)
    assert answer.ok, answer.sentence
    return answer.value


def approve_first_plan(hand: Hand) -> PlanRef:
    plan = hand.press("preview").plan
    assert plan is not None
    assert hand.press("approve", {"checksum": plan.checksum}).status is TickStatus.DONE
    return plan


def test_approving_says_what_the_plan_does(hand: Hand) -> None:
    plan = hand.press("preview").plan
    assert plan is not None
    asked = ask(hand, "approve", checksum=plan.checksum)
    assert asked == Confirmation(
        sentence="Apply this plan, and sync now.", details=(f"{plan.counts.created} users are created.",)
    )
    assert isinstance(ask(hand, "approve", checksum="0"), Refused)


def test_both_ways_to_disconnect_differ_in_what_they_say(hand: Hand) -> None:
    created = approve_first_plan(hand).counts.created
    harmless, deleting = ask(hand, "disconnect", delete_users="false"), ask(hand, "disconnect", delete_users="true")
    assert harmless.sentence == "Disconnect from Microsoft 365, and delete nobody."
    assert harmless.details[0].startswith(f"{created} synced users stay with extension")
    assert harmless.typed == ""
    assert deleting.sentence == f"Delete {created} synced users, and disconnect from Microsoft 365."
    assert deleting.typed == "Contoso"
    assert hand.host.users.counts().linked == created


def test_other_buttons_ask_nothing(hand: Hand) -> None:
    for action in ("preview", "sync_now", "full_resync", "contacts", "contacts_resync", "download_public_key"):
        assert ask(hand, action) is None


@pytest.mark.parametrize("action", ["approve_contact_removal", "approve_photo_removal"])
def test_a_removal_that_does_not_wait_is_refused(hand: Hand, action: str) -> None:
    assert isinstance(ask(hand, action, checksum="x"), Refused)


def test_every_count_of_a_plan_about_users_has_a_sentence() -> None:
    said = {name for name in Counts().as_dict() if list(_say_counts(Counts(**{name: 2})))}
    assert said == set(_PLANNED) == {"created", "updated", "disabled", "enabled", "deleted", "linked"}
    assert list(_say_counts(Counts(deleted=1, created=1200))) == [
        "1,200 users are created.",
        "1 user is deleted, with voicemail and contacts.",
    ]


def test_contacts_that_an_earlier_disconnect_left_are_counted_too(hand: Hand) -> None:
    created = approve_first_plan(hand).counts.created
    link = next(iter(hand.host.users.linked())).link
    source = ContactSource(mailbox_id=link.subject, folder_id="f", contact_id="a")
    change = PutContact(external_id="a", draft=DraftContact(name="Ann"), sources=(source,))
    hand.host.contacts.apply(PersonalBook(owner=link), [change])
    assert hand.press("disconnect", {"delete_users": "false"}).status is TickStatus.DONE
    asked = ask(hand, "disconnect", delete_users="true")
    assert asked.sentence.startswith(f"Delete {created} synced users, and disconnect")
    assert asked.details[0] == "1 synced contact is deleted too."
