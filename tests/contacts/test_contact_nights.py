"""Nights of the contact sync, in both clouds: what arrives, what it costs, what is written."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import TickStatus
from portsip_m365_plugin.contacts.walk import LIST_TREES_KEY
from portsip_m365_plugin.simulator import front
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.realm import Realm
from tests.support.contact_lab import ContactLab, settled


def test_everything_arrives_and_a_quiet_night_writes_nothing(lab: ContactLab) -> None:
    settled(lab)
    report = lab.night()
    assert (report.status, report.counts.mailboxes_read, dict(lab.written)) == (TickStatus.DONE, 3, {})
    assert report.requests == 1
    lab.assert_equal()


@pytest.mark.parametrize(("cloud", "per_folder"), [("GLOBAL", 1), ("CHINA", 2)])
def test_a_quiet_night_costs_one_batch_for_twenty_mailboxes_and_folders(cloud: str, per_folder: int) -> None:
    lab = ContactLab(people_count=30, cloud=cloud)
    for person in lab.people[:10]:
        sub = lab.mailbox(person).add_folder("Customers")
        lab.mailbox(person).add_folder("VIP", sub.id)
        lab.add(person, sub)
    settled(lab, contacts=2)
    folders = 30 + 20
    report = lab.night()
    assert report.requests == -(-(30 + per_folder * folders) // 20)
    assert dict(lab.written) == {}


def test_one_changed_contact_costs_the_same_and_writes_one_row(globe: ContactLab) -> None:
    settled(globe)
    contact = next(iter(globe.mailbox(globe.people[1]).contacts.values()))
    globe.change(globe.people[1], contact, displayName="Renamed", personalNotes="by hand")
    report = globe.night()
    assert (report.requests, report.counts.contacts_updated, dict(globe.written)) == (1, 1, {"applied": 1})
    globe.assert_equal()


def test_one_changed_contact_without_a_delta_costs_one_more_read_and_writes_one_row() -> None:
    lab = settled(ContactLab(cloud="CHINA"))
    contact = next(iter(lab.mailbox(lab.people[1]).contacts.values()))
    lab.change(lab.people[1], contact, displayName="Renamed")
    report = lab.night()
    assert (report.requests, report.counts.contacts_updated, dict(lab.written)) == (2, 1, {"applied": 1})
    lab.assert_equal()


def test_pages_small_empty_and_with_repetitions_lose_nothing(lab: ContactLab) -> None:
    lab.realm.settings.max_page = 3
    lab.realm.settings.empty_page_every = 2
    lab.realm.settings.duplicate_every = 3
    settled(lab, contacts=11)
    for person in lab.people:
        for contact in list(lab.mailbox(person).default_folder.contacts.values())[:4]:
            lab.change(person, contact, companyName="Changed")
    lab.night()
    lab.assert_equal()


def test_many_changes_without_a_delta_are_read_by_listing_the_folder() -> None:
    lab = settled(ContactLab(people_count=1, cloud="CHINA"), contacts=30)
    for contact in list(lab.mailbox(lab.people[0]).default_folder.contacts.values()):
        lab.change(lab.people[0], contact, companyName="Changed")
    report = lab.night()
    assert (report.requests, report.counts.contacts_updated) == (2, 30)
    lab.assert_equal()


def test_contacts_with_neither_name_nor_number_are_counted(lab: ContactLab) -> None:
    lab.add(lab.people[0], displayName="", mobilePhone=None, emailAddresses=[{"address": "a@x.example"}])
    report = lab.run()
    assert (report.counts.contacts_skipped, report.problem_counts) == (1, {"contacts_without_name": 1})
    contact = next(iter(lab.mailbox(lab.people[0]).contacts.values()))
    lab.change(lab.people[0], contact, displayName="Now with a name")
    lab.night()
    assert lab.shown(lab.people[0]) == ["Now with a name"]
    lab.change(lab.people[0], contact, displayName="")
    lab.night()
    assert lab.shown(lab.people[0]) == []


def test_contacts_that_hold_more_than_the_pbx_keeps_are_named(globe: ContactLab) -> None:
    globe.add(globe.people[0], displayName="Long", personalNotes="n" * 3000)
    report = globe.run()
    assert report.problem_counts == {"contacts_shortened": 1}
    assert "Long (Notes)" in globe.host.progress.problems[0].detail


def test_folders_are_found_the_night_they_appear_and_go_when_they_go(lab: ContactLab) -> None:
    settled(lab)
    person = lab.people[0]
    box = lab.mailbox(person)
    customers = box.add_folder("Customers")
    vip = box.add_folder("VIP", customers.id)
    below_default = box.add_folder("Family", box.default_folder.id)
    for folder in (customers, vip, below_default):
        lab.add(person, folder)
    lab.night()
    assert len(lab.book(person)) == 8
    lab.assert_equal()
    later = box.add_folder("Inner", vip.id)
    lab.add(person, later)
    lab.night()
    lab.assert_equal()
    box.remove_folder(customers)
    lab.night()
    assert len(lab.book(person)) == 6
    lab.assert_equal()


def test_a_folder_delta_that_names_no_folders_below_others_is_found_out_and_replaced_by_listing(
    globe: ContactLab,
) -> None:
    globe.realm.settings.folder_delta_nested = False
    person = globe.people[0]
    outer = globe.mailbox(person).add_folder("Outer")
    inner = globe.mailbox(person).add_folder("Inner", outer.id)
    globe.add(person, inner)
    settled(globe)
    assert globe.host.state.get(LIST_TREES_KEY) is not None
    globe.add(person, globe.mailbox(person).add_folder("Innermost", inner.id))
    globe.add(
        globe.people[1],
        globe.mailbox(globe.people[1]).add_folder("Sub", globe.mailbox(globe.people[1]).default_folder.id),
    )
    globe.night()
    globe.night()
    globe.assert_equal()


def test_system_folders_are_left_out_and_an_admin_may_leave_out_more(lab: ContactLab) -> None:
    person = lab.people[0]
    box = lab.mailbox(person)
    suggested, shop = box.add_folder("Suggested Contacts"), box.add_folder("Online Shop")
    below = box.add_folder("Below", suggested.id)
    for folder in (suggested, shop, below, box.default_folder):
        lab.add(person, folder)
    lab.run()
    assert lab.book(person) == lab.truth(person, excluded=["Suggested Contacts", "Below"])
    lab.settings_changes["excluded_folders"] = ("ONLINE shop", "Suggested Contacts")
    lab.night()
    assert lab.book(person) == lab.truth(person, excluded=["Suggested Contacts", "Below", "Online Shop"])
    lab.settings_changes["excluded_folders"] = ()
    lab.night()
    lab.assert_equal()


def test_the_default_folder_is_found_once_something_lies_in_it(lab: ContactLab) -> None:
    lab.run()
    person = lab.people[0]
    lab.add(person)
    lab.night()
    lab.assert_equal()
    assert len(lab.book(person)) == 1
    lab.add(person, lab.mailbox(person).add_folder("Sub", lab.mailbox(person).default_folder.id))
    lab.night()
    lab.assert_equal()


def test_folders_below_an_empty_default_folder_are_found_by_its_usual_name(lab: ContactLab) -> None:
    lab.realm.settings.folder_delta_nested = False
    person = lab.people[0]
    lab.add(person, lab.mailbox(person).add_folder("Sub", lab.mailbox(person).default_folder.id))
    lab.run()
    lab.assert_equal()
    assert len(lab.book(person)) == 1


def test_where_that_name_is_refused_an_empty_default_folder_waits_for_its_first_contact(lab: ContactLab) -> None:
    lab.realm.faults.add(
        Fault(
            "status",
            match="contactFolders/contacts",
            status=400,
            code="ErrorInvalidIdMalformed",
            inner=True,
            times=None,
        )
    )
    lab.run()
    assert lab.host.progress.problems == []
    lab.add(lab.people[0])
    lab.night()
    lab.assert_equal()
    assert len(lab.book(lab.people[0])) == 1


def test_a_cloud_that_lists_the_default_folder_reads_it_once(lab: ContactLab) -> None:
    lab.realm.settings.list_default_folder = True
    settled(lab)
    lab.fill(1)
    lab.night()
    lab.assert_equal()


def test_a_move_is_a_move(lab: ContactLab) -> None:
    person = lab.people[0]
    box = lab.mailbox(person)
    target = box.add_folder("Customers")
    settled(lab)
    contact = next(iter(box.default_folder.contacts.values()))
    before = set(lab.book(person))
    box.move_contact(contact, target)
    report = lab.night()
    assert (report.counts.contacts_created, report.counts.contacts_deleted, dict(lab.written)) == (0, 0, {"applied": 1})
    assert set(lab.book(person)) == before
    lab.assert_equal()
    assert lab.night().counts.contacts_updated == 0


def test_a_move_seen_first_where_it_went_and_later_where_it_left_is_still_a_move(globe: ContactLab) -> None:
    person = globe.people[0]
    box = globe.mailbox(person)
    target = box.add_folder("Customers")
    settled(globe)
    contact = next(iter(box.default_folder.contacts.values()))
    box.move_contact(contact, target)
    default_log = box.default_folder.log
    left = default_log.pop()  # Microsoft reports the arrival first
    globe.night()
    default_log.append(left)
    report = globe.night()
    assert report.counts.contacts_deleted == 0
    globe.assert_equal()


def test_without_immutable_ids_a_move_is_death_and_birth() -> None:
    lab = ContactLab(cloud="CHINA")
    lab.realm.settings.immutable_ids = False
    box = lab.mailbox(lab.people[0])
    target = box.add_folder("Customers")
    settled(lab)
    box.move_contact(next(iter(box.default_folder.contacts.values())), target)
    report = lab.night()
    assert (report.counts.contacts_created, report.counts.contacts_deleted) == (1, 1)
    lab.assert_equal()


def test_a_contact_that_slips_between_two_pages_is_not_taken_for_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = ContactLab(people_count=1, cloud="CHINA")
    lab.realm.settings.max_page = 3
    settled(lab, contacts=7)
    box = lab.mailbox(lab.people[0])
    lab.add(lab.people[0])  # something differs, so that the listing is compared
    answer_really = front.answer

    def delete_between_pages(realm: Realm, request: Any) -> Any:
        answer = answer_really(realm, request)
        if b"$skip=3" in answer[0].body and len(box.default_folder.contacts) == 8:
            box.remove_contact(next(iter(box.default_folder.contacts.values())))
        return answer

    monkeypatch.setattr(front, "answer", delete_between_pages)
    report = lab.night()
    assert (report.counts.contacts_deleted, report.counts.contacts_created, len(box.default_folder.contacts)) == (
        0,
        1,
        7,
    )
    lab.night()
    lab.assert_equal()


def test_an_id_beyond_measure_is_no_answer(lab: ContactLab) -> None:
    settled(lab)
    body = (
        '{"value":[{"id":"' + "x" * 513 + '"}],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x?$deltatoken=1"}'
    )
    lab.realm.faults.add(
        Fault("replace", match="/contacts", body=body, content_type="application/json", inner=True, times=None)
    )
    lab.night()
    assert lab.states() == {"failed": 3}
    lab.assert_equal()
