"""What a run reports, its problems, its notices and its question can be read in any language afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pbx_plugin_api import TickReport, TickStatus
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.people import Listed, NameList, WhichPeople
from portsip_m365_plugin.config.scope import ScopeConfig, WhichGroups
from portsip_m365_plugin.contacts.tally import read_contact_summary
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.users.members import MemberStore
from portsip_m365_plugin.users.waiting import read_examples, read_waiting
from tests.support import pseudo_language
from tests.support.contact_lab import ContactLab
from tests.support.photo_lab import PhotoLab
from tests.support.stored_texts import english_left
from tests.support.sync_realm import SyncLab

PERMISSIONS = ("User.Read.All", "GroupMember.Read.All")


@pytest.fixture(autouse=True)
def speaks_pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    pseudo_language.install(monkeypatch)


def said_by(host: FakeHost, report: TickReport) -> Iterator[str]:
    """Everything that people read after a run."""
    yield report.message
    if report.plan is not None and report.plan.why:
        yield report.plan.why
    yield from (problem.detail for problem in host.progress.problems)
    for notice in host.notices:
        yield notice.subject
        yield notice.text


def left_of(host: FakeHost, report: TickReport, data: str = "") -> set[str]:
    return english_left(*dict.fromkeys(said_by(host, report)), data=data)


def only(lab: SyncLab, *names: str) -> ScopeConfig:
    groups = lab.microsoft.directory.groups.values()
    listed = [Listed(name=g.props["displayName"], entra_object_id=g.id) for g in groups]
    chosen = [each for each in listed if each.name in names]
    return ScopeConfig(which_groups=WhichGroups.ONLY, groups=NameList.of(chosen))


def test_the_first_nights_of_a_tenant() -> None:
    lab = SyncLab()
    preview = lab.preview()
    assert "would be created" in preview.message
    assert left_of(lab.host, preview) == set()
    assert {row.detail for row in lab.plan_rows(preview) if row.detail}, "the plan that is kept has the details"
    assert english_left(*(row.detail for row in lab.plan_rows(preview) if row.detail)) == set()
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert left_of(lab.host, asked) == set()
    done = lab.run(confirm=True)
    assert "Left out: " in done.message
    assert left_of(lab.host, done) == set()
    lab.run()
    quiet = lab.run()
    assert quiet.message.startswith("Nothing to change.")
    assert left_of(lab.host, quiet) == set()


def test_many_would_lose_their_extension_and_nobody_is_in_scope() -> None:
    lab = SyncLab()
    lab.settle()
    one = NameList.of([Listed(name="one", entra_object_id=lab.people()[0].id)])
    lab.scope = ScopeConfig(whose=WhichPeople.ONLY, people=one)
    report = lab.run()
    assert "would lose their extension" in report.message
    assert left_of(lab.host, report) == set()
    nobody = NameList.of([Listed(name="nobody", entra_object_id="4c1ec700-0000-4000-8000-00000000beef")])
    lab.scope = ScopeConfig(whose=WhichPeople.ONLY, people=nobody)
    nobody_left = lab.run()
    assert "Nobody is synced" in nobody_left.message
    assert left_of(lab.host, nobody_left) == set()


def test_people_wait_for_a_user() -> None:
    lab = SyncLab(host=FakeHost(user_limit=45))
    lab.host.users.add_by_hand("boss", email=lab.people()[0].props["userPrincipalName"])
    lab.host.users.add_by_hand("chef", email=lab.people()[0].props["userPrincipalName"])
    lab.run(confirm=True)
    report = lab.run()
    assert {"user_limit", "ambiguous_match"} <= set(report.problem_counts)
    assert left_of(lab.host, report, data="boss chef") == set()
    assert english_left(*read_examples(lab.host).values(), data="boss chef") == set()
    waiting = read_waiting(lab.host, lab.people()[0].id)
    assert waiting is not None
    assert english_left(waiting[1], data="boss chef") == set()
    again = lab.run()
    assert left_of(lab.host, again, data="boss chef") == set(), "who waits is kept with the reason"


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_group_cannot_be_read(status: int) -> None:
    lab = SyncLab(permissions=PERMISSIONS)
    lab.scope = only(lab, "Sales")
    lab.settle()
    code = {403: "Authorization_RequestDenied", 404: "Request_ResourceNotFound"}.get(status, "UnknownError")
    lab.realm.faults.add(Fault("status", match="transitiveMembers", times=None, status=status, code=code))
    report = lab.run()
    assert report.problem_counts["group_unreadable"] == 1
    assert left_of(lab.host, report) == set()
    assert english_left(*(note.why_incomplete for note in MemberStore(lab.host).notes().values())) == set()


def test_a_group_is_empty_or_hidden_and_people_leave_one() -> None:
    lab = SyncLab(permissions=PERMISSIONS)
    lab.scope = only(lab, "Sales")
    lab.settle()
    lab.realm.faults.add(Fault("replace", match="transitiveMembers", times=None, body='{"value": []}'))
    assert left_of(lab.host, lab.run()) == set()
    lab.realm.faults.clear()
    lab.scope = only(lab, "Board (hidden)")
    hidden = lab.run()
    assert any("Member.Read.Hidden" in problem.detail for problem in lab.host.progress.problems)
    assert left_of(lab.host, hidden, data="hidden") == set(), "the group's own name"
    lab.scope = only(lab, "Empty", "Sales", "Engineering", "Board (hidden)", "PBX Users")
    assert left_of(lab.host, lab.run(), data="hidden") == set()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", match="users", times=None, status=401, code="InvalidAuthenticationToken"),
        Fault("status", match="users", times=None, status=403, code="Authorization_RequestDenied"),
        Fault("status", match="users", times=None, status=503),
        Fault("replace", match="users", times=None, body='{"value": []}'),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_microsoft_does_not_let_us_read(fault: Fault) -> None:
    lab = SyncLab()
    lab.realm.faults.add(fault)
    report = lab.run(confirm=True)
    assert report.status is not TickStatus.DONE
    assert left_of(lab.host, report) == set()


def test_a_run_is_stopped() -> None:
    for asks in range(4):
        lab = SyncLab()
        lab.host.progress.stop_after_asks = asks
        report = lab.run(confirm=True)
        assert left_of(lab.host, report) == set()


def test_photos() -> None:
    lab = PhotoLab(users=60, photo_share=0.66)
    assert left_of(lab.host, lab.photos()) == set()
    lab.realm.faults.add(Fault("status", match="/photo", inner=True, status=404, code="ImageNotFound", times=None))
    asked = lab.photos()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert left_of(lab.host, asked) == set()
    lab.realm.faults.clear()
    for status, code in (
        (403, "ErrorAccessDenied"),
        (500, "UnknownError"),
        (401, "OrganizationFromTenantGuidNotFound"),
    ):
        lab.realm.faults.add(Fault("status", match="/photo", inner=True, status=status, code=code, times=None))
        assert left_of(lab.host, lab.photos()) == set()
        lab.realm.faults.clear()


@pytest.mark.parametrize("mailbox", ["none", "on_premises", "nonexistent", "moving", "denied"])
def test_contacts(mailbox: str) -> None:
    lab = ContactLab()
    lab.fill(3)
    lab.people[1].mailbox = mailbox
    lab.add(lab.people[0], personalNotes="N" * 2000, displayName=None, givenName=None, surname=None, companyName=None)
    report = lab.night()
    assert any(reason.startswith("mailbox_") for reason in report.problem_counts)
    assert left_of(lab.host, report) == set()
    summary = read_contact_summary(lab.host)
    assert summary is not None
    assert english_left(summary.message, *(each.detail for each in summary.troubled if each.detail)) == set()


def test_many_mailboxes_leave_the_contact_sync() -> None:
    lab = ContactLab()
    lab.fill(3)
    lab.run()
    lab.settings_changes["personal"] = False
    report = lab.night()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert left_of(lab.host, report) == set()
