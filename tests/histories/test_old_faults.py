"""Each of three faults of earlier versions, put back, is found: the checks and the schedules can fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.histories.checks import find_faults
from tests.support.histories.schedule import Mail, Schedule, Step, make_schedule
from tests.support.histories.stage import Stage
from tests.support.histories.stages import open_stage
from tests.support.histories.worker import OLD_FAULT

pytestmark = pytest.mark.postgres


@contextmanager
def stage_with(old_fault: str, folder: Path, n_workers: int = 3) -> Iterator[Stage]:
    with open_stage("postgres", folder, n_workers=n_workers, **{OLD_FAULT: old_fault}) as stage:
        stage.settles_within_s = 6.0 if old_fault else 150.0
        yield stage


def a_worker_frozen_while_it_sends(at_most_s: float) -> Schedule:
    """It sends a mail of the first tenant; then the others have mail."""
    made = make_schedule(1, ["kill"])
    made.changes, made.mails = [], [a_mail(0.0, 0), *(a_mail(0.4 + 0.01 * n, n % 2 + 1) for n in range(8))]
    made.steps = [Step(at_s=0.01, what="freeze_sender", lasts_s=0.5, amount=at_most_s)]
    return made


def a_mail(at_s: float, tenant: int) -> Mail:
    return Mail(at_s=at_s, tenant=tenant, to="u@customer.example", is_urgent=False, subject="Hello")


def every_worker_killed() -> Schedule:
    """In a run. Others begin after them."""
    made = make_schedule(2, ["kill"])
    made.mails = []
    made.steps = [Step(at_s=0.0, what="killrunners")]
    return made


def test_one_lock_for_the_mail_of_all_tenants_is_found(tmp_path: Path) -> None:
    with stage_with("a global lock", tmp_path) as stage:
        found = find_faults(stage.play(a_worker_frozen_while_it_sends(6.0)))
    assert [each for each in found if each.startswith("find_stopped_by_others: the mail")], found


def test_names_of_hosts_as_identity_are_found(tmp_path: Path) -> None:
    """Nothing is done to the workers: each believes that the other is dead.

    On a busy machine some are really silent for so long; then the next schedule shows it.
    """
    found: list[str] = []
    with stage_with("names of hosts", tmp_path, n_workers=2) as stage:
        for seed in range(5):
            schedule = make_schedule(seed, ["kill"])
            schedule.steps = []
            found += find_faults(stage.play(schedule))
            if any("which was alive" in each for each in found):
                break
    assert [each for each in found if "which was alive" in each], found


def test_a_dead_lease_that_nobody_sees_is_found(tmp_path: Path) -> None:
    with stage_with("a dead lease", tmp_path) as stage:
        found = find_faults(stage.play(every_worker_killed()))
    assert [each for each in found if "was killed, and it went on never" in each], found


def test_without_them_the_same_schedules_hold(tmp_path: Path) -> None:
    with stage_with("", tmp_path) as stage:
        assert find_faults(stage.play(a_worker_frozen_while_it_sends(60.0))) == []
        assert find_faults(stage.play(every_worker_killed())) == []
        schedule = make_schedule(0, ["kill"])
        schedule.steps = []
        assert find_faults(stage.play(schedule)) == []
