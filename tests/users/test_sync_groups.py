"""Only members of some groups are synced: what is read, and that nobody leaves because a group could not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pbx_plugin_api import DisableReason, TickStatus
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.scope import ScopeConfig, WhichGroups
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Group, Person
from portsip_m365_plugin.users.checkpoint import load_checkpoint
from tests.support.sync_realm import SyncLab

PERMISSIONS = ("User.Read.All", "GroupMember.Read.All")


def make_lab(cloud: str = "GLOBAL", *groups: str) -> SyncLab:
    lab = SyncLab(cloud=cloud, permissions=PERMISSIONS)
    lab.scope = only(lab, *(groups or ("Sales",)))
    return lab


def only(lab: SyncLab, *names: str) -> ScopeConfig:
    listed = (Listed(name=name, entra_object_id=group(lab, name).id) for name in names)
    return ScopeConfig(which_groups=WhichGroups.ONLY, groups=NameList.of(listed))


def group(lab: SyncLab, name: str) -> Group:
    groups = lab.microsoft.directory.groups.values()
    return next(each for each in groups if each.props["displayName"] == name)


def people_of(lab: SyncLab, name: str) -> list[Person]:
    """The ordinary people of a group and of the groups in it."""
    directory = lab.microsoft.directory
    ids = [oid for oid, kind in directory.flattened(group(lab, name)) if kind == "user"]
    return [person for oid in ids if (person := directory.people[oid]).kind == "ordinary" and person.listed]


def put(lab: SyncLab, name: str, person: Person, *, member: bool = True) -> None:
    for each in lab.microsoft.directory.groups.values():
        if not member and each.props["displayName"] not in ("PBX Users", "All Staff"):
            lab.microsoft.directory.set_member(each, person.id, member=False)
    lab.microsoft.directory.set_member(group(lab, name), person.id, member)


def enabled(lab: SyncLab) -> set[str]:
    return {user.link.subject for user in lab.host.users.linked() if user.enabled}


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
def test_members_of_nested_groups_come_and_a_quiet_night_reads_the_groups_and_the_changes(cloud: str) -> None:
    lab = make_lab(cloud, "Sales", "Engineering")
    lab.settle()
    wanted = {person.id for name in ("Sales", "Engineering") for person in people_of(lab, name)}
    assert {person.id for person in people_of(lab, "Sales EMEA")} <= wanted, "nested in Sales"
    assert wanted <= enabled(lab)
    assert len(enabled(lab)) < 51, "not everybody is in a group"
    report = lab.run()
    assert (report.status, report.requests) == (TickStatus.DONE, 3), "the changes, and one page for each group"
    assert lab.host.users.applied == []


def test_a_large_group_is_read_page_by_page_with_the_header_on_each() -> None:
    lab = make_lab("GLOBAL", "PBX Users")
    lab.settle()
    lab.realm.settings.max_page = 5
    n_pages = -(-len(group(lab, "PBX Users").members) // 5)
    report = lab.run()
    assert (report.status, report.requests, report.problem_counts) == (TickStatus.DONE, 1 + n_pages, {})
    assert lab.host.users.applied == []


def test_joining_and_leaving_a_group_is_seen_though_no_delta_shows_it() -> None:
    lab = make_lab()
    lab.settle()
    leaver, stranger = people_of(lab, "Sales")[0], lab.hire("stranger@contoso.example")
    lab.run()
    assert lab.user(stranger) is None
    number = lab.must_have(leaver).extension_number
    put(lab, "Sales", leaver, member=False)
    put(lab, "Sales", stranger)
    report = lab.run()
    assert (report.counts.created, report.counts.disabled) == (1, 1)
    assert report.problem_counts == {"out_of_scope": 1}
    assert lab.host.progress.problems[0].detail == "Not in group Sales."
    assert lab.must_have(leaver).disabled_reason is DisableReason.OUT_OF_SCOPE
    assert report.requests == 4, "changes, group, the two people, and whether the leaver has really left"
    put(lab, "Sales", leaver)
    assert lab.run().counts.enabled == 1
    assert lab.must_have(leaver).extension_number == number


@pytest.mark.parametrize("status", [404, 403, 500, 503])
@pytest.mark.parametrize("full", [True, False])
def test_a_group_that_cannot_be_read_takes_nobody(status: int, full: bool) -> None:
    lab = make_lab("GLOBAL", "Sales", "Engineering")
    lab.settle()
    before, mover = enabled(lab), people_of(lab, "Engineering")[0]
    code = "Authorization_RequestDenied" if status == 403 else "Request_ResourceNotFound" if status == 404 else "x"
    match = f"groups/{group(lab, 'Sales').id}/transitiveMembers"
    lab.realm.faults.add(Fault("status", match=match, times=None, status=status, code=code))
    put(lab, "Engineering", mover, member=False)  # perhaps to Sales, which nobody can read now
    hired = lab.hire("new@contoso.example")
    put(lab, "Engineering", hired)
    report = lab.run(full=full)
    assert report.status is TickStatus.DONE
    assert enabled(lab) == before | {hired.id}, "who joins a group that can be read comes all the same"
    assert report.problem_counts["group_unreadable"] == 1
    (problem,) = [each for each in lab.host.progress.problems if each.reason == "group_unreadable"]
    assert "Sales" in problem.detail
    if status == 403:
        assert "GroupMember.Read.All" in problem.detail
    lab.realm.faults.clear()
    assert lab.run(full=full).counts.disabled == 1, "the group can be read again: who has left leaves now"
    assert not lab.must_have(mover).enabled
    assert enabled(lab) == (before | {hired.id}) - {mover.id}


@pytest.mark.parametrize("full", [True, False])
def test_a_group_that_is_suddenly_empty_takes_nobody_and_is_named(full: bool) -> None:
    lab = make_lab()
    lab.settle()
    before, n_members = enabled(lab), len(people_of(lab, "Sales"))
    lab.realm.faults.add(Fault("replace", match="transitiveMembers", times=None, body='{"value": []}'))
    for _ in range(2):
        report = lab.run(full=full)
        assert (report.status, enabled(lab)) == (TickStatus.DONE, before)
        assert report.problem_counts["group_unreadable"] == 1
    assert n_members
    lab.realm.faults.clear()
    assert lab.run(full=full).problem_counts.get("group_unreadable") is None
    assert enabled(lab) == before


def test_half_a_reading_takes_nobody() -> None:
    """A page that claims to be the last: who is missing is asked about by id before anything is concluded."""
    lab = make_lab()
    lab.settle()
    before, kept = enabled(lab), people_of(lab, "Sales")[0]
    body = f'{{"value": [{{"id": "{kept.id}"}}]}}'
    lab.realm.faults.add(Fault("replace", match="transitiveMembers", times=None, body=body))
    for full in (False, True):
        report = lab.run(full=full)
        assert (report.status, enabled(lab), lab.host.users.applied) == (TickStatus.DONE, before, [])


def test_a_deleted_group_is_named_with_the_remedy_and_takes_nobody() -> None:
    lab = make_lab()
    lab.settle()
    before = enabled(lab)
    del lab.microsoft.directory.groups[group(lab, "Sales").id]
    report = lab.run(full=True)
    assert (report.status, enabled(lab)) == (TickStatus.DONE, before)
    assert "does not exist any more" in next(
        each.detail for each in lab.host.progress.problems if each.reason == "group_unreadable"
    )


def test_a_hidden_membership_is_no_empty_group() -> None:
    lab = SyncLab(permissions=PERMISSIONS)
    lab.settle()
    before = enabled(lab)
    lab.scope = only(lab, "Board (hidden)")
    report = lab.run()
    assert (report.status, enabled(lab), report.counts.disabled) == (TickStatus.DONE, before, 0)
    assert any("Member.Read.Hidden" in each.detail for each in lab.host.progress.problems)
    lab.tokens.permissions += ("Member.Read.Hidden",)
    lab.tokens.held = ""
    assert lab.run().status is TickStatus.NEEDS_APPROVAL, "now it is known, and nearly everybody would leave"


def test_a_group_that_is_empty_and_can_be_seen_is_believed() -> None:
    lab = make_lab("GLOBAL", "Sales", "Empty")
    lab.settle()
    leaver = people_of(lab, "Sales")[0]
    put(lab, "Sales", leaver, member=False)
    report = lab.run()
    assert (report.counts.disabled, report.problem_counts) == (1, {"out_of_scope": 1})
    assert lab.host.progress.problems[0].detail == "Not in any of the groups Sales, Empty."


def test_without_the_permission_nobody_comes_and_nobody_goes() -> None:
    lab = SyncLab(permissions=("User.Read.All",))
    lab.settle()
    before = enabled(lab)
    lab.scope = only(lab, "Sales", "Engineering")
    leaver, hired = lab.people()[0], lab.hire("new@contoso.example")
    lab.patch(leaver, accountEnabled=False)
    report = lab.run()
    assert report.status is TickStatus.DONE
    assert enabled(lab) == before - {leaver.id}, "the rest of the run goes on"
    assert lab.user(hired) is None
    details = [each.detail for each in lab.host.progress.problems if each.reason == "group_unreadable"]
    assert len(details) == 2
    assert all("GroupMember.Read.All" in detail for detail in details)


def test_switching_a_group_filter_on_is_planned_and_guarded() -> None:
    lab = SyncLab(permissions=PERMISSIONS)
    lab.settle()
    before = enabled(lab)
    lab.scope = only(lab, "Sales")
    asked = lab.run()
    assert (asked.status, enabled(lab)) == (TickStatus.NEEDS_APPROVAL, before)
    lab.approve(asked)
    assert lab.run().status is TickStatus.DONE
    assert enabled(lab) <= {oid for oid, _ in lab.microsoft.directory.flattened(group(lab, "Sales"))}
    lab.scope = replace(lab.scope, which_groups=WhichGroups.ALL)
    assert lab.run().counts.enabled == len(before) - len(enabled(lab)) or enabled(lab) == before
    assert enabled(lab) == before
    assert [key for key, _ in lab.host.state.items("users.in_scope.")] == []


def test_a_killed_or_refused_night_meets_the_same_change_again() -> None:
    lab = make_lab()
    lab.settle()
    checkpoint = load_checkpoint(lab.host)
    leaver = people_of(lab, "Sales")[0]
    put(lab, "Sales", leaver, member=False)
    lab.realm.faults.add(Fault("status", match="users/delta", times=None, status=500, code="x"))
    assert lab.run().status is TickStatus.FAILED
    assert load_checkpoint(lab.host) == checkpoint
    lab.realm.faults.clear()
    assert lab.run().counts.disabled == 1


def test_who_left_the_directory_departs_rather_than_leaving_a_group() -> None:
    lab = make_lab()
    lab.settle()
    leaver = people_of(lab, "Sales")[0]
    lab.soft_delete(leaver)  # which also ends every membership
    report = lab.run()
    assert report.counts.disabled == 1
    assert lab.must_have(leaver).disabled_reason is DisableReason.DEPARTED


def test_many_members_are_remembered_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_m365_plugin.users.members._IDS_IN_CHUNK", 4)
    lab = make_lab("GLOBAL", "PBX Users")
    lab.settle()
    n_members = len(group(lab, "PBX Users").members)
    assert len(list(lab.host.state.items("users.in_scope."))) == -(-n_members // 4)
    for person in people_of(lab, "PBX Users")[:2]:
        put(lab, "PBX Users", person, member=False)
        assert lab.run().counts.disabled == 1
    lab.pass_days(1.1)  # three on one day would ask an administrator
    assert len(list(lab.host.state.items("users.in_scope."))) == -(-(n_members - 2) // 4)
    monkeypatch.setattr("portsip_m365_plugin.users.members.KEPT_MAX", 3)
    put(lab, "PBX Users", people_of(lab, "PBX Users")[0], member=False)
    assert lab.run().counts.disabled == 1
    assert list(lab.host.state.items("users.in_scope.")) == []
    put(lab, "PBX Users", people_of(lab, "PBX Users")[0], member=False)
    report = lab.run()
    assert (report.status, report.counts.disabled) == (TickStatus.DONE, 1), "everybody is listed instead"
