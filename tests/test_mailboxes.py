"""What each mailbox is for: one memory for users and contacts, and how rarely Microsoft is asked."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import TickStatus
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.mailboxes import Group, Mailboxes
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.contact_lab import PERMISSIONS, ContactLab
from tests.support.sync_realm import SyncLab

ALLOWED = (*PERMISSIONS, "MailboxSettings.Read")
LICENCES = [{"skuId": "06ebc4ee-1bb5-47dd-8120-11324bc54e06", "disabledPlans": []}]


def asked_about(lab: ContactLab | SyncLab) -> list[str]:
    """Whose mailboxes Microsoft was asked about, since the last time."""
    ids = [entry.mailbox_id for entry in lab.realm.journal.entries() if "userPurpose" in entry.target]
    lab.realm.journal.reset()
    return ids


def keep_old(host: FakeHost, known: dict[str, str], answers: dict[str, str]) -> None:
    """Write the state as version 0.1 wrote it."""
    now = host.clock.now_utc().isoformat()
    asked: dict[str, Any] = {"known": known, "asked_all_at_utc": now, "refused_at_utc": None, "after": ""}
    host.state.put("users.purposes", asked)
    for mailbox_id, purpose in answers.items():
        host.state.put(f"contacts.purpose.{mailbox_id[:2]}", {mailbox_id: [purpose, now]})


def old_keys(host: FakeHost) -> list[str]:
    return [key for key, _ in host.state.items("") if key.startswith(("users.purposes", "contacts.purpose."))]


def test_users_carry_over_what_the_old_version_knew() -> None:
    lab = SyncLab(permissions=ALLOWED)
    desk = lab.hire("desk@contoso.example")
    desk.mailbox = "shared"
    keep_old(lab.host, {desk.id: "shared"}, {})
    lab.run(confirm=True)
    assert lab.user(desk) is None
    assert desk.id not in asked_about(lab)
    lab.run()
    assert asked_about(lab) == [], "everybody was asked about within the week"
    assert old_keys(lab.host) == []
    assert Mailboxes(lab.host).purpose(desk.id) == "shared"


def test_contacts_carry_over_what_the_old_version_knew() -> None:
    lab = ContactLab(people_count=1, permissions=ALLOWED, settings_changes={"shared": SharedMode.FOUND})
    info, sales = lab.add_person(shared=True), lab.add_person(shared=True)
    keep_old(lab.host, {}, {info.id: "shared"})
    lab.fill(2, [info, sales])
    lab.run()
    assert asked_about(lab) == [sales.id]
    assert lab.company() == lab.company_truth(info, sales)
    assert old_keys(lab.host) == []
    lab.night()
    assert asked_about(lab) == []
    assert lab.company() == lab.company_truth(info, sales)


@pytest.mark.parametrize("is_old", [False, True])
def test_a_person_whose_contacts_go_into_the_company_book_keeps_the_telephone(is_old: bool) -> None:
    """An admin named a person's mailbox for the company book. That says nothing about what the mailbox is for."""
    lab = ContactLab(people_count=2, permissions=ALLOWED)
    ann, bob = lab.people
    lab.sync.run(confirm=True)
    for person in lab.people:
        lab.sync.patch(person, assignedLicenses=LICENCES)
    lab.sync.run()
    lab.share(ann)
    lab.fill(2)
    lab.run()
    lab.settings_changes |= {"shared": SharedMode.FOUND}
    if is_old:  # version 0.1 wrote the assumption down
        lab.host.state.put(f"contacts.purpose.{ann.id[:2]}", {ann.id: ["shared", "2000-01-01T00:00:00+00:00"]})
    info = lab.add_person(shared=True)
    lab.fill(1, [info])
    lab.run()
    assert Mailboxes(lab.host).purpose(info.id) == "shared"
    assert Mailboxes(lab.host).purpose(ann.id) is None
    lab.sync.patch(ann, department="Sales")
    lab.sync.run()
    assert lab.sync.must_have(ann).enabled
    assert lab.sync.must_have(bob).enabled


def test_carrying_over_that_was_cut_off_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    keep_old(host, {"aa-room": "room"}, {"bb-info": "shared"})

    def killed(key: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(host.state, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            Mailboxes(host).keep_round(after="aa")
    host.state.put("mailboxes.of.bb", {"bb-info": ["user", host.clock.now_utc().isoformat()]})
    Mailboxes(host).keep_round(after="bb")
    assert old_keys(host) == []
    mailboxes = Mailboxes(host)
    assert list(mailboxes.items()) == [("aa-room", "room"), ("bb-info", "user")], "what is newer wins"
    assert mailboxes.round_after == "bb"


def test_an_answer_to_users_serves_contacts_too() -> None:
    lab = ContactLab(people_count=1, permissions=ALLOWED, settings_changes={"shared": SharedMode.FOUND})
    desk = licensed_desk(lab)
    lab.sync.run(confirm=True)
    assert desk.id in asked_about(lab)
    lab.fill(2, [desk])
    lab.run()
    assert desk.id not in asked_about(lab)
    assert lab.company() == lab.company_truth(desk)


def test_an_answer_to_contacts_serves_users_too() -> None:
    lab = ContactLab(people_count=1, permissions=ALLOWED, settings_changes={"shared": SharedMode.FOUND})
    lab.sync.settle()
    desk = licensed_desk(lab)
    lab.run()
    assert desk.id in asked_about(lab)
    lab.sync.run()
    assert desk.id not in asked_about(lab)
    assert lab.sync.user(desk) is None


def licensed_desk(lab: ContactLab) -> Person:
    """A shared mailbox that is licensed and enabled like a person's account."""
    desk = lab.add_person(shared=True)
    lab.sync.patch(desk, accountEnabled=True, assignedLicenses=LICENCES)
    return desk


def test_a_refusal_is_remembered_and_one_request_finds_out_that_it_is_over() -> None:
    lab = ContactLab(people_count=1, settings_changes={"shared": SharedMode.FOUND})
    shared = [lab.add_person(shared=True) for _ in range(45)]
    lab.fill(1, shared)
    lab.run()
    assert len(asked_about(lab)) == 45
    report = lab.night()
    assert report.status is TickStatus.DONE
    assert "MailboxSettings.Read" in report.message
    assert len(asked_about(lab)) == 20
    lab.sync.tokens.permissions, lab.sync.tokens.held = ALLOWED, ""
    lab.night()
    assert len(asked_about(lab)) == 45
    assert lab.company() == lab.company_truth(*shared)


def test_a_refusal_for_people_says_nothing_about_shared_mailboxes() -> None:
    """The app's role in Exchange may reach the shared mailboxes only."""
    lab = ContactLab(people_count=1, permissions=ALLOWED, settings_changes={"shared": SharedMode.FOUND})
    lab.people[0].mailbox = "denied"
    lab.sync.patch(lab.people[0], assignedLicenses=LICENCES)
    info = lab.add_person(shared=True)
    lab.fill(2, [info])
    lab.sync.run(confirm=True)
    assert Mailboxes(lab.host).is_refused(Group.PEOPLE)
    lab.run()
    assert not Mailboxes(lab.host).is_refused(Group.OTHERS)
    assert lab.company() == lab.company_truth(info)


def test_a_room_that_one_listing_leaves_out_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = ContactLab(people_count=1, permissions=ALLOWED, settings_changes={"shared": SharedMode.FOUND})
    room = lab.add_person(shared=True)
    room.mailbox = "room"
    lab.run()
    assert Mailboxes(lab.host).purpose(room.id) == "room"
    monkeypatch.setattr("portsip_m365_plugin.contacts.shared.list_users", lambda client: iter(()))
    lab.night()
    assert Mailboxes(lab.host).purpose(room.id) == "room"
    lab.sync.soft_delete(room)
    lab.night()
    assert Mailboxes(lab.host).purpose(room.id) is None
