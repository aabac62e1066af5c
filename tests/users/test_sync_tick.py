"""The night as a whole, through the hook: which stages run, in which order, and what the one report says."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

import portsip_m365_plugin.nightly as nightly
from pbx_plugin_api import Catalogue, TickReason, TickReport, TickStatus
from portsip_m365_plugin.config.due import next_due_at_utc
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

NOT_READ = Catalogue("some_plugin").say("No mailbox could be read.")


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


@pytest.mark.parametrize("reason", [TickReason.FORCED, TickReason.DUE])
def test_a_long_wait_for_microsoft_gives_the_slot_back(lab: Lab, hand: Hand, reason: TickReason) -> None:
    """Others want the slot (`Tick.max_wait_s`): asked to wait for 10 minutes, the run ends and says when it goes on."""
    for confirm in (True, False):
        hand.tick(TickReason.FORCED, confirm_first_plan=confirm)
    lab.realm().faults.add(Fault("status", match="users/delta", times=None, status=429, retry_after="600"))
    began, now_utc = time.monotonic(), hand.host.clock.now_utc()
    report = hand.tick(reason, max_wait_s=300)
    assert time.monotonic() - began < 30
    assert report.status is TickStatus.STOPPED
    assert report.next_due_at_utc is not None
    assert 590 < (report.next_due_at_utc - now_utc).total_seconds() < 660


@pytest.mark.parametrize("saved", [{"sync_time": "17:30"}, {"sync_every_minutes": "5"}])
def test_a_schedule_that_is_saved_during_a_run_holds_after_it(
    lab: Lab, hand: Hand, saved: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = nightly._run_stages

    def save_meanwhile(*given: object) -> TickReport:
        report = run(*given)  # type: ignore[arg-type]  # as they came
        hand.save(**saved)
        return report

    monkeypatch.setattr(nightly, "_run_stages", save_meanwhile)
    report = hand.tick(TickReason.FORCED, confirm_first_plan=True)
    wanted = next_due_at_utc(load_config(hand.host), hand.tenant, hand.host.clock.now_utc())
    assert report.next_due_at_utc == wanted
    hand.save(sync_time="00:00", sync_every_minutes="0")
    other = next_due_at_utc(load_config(hand.host), hand.tenant, hand.host.clock.now_utc())
    assert wanted != other, "by the schedule before, it would be another moment"


def count_photos(hand: Hand) -> int:
    return sum(row.photo is not None for row in hand.host.users.rows.values())


def test_photos_come_last_and_only_where_they_are_switched_on(lab: Lab, hand: Hand) -> None:
    assert hand.tick(TickReason.FORCED, confirm_first_plan=True).status is TickStatus.DONE
    assert count_photos(hand) == 0
    assert not any("photo" in line for line in lab.realm().journal.counts())
    hand.save(sync_photo="true")
    report = hand.tick(TickReason.FORCED)
    assert report.status is TickStatus.DONE
    assert count_photos(hand) > 10
    assert f"Photos: {count_photos(hand)} photos stored" in report.message
    assert report.counts.photos_stored == count_photos(hand)
    assert report.counts.unchanged > 40, "the users are counted beside them"
    templates = [entry.template for entry in lab.realm().journal.entries() if "/users" in entry.template]
    first_photo = next(n for n, template in enumerate(templates) if "photo" in template)
    assert all("photo" in template for template in templates[first_photo:])
    hand.save(sync_photo="false")
    hand.tick(TickReason.FORCED)
    assert count_photos(hand) > 10, "switched off they stay as they are"


def test_photos_come_while_the_users_wait_for_an_approval(lab: Lab, hand: Hand) -> None:
    for confirm in (True, False):
        hand.tick(TickReason.FORCED, confirm_first_plan=confirm)
    for person in [person for person in lab.tenant().directory.order if person.kind == "ordinary"][:20]:
        lab.tenant().directory.patch(person, {"accountEnabled": False})
    hand.save(sync_photo="true")
    report = hand.tick(TickReason.FORCED)
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert report.plan is not None
    assert report.plan.counts.disabled == 20
    assert report.counts.photos_stored == count_photos(hand) > 10


def fail_contacts(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    report = TickReport(status=TickStatus.FAILED, message=NOT_READ, **changes)  # type: ignore[arg-type]
    monkeypatch.setattr(nightly, "has_contact_work", lambda host, settings: True)
    monkeypatch.setattr(nightly, "run_contact_sync", lambda *given: report)


def test_photos_come_though_contacts_fail_and_that_is_reported(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.tick(TickReason.FORCED, confirm_first_plan=True)
    hand.save(sync_photo="true")
    fail_contacts(monkeypatch)
    report = hand.tick(TickReason.FORCED)
    assert count_photos(hand) > 10
    assert report.status is TickStatus.FAILED
    assert "Contacts: No mailbox could be read." in report.message
    assert f"Photos: {count_photos(hand)} photos stored" in report.message
    assert report.next_due_at_utc is not None
    assert report.next_due_at_utc - hand.host.clock.now_utc() <= timedelta(hours=1)
    hand.tick(TickReason.FORCED)
    assert "m365.sync.failed" in [notice.key for notice in hand.host.notices]


def test_photos_that_have_to_go_on_do_not_make_a_failure_be_tried_at_once(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.tick(TickReason.FORCED, confirm_first_plan=True)
    hand.save(sync_photo="true")
    fail_contacts(monkeypatch)
    stopped = TickReport(status=TickStatus.STOPPED, message="Stopped.", resumable=True)
    monkeypatch.setattr(nightly, "run_photo_sync", lambda *given: stopped)
    report = hand.tick(TickReason.FORCED)
    assert (report.status, report.resumable) == (TickStatus.FAILED, False)
    assert report.next_due_at_utc is not None


def test_when_microsoft_said_when_to_come_back_that_is_kept(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.tick(TickReason.FORCED, confirm_first_plan=True)
    hand.save(sync_photo="true")
    at_utc = hand.host.clock.now_utc() + timedelta(minutes=7)
    fail_contacts(monkeypatch, next_due_at_utc=at_utc)
    assert hand.tick(TickReason.FORCED).next_due_at_utc == at_utc
