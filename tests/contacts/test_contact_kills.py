"""A run that ends anywhere, and the next one: the same books, and nothing of anybody's own touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pbx_plugin_api import CompanyBook, DraftContact, PersonalBook, TickStatus
from portsip_m365_plugin.contacts import groups
from portsip_m365_plugin.contacts import state as mailbox_state
from portsip_m365_plugin.simulator import front
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.contact_lab import ContactLab

ALL_AT_ONCE = groups.CHANGES_AT_ONCE


class Killed(BaseException):
    """The process ends here: no except clause of the code under test may see it."""


def make_lab(cloud: str) -> ContactLab:
    lab = ContactLab(people_count=6, cloud=cloud)
    info, sales = lab.add_person(shared=True), lab.add_person(shared=True)
    lab.share(info, sales)
    for person in (*lab.people, info, sales):
        sub = lab.mailbox(person).add_folder("Customers")
        lab.add(person, sub)
        lab.add(person, displayName="Everybody's", mobilePhone="+49 170 99")
    lab.fill(4)
    for person in lab.people:
        lab.host.contacts.add_by_hand(PersonalBook(owner=lab.sync.link(person)), DraftContact(name="By hand"))
    lab.host.contacts.add_by_hand(CompanyBook(), DraftContact(name="By hand"))
    return lab


def change_everything(lab: ContactLab) -> None:
    for person in lab.people:
        box = lab.mailbox(person)
        first, second, third, *_ = list(box.default_folder.contacts.values())
        target = next(folder for folder in box.folders.values() if folder.name == "Customers")
        lab.change(person, first, companyName="Changed")
        box.remove_contact(second)
        box.move_contact(third, target)
        lab.add(person, box.add_folder("New", target.id))


def assert_settled(lab: ContactLab) -> None:
    lab.assert_equal()
    shared = [lab.microsoft.directory.people[box.entra_object_id] for box in lab.config.contacts.mailboxes]
    assert lab.company() == lab.company_truth(*shared)
    for person in lab.people:
        assert "By hand" in lab.shown(person)
    assert "By hand" in [draft.name for draft in lab.host.contacts.shown(CompanyBook())]


def kill_at(lab: ContactLab, monkeypatch: pytest.MonkeyPatch, n: int) -> Iterator[str]:
    """Kill the run at its n-th touch of the outside: a request, a write to a book, a write to the state."""
    touched = 0

    def guarded(real: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
        def touch(*args: Any, **kwargs: Any) -> Any:
            nonlocal touched
            touched += 1
            if touched == n and before:
                raise Killed
            result = real(*args, **kwargs)
            if touched == n:
                raise Killed
            return result

        return touch

    before = n % 2 == 0  # what was asked for has happened, or has not
    with monkeypatch.context() as patch:
        patch.setattr(lab.host.contacts, "apply", guarded(lab.host.contacts.apply, before=before))
        patch.setattr(lab.host.contacts, "apply_books", guarded(lab.host.contacts.apply_books, before=before))
        patch.setattr(lab.host.state, "put_many", guarded(lab.host.state.put_many, before=before))
        patch.setattr(lab.host.state, "put", guarded(lab.host.state.put, before=before))
        patch.setattr(front, "answer", guarded(front.answer, before=before))
        try:
            lab.run()
        except Killed:
            yield "killed"
        else:
            yield "ended"


@pytest.mark.parametrize("at_once", [1, 9, ALL_AT_ONCE])
@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 8, 10, 12, 15])
def test_killed_in_the_first_run_and_continued(
    cloud: str, n: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_state, "_HELD_AT_ONCE", 2)
    monkeypatch.setattr(groups, "CHANGES_AT_ONCE", at_once)
    lab = make_lab(cloud)
    (how,) = kill_at(lab, monkeypatch, n)
    # All books together are one write: such a run has fewer than 15 touches.
    assert how == ("ended" if (n, at_once) == (15, ALL_AT_ONCE) else "killed")
    assert lab.run().status is TickStatus.DONE
    assert_settled(lab)


@pytest.mark.parametrize("at_once", [1, 9, ALL_AT_ONCE])
@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
def test_killed_in_a_night_of_changes_and_continued(
    cloud: str, n: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_state, "_HELD_AT_ONCE", 2)
    monkeypatch.setattr(groups, "CHANGES_AT_ONCE", at_once)
    lab = make_lab(cloud)
    lab.run()
    assert_settled(lab)
    change_everything(lab)
    (how,) = kill_at(lab, monkeypatch, n)
    assert how == "killed"
    assert lab.run().status is TickStatus.DONE
    assert_settled(lab)


def test_a_deadline_and_a_long_wait_end_the_run_without_harm() -> None:
    lab = ContactLab()
    lab.fill(2)
    late = lab.run(client=lab.client(deadline_utc=lab.host.clock.now_utc()))
    assert (late.status, late.resumable) == (TickStatus.STOPPED, True)
    lab.realm.faults.add(Fault("status", match="batch", status=429, retry_after="7200", inner=False))
    throttled = lab.run()
    assert (throttled.status, throttled.resumable) == (TickStatus.STOPPED, False)
    assert throttled.next_due_at_utc is not None
    assert (throttled.next_due_at_utc - lab.host.clock.now_utc()).total_seconds() >= 7200
    lab.sync.pass_days(0.2)
    lab.sync.elapsed_s += 20_000
    assert lab.run().status is TickStatus.DONE
    lab.assert_equal()


def test_no_network_fails_the_run_and_nothing_is_touched() -> None:
    lab = ContactLab()
    lab.fill(2)
    lab.run()
    lab.realm.faults.add(Fault("reset_before", match="batch", times=None))
    report = lab.night()
    assert report.status in (TickStatus.FAILED, TickStatus.STOPPED)
    lab.assert_equal()
    lab.realm.faults.clear()
    assert lab.run().status is TickStatus.DONE


@pytest.mark.parametrize("asks", [1, 10, 20])
def test_stopped_at_a_safe_place_the_next_run_goes_on_where_it_ended(
    asks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = ContactLab(people_count=130)
    lab.fill(1)
    lab.host.progress.stop_after_asks = asks
    first = lab.run()
    assert (first.status, first.resumable) == (TickStatus.STOPPED, True)
    lab.host.progress.stop_after_asks = None
    second = lab.run()
    assert second.status is TickStatus.DONE
    assert (first.counts.mailboxes_read > 0) is (asks > 1)
    assert first.counts.mailboxes_read + second.counts.mailboxes_read == 130, "what was read is not read again"
    lab.assert_equal()
    assert lab.night().counts.mailboxes_read == 130
