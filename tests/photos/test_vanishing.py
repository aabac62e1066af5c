"""Many pictures that vanish at once stay until an administrator approves."""

from __future__ import annotations

import pytest

from pbx_plugin_api import Done, Refused, TickReport, TickStatus, Viewer
from portsip_m365_plugin.photos.off import has_pictures, remove_pictures
from portsip_m365_plugin.photos.vanishing import approve_photo_removal, pending_photo_removal
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.photo_lab import PhotoLab
from tests.support.sync_realm import ADMIN


@pytest.fixture
def lab() -> PhotoLab:
    lab = PhotoLab(users=120, photo_share=0.66)
    lab.photos()
    return lab


def shown(lab: PhotoLab) -> set[str]:
    return {person.id for person in lab.linked() if lab.shown(person) is not None}


def approve(lab: PhotoLab, report: TickReport) -> None:
    assert report.plan is not None
    assert isinstance(approve_photo_removal(lab.host, report.plan.checksum, ADMIN), Done)


def drop(people: list[Person]) -> None:
    for person in people:
        person.photo_seed = 0


def test_a_storm_of_clear_refusals_removes_nothing(lab: PhotoLab) -> None:
    before = shown(lab)
    storm = Fault("status", match="/photo", inner=True, status=404, code="ImageNotFound", times=None)
    lab.realm.faults.add(storm)
    report = lab.photos()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert f"{len(before)} of {len(before)} people have no photo any more" in report.message
    assert shown(lab) == before
    lab.realm.faults.clear()
    assert lab.photos().status is TickStatus.DONE
    assert pending_photo_removal(lab.host) is None, "the storm is over, and the question with it"


def test_a_fifth_goes_without_asking(lab: PhotoLab) -> None:
    gone = lab.pictured()[: len(lab.pictured()) // 5]
    drop(gone)
    assert lab.photos().message == f"0 photos stored, {len(gone)} removed."


def test_more_than_a_fifth_waits_for_approval_of_exactly_these_people(lab: PhotoLab) -> None:
    people = lab.pictured()
    n = len(people) // 5 + 1
    drop(people[:n])
    people[-1].photo_seed = 4711
    report = lab.photos()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert report.counts.photos_stored == 1, "what needs no approval is done"
    assert report.plan is not None
    assert report.plan.guarded == n
    approve(lab, report)
    drop(people[n : n + 1])
    again = lab.photos()
    assert again.status is TickStatus.NEEDS_APPROVAL, "one more than was approved"
    assert len(shown(lab)) == len(people)
    approve(lab, again)
    assert lab.photos().message == f"0 photos stored, {n + 1} removed."
    assert len(shown(lab)) == len(people) - n - 1
    assert lab.photos().status is TickStatus.DONE


def test_two_of_three_pictures_are_daily_life() -> None:
    lab = PhotoLab(users=40, photo_share=0.0)
    few = [person for person in lab.linked() if person.mailbox == "user"][:3]
    for number, person in enumerate(few):
        person.photo_seed = number + 1
    lab.photos()
    drop(few[:2])
    assert lab.photos().message == "0 photos stored, 2 removed."


def test_a_stopped_pass_remembers_who_has_no_picture_any_more() -> None:
    lab = PhotoLab(users=700, photo_share=0.5)
    lab.photos()
    before = shown(lab)
    storm = Fault("status", match="/photo", inner=True, status=404, code="ImageNotFound", times=None)
    lab.realm.faults.add(storm)
    lab.host.progress.asks, lab.host.progress.stop_after_asks = 0, 1
    assert lab.photos().status is TickStatus.STOPPED
    lab.host.progress.stop_after_asks = None
    report = lab.photos()
    assert report.plan is not None
    assert report.plan.guarded == len(before)
    assert shown(lab) == before


def test_only_an_editor_approves_and_only_what_waits(lab: PhotoLab) -> None:
    assert isinstance(approve_photo_removal(lab.host, "0", ADMIN), Refused)
    drop(lab.pictured())
    report = lab.photos()
    assert report.plan is not None
    looker = Viewer(username="eve", may_edit=False)
    assert isinstance(approve_photo_removal(lab.host, report.plan.checksum, looker), Refused)
    assert isinstance(approve_photo_removal(lab.host, "another", ADMIN), Refused)


def test_switched_off_and_to_be_removed_it_says_how_many_and_asks(lab: PhotoLab) -> None:
    before = shown(lab)
    report = remove_pictures(lab.host, lab.microsoft.id)
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert f"{len(before)} photos that came from Microsoft would be removed" in report.message
    assert shown(lab) == before
    approve(lab, report)
    assert remove_pictures(lab.host, lab.microsoft.id).message == f"{len(before)} photos removed."
    assert shown(lab) == set()
    assert not has_pictures(lab.host, lab.microsoft.id)
    assert lab.photos().counts.photos_stored == len(before), "switched on again, they come back"
