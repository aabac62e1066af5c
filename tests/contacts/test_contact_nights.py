"""Nights of the contact sync, in both clouds: what arrives, what it costs, what is written."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import DraftContact, PersonalBook, TickReport, TickStatus
from portsip_m365_plugin.contacts import walk as contact_walk
from portsip_m365_plugin.contacts.state import StateWriter
from portsip_m365_plugin.contacts.walk import LIST_TREES_KEY, SINGLE_KEY, MailboxWalk
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.simulator import front
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.realm import Realm
from tests.support.contact_lab import ContactLab


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    return ContactLab(cloud=request.param)


@pytest.fixture
def globe() -> ContactLab:
    return ContactLab()


def settled(lab: ContactLab, contacts: int = 5) -> ContactLab:
    lab.fill(contacts)
    report = lab.run()
    assert report.status is TickStatus.DONE, report
    assert lab.host.progress.problems == []
    lab.assert_equal()
    return lab


# ---------------------------------------------------------------------- arriving, and quiet nights


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


# ---------------------------------------------------------------------- folders


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


# ---------------------------------------------------------------------- lost tokens


def test_lost_tokens_cost_one_listing_and_lose_nothing(globe: ContactLab) -> None:
    settled(globe)
    contact = next(iter(globe.mailbox(globe.people[0]).contacts.values()))
    globe.mailbox(globe.people[0]).remove_contact(contact)
    globe.lose_tokens()
    report = globe.night()
    assert (report.status, report.counts.contacts_deleted, report.counts.contacts_created) == (TickStatus.DONE, 1, 0)
    globe.assert_equal()


def test_a_token_lost_in_one_folder_reads_that_folder_only(globe: ContactLab) -> None:
    sub = globe.mailbox(globe.people[0]).add_folder("Customers")
    globe.add(globe.people[0], sub)
    settled(globe)
    globe.realm.faults.add(
        Fault(
            "status",
            match=f"contactFolders/{sub.id[:20]}.*deltatoken",
            status=410,
            code="SyncStateNotFound",
            inner=True,
        )
    )
    globe.realm.journal.reset()
    report = globe.night()
    full = [e.target for e in globe.realm.journal.entries() if e.inside_batch and "/contacts/delta?$select" in e.target]
    assert (len(full), report.requests, dict(globe.written)) == (1, 2, {"unchanged": 1})
    globe.assert_equal()


def test_a_token_lost_in_the_middle_of_a_round_begins_that_folder_again(globe: ContactLab) -> None:
    globe.realm.settings.max_page = 2
    globe.realm.faults.add(Fault("status", match="skiptoken", status=410, code="SyncStateNotFound", inner=True, skip=1))
    settled(globe)


def test_resync_reads_everything_and_changes_nothing(lab: ContactLab) -> None:
    settled(lab)
    report = lab.run(job=Job.CONTACTS_RESYNC)
    assert (
        report.status,
        report.counts.contacts_created,
        report.counts.contacts_updated,
        report.counts.contacts_deleted,
    ) == (TickStatus.DONE, 0, 0, 0)
    assert set(lab.written) == {"unchanged"}
    lab.assert_equal()


def test_a_resync_that_is_cut_off_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = settled(ContactLab(people_count=100), contacts=1)
    monkeypatch.setattr(contact_walk, "OPEN_MAX", 10)

    def turn(job: str, *, resumed: bool) -> TickReport:
        asked = iter(range(5))
        lab.host.progress.should_stop = lambda: next(asked, None) is None  # type: ignore[method-assign]
        return lab.run(job=job, resumed=resumed)

    reports = [turn(Job.CONTACTS_RESYNC, resumed=False)]
    while reports[-1].resumable and len(reports) < 10:
        reports.append(turn(Job.CONTACTS_RESYNC, resumed=True))
    assert reports[-1].status is TickStatus.DONE
    assert len(reports) > 2
    assert sum(report.counts.mailboxes_read for report in reports) == 100
    assert sum(report.counts.contacts_unchanged for report in reports) == 100, "each was read again, and once"
    again = turn(Job.CONTACTS_RESYNC, resumed=False)
    assert again.counts.mailboxes_read > 0, "pressed again, it begins again"


def test_a_resync_killed_while_it_forgets_reads_everything_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = settled(ContactLab(people_count=3), contacts=1)
    flush = StateWriter.flush

    def killed(writer: StateWriter) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StateWriter, "flush", killed)
    with pytest.raises(KeyboardInterrupt):
        lab.run(job=Job.CONTACTS_RESYNC)
    monkeypatch.setattr(StateWriter, "flush", flush)
    assert lab.run(job=Job.CONTACTS_RESYNC, resumed=True).counts.contacts_unchanged == 3


# ---------------------------------------------------------------------- how it is asked


def test_immutable_ids_and_page_sizes_are_asked_for_on_every_page(globe: ContactLab) -> None:
    globe.realm.settings.max_page = 2
    settled(globe)
    asked = [entry for entry in globe.realm.journal.entries() if entry.inside_batch]
    reads = [entry for entry in asked if "/contacts" in entry.template]
    assert reads
    assert all('IdType="ImmutableId"' in entry.headers["prefer"] for entry in reads)
    assert all("odata.maxpagesize=200" in e.headers["prefer"] for e in reads if e.template.endswith("contacts/delta"))
    assert all("$top" not in entry.target for entry in reads if "delta" in entry.template)


def test_a_cloud_without_batches_is_asked_one_by_one_and_remembered(lab: ContactLab) -> None:
    lab.realm.settings.batch = False
    settled(lab)
    assert lab.host.state.get(SINGLE_KEY) is not None
    lab.realm.journal.reset()
    lab.night()
    assert not any(entry.template == "/$batch" for entry in lab.realm.journal.entries())
    lab.assert_equal()


def test_no_further_mailbox_is_opened_while_much_is_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    has_room = MailboxWalk._has_room

    def most_open(held_max: int) -> int:
        opened = [0]

        def watched(walk: MailboxWalk) -> bool:
            opened.append(len(walk._open))
            return has_room(walk)

        monkeypatch.setattr(contact_walk, "HELD_MAX", held_max)
        monkeypatch.setattr(MailboxWalk, "_has_room", watched)
        lab = ContactLab(people_count=120)
        lab.realm.settings.max_page = 2
        settled(lab, contacts=8)
        return max(opened)

    assert most_open(4) < 0.8 * most_open(1_000_000)


def test_progress_is_reported_while_microsoft_makes_us_wait(lab: ContactLab) -> None:
    lab.realm.faults.add(
        Fault("status", match="contacts", status=429, code="TooManyRequests", retry_after="60", inner=True, times=4)
    )
    settled(lab)
    assert lab.sync.elapsed_s >= 60
    assert len(lab.host.progress.reports) >= lab.sync.elapsed_s // 10


def test_throttled_items_go_again(lab: ContactLab) -> None:
    lab.realm.faults.add(
        Fault("status", match="contacts", status=429, code="TooManyRequests", retry_after="7", inner=True, times=5)
    )
    settled(lab)
    assert lab.sync.elapsed_s >= 7


def test_no_mailbox_sees_more_than_four_requests_at_once(lab: ContactLab) -> None:
    for _ in range(30):
        lab.add(lab.people[0], lab.mailbox(lab.people[0]).add_folder("Many"))
    lab.realm.settings.latency_s = 0.005
    lab.run(max_requests=4)
    lab.sync.pass_days(1)
    lab.run(max_requests=4)
    lab.assert_equal()
    assert max(lab.realm.limits.concurrency_peaks.values()) == 4
    assert not [entry for entry in lab.realm.journal.entries() if entry.status == 429]


# ---------------------------------------------------------------------- the PBX's side


def test_edits_in_the_pbx_are_restored_and_contacts_made_by_hand_stay(lab: ContactLab) -> None:
    settled(lab)
    person = lab.people[0]
    book = PersonalBook(owner=lab.sync.link(person))
    own = DraftContact(name="Made by hand")
    lab.host.contacts.add_by_hand(book, own)
    first, second, *_ = sorted(lab.book(person))
    lab.host.contacts.edit_by_hand(book, first, DraftContact(name="Wrong"))
    lab.host.contacts.delete_by_hand(book, second)
    report = lab.night()
    assert (report.counts.contacts_restored, list(lab.host.contacts.diverged_books())) == (2, [])
    names = {draft.name for _, draft in lab.truth(person).values()}
    assert set(lab.shown(person)) == names | {"Made by hand"}


def test_contacts_that_the_pbx_refuses_come_again(globe: ContactLab, monkeypatch: pytest.MonkeyPatch) -> None:
    globe.fill(1)
    is_user = globe.host.contacts._is_user
    monkeypatch.setattr(globe.host.contacts, "_is_user", lambda link: False)
    report = globe.run()
    assert report.problem_counts == {"contacts_refused": 3}
    monkeypatch.setattr(globe.host.contacts, "_is_user", is_user)
    globe.night()
    globe.assert_equal()


def test_more_contacts_than_the_limit_are_left_out_with_a_notice_and_come_when_there_is_room(
    lab: ContactLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portsip_m365_plugin.contacts.walk.CONTACTS_MAX", 4)
    lab.fill(6)
    report = lab.run()
    assert (report.counts.contacts_created, report.problem_counts) == (12, {"contacts_above_limit": 3})
    assert "2 contacts are above the limit of 4" in lab.host.progress.problems[0].detail
    assert lab.night().counts.contacts_created == 0
    person = lab.people[0]
    for contact in list(lab.mailbox(person).default_folder.contacts.values())[:2]:
        lab.mailbox(person).remove_contact(contact)
    lab.night()
    lab.night()
    assert lab.book(person) == lab.truth(person)


def test_contacts_suddenly_missing_from_a_listing_go_at_the_second_look() -> None:
    lab = settled(ContactLab(people_count=1, cloud="CHINA"), contacts=20)
    box = lab.mailbox(lab.people[0])
    kept = list(box.default_folder.contacts.values())
    for contact in kept:
        box.remove_contact(contact)
    report = lab.night()
    assert (report.counts.contacts_deleted, report.problem_counts) == (0, {"contacts_held": 1})
    assert len(lab.book(lab.people[0])) == 20
    assert lab.night().counts.contacts_deleted == 20
    lab.assert_equal()


def test_an_answer_that_was_wrong_for_a_night_removes_nothing(globe: ContactLab) -> None:
    settled(globe, contacts=12)
    globe.lose_tokens()
    empty = '{"value":[],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x?$deltatoken=gone"}'
    globe.realm.faults.add(
        Fault(
            "replace",
            match=r"/contacts/delta\?\$select",
            body=empty,
            content_type="application/json",
            inner=True,
            times=3,
        )
    )
    globe.night()
    assert all(len(globe.book(person)) == 12 for person in globe.people)
    globe.night()
    globe.assert_equal()
