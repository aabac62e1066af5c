"""The checks of histories find what is wrong: each bad history differs from a good one in one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.histories import checks
from tests.support.histories.events import Run
from tests.support.histories.teller import DEAD_S, Teller, a_night, a_takeover, end


def lose_a_person(told: Teller) -> None:
    told.history.pbx = {"t": {}}


def keep_an_old_name(told: Teller) -> None:
    told.history.pbx["t"]["user p"] = ("Eve", True)


def keep_who_left(told: Teller) -> None:
    told.history.pbx["t"]["contact c"] = "Bob"


def give_a_number_twice(told: Teller) -> None:
    told.take("a", 3)
    told.write("a", "101", "u2")
    told.due("a", lease_until=0.0)


def give_a_number_of_somebody_who_left(told: Teller) -> None:
    told.take("a", 3)
    told.row("a", "users", "u1")
    told.write("a", "101", "u3")
    told.due("a", lease_until=0.0)


def take_a_lease_of_the_living(told: Teller) -> None:
    told.take("a", 3)
    told.beat("a")
    told.take("b", 4)
    told.due("b", lease_until=0.0)


def take_ones_own_lease(told: Teller) -> None:
    """A second thread of the same worker."""
    told.take("a", 3)
    told.history.runs.append(Run(worker="a", tenant_id="t", token=3, began_at=told.at, ended_at=told.at + 9))
    told.run("a", 4)


def bury_the_living(told: Teller) -> None:
    """Two that believe each other dead."""
    told.take("a", 3)
    told.row("b", "processes", "id of a")
    told.take("b", 4)
    told.due("b", lease_until=0.0)


def run_twice_at_once(told: Teller) -> None:
    told.row("a", "runs", "run 8", status="running")
    told.row("b", "runs", "run 9", status="running")
    told.row("a", "runs", "run 8", status="done")
    told.row("b", "runs", "run 9", status="done")


def run_with_one_token(told: Teller) -> None:
    told.history.runs.append(replace(told.history.runs[0], worker="b"))


def write_without_a_lease(told: Teller) -> None:
    told.write("a")


def write_with_an_old_token(told: Teller) -> None:
    told.take("a", 3)
    told.row("a", "state", "s", key="token", value="2")
    told.due("a", lease_until=0.0)


def lose_a_mail(told: Teller) -> None:
    told.put()
    told.claim("a", 1)
    told.settle("a")


def forget_a_mail(told: Teller) -> None:
    told.put()
    told.row("a", "outbox", "m")


def leave_a_mail(told: Teller) -> None:
    told.put()
    told.claim("a", 1)


def send_twice(told: Teller) -> None:
    told.put()
    for attempt in (1, 2):
        told.claim("a", attempt)
        told.sent("a", is_marked=attempt == 2)
    told.settle("a")


def send_an_unmarked_copy(told: Teller) -> None:
    """Worker a slept between claim and request; b has sent the copy by then."""
    told.put()
    told.claim("a", 1)
    told.act("freeze", "a", lasts_s=2 * DEAD_S)
    told.wait(2 * DEAD_S)
    told.doubt("b")
    told.claim("b", 2)
    told.sent("b", is_marked=True)
    told.settle("b")
    told.sent("a")


def mark_for_no_reason(told: Teller) -> None:
    told.put()
    told.claim("a", 1)
    told.sent("a", is_marked=True)
    told.settle("a")


def doubt_for_no_reason(told: Teller) -> None:
    told.put()
    told.claim("a", 1)
    told.doubt("a")
    told.claim("a", 2)
    told.sent("a", is_marked=True)
    told.settle("a")


def doubt_the_living(told: Teller) -> None:
    told.put()
    told.claim("a", 1)
    told.beat("a")
    told.doubt("b")
    told.claim("b", 2)
    told.sent("b", is_marked=True)
    told.settle("b")


def leave_a_run(told: Teller) -> None:
    told.row("a", "runs", "run 3", status="running")


def keep_a_lease(told: Teller) -> None:
    told.take("a", 3)


def forget_the_dead(told: Teller) -> None:
    """A killed worker's tenant waits until its lease runs out."""
    told.take("a", 3)
    told.act("kill", "a")
    told.wait(60.0)
    told.beat("b")
    told.take("b", 4)
    told.due("b", lease_until=0.0)


def stop_everybody(told: Teller) -> None:
    """One frozen process keeps a lock that all mail needs."""
    told.act("freeze", "a", lasts_s=10.0)
    told.put("other")
    for _ in range(11):
        told.wait(1.0)
        told.beat("b")
    told.claim("b", 1, "other")
    told.sent("b", mail="other")
    told.settle("b", "other")


def put_off_to_tomorrow(told: Teller) -> None:
    """An outage of the database, taken for a fault of the plugin."""
    told.take("a", 3)
    told.row("a", "runs", "run 3", status="running")
    told.row("a", "runs", "run 3", status="failed")
    told.due("a", next_due_at=86_400.0)
    told.due("a", lease_until=0.0)


BAD: dict[Callable[[Teller], None], str] = {
    lose_a_person: "t: user p is None in the PBX",
    keep_an_old_name: "user p is ('Eve', True) in the PBX, and ('Ada', True) at Microsoft",
    keep_who_left: "contact c is 'Bob' in the PBX, and None at Microsoft",
    give_a_number_twice: "the number 101 was given to 2 people",
    give_a_number_of_somebody_who_left: "the number 101 was given to 2 people",
    take_a_lease_of_the_living: "b took the lease 3 of a, which was alive",
    take_ones_own_lease: "a took the lease 3 of a, which was alive",
    bury_the_living: "b took the lease 3 of a, which was alive",
    run_twice_at_once: "the runs run 8, run 9 are in progress at the same time",
    run_with_one_token: "a and b both ran with the fencing token 1",
    write_without_a_lease: "a wrote users, and the lease was b's",
    write_with_an_old_token: "a run wrote with the token 2 when it was 3",
    lose_a_mail: "the mail m counts as sent, and no service has it",
    forget_a_mail: "the mail m is not in the queue any more",
    leave_a_mail: "the mail m ended as attempt_started",
    send_twice: "the mail m went twice (a, then a 0.02 s later), and no answer was lost",
    send_an_unmarked_copy: "and the second is not marked",
    mark_for_no_reason: "the mail m was marked as a copy, and no answer was lost",
    doubt_for_no_reason: "a had an answer, and nothing was done to it",
    doubt_the_living: "b ended the attempt of a, which was alive",
    leave_a_run: "the run run 3 is still in progress",
    keep_a_lease: "the lease 3 was never released",
    forget_the_dead: "its worker a was killed, and it went on after 60.0 s",
    put_off_to_tomorrow: "t: a put it off by 24 h; its run was failed",
    stop_everybody: "the mail other waited for 10.0 s while a was frozen",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_a_bad_history_is_found(spoil: Callable[[Teller], None]) -> None:
    told = a_night()
    spoil(told)
    found = checks.find_faults(told.history)
    assert any(BAD[spoil] in sentence for sentence in found), found


def test_too_early_a_takeover_is_found() -> None:
    told = end(a_takeover(0.5 * DEAD_S), "b", 4)
    [found] = checks.find_faults(told.history)
    assert "b took the lease 3 of a, which was alive (1." in found


def test_a_write_after_the_fence_moved_is_found() -> None:
    told = a_takeover(2 * DEAD_S)
    told.write("a")
    end(told, "b", 4)
    assert "find_writes_after_fence: t: a wrote users, and the lease was b's" in checks.find_faults(told.history)


def test_each_check_has_a_bad_history() -> None:
    found = set()
    for spoil in BAD:
        told = a_night()
        spoil(told)
        found |= {sentence.partition(":")[0] for sentence in checks.find_faults(told.history)}
    assert found == {check.__name__ for check in checks.CHECKS}
