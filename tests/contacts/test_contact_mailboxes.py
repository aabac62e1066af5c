"""Mailboxes with troubles of their own, who is in and who is out, and the company book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pbx_plugin_api import (
    CompanyBook,
    DisableReason,
    DisableUser,
    Done,
    DraftContact,
    PersonalBook,
    Refused,
    TickReport,
    TickStatus,
    Viewer,
)
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.config.people import NO_NAMES, WhichPeople
from portsip_m365_plugin.contacts import shared
from portsip_m365_plugin.contacts.leaving import approve_removal, pending_removal
from portsip_m365_plugin.contacts.shared import find_shared_mailboxes
from portsip_m365_plugin.contacts.state import load_mailboxes
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.contact_lab import PERMISSIONS, ContactLab, names_of

ADMIN = Viewer(username="root")


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    lab = ContactLab(cloud=request.param)
    lab.fill(3)
    return lab


def states(lab: ContactLab) -> dict[str, MailboxStatus]:
    return {record.mailbox_id: record.status for record in load_mailboxes(lab.host)}


# ---------------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("mailbox", "status"),
    [
        ("none", "inactive"),
        ("inactive", "inactive"),
        ("on_premises", "inactive"),
        ("not_hosted", "on_premises"),
        ("resource_not_found", "no_mailbox"),
        ("nonexistent", "no_mailbox"),
        ("invalid_user", "no_mailbox"),
        ("authentication", "no_mailbox"),
        ("moving", "moving"),
        ("denied", "refused"),
    ],
)
def test_each_state_is_that_mailboxs_own_and_its_contacts_stay(lab: ContactLab, mailbox: str, status: str) -> None:
    lab.run()
    ill = lab.people[1]
    ill.mailbox = mailbox
    for person in (lab.people[0], lab.people[2]):
        lab.add(person)
    report = lab.night()
    assert report.status is TickStatus.DONE
    assert (report.counts.mailboxes_read, lab.states()) == (2, {"ok": 2, status: 1})
    assert report.problem_counts == {f"mailbox_{status}": 1}
    assert "Not read: 1 " in report.message
    assert status not in report.message.split(), "a code is not a word"
    (problem,) = lab.host.progress.problems
    assert (problem.subject, problem.login_name) == (ill.id, f"Person {int(ill.id[:8], 16)}")
    assert "Contacts that are here stay." in problem.detail
    assert len(lab.book(ill)) == 3
    for person in (lab.people[0], lab.people[2]):
        assert lab.book(person) == lab.truth(person)


def test_a_state_is_asked_again_after_a_day_and_not_before(lab: ContactLab) -> None:
    ill = lab.people[1]
    ill.mailbox = "inactive"
    lab.run()
    ill.mailbox = "user"
    lab.run()
    assert lab.states() == {"ok": 2, "inactive": 1}
    assert lab.book(ill) == {}
    lab.night()
    assert lab.states() == {"ok": 3}
    lab.assert_equal()


def test_an_outage_of_one_mailbox_is_reported_and_asked_again_by_the_next_run(lab: ContactLab) -> None:
    lab.run()
    ill = lab.people[1]
    lab.add(ill)
    lab.realm.faults.add(Fault("status", match=f"users/{ill.id}", status=500, inner=True, times=None))
    report = lab.night()
    assert (report.status, lab.states()) == (TickStatus.DONE, {"ok": 2, "failed": 1})
    assert len(lab.book(ill)) == 3
    lab.realm.faults.clear()
    lab.run()
    lab.assert_equal()


def test_a_full_mailbox_is_a_state(lab: ContactLab) -> None:
    lab.realm.faults.add(
        Fault("status", match=lab.people[0].id, status=400, code="ErrorQuotaExceeded", inner=True, times=None)
    )
    lab.run()
    assert lab.states() == {"full": 1, "ok": 2}


def test_when_every_mailbox_is_refused_the_run_says_where_to_look(lab: ContactLab) -> None:
    for person in lab.people:
        person.mailbox = "denied"
    report = lab.run()
    assert "check the permission Contacts.Read" in report.message
    assert report.status is TickStatus.FAILED


def test_an_outage_of_all_mailboxes_is_a_failure_and_the_next_run_asks_again(lab: ContactLab) -> None:
    lab.run()
    lab.fill(1)
    lab.people[1].mailbox = "inactive"
    lab.realm.faults.add(Fault("status", match="users/", status=500, inner=True, times=None))
    report = lab.night()
    assert report.status is TickStatus.FAILED
    assert "No mailbox could be read" in report.message
    lab.people[1].mailbox = "user"
    lab.realm.faults.clear()
    assert lab.run().status is TickStatus.DONE
    lab.assert_equal()


def test_a_permission_that_is_missing_is_a_failure_in_a_small_tenant_too(lab: ContactLab) -> None:
    lab.run()
    lab.sync.tokens.permissions = ("User.Read.All",)
    lab.sync.tokens.held = ""
    report = lab.night()
    assert report.status is TickStatus.FAILED
    assert "No mailbox could be read" in report.message
    lab.assert_equal()


def test_a_company_without_any_mailbox_is_no_outage(lab: ContactLab) -> None:
    for person in lab.people:
        person.mailbox = "inactive"
    assert lab.run().status is TickStatus.DONE


def test_an_answer_without_ids_is_no_answer(lab: ContactLab) -> None:
    lab.run()
    body = '{"value":[{"displayName":"Nobody"}],"@odata.deltaLink":"https://graph.microsoft.com/v1.0/x?$deltatoken=1"}'
    lab.realm.faults.add(
        Fault("replace", match="contacts", body=body, content_type="application/json", inner=True, times=None)
    )
    lab.night()
    assert lab.states() == {"failed": 3}
    lab.assert_equal()


def test_a_mailbox_missing_for_a_month_takes_its_contacts_along(lab: ContactLab) -> None:
    lab.run()
    lab.people[0].mailbox = "none"
    for _ in range(30):
        lab.night()
        assert len(lab.book(lab.people[0])) == 3
    lab.night()
    assert lab.book(lab.people[0]) == {}


def test_without_the_permission_nothing_is_touched() -> None:
    lab = ContactLab(people_count=25)
    lab.fill(1)
    lab.run()
    lab.sync.tokens.permissions = ("User.Read.All",)
    report = lab.night()
    assert report.status in (TickStatus.FAILED, TickStatus.DONE)
    assert "Contacts.Read" in report.message or "lacks a permission" in report.message, report
    lab.assert_equal()


# ---------------------------------------------------------------------- who is in


def test_only_these_and_all_but_these(lab: ContactLab) -> None:
    first, second, third = lab.people
    lab.settings_changes |= {"whose": WhichPeople.ONLY, "people": names_of(first)}
    lab.run()
    assert [len(lab.book(person)) for person in lab.people] == [3, 0, 0]
    lab.settings_changes["whose"] = WhichPeople.EXCEPT
    report = lab.night()
    assert report.counts.contacts_deleted == 3
    assert [len(lab.book(person)) for person in lab.people] == [0, 3, 3]
    own = DraftContact(name="Made by hand")
    lab.host.contacts.add_by_hand(PersonalBook(owner=lab.sync.link(second)), own)
    lab.settings_changes["people"] = names_of(first, second)
    lab.night()
    assert [len(lab.book(person)) for person in lab.people] == [0, 0, 3]
    assert lab.shown(second) == ["Made by hand"]
    assert third.id in states(lab)
    assert second.id not in states(lab)


def test_a_disabled_user_keeps_contacts_and_is_not_asked_for(lab: ContactLab) -> None:
    lab.run()
    link = lab.sync.link(lab.people[0])
    lab.host.users.apply([DisableUser(link=link, reason=DisableReason.DEPARTED)])
    lab.add(lab.people[0])
    report = lab.night()
    assert report.counts.mailboxes_read == 2
    assert len(lab.book(lab.people[0])) == 3


def test_many_mailboxes_leaving_at_once_wait_for_approval(lab: ContactLab) -> None:
    lab.run()
    lab.settings_changes["personal"] = False
    report = lab.night()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert report.counts.contacts_deleted == 0
    assert [notice.key for notice in lab.host.notices] == ["m365.contacts.approval"]
    pending = pending_removal(lab.host)
    assert pending is not None
    assert (pending.mailboxes, pending.contacts) == (3, 9)
    assert isinstance(approve_removal(lab.host, "another", ADMIN), Refused)
    assert isinstance(approve_removal(lab.host, pending.checksum, Viewer(username="x", may_edit=False)), Refused)
    assert isinstance(approve_removal(lab.host, pending.checksum, ADMIN), Done)
    report = lab.run()
    assert (report.status, report.counts.contacts_deleted) == (TickStatus.DONE, 9)
    assert list(lab.host.contacts.books()) == []
    assert pending_removal(lab.host) is None


def test_a_few_mailboxes_at_a_time_are_many_within_a_day() -> None:
    lab = ContactLab(people_count=60)
    lab.fill(1)
    lab.run()

    def leave_out(n: int) -> TickReport:
        lab.settings_changes |= {"whose": WhichPeople.EXCEPT, "people": names_of(*lab.people[:n])}
        return lab.run()

    assert leave_out(10).counts.contacts_deleted == 10
    lab.sync.pass_days(0.5)
    report = leave_out(12)
    assert (report.status, report.counts.contacts_deleted) == (TickStatus.NEEDS_APPROVAL, 0)
    pending = pending_removal(lab.host)
    assert pending is not None
    approve_removal(lab.host, pending.checksum, ADMIN)
    assert leave_out(12).counts.contacts_deleted == 2
    lab.sync.pass_days(1)
    assert leave_out(17).counts.contacts_deleted == 5, "another day"


def test_contacts_that_were_approved_to_go_do_not_count_against_the_day(lab: ContactLab) -> None:
    lab.run()
    lab.settings_changes["personal"] = False
    lab.run()
    pending = pending_removal(lab.host)
    assert pending is not None
    approve_removal(lab.host, pending.checksum, ADMIN)
    assert lab.run().counts.contacts_deleted == 9
    assert lab.host.state.get("contacts.guard") is None


@pytest.mark.parametrize("others", [True, False])
def test_most_of_the_company_book_does_not_go_without_approval(lab: ContactLab, others: bool) -> None:
    info, sales = lab.add_person(shared=True), lab.add_person(shared=True)
    lab.fill(25, [info])
    lab.fill(10, [sales])
    lab.share(info, sales)
    lab.run()
    lab.share(*([sales] if others else []))
    report = lab.night()
    assert (report.status, report.counts.contacts_deleted) == (TickStatus.NEEDS_APPROVAL, 0)
    assert lab.company() == lab.company_truth(info, sales)
    pending = pending_removal(lab.host)
    assert pending is not None
    assert (pending.mailboxes, pending.contacts) == ((1, 25) if others else (2, 35))
    assert pending.describe().startswith("1 mailbox has left" if others else "2 mailboxes have left")
    approve_removal(lab.host, pending.checksum, ADMIN)
    assert lab.run().status is TickStatus.DONE
    assert lab.company() == (lab.company_truth(sales) if others else {})


def test_a_small_part_of_the_company_book_goes_by_itself(lab: ContactLab) -> None:
    info, sales = lab.add_person(shared=True), lab.add_person(shared=True)
    lab.fill(25, [info])
    lab.fill(30, [sales])
    lab.share(info, sales)
    lab.run()
    lab.share(sales)
    assert lab.night().status is TickStatus.DONE
    assert lab.company() == lab.company_truth(sales)


def test_state_that_is_lost_costs_one_reading(lab: ContactLab) -> None:
    lab.run()
    for key, _ in list(lab.host.state.items("contacts.")):
        lab.host.state.delete(key)
    contact = next(iter(lab.mailbox(lab.people[0]).contacts.values()))
    lab.mailbox(lab.people[0]).remove_contact(contact)
    report = lab.night()
    assert (report.counts.contacts_created, report.counts.contacts_deleted) == (0, 1)
    lab.assert_equal()
    for key, _ in list(lab.host.state.items("contacts.")):
        lab.host.state.delete(key)
    lab.settings_changes |= {"whose": WhichPeople.ONLY, "people": names_of(*lab.people[:2])}
    assert lab.night().counts.contacts_deleted == 3


# ---------------------------------------------------------------------- the company book


@pytest.fixture
def office(lab: ContactLab) -> Any:
    info, sales = lab.add_person(shared=True), lab.add_person(shared=True)
    lab.settings_changes["personal"] = False
    lab.share(info, sales)
    same = {"displayName": "Supplier", "mobilePhone": None, "businessPhones": ["+49 89 636 1"]}
    first = lab.add(info, **same)
    second = lab.add(sales, **{**same, "displayName": "SUPPLIER", "businessPhones": ["+49 (0)89/6361"]})
    lab.add(info, displayName="Only here")
    return lab, info, sales, first, second


def test_mailboxes_merge_and_the_same_contact_is_there_once(office: Any) -> None:
    lab, info, sales, *_ = office
    report = lab.run()
    assert (report.status, report.counts.mailboxes_read) == (TickStatus.DONE, 2)
    assert len(lab.host.contacts.shown(CompanyBook())) == 2
    assert lab.company() == lab.company_truth(info, sales)
    lab.night()
    assert lab.states() == {"ok": 2}
    assert dict(lab.written) == {}


def test_a_quiet_night_does_not_even_read_the_company_book(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, *_ = office
    lab.run()
    read: list[Any] = []
    synced = lab.host.contacts.synced
    monkeypatch.setattr(lab.host.contacts, "synced", lambda *a, **k: read.append(a) or synced(*a, **k))
    lab.night()
    assert read == []


def test_a_shared_contact_that_changes_in_one_mailbox_is_there_twice_until_both_agree(office: Any) -> None:
    lab, info, sales, first, second = office
    lab.run()
    lab.change(sales, second, jobTitle="Boss")
    lab.night()
    assert len(lab.host.contacts.shown(CompanyBook())) == 3
    assert lab.company() == lab.company_truth(info, sales)
    lab.change(info, first, jobTitle="Boss")
    lab.night()
    assert len(lab.host.contacts.shown(CompanyBook())) == 2
    assert lab.company() == lab.company_truth(info, sales)


def test_a_contact_of_the_company_that_changes_keeps_its_row(office: Any) -> None:
    lab, info, sales, *_ = office
    lab.run()
    before = {c.draft.name: c.external_id for c in lab.host.contacts.synced(CompanyBook())}
    contact = next(
        c for c in lab.mailbox(info).default_folder.contacts.values() if c.props["displayName"] == "Only here"
    )
    lab.change(info, contact, displayName="Renamed")
    report = lab.night()
    assert dict(lab.written) == {"applied": 1}
    assert report.counts.contacts_updated == 1
    after = {c.draft.name: c.external_id for c in lab.host.contacts.synced(CompanyBook())}
    assert after["Renamed"] == before["Only here"]
    assert lab.company() == lab.company_truth(info, sales)


def test_a_contact_goes_when_its_last_mailbox_loses_it(office: Any) -> None:
    lab, info, sales, first, second = office
    lab.run()
    lab.mailbox(info).remove_contact(first)
    lab.night()
    assert "SUPPLIER" in {d.name.upper() for d in lab.host.contacts.shown(CompanyBook())}
    assert lab.company() == lab.company_truth(info, sales)
    lab.mailbox(sales).remove_contact(second)
    lab.night()
    assert lab.company() == lab.company_truth(info, sales)
    assert [d.name for d in lab.host.contacts.shown(CompanyBook())] == ["Only here"]


def test_a_shared_mailbox_that_leaves_takes_only_its_own_contacts(office: Any) -> None:
    lab, _, sales, *_ = office
    lab.run()
    lab.share(sales)
    lab.night()
    assert lab.company() == lab.company_truth(sales)
    assert len(lab.host.contacts.shown(CompanyBook())) == 1


def test_two_equal_contacts_of_one_shared_mailbox_are_one_row(office: Any) -> None:
    lab, info, sales, *_ = office
    for _ in range(2):
        lab.add(info, displayName="Twin", mobilePhone="+49 170 9")
    lab.run()
    assert [d.name for d in lab.host.contacts.shown(CompanyBook())].count("Twin") == 1
    assert lab.company() == lab.company_truth(info, sales)


def test_shared_mailboxes_are_found_by_their_purpose_where_that_is_granted(office: Any) -> None:
    lab, info, sales, *_ = office
    lab.settings_changes |= {"shared": SharedMode.FOUND, "mailboxes": NO_NAMES}
    lab.sync.tokens.permissions = (*PERMISSIONS, "MailboxSettings.Read")
    lab.run()
    assert lab.company() == lab.company_truth(info, sales)
    asked = [e for e in lab.realm.journal.entries() if "userPurpose" in e.target]
    assert {e.mailbox_id for e in asked} == {info.id, sales.id}
    lab.realm.journal.reset()
    lab.night()
    assert not any("userPurpose" in e.target for e in lab.realm.journal.entries())


def test_without_that_permission_the_known_ones_stay_and_the_run_says_so(office: Any) -> None:
    lab, info, sales, *_ = office
    lab.run()
    lab.settings_changes |= {"shared": SharedMode.FOUND, "mailboxes": NO_NAMES}
    report = lab.night()
    assert "grant the app MailboxSettings.Read" in report.message
    assert [problem.reason for problem in lab.host.progress.problems] == ["mailbox_purpose_not_permitted"]
    assert lab.company() == lab.company_truth(info, sales)


@pytest.fixture
def found() -> tuple[ContactLab, Person]:
    """A company book that was found by purpose, of one shared mailbox."""
    lab = ContactLab(people_count=1, permissions=(*PERMISSIONS, "MailboxSettings.Read"))
    info = lab.add_person(shared=True)
    lab.fill(25, [info])
    lab.settings_changes |= {"shared": SharedMode.FOUND}
    lab.run()
    assert len(lab.company()) == 25
    return lab, info


@pytest.mark.parametrize("trouble", ["moving", "inactive", "none", "denied", "not_hosted"])
def test_a_shared_mailbox_in_trouble_on_the_day_of_asking_stays_a_shared_one(
    found: tuple[ContactLab, Person], trouble: str
) -> None:
    lab, info = found
    info.mailbox = trouble
    lab.sync.pass_days(7)
    assert lab.run().counts.contacts_deleted == 0
    assert len(lab.company()) == 25
    info.mailbox = "shared"
    lab.add(info)
    lab.night()
    assert lab.company() == lab.company_truth(info)


def test_a_mailbox_that_microsoft_says_is_a_persons_now_leaves(found: tuple[ContactLab, Person]) -> None:
    lab, info = found
    second = lab.add_person(shared=True)
    lab.fill(30, [second])
    lab.night()
    info.mailbox = "user"
    lab.sync.pass_days(7)
    lab.run()
    assert lab.company() == lab.company_truth(second)


def test_a_shared_mailbox_that_one_listing_leaves_out_is_asked_for_by_id(
    found: tuple[ContactLab, Person], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lab, info = found

    def without_it(client: Any) -> Iterator[Page]:
        for page in list_users(client):
            yield replace(page, rows=[row for row in page.rows if row["id"] != info.id])

    monkeypatch.setattr(shared, "list_users", without_it)
    assert lab.night().counts.contacts_deleted == 0
    lab.realm.faults.add(Fault("status", match=f"/users/{info.id}[^/]*$", status=500, times=None))
    lab.night()
    assert "could not be looked up" in caplog.text
    lab.realm.faults.clear()
    assert lab.company() == lab.company_truth(info)


def test_an_account_that_is_gone_by_that_answer_too_leaves(
    found: tuple[ContactLab, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, info = found
    monkeypatch.setattr(shared, "get_users", lambda client, names: [(name, None) for name in names])
    monkeypatch.setattr(shared, "list_users", lambda client: [Page(rows=[])])
    assert info.id in {record.mailbox_id for record in load_mailboxes(lab.host)}
    assert find_shared_mailboxes(lab.host, lab.client(), lab.microsoft.id, n_threads=1) == {}


def test_answers_about_mailboxes_that_got_lost_take_no_contacts_along(found: tuple[ContactLab, Person]) -> None:
    lab, info = found
    for key, _ in list(lab.host.state.items("mailboxes.")):
        lab.host.state.delete(key)
    info.mailbox = "moving"
    lab.night()
    assert len(lab.company()) == 25


def test_shared_mailboxes_are_found_in_a_cloud_without_batches(lab: ContactLab) -> None:
    lab.sync.tokens.permissions = (*PERMISSIONS, "MailboxSettings.Read")
    lab.realm.settings.batch = False
    info = lab.add_person(shared=True)
    lab.add(info)
    lab.settings_changes |= {"shared": SharedMode.FOUND}
    assert lab.run().status is TickStatus.DONE
    assert lab.company() == lab.company_truth(info)
    lab.assert_equal()


def test_asking_that_is_cut_off_goes_on_where_it_ended() -> None:
    lab = ContactLab(people_count=1, permissions=(*PERMISSIONS, "MailboxSettings.Read"))
    shared = [lab.add_person(shared=True) for _ in range(200)]
    lab.fill(1)
    lab.settings_changes |= {"shared": SharedMode.FOUND}
    ends = []
    for _ in range(5):
        deadline_utc = lab.host.clock.now_utc() + timedelta(minutes=5)
        lab.sync.wire.before_each = lambda: lab.host.clock.move(seconds=60)
        ends.append(lab.run(client=lab.client(deadline_utc)).status)
    lab.sync.wire.before_each = None
    ends.append(lab.run().status)
    assert ends[0] is TickStatus.STOPPED
    assert ends[-1] is TickStatus.DONE
    asked = [entry.mailbox_id for entry in lab.realm.journal.entries() if "userPurpose" in entry.target]
    assert set(asked) == {person.id for person in shared}
    assert len(asked) <= len(shared) + 20 * ends.count(TickStatus.STOPPED), "only what was in flight is asked again"
    lab.assert_equal()


def test_asking_stops_when_the_host_says_so_and_reports_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = ContactLab(people_count=1, permissions=(*PERMISSIONS, "MailboxSettings.Read"))
    shared = [lab.add_person(shared=True) for _ in range(100)]
    lab.settings_changes |= {"shared": SharedMode.FOUND}
    reports = lab.host.progress.reports
    monkeypatch.setattr(lab.host.progress, "should_stop", lambda: bool(reports) and reports[-1][1] >= 40)
    report = lab.run()
    assert (report.status, report.resumable, report.counts.mailboxes_read) == (TickStatus.STOPPED, True, 0)
    monkeypatch.undo()
    assert lab.run().status is TickStatus.DONE
    asked = [entry.mailbox_id for entry in lab.realm.journal.entries() if "userPurpose" in entry.target]
    assert sorted(asked) == sorted(person.id for person in shared)
    assert any(stage == "mailboxes" and 0 < n < 100 and total == 100 for stage, n, total in reports)


def test_a_person_may_be_in_both_books(lab: ContactLab) -> None:
    lab.share(lab.people[0])
    lab.run()
    lab.assert_equal()
    assert lab.company() == lab.company_truth(lab.people[0])
