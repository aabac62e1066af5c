"""When a plan has to be approved, and what an approval covers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbx_plugin_api import Done, PlanRef, Refused, Text, TickStatus, UserCounts, Viewer
from portsip_m365_plugin.config.guard import AT_ONCE_MAX, GuardConfig
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.approval import approve, last_plan
from portsip_m365_plugin.users.decide import Decision, Phase, Step
from portsip_m365_plugin.users.guard import Verdict, judge
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


def verdict_of(plan: SyncPlan, n: int, *, limits: GuardConfig | None = None, before: int = 0, **more: bool) -> Verdict:
    given = {"is_first": False, "is_import": False, "has_approval": False, **more}
    counts = UserCounts(linked=n, enabled=n)
    return judge(plan, counts, limits=limits or GuardConfig(), removed_before=before, **given)


@pytest.mark.parametrize(
    ("enabled", "removals", "before", "asks"),
    [
        # Two may always leave, then a tenth.
        (5, 2, 0, False),
        (5, 3, 0, True),
        (1, 1, 0, False),
        (2, 2, 0, False),
        (20, 2, 0, False),
        (20, 3, 0, True),
        (40, 4, 0, False),
        (40, 5, 0, True),
        (0, 3, 0, True),
        # Never more than fifty at once, whatever share that is.
        (500, 50, 0, False),
        (500, 51, 0, True),
        (200_000, 50, 0, False),
        (200_000, 51, 0, True),
        # Within a day, what is removed by and by counts together.
        (96, 6, 4, False),
        (96, 7, 4, True),
        (950, 1, 50, True),
        (1000, 1, 200, True),
        # Nothing to remove asks nothing, whatever was removed before.
        (1000, 0, 500, False),
    ],
)
def test_removals(enabled: int, removals: int, before: int, asks: bool) -> None:
    with Spool() as spool:
        verdict = verdict_of(plan_of(spool, removals=removals), enabled, before=before)
        assert bool(verdict.why) is asks
        assert not verdict.approved


@pytest.mark.parametrize("what", ["updates", "creates"])
@pytest.mark.parametrize(
    ("linked", "n", "asks"),
    [(1000, 300, False), (1000, 301, True), (10, 20, False), (10, 21, True), (0, 20, False), (0, 21, True)],
)
def test_changes_and_new_people(what: str, linked: int, n: int, asks: bool) -> None:
    with Spool() as spool:
        plan = plan_of(spool, **{what: n})
        assert bool(verdict_of(plan, linked).why) is asks
        assert plan.guarded == (n if asks else 0), "what is asked about is what an approval covers"
        assert plan.free == (0 if asks else n), "and what is held back"


def test_the_first_import_may_go_on_in_several_runs() -> None:
    with Spool() as spool:
        assert verdict_of(plan_of(spool, creates=5000), 500, is_import=True).why == ""


@pytest.mark.parametrize(
    ("n_planned", "held", "why"),
    [
        ({"removals": 3, "updates": 5, "creates": 400}, {Phase.CREATE}, "400 people would get an extension"),
        ({"removals": 60, "updates": 5, "creates": 10}, {Phase.DISABLE}, "60 of 1,000 people would lose"),
        ({"removals": 60, "updates": 305, "creates": 10}, {Phase.DISABLE, Phase.UPDATE}, "305 of 1,000"),
    ],
)
def test_each_question_holds_back_only_what_it_is_about(n_planned: dict[str, int], held: set[Phase], why: str) -> None:
    with Spool() as spool:
        plan = plan_of(spool, **n_planned)
        assert why in verdict_of(plan, 1000).why
        plan.drop_free()
        assert {Phase[row.action.upper()] for row in plan.rows()} == held


@pytest.mark.parametrize(
    ("limits", "removals", "asks"),
    [
        (GuardConfig(removed_at_once=0), 1, True),
        (GuardConfig(removed_percent=0), 2, False),
        (GuardConfig(removed_percent=0), 3, True),
        (GuardConfig(removed_percent=100, removed_at_once=AT_ONCE_MAX), 1000, False),
        (GuardConfig(removed_percent=20, removed_at_once=500), 200, False),
        (GuardConfig(removed_percent=20, removed_at_once=500), 201, True),
    ],
)
def test_the_limits_are_the_administrators(limits: GuardConfig, removals: int, asks: bool) -> None:
    with Spool() as spool:
        assert bool(verdict_of(plan_of(spool, removals=removals), 1000, limits=limits).why) is asks


def test_the_first_plan_asks_about_everything() -> None:
    with Spool() as spool:
        plan = plan_of(spool, creates=3, updates=1)
        verdict = verdict_of(plan, 0, is_first=True)
        assert "first plan" in verdict.why
        assert plan.guarded == 4
        empty = plan_of(Spool(), creates=0)
        assert verdict_of(empty, 0, is_first=True).why == ""


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


def test_what_needs_no_approval_is_applied_while_the_rest_waits() -> None:
    lab = settled()
    leavers, renamed, disabled = lab.people()[:40], lab.people()[40], lab.people()[41]
    lab.patch(disabled, accountEnabled=False)
    assert lab.run().counts.disabled == 1
    checkpoint = lab.host.state.get("users.checkpoint")
    for person in leavers:
        lab.soft_delete(person)
    hired = lab.hire("new@contoso.example")
    lab.patch(renamed, department="Renamed")
    lab.patch(disabled, accountEnabled=True)
    asked = lab.run()
    assert asked.status is TickStatus.NEEDS_APPROVAL
    assert (asked.counts.created, asked.counts.updated, asked.counts.enabled) == (1, 1, 1)
    assert asked.counts.disabled == 0
    assert "The rest was applied: 1 created, 1 updated, 1 enabled." in asked.message
    assert asked.plan is not None
    assert (asked.plan.counts.created, asked.plan.counts.disabled) == (0, 40), "only what waits is shown"
    assert lab.must_have(hired).enabled
    assert all(lab.must_have(person).enabled for person in leavers)
    assert lab.host.state.get("users.checkpoint") == checkpoint, "the next run meets all of it again"
    later = lab.hire("later@contoso.example")
    again = lab.run()
    assert again.plan is not None
    assert again.plan.checksum == asked.plan.checksum
    assert lab.must_have(later).enabled
    lab.approve(again)
    done = lab.run()
    assert (done.status, done.counts.disabled, done.counts.created) == (TickStatus.DONE, 40, 0)


def test_what_only_a_full_listing_shows_is_met_again_by_a_full_listing() -> None:
    lab = settled()
    leave(lab, 40)
    lab.run()
    asked = lab.run(full=True)
    assert asked.status is TickStatus.NEEDS_APPROVAL
    lab.approve(asked)
    done = lab.run()
    assert done.requests > 1, "everybody was listed again"
    assert (done.status, done.counts.disabled) == (TickStatus.DONE, 40)
    assert lab.run().requests == 1


def test_between_the_nights_the_plan_of_a_full_listing_is_not_replaced() -> None:
    lab = settled()
    leave(lab, 40)
    asked = lab.run(full=True)
    leave(lab, 20)
    between = lab.run(between_nights=True)
    assert (between.status, between.plan) == (TickStatus.NEEDS_APPROVAL, asked.plan)
    lab.approve(between)
    again = lab.run()
    assert again.status is TickStatus.NEEDS_APPROVAL
    assert again.plan is not None
    assert again.plan.counts.disabled == 60
    lab.approve(again)
    assert lab.run().counts.disabled == 60


def test_many_new_people_wait_and_come_with_the_approval() -> None:
    lab = settled(60)
    leaver = lab.people()[0]
    for n in range(21):
        lab.hire(f"new{n}@contoso.example")
    lab.soft_delete(leaver)
    asked = lab.run()
    assert (asked.status, asked.counts.created, asked.counts.disabled) == (TickStatus.NEEDS_APPROVAL, 0, 1)
    lab.approve(asked)
    assert lab.run().counts.created == 21


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
    assert isinstance(lab.host.audit.lines[0].detail, Text)


def test_an_approval_ends_after_seven_days() -> None:
    lab = SyncLab()
    lab.approve(lab.run())
    lab.host.clock.move(days=7, seconds=1)
    lab.realm.clock.shift(timedelta(days=7, seconds=1).total_seconds())
    assert lab.run().status is TickStatus.NEEDS_APPROVAL
