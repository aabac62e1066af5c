"""What Microsoft sends and what the host says no to: odd answers, stops, other clouds and settings."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pbx_plugin_api import CreateUser, DisableReason, TickStatus, UpdateUser
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.users.checkpoint import load_checkpoint
from tests.support.sync_realm import SyncLab


@pytest.fixture
def lab() -> SyncLab:
    return SyncLab()


@pytest.fixture
def settled(lab: SyncLab) -> SyncLab:
    lab.settle()
    return lab


def snapshot(lab: SyncLab) -> list[object]:
    return list(lab.host.users.linked())


@pytest.mark.parametrize("form", ["gone", "too_old"])
def test_a_lost_token_lists_everybody_twice_and_goes_on(settled: SyncLab, form: str) -> None:
    lab = settled
    lab.realm.settings.expired_token_form = form
    lab.microsoft.delta_generation += 1
    leaver = lab.people()[0]
    lab.soft_delete(leaver)
    report = lab.run()
    assert (report.status, report.counts.disabled) == (TickStatus.DONE, 1)
    assert lab.must_have(leaver).disabled_reason is DisableReason.DEPARTED
    assert lab.run().counts.unchanged == 51, "a fresh chain begins: listed once more"
    assert lab.run().requests == 1


def test_a_week_without_a_run(settled: SyncLab) -> None:
    lab = settled
    lab.pass_days(8)
    report = lab.run()
    assert (report.status, report.counts.unchanged) == (TickStatus.DONE, 51)


def test_an_empty_directory_is_no_directory(settled: SyncLab) -> None:
    lab = settled
    before = snapshot(lab)
    lab.realm.faults.add(Fault("replace", match=r"GET /v1.0/users\?", times=None, body='{"value": []}'))
    for full in (True, False):
        report = lab.run(full=full)
        if full:
            assert report.status is TickStatus.FAILED
            assert "empty list" in report.message
    assert snapshot(lab) == before
    fresh = SyncLab()
    fresh.realm.faults.add(Fault("replace", match=r"GET /v1.0/users\?", times=None, body='{"value": []}'))
    assert fresh.run(confirm=True).status is TickStatus.FAILED
    assert load_checkpoint(fresh.host) is None


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_page_lost_mid_way_changes_nothing(settled: SyncLab, status: int) -> None:
    lab = settled
    lab.realm.settings.max_page = 10
    before, checkpoint = snapshot(lab), load_checkpoint(lab.host)
    lab.soft_delete(lab.people()[0])
    lab.realm.faults.add(Fault("status", match="skiptoken", skip=2, times=None, status=status, code="x"))
    report = lab.run(full=True)
    assert report.status is TickStatus.FAILED
    assert snapshot(lab) == before
    assert load_checkpoint(lab.host) == checkpoint
    lab.realm.faults.clear()
    assert lab.run().counts.disabled == 1


def test_a_listing_cut_short_takes_nobody(settled: SyncLab) -> None:
    """A last page that is not the last: people who are missing are read by id before anything is concluded."""
    lab = settled
    body = '{"value": [{"id": "x", "accountEnabled": true, "userPrincipalName": "x@contoso.example"}]}'
    lab.realm.faults.add(Fault("replace", match=r"GET /v1.0/users\?", body=body))
    before = snapshot(lab)
    report = lab.run(full=True)
    assert report.status is TickStatus.DONE
    assert snapshot(lab) == before
    assert lab.host.users.applied == []


def test_people_without_an_id_prove_nothing(settled: SyncLab) -> None:
    lab = settled
    before = snapshot(lab)
    lab.realm.faults.add(Fault("replace", match=r"GET /v1.0/users\?", body='{"value": [{"displayName": "?"}]}'))
    report = lab.run(full=True)
    assert report.problem_counts == {"invalid": 1}
    assert snapshot(lab) == before


def test_replays_duplicates_and_empty_pages(settled: SyncLab) -> None:
    lab = settled
    settings = lab.realm.settings
    settings.empty_page_every, settings.duplicate_every, settings.delta_replays, settings.delta_page = 2, 2, 50, 2
    people = lab.people()
    for turn in range(6):
        lab.patch(people[turn], department=f"turn {turn}")
        lab.patch(people[turn], department=f"turn {turn} again")
        report = lab.run()
        assert report.status is TickStatus.DONE
        assert [type(change) for change in lab.host.users.applied] == [UpdateUser]
        assert lab.must_have(people[turn]).department == f"turn {turn} again"


def test_a_part_of_a_person_is_read_whole(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    lab.patch(person, department="Whole")
    body = f'{{"value": [{{"id": "{person.id}", "department": "Part"}}], "@odata.deltaLink": "%s"}}'
    checkpoint = load_checkpoint(lab.host)
    assert checkpoint is not None
    lab.realm.faults.add(Fault("replace", match="users/delta", body=body % checkpoint.delta_link))
    report = lab.run()
    assert (report.requests, report.counts.updated) == (2, 1)
    assert lab.must_have(person).department == "Whole"


def test_throttled_beyond_patience_stops_and_says_when(settled: SyncLab) -> None:
    lab = settled
    lab.realm.faults.add(Fault("status", match="users/delta", times=None, status=429, retry_after="5000"))
    before = lab.host.clock.now_utc()
    report = lab.run()
    assert report.status is TickStatus.STOPPED
    assert report.next_due_at_utc is not None
    assert (report.next_due_at_utc - before).total_seconds() == pytest.approx(5000, abs=60)
    assert "limiting" in report.message
    lab.realm.faults.clear()
    assert lab.run().status is TickStatus.DONE


def test_out_of_time_is_stopped_and_goes_on(settled: SyncLab) -> None:
    lab = settled
    report = lab.run(deadline_utc=lab.host.clock.now_utc())
    assert (report.status, report.resumable) == (TickStatus.STOPPED, True)
    assert lab.run().status is TickStatus.DONE


def test_a_missing_permission_says_what_to_do(lab: SyncLab) -> None:
    lab.tokens.permissions = ("Mail.Send",)
    report = lab.run(confirm=True)
    assert report.status is TickStatus.FAILED
    assert "grant admin consent" in report.message
    assert "Authorization_RequestDenied" in report.message


def test_stopped_at_every_safe_place_the_next_run_ends_right() -> None:
    stops = 0
    for asks in range(100):
        lab = SyncLab(users=1200)
        lab.realm.settings.max_page = 300
        lab.host.progress.stop_after_asks = asks
        report = lab.run(confirm=True)
        lab.host.progress.stop_after_asks = None
        if report.status is TickStatus.DONE:
            break
        stops += 1
        assert (report.status, report.resumable) == (TickStatus.STOPPED, True)
        created = report.counts.created
        again = lab.run(confirm=True)
        assert again.status is TickStatus.DONE
        assert created + again.counts.created == lab.host.users.counts().linked
        numbers = [user.extension_number for user in lab.host.users.linked()]
        assert len(set(numbers)) == len(numbers)
    assert stops >= 5, "three pages and three batches"


def test_the_user_limit_is_loud_and_tried_again() -> None:
    lab = SyncLab(host=FakeHost(user_limit=47))
    report = lab.run(confirm=True)
    assert report.counts.created == 47
    assert report.problem_counts["user_limit"] == 4
    found = [problem for problem in lab.host.progress.problems if problem.reason == "user_limit"]
    assert all("limit of 47" in problem.detail for problem in found)
    assert lab.run().problem_counts["user_limit"] == 4
    again = lab.run()
    assert again.problem_counts == {"user_limit": 4}
    assert again.requests == 1, "who waits is not read again"
    lab.host.users.user_limit = 100
    assert lab.run().counts.created == 4
    assert lab.run().requests == 1


def test_too_many_to_read_one_by_one_are_listed() -> None:
    lab = SyncLab(users=1400, host=FakeHost(user_limit=100))
    lab.settle()
    lab.realm.journal.reset()
    assert lab.run().problem_counts["user_limit"] > 1000
    assert set(lab.realm.journal.counts()) == {"GET /users/delta 200"}
    lab.host.users.user_limit = None
    lab.run()
    for user in list(lab.host.users.linked())[:1001]:
        lab.host.users.delete_by_hand(user.link)
    lab.realm.journal.reset()
    asked = lab.run()
    assert set(lab.realm.journal.counts()) == {"GET /users/delta 200", "GET /users 200"}
    lab.approve(asked)  # so many new people ask first
    report = lab.run()
    assert (report.status, report.counts.created) == (TickStatus.DONE, 1001)


def test_a_refused_person_who_left_is_forgotten() -> None:
    lab = SyncLab(host=FakeHost(user_limit=47))
    lab.settle()
    linked = {user.link.subject for user in lab.host.users.linked()}
    waiting = [person for person in lab.people() if person.id not in linked]
    for person in waiting:
        lab.soft_delete(person)
    lab.host.users.user_limit = 100
    report = lab.run()
    assert report.counts.created == 4 - len(waiting)
    assert lab.run().requests == 1


def test_both_clouds() -> None:
    for cloud in ("GLOBAL", "CHINA"):
        lab = SyncLab(cloud=cloud)
        lab.settle()
        lab.patch(lab.people()[0], department="New")
        report = lab.run()
        assert (report.requests, report.counts.updated) == (1, 1)


def test_a_cloud_without_batch_is_read_one_by_one() -> None:
    lab = SyncLab(cloud="CHINA")
    lab.settle()
    lab.realm.settings.batch = False
    for person in lab.people()[:3]:
        lab.host.users.delete_by_hand(lab.link(person))
    report = lab.run()
    assert (report.counts.created, report.requests) == (3, 1 + 1 + 3)


def change_country(lab: SyncLab) -> None:
    lab.rules = MappingRules(entra_tenant_id=lab.rules.entra_tenant_id, country="GB")


def change_link_schema(lab: SyncLab) -> None:
    record = lab.host.state.get("users.checkpoint")
    assert record is not None
    assert isinstance(record.value, dict)
    lab.host.state.put("users.checkpoint", {**record.value, "schema_version": 0})


def change_select(lab: SyncLab) -> None:
    record = lab.host.state.get("users.checkpoint")
    assert record is not None
    assert isinstance(record.value, dict)
    lab.host.state.put("users.checkpoint", {**record.value, "select_hash": "another"})


@pytest.mark.parametrize(("change", "fulls"), [(change_country, 1), (change_link_schema, 2), (change_select, 2)])
def test_what_changes_the_mapping_lists_everybody(
    settled: SyncLab, change: Callable[[SyncLab], None], fulls: int
) -> None:
    lab = settled
    change(lab)
    for _ in range(fulls):
        lab.realm.journal.reset()
        lab.run()
        assert "GET /users 200" in lab.realm.journal.counts()
    assert lab.run().requests == 1


def test_another_directory_gets_a_link_of_its_own(settled: SyncLab) -> None:
    """A delta link of the directory before is never sent to the next one."""
    lab = settled
    other = lab.realm.add_tenant(40, 2, "fabrikam.example", 0, 0.0)
    lab.microsoft, lab.tokens.tenant_id, lab.tokens.held = other, other.id, ""
    lab.rules = MappingRules(entra_tenant_id=other.id, country="DE")
    assert lab.run().status is TickStatus.DONE
    lab.run()
    report = lab.run()
    assert (report.status, report.requests) == (TickStatus.DONE, 1)


def test_weekly_everybody_is_listed(settled: SyncLab) -> None:
    lab = settled
    for night in range(1, 9):
        lab.pass_days(1)
        lab.realm.journal.reset()
        report = lab.run()
        assert report.requests == (2 if night == 7 else 1)  # with everybody, whether it may be asked about mailboxes
        assert ("GET /users 200" in lab.realm.journal.counts()) == (night == 7)


def test_what_the_weekly_listing_missed_is_taken_from_the_older_link(settled: SyncLab) -> None:
    """A listing lags behind: the older link stays in use and still shows what changed."""
    lab = settled
    lab.microsoft.directory.replication_lag_s = 3600
    person = lab.people()[0]
    lab.patch(person, department="Late")
    lab.run(full=True)
    assert lab.must_have(person).department != "Late"
    lab.run()
    assert lab.must_have(person).department == "Late"


def test_only_new_people_are_created_on_any_night(settled: SyncLab) -> None:
    lab = settled
    lab.hire("a@contoso.example")
    lab.run()
    assert [type(change) for change in lab.host.users.applied] == [CreateUser]


def test_deleted_in_the_pbx_and_made_again_by_hand_the_person_still_gets_their_own_number(settled: SyncLab) -> None:
    lab = settled
    person = lab.people()[0]
    number = lab.must_have(person).extension_number
    lab.host.users.delete_by_hand(lab.link(person))
    lab.host.users.add_by_hand("by.hand", email=person.props["mail"])
    lab.run()
    assert lab.must_have(person).extension_number == number


def test_half_a_list_forgets_nobody_and_says_so(settled: SyncLab) -> None:
    """A list that looks complete and is not: who is missing is read by id, and who was refused is not forgotten."""
    lab = settled
    lab.host.users.user_limit = lab.host.users.counts().linked
    hired = lab.hire("one.too.many@contoso.example")
    refused = lab.run()
    (found,) = [problem for problem in lab.host.progress.problems if problem.reason == "user_limit"]
    assert found.login_name == "one.too.many@contoso.example"
    assert refused.problem_counts == {"user_limit": 1}
    left_out = {person.id for person in [hired, *lab.people()[:5]]}
    everybody = [user for page in list_users(lab.client()) for user in page.rows]
    half = json.dumps({"value": [user for user in everybody if user["id"] not in left_out]})
    lab.realm.faults.add(Fault("replace", r"GET /v1.0/users\?", body=half, content_type="application/json"))
    run = lab.run(full=True)
    assert run.status is TickStatus.DONE
    assert "left out 5 who are there" in run.message
    lab.host.users.user_limit = None
    assert lab.run().counts.created == 1
