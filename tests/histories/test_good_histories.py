"""The checks of histories find nothing where all went well, also by luck, late, or on a busy machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.histories import checks
from tests.support.histories.teller import DEAD_S, Teller, a_mail, a_night, a_takeover, end


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


def test_a_worker_that_was_killed_after_its_run_holds_nobody_up() -> None:
    """The tenant is due tomorrow. The lease stays, and does not count."""
    told = a_night()
    told.take("a", 3)
    told.due("a", next_due_at=told.at + 86_400.0)
    told.act("kill", "a")
    told.wait(60.0)
    assert list(checks.find_slow_takeovers(told.history)) == []
