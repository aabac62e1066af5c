"""When a plan has to be approved, and what an approval covers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbx_plugin_api import Done, PlanRef, Refused, TickStatus, UserCounts, Viewer
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.approval import approve, last_plan
from portsip_m365_plugin.users.decide import Decision, Phase, Step
from portsip_m365_plugin.users.guard import judge
from portsip_m365_plugin.users.plan import SyncPlan
from portsip_m365_plugin.users.spool import Spool
from tests.support.sync_realm import ADMIN, SyncLab

RULES = MappingRules(entra_tenant_id="tenant", country="DE")


def plan_of(spool: Spool, *, removals: int = 0, updates: int = 0, creates: int = 0) -> SyncPlan:
    plan = SyncPlan(spool, RULES)
    for phase, n in ((Phase.DISABLE, removals), (Phase.UPDATE, updates), (Phase.CREATE, creates)):
        for i in range(n):
            detail = (
                {"reason": "departed", "name": "x"}
                if phase is Phase.DISABLE
                else {"fields": ["email"], "is_return": False}
            )
            step = Step(phase, detail, guarded=phase is Phase.DISABLE)
            plan.add(f"{phase.word}{i:06}", Decision((step,)), None)
    return plan


@pytest.mark.parametrize(
    ("enabled", "removals", "before", "asks"),
    [
        # More than ten, and more than a tenth.
        (1000, 100, 0, False),
        (1000, 101, 0, True),
        (1000, 11, 0, False),
        (20, 10, 0, False),
        (40, 10, 0, False),
        (40, 11, 0, True),
        (200_000, 20_000, 0, False),
        (200_000, 20_001, 0, True),
        # Within a day, what is removed by and by counts together.
        (950, 51, 50, True),
        (950, 50, 50, False),
        (1000, 1, 200, True),
        # Small tenants: three, and more than half.
        (5, 2, 0, False),
        (5, 3, 0, True),
        (6, 3, 0, False),
        (2, 2, 0, False),
        (1, 1, 0, False),
        (20, 11, 0, True),
        (10, 6, 0, True),
        (0, 3, 0, True),
        # Nothing to remove asks nothing, whatever was removed before.
        (1000, 0, 500, False),
    ],
)
def test_removals(enabled: int, removals: int, before: int, asks: bool) -> None:
    with Spool() as spool:
        plan = plan_of(spool, removals=removals)
        counts = UserCounts(linked=enabled, enabled=enabled)
        verdict = judge(plan, counts, removed_before=before, is_first=False, has_approval=False)
        assert bool(verdict.why) is asks
        assert not verdict.approved


@pytest.mark.parametrize(
    ("linked", "updates", "asks"), [(1000, 300, False), (1000, 301, True), (10, 10, False), (20, 11, True)]
)
def test_updates(linked: int, updates: int, asks: bool) -> None:
    with Spool() as spool:
        plan = plan_of(spool, updates=updates)
        counts = UserCounts(linked=linked, enabled=linked)
        verdict = judge(plan, counts, removed_before=0, is_first=False, has_approval=False)
        assert bool(verdict.why) is asks
        assert plan.guarded == (updates if asks else 0), "what is asked about is what an approval covers"


def test_the_first_plan_asks_about_everything() -> None:
    with Spool() as spool:
        plan = plan_of(spool, creates=3, updates=1)
        nobody = UserCounts(linked=0, enabled=0)
        verdict = judge(plan, nobody, removed_before=0, is_first=True, has_approval=False)
        assert "first plan" in verdict.why
        assert plan.guarded == 4
        empty = plan_of(Spool(), creates=0)
        assert judge(empty, nobody, removed_before=0, is_first=True, has_approval=False).why == ""


def test_the_checksum_names_people_and_actions_and_nothing_else() -> None:
    with Spool() as one, Spool() as two, Spool() as three:
        first, second, other = plan_of(one, removals=5), plan_of(two, removals=5, creates=9), plan_of(three, removals=6)
        assert first.checksum == second.checksum != other.checksum
        assert first.checksum == first.checksum


# ---------------------------------------------------------------------- through whole runs


def leave(lab: SyncLab, n: int) -> None:
    for person in lab.people()[:n]:
        lab.soft_delete(person)


def settled(users: int = 200) -> SyncLab:
    lab = SyncLab(users=users)
    lab.settle()
    return lab


def test_a_mass_departure_waits_and_the_approved_people_go() -> None:
    lab = settled()
    before = list(lab.host.users.linked())
    leave(lab, 40)
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert "40 of" in asked.message
    assert list(lab.host.users.linked()) == before
    again = lab.run()
    assert again.plan is not None
    assert asked.plan is not None
    assert again.plan.checksum == asked.plan.checksum, "the same people on any day"
    assert len(lab.host.notices) == 1, "not a notice every run"
    lab.approve(again)
    done = lab.run()
    assert (done.status, done.counts.disabled) == (TickStatus.DONE, 40)
    assert last_plan(lab.host) is None
    leave(lab, 12)
    assert lab.run().status is TickStatus.DONE, "what was approved does not count against tomorrow"


def test_an_approval_covers_fewer_people_and_not_others() -> None:
    lab = settled()
    leave(lab, 40)
    asked = lab.run()
    lab.approve(asked)
    for person in lab.microsoft.directory.order:
        if person.state == "deleted":
            lab.microsoft.directory.restore(person)
            break
    assert lab.run().counts.disabled == 39

    lab = settled()
    leave(lab, 40)
    lab.approve(lab.run())
    leave(lab, 1)
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert "41 of" in asked.message


def test_small_portions_within_a_day_ask_in_the_end() -> None:
    lab = settled()
    enabled = lab.host.users.counts().enabled
    leave(lab, 10)
    assert lab.run().status is TickStatus.DONE
    lab.host.clock.move(hours=6)
    leave(lab, enabled // 10 - 9)
    assert lab.run().status is TickStatus.NEEDS_APPROVAL
    lab.host.clock.move(hours=19)
    assert lab.run().status is TickStatus.DONE


def test_a_changed_mapping_asks() -> None:
    lab = settled()
    lab.rules = MappingRules(entra_tenant_id=lab.microsoft.id, country="GB")
    for person in lab.microsoft.directory.order:
        person.props = {**person.props, "usageLocation": None, "businessPhones": ["020 7946 0018"]}
    lab.microsoft.renderer._kept.clear()
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert "would be changed at once" in asked.message
    lab.approve(asked)
    assert lab.run().status is TickStatus.DONE


def test_deleting_an_extension_counts_as_removal() -> None:
    lab = settled()
    leave(lab, 40)
    lab.approve(lab.run())
    lab.run()
    lab.pass_days(31)
    asked = lab.run(full=True)
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert asked.plan is not None
    assert asked.plan.counts.deleted == 40
    assert asked.counts.deleted == 0, "counts say what was done"


def test_killed_between_apply_and_checkpoint_an_approval_still_holds() -> None:
    lab = settled(1200)
    leave(lab, 600)
    lab.approve(lab.run())
    lab.host.progress.asks, lab.host.progress.stop_after_asks = 0, 3
    stopped = lab.run()
    lab.host.progress.stop_after_asks = None
    assert (stopped.status, stopped.counts.disabled) == (TickStatus.STOPPED, 500)
    done = lab.run()
    assert (done.status, done.counts.disabled) == (TickStatus.DONE, 100)


# ---------------------------------------------------------------------- the word itself


def test_only_editors_approve_and_only_the_newest_plan() -> None:
    lab = SyncLab()
    nothing = approve(lab.host, "x", ADMIN)
    assert isinstance(nothing, Refused)
    report = lab.run()
    assert isinstance(report.plan, PlanRef)
    assert isinstance(approve(lab.host, report.plan.checksum, Viewer(username="v", may_edit=False)), Refused)
    assert isinstance(approve(lab.host, "0" * 64, ADMIN), Refused)
    assert lab.run().status is TickStatus.NEEDS_APPROVAL
    assert isinstance(approve(lab.host, report.plan.checksum, ADMIN), Done)
    assert [line.event for line in lab.host.audit.lines] == ["users.plan_approved"]


def test_an_approval_ends_after_seven_days() -> None:
    lab = SyncLab()
    lab.approve(lab.run())
    lab.host.clock.move(days=7, seconds=1)
    lab.realm.clock.shift(timedelta(days=7, seconds=1).total_seconds())
    assert lab.run().status is TickStatus.NEEDS_APPROVAL
