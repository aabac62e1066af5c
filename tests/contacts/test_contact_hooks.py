"""Contacts as an administrator meets them: the page, its buttons, the night, over real HTTP to a simulated cloud."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import Done, PersonalBook, Refused, Saved, SaveRefused, TickReason, TickStatus
from tests.conftest import MakeLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

PERMISSIONS = ("User.Read.All", "Contacts.Read")


def connected(lab: Lab, cloud: str) -> Hand:
    lab.register(permissions=PERMISSIONS, cloud=cloud)
    hand = Hand()
    hand.set_up(lab.settings(cloud), shared_key_pair())
    report = hand.tick(confirm_first_plan=True)
    assert report.status is TickStatus.DONE, report
    return hand


@pytest.fixture(params=["GLOBAL", "CHINA"])
def world(request: pytest.FixtureRequest, make_lab: MakeLab) -> Any:
    lab = make_lab(users=30, clouds=(request.param,), contacts_per_mailbox=4)
    return lab, request.param, connected(lab, request.param)


def synced_names(hand: Hand) -> int:
    return sum(1 for book in hand.host.contacts.books() for _ in hand.host.contacts.synced(book))


def test_switched_on_pressed_and_in_the_night(world: Any) -> None:
    lab, cloud, hand = world
    assert synced_names(hand) == 0, "contacts are off until somebody switches them on"
    shared = next(p for p in lab.tenant(cloud).directory.order if p.mailbox == "shared" or p.kind == "ordinary")
    saved = hand.save(
        contact_personal="true", contact_shared="named", contact_mailboxes=shared.props["userPrincipalName"]
    )
    assert isinstance(saved, Saved), saved
    assert hand.host.settings.read().values["contact_mailboxes"] == [
        {"name": shared.props["userPrincipalName"], "entra_object_id": shared.id}
    ]
    report = hand.press("contacts")
    assert report.status is TickStatus.DONE, report
    assert synced_names(hand) > 20
    facts = {fact.label: fact.value for fact in hand.tab("contact_sync").facts}
    assert "mailboxes read" in facts["Last contact sync"]
    before = synced_names(hand)
    hand.host.clock.move(days=1)
    night = hand.tick(reason=TickReason.DUE)
    assert "Contacts: Nothing to change" in night.message
    assert synced_names(hand) == before
    assert isinstance(hand.press("contact_state", {"mailbox": shared.id}), Done)
    assert isinstance(hand.press("contact_state", {"mailbox": "nobody"}), Refused)
    assert hand.press("contacts_resync").status is TickStatus.DONE


def test_an_address_that_nobody_has_is_refused_beside_its_field(world: Any) -> None:
    _, _, hand = world
    refused = hand.save(contact_mailboxes="nobody@contoso.example")
    assert isinstance(refused, SaveRefused)
    assert [error.field for error in refused.errors] == ["contact_mailboxes"]


def test_switched_off_many_peoples_contacts_wait_for_approval(world: Any) -> None:
    _, _, hand = world
    hand.save(contact_personal="true")
    hand.press("contacts")
    hand.save(contact_personal="false")
    report = hand.tick()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert synced_names(hand) > 20
    assert report.plan is not None
    assert report.plan.counts.contacts_deleted == synced_names(hand)
    assert report.plan.approve is not None
    action = next(a for a in hand.tab("contact_sync").actions if a.name == report.plan.approve.action)
    assert {field.name: field.value for field in action.parameters} == dict(report.plan.approve.values)
    assert isinstance(hand.press("approve_contact_removal", {"checksum": "wrong"}), Refused)
    report = hand.press("approve_contact_removal", {"checksum": action.parameters[0].value})
    assert report.status is TickStatus.DONE, report
    assert report.counts.contacts_deleted > 20
    assert synced_names(hand) == 0
    assert "Contacts" not in hand.tick().message, "nothing is left to do, and nothing is said"


def test_somebody_who_is_left_out_loses_what_was_synced(world: Any) -> None:
    _, _, hand = world
    hand.save(contact_personal="true")
    hand.press("contacts")
    book = next(book for book in hand.host.contacts.books() if isinstance(book, PersonalBook))
    hand.save(contact_users_mode="except", contact_users=book.owner.subject)
    report = hand.press("contacts")
    assert report.status is TickStatus.DONE
    assert list(hand.host.contacts.synced(book)) == []
