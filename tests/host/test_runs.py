"""Runs under the lease, and plugins that misbehave in them."""

from __future__ import annotations

import json
import logging
import threading
import time

import pytest

from pbx_devhost.cli.views import show_result
from pbx_devhost.runs import workbench
from pbx_devhost.runs.runner import RESUMED_AT_MOST, Runner
from pbx_devhost.runs.work import NotBegunError
from pbx_devhost.store.work.leases import LEASE_S
from pbx_plugin_api import HostClosedError, TickReason, TickStatus, Viewer, WrongThreadError
from tests.support import devhost_rogue as rogue
from tests.support.rogue_world import RogueWorld
from tests.support.workers import wait_for

VIEWER = Viewer(username="boss")


def test_a_run_is_written_down_with_its_problems_in_order(world: RogueWorld) -> None:
    result = world.run()
    assert result.is_done
    [row] = world.rows()
    assert (row.status, row.reason, row.requests, row.message) == ("done", "forced", 12, "3 made.")
    assert json.loads(row.counts)["created"] == 3
    assert (row.stage, row.done, row.total) == ("people", 3, 3)
    assert row.finished_at >= row.started_at
    subjects = [problem.subject for problem in world.stores.runs.problems(row.id)]
    assert subjects == [f"g{n:03}" for n in range(450)]
    assert 86_300 < (world.due_in_s() or 0) <= 86_400


def test_a_quiet_run_leaves_no_row_and_keeps_its_due_time(world: RogueWorld) -> None:
    world.set(mode="quiet")
    for _ in range(3):
        result = world.run()
        assert result.is_done
        assert show_result(world.pbx, result) == {
            "tenant": "Contoso", "plugin": "rogue", "status": "done", "message": "Nothing new.", "requests": 1,
            "quiet": True,
        }  # fmt: skip
        assert list(world.stores.runs.problems(result.run_id)) == []
    assert world.rows() == []
    assert 290 < (world.due_in_s() or 0) <= 300


@pytest.mark.parametrize(
    ("mode", "said", "logged"),
    [
        ("raise", "Plugin rogue 1.2.3 failed in on_nightly_tick (RuntimeError)", "Plugin rogue 1.2.3 raised"),
        ("exit", "Plugin rogue 1.2.3 failed in on_nightly_tick (SystemExit)", "Plugin rogue 1.2.3 raised"),
        ("wrong", "Plugin rogue 1.2.3 broke the contract", "Plugin rogue 1.2.3 broke the contract"),
        ("sleep", "Plugin rogue 1.2.3 did not answer in time.", "Plugin rogue 1.2.3 did not return"),
    ],
)
def test_a_plugin_that_fails_is_contained_and_named(
    world: RogueWorld, caplog: pytest.LogCaptureFixture, mode: str, said: str, logged: str
) -> None:
    world.set(mode=mode)
    with caplog.at_level(logging.INFO):
        result = world.run(run_s=0.1)
    assert not result.is_done
    assert said in result.sentence
    assert logged in caplog.text
    [row] = world.rows()
    assert (row.status, row.message) == ("failed", result.sentence)
    assert 86_300 < (world.due_in_s() or 0) <= 86_400, "not again before tomorrow"
    # The PBX goes on: the lease is free, and the next run is a good one.
    world.set(mode="fine")
    assert world.run().is_done


def test_a_plugin_that_sleeps_past_its_deadline_writes_nothing_afterwards(
    world: RogueWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.set(mode="sleep")
    world.run(run_s=0.1)
    rogue.RELEASE.set()
    wait_for(lambda: rogue.THREAD_ERRORS)
    assert isinstance(rogue.THREAD_ERRORS[0], HostClosedError)
    assert "plugin rogue 1.2.3 used host.state after its hook had returned" in caplog.text
    assert world.state("late") is None


def test_a_plugin_that_writes_from_another_thread_is_refused_and_named(
    world: RogueWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.set(mode="thread")
    world.run()
    assert isinstance(rogue.THREAD_ERRORS[0], WrongThreadError)
    assert "plugin rogue 1.2.3 used host.state from another thread" in caplog.text
    assert world.state("thread") is None


def test_a_plugin_that_keeps_the_host_gets_nothing_more_out_of_it(
    world: RogueWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.run()
    world.set(mode="keep")
    world.run()
    [kept], [stream] = rogue.KEPT, rogue.STREAMS
    for use in (lambda: kept.users, lambda: kept.web_origins, lambda: kept.notify_admin, lambda: next(stream)):
        with pytest.raises(HostClosedError, match=r"plugin rogue 1\.2\.3 used host\..* after its hook had returned"):
            use()
    assert "plugin rogue 1.2.3 used host.users after its hook had returned" in caplog.text
    assert world.stores.database.engine.pool.checkedout() == 0, "the kept stream keeps no connection"  # type: ignore[attr-defined]


def test_one_plugins_failure_is_not_the_others(world: RogueWorld) -> None:
    world.set(mode="raise")
    answers = {answer.plugin: answer for answer in world.pbx.plugins.settings_pages(world.tenant, VIEWER)}
    assert not answers["rogue"].ok
    assert all(answer.ok for plugin, answer in answers.items() if plugin != "rogue")
    assert len(answers) > 1, "this project's own plugin is installed too"


def test_one_run_at_a_time(world: RogueWorld) -> None:
    lease = world.stores.leases.take(world.tid, "rogue")
    assert lease is not None
    busy = world.run()
    assert (busy.run_id, busy.is_done) == (None, False)
    assert busy.sentence == "another run of rogue is in progress for Contoso; wait for it or stop it"
    world.stores.leases.release(lease)
    assert world.run().is_done


def test_a_resumable_run_goes_on_at_once(world: RogueWorld) -> None:
    world.set(mode="again")
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    assert world.run(TickReason.DUE).report.status is TickStatus.DONE
    assert [row.reason for row in world.rows()] == ["due", "resumed", "resumed"]


def test_where_others_wait_a_due_run_that_could_go_on_goes_behind_them(world: RogueWorld) -> None:
    world.set(mode="again")
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 60)
    runner = Runner(world.pbx, run_s=3600.0, takes_turns=True)
    for turn in (1, 2, 3):
        other = world.stores.tenants.add(f"Waits {turn}")
        world.stores.leases.set_due(other.pbx_tenant_id, "rogue", world.clock() - 1)
        runner.run(world.tenant, "rogue", TickReason.DUE)
        assert len(world.rows()) == turn, "one turn, and the slot is free again"
        waiting = [item.tenant_id for item in world.stores.leases.who_is_due(world.clock())]
        is_over = turn == 3
        assert waiting[-1:] == ([other.pbx_tenant_id] if is_over else [world.tid])
    assert [row.status for row in world.rows()][-1] == "done"


def test_a_button_is_worked_off_in_one_go_also_where_others_wait(world: RogueWorld) -> None:
    world.set(mode="again")
    assert Runner(world.pbx, run_s=3600.0, takes_turns=True).run(world.tenant, "rogue", TickReason.JOB).is_done
    assert [row.reason for row in world.rows()] == ["job", "resumed", "resumed"]


def test_a_run_that_is_resumable_for_ever_does_not_spin(world: RogueWorld) -> None:
    world.set(mode="for ever")
    world.run()
    assert len(world.rows()) == RESUMED_AT_MOST
    assert 290 < (world.due_in_s() or 0) <= 300, "somebody goes on in five minutes"


def test_an_admins_stop_ends_the_run_and_it_does_not_begin_again(world: RogueWorld) -> None:
    world.set(mode="until stopped")
    runner = threading.Thread(target=world.run)
    runner.start()
    wait_for(lambda: any(row.stage == "waiting" for row in world.rows()))
    [running] = world.rows()
    assert world.stores.runs.ask_to_stop(running.id)
    runner.join(10)
    assert not runner.is_alive()
    [row] = world.rows()
    assert (row.status, row.message) == ("stopped", "Stopped.")
    assert (world.due_in_s() or 0) > 86_000
    assert not world.stores.runs.ask_to_stop(row.id), "it has ended"


def test_a_shutdown_ends_the_run_and_the_next_process_goes_on(world: RogueWorld) -> None:
    world.set(mode="until stopped")
    runner = threading.Thread(target=world.run)
    runner.start()
    wait_for(lambda: any(row.stage == "waiting" for row in world.rows()))
    world.pbx.stop_wanted[0] = True
    runner.join(10)
    assert [row.status for row in world.rows()] == ["stopped"]
    assert 290 < (world.due_in_s() or 0) <= 300


def test_a_run_whose_process_was_killed_is_written_down_by_the_next(world: RogueWorld) -> None:
    world.stores.runs.begin(world.tid, "rogue", "due", None)
    world.run()
    assert [row.status for row in world.rows()] == ["interrupted", "done"]


def test_an_overtaken_worker_changes_neither_the_run_log_nor_the_due_time(world: RogueWorld) -> None:
    world.set(mode="until stopped")
    runner = threading.Thread(target=world.run)
    runner.start()
    wait_for(lambda: any(row.stage == "waiting" for row in world.rows()))
    world.clock.offset_s += LEASE_S + 1
    world.set(mode="fine")
    assert world.run().is_done
    world.pbx.stop_wanted[0] = True
    runner.join(10)
    assert [row.status for row in world.rows()] == ["interrupted", "done"]
    assert (world.due_in_s() or 0) > 86_000


def test_an_overtaken_worker_that_fails_does_not_move_the_due_time(
    world: RogueWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.set(mode="late")
    runner = threading.Thread(target=world.run)
    runner.start()
    wait_for(lambda: rogue.TURNS)
    world.clock.offset_s += LEASE_S + 1
    world.set(mode="fine")
    assert world.run().is_done
    world.stores.leases.set_due(world.tid, "rogue", 5.0)
    rogue.RELEASE.set()
    runner.join(10)
    assert "LeaseLostError" in caplog.text
    assert [row.status for row in world.rows()] == ["interrupted", "done"]
    assert world.stores.leases.next_due_at(world.tid, "rogue") == 5.0
    assert world.state("late") is None


def test_a_buttons_job_leaves_the_schedule_alone(world: RogueWorld) -> None:
    world.stores.leases.set_due(world.tid, "rogue", world.clock() + 500)
    assert world.run(TickReason.JOB, job="long").is_done
    assert 490 < (world.due_in_s() or 0) <= 500


def test_who_was_quicker_leaves_nothing_to_run(world: RogueWorld) -> None:
    """Two workers saw the same tenant due; the second finds it done and does not do it again."""
    world.stores.leases.set_due(world.tid, "rogue", world.clock() - 1)
    assert world.run(TickReason.DUE).is_done
    late = world.run(TickReason.DUE)
    assert late.run_id is None
    assert len(world.rows()) == 1


def test_what_a_page_asked_for_is_done_after_the_run_that_has_the_lease(
    world: RogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A due run was quicker; or the lease is that of a worker on another machine, which has died a moment ago."""
    monkeypatch.setattr(workbench, "_LOOK_EVERY_S", 0.02)
    bench = workbench.Workbench(world.pbx)
    lease = world.stores.leases.take(world.tid, "rogue")
    assert lease is not None
    other = threading.Timer(0.3, lambda: world.stores.leases.release(lease))
    other.start()
    bench.do(bench.page_job(world.tenant, "rogue", TickReason.FORCED))
    other.join()
    assert [row.status for row in world.rows()] == ["done"]


def test_a_page_whose_process_ends_does_not_wait_for_a_lease(
    world: RogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "_LOOK_EVERY_S", 0.02)
    bench = workbench.Workbench(world.pbx)
    assert world.stores.leases.take(world.tid, "rogue") is not None
    threading.Timer(0.2, lambda: world.pbx.stop_wanted.__setitem__(0, True)).start()
    began = time.monotonic()
    for _ in range(2):  # it has begun to wait; and what is taken afterwards
        with pytest.raises(NotBegunError):
            bench.do(bench.page_job(world.tenant, "rogue", TickReason.FORCED))
    assert time.monotonic() - began < 10


def test_a_page_does_not_wait_for_a_lease_for_ever(
    world: RogueWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workbench, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(workbench, "_FREE_WITHIN_S", 0.1)
    bench = workbench.Workbench(world.pbx)
    assert world.stores.leases.take(world.tid, "rogue") is not None
    bench.do(bench.page_job(world.tenant, "rogue", TickReason.FORCED))
    assert world.rows() == []
    assert "What a page asked for was not done: another run of rogue is in progress" in caplog.text


# ---------------------------------------------------------------------- the clock
