"""Looks at the changes between the nights, through the hook: what they ask and apply, and when the next is due."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pbx_plugin_api import DisableReason, SaveRefused, TickReason, TickReport, TickStatus, UserLink
from portsip_m365_plugin.between import read_look
from portsip_m365_plugin.config.due import last_night_at_utc
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.turns import Night, Turn, choose_turn, keep_night
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand

MINUTES = 5


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up({**lab.settings(), "sync_every_minutes": str(MINUTES)}, shared_key_pair())
    for confirm in (True, False):
        assert hand.tick(TickReason.FORCED, confirm_first_plan=confirm).status is TickStatus.DONE
    lab.realm().journal.reset()
    return hand


def people(lab: Lab) -> list[Person]:
    return [person for person in lab.tenant().directory.order if person.kind == "ordinary" and person.listed]


def link(lab: Lab, person: Person) -> UserLink:
    return UserLink(authority=lab.tenant().id, subject=person.id)


def go_to(hand: Hand, moment: datetime | None) -> None:
    assert moment is not None
    seconds = (moment - hand.host.clock.now_utc()).total_seconds()
    assert seconds > 0
    hand.host.clock.move(seconds=seconds)


def wait(hand: Hand, report: TickReport | None = None, **more: float) -> TickReport:
    """The clock starts a run when it is due, or so much later."""
    if report is not None:
        go_to(hand, report.next_due_at_utc)
    else:
        hand.host.clock.move(**more or {"minutes": MINUTES})
    return hand.tick(TickReason.DUE)


def requests(lab: Lab) -> dict[str, int]:
    return {line: n for line, n in lab.realm().journal.counts().items() if "token" not in line}


def test_nothing_changed_is_one_request_and_no_news(lab: Lab, hand: Hand) -> None:
    for _ in range(3):
        report = wait(hand)
        assert (report.status, report.quiet, report.requests) == (TickStatus.DONE, True, 1)
    assert requests(lab) == {"GET /users/delta 200": 3}
    assert hand.fact("Last look between the nights").value.endswith(": Nothing to change.")


def test_somebody_disabled_at_microsoft_loses_telephone_and_sessions_within_the_minutes(lab: Lab, hand: Hand) -> None:
    report = wait(hand)
    person = people(lab)[0]
    row = hand.host.users.row_of(link(lab, person))
    assert row is not None
    row.sessions = 2
    disabled_at = hand.host.clock.now_utc()
    lab.tenant().directory.patch(person, {"accountEnabled": False})
    report = wait(hand, report)
    assert (report.counts.disabled, report.quiet) == (1, False)
    assert (row.enabled, row.sessions, row.disabled_reason) == (False, 0, DisableReason.ACCOUNT_DISABLED)
    assert hand.host.clock.now_utc() - disabled_at <= timedelta(minutes=MINUTES)
    assert "1 disabled" in hand.fact("Last run").value
    lab.tenant().directory.patch(person, {"accountEnabled": True})
    assert wait(hand, report).counts.enabled == 1
    assert row.enabled


def test_the_night_stays_the_night(lab: Lab, hand: Hand) -> None:
    """Contacts, photos and full listings are done once a day, whatever happens between."""
    hand.save(sync_photo="true", contact_personal="true")
    report = wait(hand)
    nights: list[datetime] = []
    for _ in range(2 * 24 * 60 // MINUTES + 4):
        lab.realm().journal.reset()
        report = wait(hand, report)
        if any("users/delta" not in line for line in requests(lab)):
            nights.append(hand.host.clock.now_utc())
        else:
            assert requests(lab) == {"GET /users/delta 200": 1}
    assert len(nights) == 2
    assert all((at.hour, at.minute // 3) == (23, 0) for at in nights), "midnight in Berlin"


def test_who_waits_for_a_licence_is_said_once_and_comes_without_a_request(lab: Lab, hand: Hand) -> None:
    hand.host.users.user_limit = len(hand.host.users.rows)
    lab.admin().create_user(displayName="New Hire", givenName="New", surname="Hire")
    report = wait(hand)
    assert report.problem_counts["user_limit"] == 1
    assert not report.quiet
    report = wait(hand, report)
    assert (report.requests, report.quiet) == (1, True)
    hand.host.users.user_limit = None
    report = wait(hand, report)
    assert (report.requests, report.counts.created, report.quiet) == (1, 1, False)
    assert wait(hand, report).quiet


def test_only_changed_people_outside_the_known_groups_are_asked_about(lab: Lab) -> None:
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    hand.save(sync_every_minutes="5", sync_groups_mode="only", sync_groups="Sales")
    for confirm in (True, False):
        hand.tick(TickReason.FORCED, confirm_first_plan=confirm)
    lab.realm().journal.reset()
    assert wait(hand).quiet
    assert requests(lab) == {"GET /users/delta 200": 1}, "no group is read between the nights"
    inside, outside = (lab.admin().create_user(givenName="New", surname=f"{n}") for n in range(2))
    groups = {group.props["displayName"]: group.id for group in lab.tenant().directory.groups.values()}
    lab.admin().set_member(groups["Sales"], inside.id)
    assert wait(hand).counts.created == 1
    assert hand.host.users.find(link(lab, inside)) is not None
    assert hand.host.users.find(link(lab, outside)) is None
    lab.realm().faults.add(Fault("status", match="checkMemberGroups", status=403, times=None))
    before = hand.host.users.counts()
    for person in lab.tenant().directory.order:
        if hand.host.users.find(link(lab, person)) is not None:
            lab.tenant().directory.patch(person, {"department": "Changed"})
    wait(hand)
    assert hand.host.users.counts() == before


def test_before_the_first_import_nothing_is_compared(lab: Lab) -> None:
    hand = Hand()
    hand.set_up({**lab.settings(), "sync_every_minutes": "5"}, shared_key_pair())
    asked = hand.tick(TickReason.DUE)
    assert asked.status is TickStatus.NEEDS_APPROVAL, "the first run is a whole one, and asks"
    lab.realm().journal.reset()
    first, second = wait(hand, asked), wait(hand)
    assert first.status is second.status is TickStatus.STOPPED
    assert (first.quiet, second.quiet) == (False, True)
    assert requests(lab) == {}
    assert hand.host.users.counts().linked == 0


def test_too_many_leavers_wait_once_and_the_rest_goes_on(lab: Lab, hand: Hand) -> None:
    leavers = people(lab)[:20]
    for person in leavers:
        lab.tenant().directory.patch(person, {"accountEnabled": False})
    asked = wait(hand)
    assert (asked.status, asked.quiet, asked.counts.disabled) == (TickStatus.NEEDS_APPROVAL, False, 0)
    assert asked.plan is not None
    again = wait(hand, asked)
    assert (again.status, again.quiet) == (TickStatus.NEEDS_APPROVAL, True)
    assert again.plan == asked.plan, "the plan is not written again every few minutes"
    lab.admin().create_user(displayName="New Hire", givenName="New", surname="Hire")
    more = wait(hand, again)
    assert (more.status, more.counts.created, more.quiet) == (TickStatus.NEEDS_APPROVAL, 1, False)
    done = hand.press("approve", {"checksum": asked.plan.checksum})
    assert (done.status, done.counts.disabled) == (TickStatus.DONE, 20)


def test_an_outage_is_said_once_and_notified_after_an_hour(lab: Lab, hand: Hand) -> None:
    lab.realm().faults.add(Fault("status", match="users/delta", status=403, times=1000))
    before = hand.host.users.counts()
    reports = [wait(hand) for _ in range(14)]
    assert {report.status for report in reports} == {TickStatus.FAILED}
    assert [report.quiet for report in reports] == [False] + [True] * 13
    assert [notice.key for notice in hand.host.notices] == ["m365.sync.between"]
    assert hand.host.users.counts() == before
    assert all(
        report.next_due_at_utc is not None
        and report.next_due_at_utc - hand.host.clock.now_utc() <= timedelta(minutes=5)
        for report in reports[-1:]
    )
    lab.realm().faults.clear()
    report = wait(hand)
    assert (report.status, report.quiet) == (TickStatus.DONE, False)
    look = read_look(hand.host)
    assert look is not None
    assert look.bad_since_utc is None


def test_a_failed_night_is_tried_again_after_an_hour_and_not_every_few_minutes(lab: Lab, hand: Hand) -> None:
    lab.realm().faults.add(Fault("status", match="users", status=403, times=1000))
    # Early in a night, so that the next one does not begin while this one is tried again.
    go_to(hand, (hand.host.clock.now_utc() + timedelta(days=2)).replace(hour=1))
    failed = hand.tick(TickReason.DUE)
    assert failed.status is TickStatus.FAILED
    began, tries, report = hand.host.clock.now_utc(), [], failed
    for _ in range(6 * 60 // MINUTES):
        before = hand.host.state.get("night")
        report = wait(hand, report)
        if hand.host.state.get("night") != before:
            tries.append((hand.host.clock.now_utc() - began) / timedelta(hours=1))
    assert [round(at) for at in tries] == [1, 2, 3]
    assert min(tries) >= 1
    lab.realm().faults.clear()
    hand.host.clock.move(days=1)
    assert hand.tick(TickReason.DUE).status is TickStatus.DONE


def test_microsofts_retry_after_is_kept(lab: Lab, hand: Hand) -> None:
    lab.realm().faults.add(Fault("status", match="users/delta", status=429, retry_after="2000", times=1))
    report = wait(hand)
    assert report.status is TickStatus.STOPPED
    assert report.next_due_at_utc is not None
    assert report.next_due_at_utc - hand.host.clock.now_utc() > timedelta(seconds=1900), "no look before that"


def test_sync_now_stays_a_whole_run(lab: Lab, hand: Hand) -> None:
    hand.host.users.delete_by_hand(link(lab, people(lab)[0]))
    assert wait(hand).counts.created == 0, "what the PBX changed by itself is the night's"
    report = hand.press("sync_now")
    assert (report.status, report.counts.created, report.quiet) == (TickStatus.DONE, 1, False)
    assert report.next_due_at_utc - hand.host.clock.now_utc() <= timedelta(minutes=MINUTES)
    assert wait(hand, report).quiet


def test_a_preview_is_not_forgotten_between_the_nights(lab: Lab, hand: Hand) -> None:
    lab.tenant().directory.patch(people(lab)[0], {"department": "New"})
    preview = hand.press("preview")
    assert preview.plan is not None
    assert wait(hand).counts.updated == 1
    assert hand.fact("Plan checksum").value == preview.plan.checksum


def test_a_lost_token_waits_for_the_night(lab: Lab, hand: Hand) -> None:
    lab.tenant().delta_generation += 1
    report = wait(hand)
    assert (report.status, report.quiet) == (TickStatus.STOPPED, False)
    assert "at night" in report.message
    assert wait(hand, report).quiet
    hand.host.clock.move(days=1)
    assert hand.tick(TickReason.DUE).status is TickStatus.DONE
    assert wait(hand).status is TickStatus.DONE


@pytest.mark.parametrize("values", [{"sync_mode": "manual"}, {"sync_every_minutes": "0"}])
def test_nothing_between_the_nights(hand: Hand, values: dict[str, str]) -> None:
    saved = hand.save(sync_photo="true", **values)
    due = saved.next_due_at_utc
    assert due - hand.host.clock.now_utc() > timedelta(hours=1) or due.minute < 3
    report = hand.tick(TickReason.DUE)
    assert not report.quiet
    assert report.next_due_at_utc is not None
    assert report.next_due_at_utc.minute < 3, "the next night"


TYPED = {value: value.strip() in ("0", "5", "15", "60", "1440") for value in (
    "1", "4", "1441", "-5", "5.5", "often", "", "0", "5", "60", "1440", " 15 ",
)}  # fmt: skip


@pytest.mark.parametrize(("value", "is_good"), list(TYPED.items()))
def test_only_minutes_that_make_sense_can_be_typed(hand: Hand, value: str, is_good: bool) -> None:
    outcome = hand.save(sync_every_minutes=value)
    assert isinstance(outcome, SaveRefused) is not is_good
    if isinstance(outcome, SaveRefused):
        (fault,) = outcome.errors
        assert fault.field == "sync_every_minutes"
        assert "a number of minutes from 5 to 1440, or 0 for every night only" in fault.message


def test_somebody_who_was_in_a_group_only_between_the_nights_leaves_at_night(lab: Lab) -> None:
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    admin, hand = lab.admin(), Hand()
    group = admin.create_group("Helpdesk")
    for person in people(lab)[:3]:
        admin.set_member(group.id, person.id)
    settings = {"sync_every_minutes": str(MINUTES), "sync_groups_mode": "only", "sync_groups": group.id}
    hand.set_up(lab.settings(), shared_key_pair())
    hand.save(**settings)
    for confirm in (True, False):
        hand.tick(TickReason.FORCED, confirm_first_plan=confirm)
    hired = admin.create_user(givenName="New", surname="Hire")
    admin.set_member(group.id, hired.id)
    assert wait(hand).counts.created == 1
    admin.set_member(group.id, hired.id, member=False)
    assert wait(hand).counts.disabled == 0, "a change of a group is the night's"
    assert hand.tick(TickReason.FORCED).counts.disabled == 1
    user = hand.host.users.find(link(lab, hired))
    assert user is not None
    assert user.disabled_reason is DisableReason.OUT_OF_SCOPE


def test_a_night_of_a_clock_that_was_ahead_does_not_count(lab: Lab, hand: Hand) -> None:
    """Set right by a day, the clock comes to a night that the plugin believes to have had. It is not left out."""
    config, now_utc = load_config(hand.host), hand.host.clock.now_utc()
    tomorrow = last_night_at_utc(config, hand.tenant, now_utc + timedelta(days=1))
    keep_night(hand.host, Night(slot_utc=tomorrow, is_over=True))
    assert choose_turn(hand.host, hand.tenant, config, now_utc) is Turn.NIGHT
    assert choose_turn(hand.host, hand.tenant, config, now_utc + timedelta(days=1)) is Turn.BETWEEN
