"""What keeps failing costs one try a night: photos, purposes of mailboxes, contacts."""

from __future__ import annotations

import pytest

from pbx_plugin_api import TickStatus
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.failing import Failing, FailingArea
from portsip_m365_plugin.graph.errors import NotFoundError, UnavailableError
from portsip_m365_plugin.mailboxes import Group, Mailboxes
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.contact_lab import ContactLab
from tests.support.photo_lab import PhotoLab

TRIES = 8


def count(fault: Fault) -> int:
    """How often the fault was met since the last time."""
    hits, fault.hits = fault.hits, 0
    return hits


def break_for_ever(lab: PhotoLab, match: str) -> Fault:
    return lab.realm.faults.add(Fault("status", match=match, inner=True, times=None, status=503, code="Unavailable"))


def test_a_photo_that_fails_for_ever_gets_all_tries_once_a_week() -> None:
    lab = PhotoLab(users=60, photo_share=1.0)
    lab.photos()
    person = lab.pictured()[0]
    before = lab.shown(person)
    fault = break_for_ever(lab, f"{person.id}/photo")
    tries, slept_s = [], []
    for _ in range(9):
        started = lab.elapsed_s
        report = lab.photos()
        assert report.status is TickStatus.DONE
        assert report.problem_counts == {"photo_unread": 1}
        tries.append(count(fault))
        slept_s.append(lab.elapsed_s - started)
        lab.pass_days(1)
    assert tries == [TRIES, 1, 1, 1, 1, 1, 1, TRIES, 1]
    assert slept_s[1] == 0
    assert lab.shown(person) == before
    line = next(problem for problem in lab.host.progress.problems if problem.subject == person.id)
    assert "has failed to answer since" in line.detail
    assert "HTTP 503 Unavailable" in line.detail
    lab.realm.faults.clear()
    lab.photos()
    again = break_for_ever(lab, f"{person.id}/photo")
    lab.photos()
    assert count(again) == TRIES, "an answer ends it"


def test_a_mailbox_whose_purpose_fails_for_ever_costs_one_try() -> None:
    lab = PhotoLab(users=60, permissions=("User.Read.All", "MailboxSettings.Read"))
    people = [person.id for person in lab.linked()[:40]]
    fault = break_for_ever(lab, f"{people[3]}/mailboxSettings")

    def ask(*, fully: bool = False) -> int:
        mailboxes = Mailboxes(lab.host)
        if fully:
            mailboxes.try_fully()
        asked = mailboxes.ask(lab.client(), Group.OTHERS, people)
        assert asked.failed >= 1
        return count(fault)

    assert [ask(), ask(), ask(fully=True), ask()] == [TRIES, 1, TRIES, 1]


def test_a_mailbox_whose_contacts_fail_for_ever_costs_one_try_and_the_others_are_read() -> None:
    lab = ContactLab(people_count=3)
    lab.fill(2)
    victim = lab.people[0]
    fault = lab.realm.faults.add(
        Fault("status", match=f"{victim.id}/contactFolders", inner=True, times=None, status=503, code="Unavailable")
    )
    lab.run()
    first = count(fault)
    lab.night()
    second = count(fault)
    assert first >= TRIES
    assert 1 <= second < first
    assert second <= 2, "one try for each question"


def test_an_outage_is_not_remembered_of_each() -> None:
    host = FakeHost()
    failing = Failing(host, FailingArea.PHOTOS)
    for number in range(60):
        failing.note(f"p{number}", UnavailableError("down", status=503))
    failing.save()
    assert Failing(host, FailingArea.PHOTOS).find("p1") is None


@pytest.mark.parametrize("error", [None, NotFoundError("gone", status=404)])
def test_an_answer_or_a_refusal_ends_it(error: NotFoundError | None) -> None:
    host = FakeHost()
    failing = Failing(host, FailingArea.CONTACTS)
    failing.note("p", UnavailableError("down", status=503))
    failing.save()
    again = Failing(host, FailingArea.CONTACTS)
    assert again.find("p") is not None
    assert Failing(host, FailingArea.PHOTOS).find("p") is None, "each area has its own"
    again.note("p", error)
    again.save()
    assert Failing(host, FailingArea.CONTACTS).find("p") is None
