"""The checks of histories find what is wrong: each bad history differs from a good one in one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.histories import checks
from tests.support.histories.events import TEST, Act, History, Row, Run, Sent

DEAD_S = 2.0


class Teller:
    """Tells a history, one row after another. Time passes by the row."""

    def __init__(self) -> None:
        self.history = History(dead_after_s=DEAD_S, goes_on_within_s=5.0)
        self.history.microsoft = {"t": {"user p": ("Ada", True)}}
        self.history.pbx = {"t": {"user p": ("Ada", True)}}
        self.at = 0.0
        self._last: dict[tuple[str, str], dict[str, Any]] = {}

    def row(self, writer: str, table: str, of: str, /, **changed: Any) -> None:
        """The columns that change; none: the row is deleted."""
        old = self._last.get((table, of))
        new = {**(old or {"id": of, "tenant_id": "t", "plugin": "p"}), **changed} if changed else None
        if new is None:
            del self._last[table, of]
        else:
            self._last[table, of] = new
        self.at += 0.01
        self.history.rows.append(
            Row(n=len(self.history.rows) + 1, at=self.at, writer=writer, table=table, old=old, new=new)
        )

    def start(self, *workers: str) -> None:
        for worker in workers:
            self.row(worker, "processes", f"id of {worker}", seen_at=self.at)

    def beat(self, *workers: str) -> None:
        self.start(*workers)

    def due(self, writer: str, **changed: Any) -> None:
        self.row(writer, "due", "t p", **changed)

    def take(self, worker: str, token: int) -> None:
        self.due(worker, lease_token=token, lease_until=1e9, lease_holder=f"id of {worker}")

    def run(self, worker: str, token: int) -> None:
        self.take(worker, token)
        self.row(worker, "runs", f"run {token}", status="running")
        self.write(worker)
        self.row(worker, "runs", f"run {token}", status="done")
        self.due(worker, lease_until=0.0)
        self.history.runs.append(
            Run(worker=worker, tenant_id="t", token=token, began_at=self.at - 0.03, ended_at=self.at)
        )

    def write(self, worker: str, number: str = "101", user: str = "u1") -> None:
        self.row(worker, "links", f"link of {user}", user_id=user, authority="d", subject=f"person {user}")
        self.row(worker, "users", user, extension_number=number)

    def put(self, mail: str = "m") -> None:
        self.history.put.add(mail)
        self.row(TEST, "outbox", mail, state="queued", attempt=0, n_unknown=0, holder="", reason="")

    def claim(self, worker: str, attempt: int, mail: str = "m") -> None:
        self.row(worker, "outbox", mail, state="attempt_started", attempt=attempt, holder=f"id of {worker}")

    def sent(self, worker: str, *, is_marked: bool = False, mail: str = "m") -> None:
        self.at += 0.01
        self.history.sent.append(Sent(mail_id=mail, at=self.at, worker=worker, is_marked=is_marked))

    def settle(self, worker: str, mail: str = "m") -> None:
        self.row(worker, "outbox", mail, state="sent", holder="")

    def doubt(self, writer: str, n_unknown: int = 1, mail: str = "m") -> None:
        self.row(writer, "outbox", mail, state="unknown", n_unknown=n_unknown, holder="", reason="?")

    def act(self, what: str, worker: str = "", lasts_s: float = 0.0) -> None:
        self.history.acts.append(Act(what=what, worker=worker, at=self.at, until=self.at + lasts_s))

    def wait(self, seconds: float) -> None:
        self.at += seconds


def a_night() -> Teller:
    told = Teller()
    told.start("a", "b")
    told.due(TEST, lease_token=0, lease_until=0.0, lease_holder="", next_due_at=1.0)
    told.run("a", 1)
    told.run("b", 2)
    return told


def a_takeover(silent_s: float) -> Teller:
    """Worker a is frozen in its run; b goes on after some silence."""
    told = a_night()
    told.take("a", 3)
    told.row("a", "runs", "run 3", status="running")
    told.act("freeze", "a", lasts_s=silent_s)
    told.wait(silent_s)
    told.beat("b")
    told.take("b", 4)
    told.row("b", "runs", "run 3", status="interrupted")
    told.row("b", "runs", "run 4", status="running")
    return told


def end(told: Teller, worker: str, token: int) -> Teller:
    told.row(worker, "runs", f"run {token}", status="done")
    told.due(worker, lease_until=0.0)
    return told


def a_mail() -> Teller:
    told = a_night()
    told.put()
    told.claim("a", 1)
    told.sent("a")
    return told


def test_good_histories_are_good() -> None:
    told = a_mail()
    told.settle("a")
    assert checks.find_faults(told.history) == []
    told = end(a_takeover(2 * DEAD_S), "b", 4)
    assert checks.find_faults(told.history) == []


def commit_late(told: Teller, worker: str, late_s: float) -> None:
    """A beat whose process is frozen between its write and its commit. Time does not pass."""
    told.start(worker)
    told.history.rows[-1] = replace(told.history.rows[-1], committed_at=told.at + late_s)


def test_who_was_not_seen_was_dead_whatever_it_had_written() -> None:
    told = a_night()
    told.take("a", 3)
    told.wait(0.7 * DEAD_S)
    commit_late(told, "a", DEAD_S)
    told.wait(0.5 * DEAD_S)
    told.take("b", 4)
    told.due("b", lease_until=0.0)
    assert list(checks.find_two_at_once(told.history)) == []
    in_time = [replace(row, committed_at=row.at) for row in told.history.rows]
    assert any("which was alive" in each for each in checks.find_two_at_once(replace(told.history, rows=in_time)))


@pytest.mark.parametrize(("finder_is_frozen", "is_right"), [(True, True), (False, False)])
def test_who_is_frozen_after_it_has_looked_takes_over_late(finder_is_frozen: bool, is_right: bool) -> None:
    told = a_night()
    told.take("a", 3)
    told.wait(1.1 * DEAD_S)
    told.beat("b")
    for _ in range(5):
        told.wait(1.0)
        told.beat("a") if finder_is_frozen else told.beat("a", "b")
    told.take("b", 4)
    told.due("b", lease_until=0.0)
    assert (list(checks.find_two_at_once(told.history)) == []) is is_right


@pytest.mark.parametrize(("waited_s", "n_beats", "is_right"), [(12.0, 3, True), (12.0, 6, False), (50.0, 3, False)])
def test_time_on_a_busy_machine_is_that_of_its_heartbeats(waited_s: float, n_beats: int, is_right: bool) -> None:
    told = a_night()
    told.act("freeze", "a", lasts_s=waited_s)
    told.put("other")
    for _ in range(n_beats):
        told.wait(waited_s / n_beats - 0.1)
        told.beat("b")
    found = list(checks.find_stopped_by_others(told.history))
    assert (found == []) is is_right


def test_a_copy_after_a_lost_answer_is_good() -> None:
    told = a_mail()
    told.history.lost_answers["m"] = [told.at]
    told.doubt("a")
    told.claim("b", 2)
    told.sent("b", is_marked=True)
    told.settle("b")
    assert checks.find_faults(told.history) == []


def test_a_copy_after_a_killed_worker_is_good() -> None:
    told = a_mail()
    told.act("kill", "a")
    told.doubt("b")
    told.claim("b", 2)
    told.sent("b", is_marked=True)
    told.settle("b")
    assert checks.find_faults(told.history) == []


def test_a_lease_that_a_worker_did_not_know_of_is_good() -> None:
    told = a_night()
    told.act("cut", "a")
    told.take("a", 3)
    told.run("a", 4)
    assert checks.find_faults(told.history) == []


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
