"""Mailboxes with troubles of their own, who is in and who is out, and the company book."""

from __future__ import annotations

import pytest

from pbx_plugin_api import (
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
from portsip_m365_plugin.config.people import WhichPeople
from portsip_m365_plugin.contacts.leaving import approve_removal, pending_removal
from portsip_m365_plugin.contacts.state import load_mailboxes
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.contact_lab import ContactLab, names_of

ADMIN = Viewer(username="root")


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    lab = ContactLab(cloud=request.param)
    lab.fill(3)
    return lab


def states(lab: ContactLab) -> dict[str, MailboxStatus]:
    return {record.mailbox_id: record.status for record in load_mailboxes(lab.host)}


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
