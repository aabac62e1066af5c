"""A process is frozen between the claim of a mail and its request, and wakes up after another has sent the copy."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.histories.checks import find_bad_copies
from tests.support.histories.events import Act, History
from tests.support.histories.hosts import wait_until
from tests.support.histories.m365_stage import M365Stage, open_m365_stage
from tests.support.histories.schedule import Mail, make_schedule
from tests.support.histories.worker import FROZEN, OLD_FAULT, OVER, STOP_AT

pytestmark = pytest.mark.postgres


def freeze_before_the_post(stage: M365Stage, folder: Path, old_fault: str) -> History:
    schedule = make_schedule(1, ["kill"])
    schedule.people, schedule.contacts = schedule.people[:1], [{}]
    [tenant] = stage.add_tenants(schedule)
    put: set[str] = set()
    frozen = folder / "frozen"
    more = {STOP_AT: "before the post", FROZEN: str(frozen), OLD_FAULT: old_fault}
    sleeper = stage.start_worker(0, **more)
    stage.workers = [sleeper]
    mail = Mail(at_s=0.0, tenant=0, to="u@customer.example", is_urgent=False, subject="Hello")
    stage.put(tenant, mail, 1, put)
    # How fast this machine is does not matter: each step waits until the one before has happened.
    settles_s = stage.settles_within_s
    assert wait_until(frozen.exists, settles_s), f"it did not come to the request\n{stage.read_errors()}"
    began = time.monotonic()
    stage.workers.append(stage.start_worker(0))
    is_calm = wait_until(lambda: stage.is_calm([tenant.pbx_tenant_id]), settles_s)
    assert is_calm, f"the other did not send the copy\n{stage.read_errors()}"
    sleeper.thaw()
    thawed = time.monotonic()
    over = frozen.with_name(frozen.name + OVER)
    assert wait_until(over.exists, settles_s), f"it did not go on\n{stage.read_errors()}"
    history = stage.write_down([tenant], put)
    history.acts.append(Act(what="freeze", worker=sleeper.name, at=began, until=thawed))
    return history


@pytest.mark.parametrize("old_fault", ["", "no fence of mail"])
def test_it_sends_nothing(tmp_path: Path, old_fault: str) -> None:
    """Without the fence an unmarked mail comes after its marked copy, and the check finds it."""
    with open_m365_stage(tmp_path, n_workers=1) as stage:
        history = freeze_before_the_post(stage, tmp_path, old_fault)
    if old_fault:
        assert [each.is_marked for each in history.sent] == [True, False]
        assert any("and the second is not marked" in each for each in find_bad_copies(history))
    else:
        assert [each.is_marked for each in history.sent] == [True]
        assert list(find_bad_copies(history)) == []
