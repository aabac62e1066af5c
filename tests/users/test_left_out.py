"""Everybody left out can be counted by reason on every night; and a run that leaves everybody out says so first."""

from __future__ import annotations

import pytest

from pbx_plugin_api import TickStatus
from portsip_m365_plugin.config.people import Listed, NameList, WhichPeople
from portsip_m365_plugin.config.scope import ScopeConfig, WhichGroups
from portsip_m365_plugin.mapping.users import SKIP_DETAILS
from portsip_m365_plugin.page.words import REASONS
from portsip_m365_plugin.users import left_out
from portsip_m365_plugin.users.left_out import count_left_out, find_left_out
from tests.support.sync_realm import SyncLab

NOBODY = "4c1ec700-0000-4000-8000-00000000beef"
AT_FIRST = {"account_disabled": 5, "guest": 2, "no_name": 2}


@pytest.mark.parametrize("reason", SKIP_DETAILS)
def test_each_reason_has_words_on_the_page_and_in_the_message(reason: str) -> None:
    assert reason in REASONS, "name it in page/words.py"
    assert reason in left_out._WORDS, "count it in users/left_out.py"


def test_the_counts_hold_on_every_night_and_follow_each_change() -> None:
    lab = SyncLab()
    assert lab.run(confirm=True).message.endswith(
        "Left out: 5 disabled at Microsoft, 2 guests, 2 without first and last name."
    )
    assert count_left_out(lab.host) == AT_FIRST
    lab.run()
    since_utc = lab.host.clock.now_utc()
    lab.pass_days(1)
    person, disabled = lab.people()[0], lab.people("disabled")[0]
    lab.patch(person, accountEnabled=False)
    lab.patch(disabled, department="Elsewhere")
    report = lab.run()
    assert (report.requests, count_left_out(lab.host)) == (1, {**AT_FIRST, "account_disabled": 6})
    assert "6 disabled at Microsoft" in report.message
    quiet = lab.run()
    assert (quiet.requests, "6 disabled at Microsoft" in quiet.message) == (1, True)
    found, older = find_left_out(lab.host, person.id), find_left_out(lab.host, disabled.id)
    assert found is not None
    assert older is not None
    assert (found.reason, found.filter) == ("account_disabled", "")
    assert older.since_utc <= since_utc < found.since_utc, "a change that leaves the reason as it is keeps the day"
    lab.patch(person, accountEnabled=True)
    lab.soft_delete(disabled)
    lab.run()
    assert count_left_out(lab.host) == {**AT_FIRST, "account_disabled": 4}
    assert find_left_out(lab.host, person.id) is None
    lab.pass_days(8)
    lab.run()
    assert count_left_out(lab.host) == {**AT_FIRST, "account_disabled": 4}, "a full listing counts the same"


def test_the_counts_follow_a_change_of_scope() -> None:
    lab = SyncLab()
    lab.settle()
    lab.rules = lab.rules.__class__(entra_tenant_id=lab.rules.entra_tenant_id, country="DE", with_guests=True)
    lab.scope = ScopeConfig(guests=True)
    assert lab.run().counts.created == 2
    assert count_left_out(lab.host) == {"account_disabled": 5, "no_name": 2}
    one = lab.people()[0]
    listed = NameList.of([Listed(name="one", entra_object_id=one.id)])
    lab.scope = ScopeConfig(guests=True, whose=WhichPeople.EXCEPT, people=listed)
    assert lab.run().counts.disabled == 1
    assert count_left_out(lab.host)["out_of_scope.users"] == 1
    (problem,) = [each for each in lab.host.progress.problems if each.subject == one.id]
    assert (problem.reason, problem.detail) == ("out_of_scope", "On the list of users who are not synced.")


@pytest.mark.parametrize("filter_", ["users", "groups"])
def test_a_run_that_leaves_everybody_out_says_so_first_and_by_which_filter(filter_: str) -> None:
    lab = SyncLab(permissions=("User.Read.All", "GroupMember.Read.All"))
    empty = next(each for each in lab.microsoft.directory.groups.values() if each.props["displayName"] == "Empty")
    if filter_ == "users":
        lab.scope = ScopeConfig(
            whose=WhichPeople.ONLY, people=NameList.of([Listed(name="gone", entra_object_id=NOBODY)])
        )
        reason = "by the list of users"
    else:
        groups = NameList.of([Listed(name="Empty", entra_object_id=empty.id)])
        lab.scope = ScopeConfig(which_groups=WhichGroups.ONLY, groups=groups)
        reason = "not in group Empty"
    first_words = f"Nobody is synced: all 60 people of the directory are left out (53 {reason}, "
    assert lab.preview().message.startswith(first_words)
    for full in (False, True, False):
        report = lab.run(full=full)
        assert report.status is TickStatus.DONE
        assert report.message.startswith(first_words), "also on a night that reads only the changes"


def test_switching_to_nobody_asks_and_says_so_first() -> None:
    lab = SyncLab()
    lab.settle()
    lab.scope = ScopeConfig(whose=WhichPeople.ONLY, people=NameList.of([Listed(name="gone", entra_object_id=NOBODY)]))
    report = lab.run()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert report.message.startswith("Nobody is synced: all 60 people of the directory are left out (53 by the list")
    assert lab.host.users.counts().enabled == 51
