"""Nights of one tenant, against the simulated cloud: what is read, what is written, and what must not be."""

from __future__ import annotations

import pytest

from pbx_plugin_api import DisableReason, TickStatus
from portsip_m365_plugin.config.leavers import LeaverPolicy, LeaversConfig
from portsip_m365_plugin.users.checkpoint import load_checkpoint
from tests.support.sync_realm import SyncLab


@pytest.fixture
def lab() -> SyncLab:
    return SyncLab()


@pytest.fixture
def settled(lab: SyncLab) -> SyncLab:
    lab.settle()
    return lab


def test_full_then_full_then_one_request_and_no_write(lab: SyncLab) -> None:
    first = lab.run(confirm=True)
    assert (first.status, first.counts.created) == (TickStatus.DONE, 51)
    assert first.requests == 3  # a delta link, everybody, and whether it may be asked what mailboxes are for
    assert first.counts.skipped == 9
    second = lab.run()
    assert (second.requests, second.counts.unchanged) == (1, 51)
    third = lab.run()
    assert (third.status, third.requests, lab.host.users.applied) == (TickStatus.DONE, 1, [])
    entry = lab.realm.journal.entries()[-1]
    assert entry.template == "/users/delta"
    assert dict(third.problem_counts) == {}


def test_a_quiet_night_reads_all_users_for_their_dates_only_where_somebody_is_disabled(
    settled: SyncLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    linked = settled.host.users.linked
    monkeypatch.setattr(settled.host.users, "linked", lambda: reads.append("all") or linked())
    settled.pass_days(1)
    assert (settled.run().requests, reads) == (1, [])
    settled.soft_delete(settled.people()[0])
    settled.run()
    settled.pass_days(31)
    settled.run()
    assert reads, "the days of the deleted person are over"


def test_every_person_left_out_is_reported_with_the_reason(lab: SyncLab) -> None:
    report = lab.run(confirm=True)
    assert report.problem_counts == {"account_disabled": 5, "guest": 2, "no_name": 2, "value_lost": 1}
    found = {problem.subject: problem for problem in lab.host.progress.problems}
    for kind, reason in (("guest", "guest"), ("disabled", "account_disabled"), ("both_names_empty", "no_name")):
        for person in lab.people(kind):
            assert found[person.id].reason == reason
            assert found[person.id].login_name
            assert found[person.id].detail
            assert lab.user(person) is None


def test_the_first_plan_asks_and_the_approved_one_goes_through(lab: SyncLab) -> None:
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert lab.host.users.applied == []
    assert [notice.key for notice in lab.host.notices] == ["m365.users.approval"]
    assert load_checkpoint(lab.host) is None
    rows = list(lab.plan_rows(asked))
    assert sum(row.action == "create" for row in rows) == 51
    assert sum(row.action == "problem" for row in rows) == 10
    lab.approve(asked)
    lab.hire("late@contoso.example")
    done = lab.run()
    assert (done.status, done.counts.created) == (TickStatus.DONE, 52)


def test_a_preview_changes_nothing_and_can_be_approved(lab: SyncLab) -> None:
    preview = lab.preview()
    assert preview.status is TickStatus.DONE
    assert preview.plan is not None
    assert (preview.plan.counts.created, preview.counts.created) == (51, 0)
    assert lab.host.users.applied == []
    assert load_checkpoint(lab.host) is None
    lab.approve(preview)
    assert lab.run().counts.created == 51


def test_seven_changes_are_applied_and_nothing_else(settled: SyncLab) -> None:
    lab = settled
    renamed, disabled, deleted, phoned, one, two = lab.people()[:6]
    back = lab.people()[6]
    number = lab.must_have(back).extension_number
    lab.soft_delete(back)
    lab.run()
    lab.patch(renamed, displayName="Ann Other", surname="Other")
    hired = lab.hire("new.hire@contoso.example")
    lab.patch(disabled, accountEnabled=False)
    lab.soft_delete(deleted)
    lab.microsoft.directory.restore(back)
    lab.patch(phoned, mobilePhone="+1 412 555 0109")
    lab.patch(one, department="Two at once")
    lab.patch(two, department="Two at once")
    report = lab.run()
    assert report.requests == 1
    touched = {change.link.subject for change in lab.host.users.applied}
    assert touched == {person.id for person in (renamed, hired, disabled, deleted, back, phoned, one, two)}
    assert len(lab.host.users.applied) == 8
    assert lab.must_have(renamed).display_name == "Ann Other"
    assert lab.must_have(hired).enabled
    assert lab.must_have(disabled).disabled_reason is DisableReason.ACCOUNT_DISABLED
    assert lab.must_have(deleted).disabled_reason is DisableReason.DEPARTED
    assert (lab.must_have(back).enabled, lab.must_have(back).extension_number) == (True, number)
    phone = lab.must_have(phoned).mobile_phone
    assert phone is not None
    assert phone.e164 == "+14125550109"
    assert lab.must_have(one).department == lab.must_have(two).department == "Two at once"
    counts = report.counts
    assert (counts.created, counts.updated, counts.disabled, counts.enabled) == (1, 4, 2, 1)


def test_a_permanent_deletion_waits_its_days_and_the_number_returns_with_its_person_only(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    number = lab.must_have(person).extension_number
    lab.microsoft.directory.hard_delete(person)
    assert lab.run().counts.disabled == 1
    assert lab.must_have(person).disabled_reason is DisableReason.DEPARTED
    lab.pass_days(31)
    assert lab.run().counts.deleted == 1
    assert lab.user(person) is None
    hired = lab.hire("someone.else@contoso.example")
    lab.run()
    assert lab.must_have(hired).extension_number != number


@pytest.mark.parametrize("is_full", [True, False])
def test_gone_for_thirty_days_is_deleted_on_any_night(settled: SyncLab, is_full: bool) -> None:
    lab = settled
    person, restored = lab.people()[:2]
    number = lab.must_have(restored).extension_number
    lab.soft_delete(person)
    lab.soft_delete(restored)
    lab.run()
    for _ in range(29):
        lab.pass_days(1)
        lab.run(full=is_full)
    assert lab.must_have(person).disabled_reason is DisableReason.DEPARTED
    lab.microsoft.directory.restore(restored)
    lab.pass_days(1)
    report = lab.run(full=is_full)
    assert (report.counts.deleted, report.counts.enabled) == (1, 1)
    assert lab.user(person) is None
    assert lab.must_have(restored).extension_number == number
    if not is_full:
        assert report.requests == 2, "the round of changes, and one batch for whom a date has come"
        assert lab.run().requests == 1


def test_nobody_is_read_by_id_before_the_date_comes(settled: SyncLab) -> None:
    lab = settled
    lab.run()
    lab.soft_delete(lab.people()[0])
    lab.run()
    for _ in range(4):
        lab.pass_days(1)
        assert lab.run().requests == 1


def test_another_policy_is_followed_the_next_night(settled: SyncLab) -> None:
    lab = settled
    lab.leavers = LeaversConfig(deleted_policy=LeaverPolicy.KEEP)
    assert lab.run().status is TickStatus.DONE
    person = lab.people()[0]
    lab.soft_delete(person)
    lab.run()
    lab.pass_days(40)
    report = lab.run(full=True)
    assert lab.must_have(person).enabled
    assert report.problem_counts == lab.run(full=True).problem_counts
    lab.leavers = LeaversConfig(deleted_policy=LeaverPolicy.DELETE, deleted_delete_after_days=0)
    assert lab.run().counts.disabled == 1
    assert lab.run().counts.deleted == 1


def test_swapped_addresses_stay_with_their_people(settled: SyncLab) -> None:
    lab = settled
    one, two = lab.people()[:2]
    before = {p.id: (lab.must_have(p).user_id, lab.must_have(p).extension_number) for p in (one, two)}
    upns = one.props["userPrincipalName"], two.props["userPrincipalName"]
    lab.patch(one, userPrincipalName=upns[1], mail=upns[1])
    lab.patch(two, userPrincipalName=upns[0], mail=upns[0])
    assert lab.run().counts.updated == 2
    assert {p.id: (lab.must_have(p).user_id, lab.must_have(p).extension_number) for p in (one, two)} == before
    assert (lab.must_have(one).email, lab.must_have(two).email) == (upns[1], upns[0])


def test_a_reused_upn_inherits_nothing(settled: SyncLab) -> None:
    lab = settled
    leaver = lab.people()[0]
    upn, old = leaver.props["userPrincipalName"], lab.must_have(leaver)
    lab.soft_delete(leaver)
    hired = lab.hire(upn)
    lab.run()
    new = lab.must_have(hired)
    assert new.user_id != old.user_id
    assert new.extension_number != old.extension_number
    assert new.username != old.username
    assert not lab.must_have(leaver).enabled


def test_deleted_in_the_pbx_comes_back_with_the_number(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    number = lab.must_have(person).extension_number
    lab.host.users.delete_by_hand(lab.link(person))
    report = lab.run()
    assert (report.counts.created, report.requests) == (1, 2)
    assert lab.must_have(person).extension_number == number
    assert lab.run().requests == 1


def test_edited_in_the_pbx_is_overwritten(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    true_name = lab.must_have(person).display_name
    lab.host.users.edit_by_hand(lab.link(person), display_name="Boss", work_phone="1", home_phone="555")
    assert lab.run().counts.updated == 1
    assert lab.must_have(person).display_name == true_name
    row = lab.host.users.row_of(lab.link(person))
    assert row is not None
    assert row.home_phone == "555", "not ours"
    report = lab.run()
    assert (report.requests, lab.host.users.applied) == (1, [])


def test_locked_by_an_admin_stays_locked_and_is_no_edit(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    lab.host.users.edit_by_hand(lab.link(person), enabled=False)
    assert lab.run().requests == 1
    lab.patch(person, department="New")
    lab.run()
    user = lab.must_have(person)
    assert (user.enabled, user.disabled_reason, user.department) == (False, DisableReason.BY_ADMIN, "New")
    lab.soft_delete(person)
    lab.run()
    lab.microsoft.directory.restore(person)
    lab.run()
    assert lab.must_have(person).disabled_reason is DisableReason.BY_ADMIN


@pytest.mark.parametrize("leave", ["disable", "delete"])
def test_unlocked_by_an_admin_after_leaving_is_locked_again(settled: SyncLab, leave: str) -> None:
    lab = settled
    person = lab.people()[0]
    lab.host.users.edit_by_hand(lab.link(person), enabled=False)
    if leave == "disable":
        lab.patch(person, accountEnabled=False)
    else:
        lab.soft_delete(person)
    lab.run()
    assert lab.must_have(person).disabled_reason is DisableReason.BY_ADMIN
    lab.host.users.edit_by_hand(lab.link(person), enabled=True)
    assert lab.run().counts.disabled == 1
    assert not lab.must_have(person).enabled


@pytest.mark.parametrize("leave", ["disable", "delete"])
def test_enabled_by_hand_against_the_directory_is_undone(settled: SyncLab, leave: str) -> None:
    lab = settled
    person = lab.people()[0]
    if leave == "disable":
        lab.patch(person, accountEnabled=False)
    else:
        lab.soft_delete(person)
    lab.run()
    lab.host.users.edit_by_hand(lab.link(person), enabled=True)
    assert lab.run().counts.disabled == 1
    assert not lab.must_have(person).enabled
    report = lab.run()
    assert (report.requests, lab.host.users.applied) == (1, [])


def test_deleted_on_both_sides_leaves_no_link(settled: SyncLab) -> None:
    lab = settled
    one, two = lab.people()[:2]
    for person in (one, two):
        lab.host.users.delete_by_hand(lab.link(person))
    lab.soft_delete(one)
    lab.run()
    lab.soft_delete(two)
    lab.run(full=True)
    assert list(lab.host.users.diverged()) == []
    assert lab.run().requests == 1
