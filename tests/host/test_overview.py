"""What a plugin's page may ask of the reference host: its runs, their problems, and the next extension numbers."""

from __future__ import annotations

from pbx_plugin_api import (
    AnyNumber,
    Counts,
    CreateUser,
    ExtensionWish,
    FromStart,
    Problem,
    TickReport,
    TickStatus,
    UserLink,
)
from tests.support.devhost_pbx import DevPbx, draft, link


def test_a_page_sees_the_runs_of_its_plugin_and_their_problems(dev: DevPbx) -> None:
    runs = dev.stores.runs
    run_id = runs.newest_id(dev.tenant.pbx_tenant_id, "sample")
    assert run_id is not None
    assert [(each.run_id, each.is_running, each.status) for each in dev.host.overview.runs()] == [(run_id, True, None)]
    reasons = ("guest", "guest", "no_name")
    found = [Problem(reason=reason, login_name=f"{n}@x.example") for n, reason in enumerate(reasons)]
    with dev.stores.database.write() as connection:
        runs.add_problems(connection, run_id, found)
    counts = Counts(created=2, unchanged=5)
    runs.finish(run_id, TickReport(status=TickStatus.DONE, message="Well.", counts=counts, problem_counts={"guest": 2}))
    (run,) = dev.host.overview.runs()
    assert (run.status, run.message, run.counts) == (TickStatus.DONE, "Well.", counts)
    assert dict(run.problem_counts) == {"guest": 2}
    assert run.duration_s is not None
    overview = dev.host.overview
    assert [each.reason for each in overview.problems(run_id)] == list(reasons)
    assert [each.login_name for each in overview.problems(run_id, 1, without={"guest"})] == ["2@x.example"]
    assert dev.other_plugin.overview.problems(run_id) == []
    assert dev.other_tenant.overview.problems(run_id) == []


def test_a_run_that_was_cut_off_has_ended_without_a_result(dev: DevPbx) -> None:
    tenant_id = dev.tenant.pbx_tenant_id
    dev.stores.runs.begin(tenant_id, "sample", "due", None)  # the one before is cut off by this
    newest, before = dev.host.overview.runs()
    assert (newest.is_running, before.is_running, before.status) == (True, False, None)
    assert len(dev.host.overview.runs(limit=0)) == 0


def test_the_numbers_of_many_people_are_foreseen_while_other_things_are_written(dev: DevPbx) -> None:
    wish: ExtensionWish = FromStart(start="20000")
    dev.host.users.apply([CreateUser(draft=draft("first", extension=FromStart(start="20003")))])
    people: list[tuple[UserLink, ExtensionWish]] = [(link(f"n{n}"), wish) for n in range(1_201)]
    seen = []
    for number in dev.host.users.next_numbers(iter(people)):
        seen.append(number)
        if len(seen) in (1, 600):
            dev.host.state.put("k", len(seen))  # as a plan is written while its numbers are read
    assert seen == [str(n) for n in range(20_000, 21_202) if n != 20_003]
    drafts = [draft(f"n{n}", extension=wish) for n in range(500)]
    results = dev.host.users.apply([CreateUser(draft=each) for each in drafts])
    assert [each.extension_number for each in results] == seen[:500]


def test_what_is_not_asked_for_is_not_searched(dev: DevPbx) -> None:
    """A stream that is left early ends with the call."""
    stream = dev.host.users.next_numbers((link(f"n{n}"), AnyNumber()) for n in range(10**6))
    assert next(stream) == "101"
