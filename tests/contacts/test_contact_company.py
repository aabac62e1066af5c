"""The company book: shared mailboxes merge, are found by their purpose, and stay until Microsoft says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pbx_plugin_api import (
    CompanyBook,
    TickStatus,
)
from portsip_m365_plugin.config.contacts import SharedMode
from portsip_m365_plugin.config.people import NO_NAMES
from portsip_m365_plugin.contacts import shared
from portsip_m365_plugin.contacts.shared import find_shared_mailboxes
from portsip_m365_plugin.contacts.state import load_mailboxes
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.contact_lab import PERMISSIONS, ContactLab


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    lab = ContactLab(cloud=request.param)
    lab.fill(3)
    return lab


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
