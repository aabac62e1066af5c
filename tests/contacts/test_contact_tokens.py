"""Lost tokens, how Microsoft is asked, and what the PBX does by itself with contacts."""

from __future__ import annotations

import pytest

from pbx_plugin_api import DraftContact, PersonalBook, TickReport, TickStatus
from portsip_m365_plugin.contacts import walk as contact_walk
from portsip_m365_plugin.contacts.state import StateWriter
from portsip_m365_plugin.contacts.walk import SINGLE_KEY, MailboxWalk
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.contact_lab import ContactLab, settled


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
