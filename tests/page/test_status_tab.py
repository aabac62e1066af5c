"""The STATUS tab: one line, the last runs, what waits, who has problems; each in words, none in codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbx_plugin_api import (
    Counts,
    HostPart,
    PlanAction,
    Problem,
    RunSummary,
    Severity,
    Tab,
    TickStatus,
    Viewer,
    read_plan_rows,
)
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings() | {"starting_extension_number": "20000"}, shared_key_pair())
    return hand


def summary(hand: Hand) -> tuple[str, Severity]:
    headline = hand.tab("status").headline
    assert headline is not None
    return headline.value, headline.severity


def add_run(hand: Hand, *, minutes: float = 1.0, **fields: object) -> RunSummary:
    """A run in the PBX's log: a fake PBX has none of its own."""
    at_utc = hand.host.clock.now_utc()
    run = RunSummary(
        run_id=f"r{len(hand.host.overview.log)}",
        started_at_utc=at_utc,
        **{"finished_at_utc": at_utc + timedelta(minutes=minutes), "status": TickStatus.DONE, **fields},  # type: ignore[arg-type]
    )
    hand.host.overview.log.append(run)
    hand.host.clock.move(days=1)
    return run


def tables(tab: Tab) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {table.title: table.rows for table in tab.tables}


def test_it_is_the_first_tab_of_a_connected_tenant_and_of_no_other(hand: Hand) -> None:
    assert hand.page().tabs[0].name == "status"
    assert hand.page().tabs[0].label == "STATUS"
    assert Hand().page().tabs[0].name == "permissions"
    assert hand.tab("status").host_parts == (HostPart.RUN, HostPart.MAIL_QUEUE, HostPart.SIGN_INS)


def test_from_nothing_synced_to_all_is_well(hand: Hand) -> None:
    assert summary(hand) == (
        "Nothing is synced yet. Press Preview on the USER SYNC tab, look at the plan, then approve it.",
        Severity.WARNING,
    )
    assert [action.name for action in hand.tab("status").actions] == ["sync_now"]
    preview = hand.press("preview")
    assert preview.plan is not None
    assert summary(hand)[0] == "Nothing is synced yet. Look at the plan below, then approve it."
    approve, sync_now = hand.tab("status").actions
    assert (approve.name, approve.primary, approve.parameters[0].value) == ("approve", True, preview.plan.checksum)
    assert (sync_now.name, sync_now.primary) == ("sync_now", False)
    assert hand.press("approve", {"checksum": preview.plan.checksum}).status is TickStatus.DONE
    add_run(hand)
    assert summary(hand) == ("All is well.", Severity.GOOD)
    assert "What this plan would do" not in tables(hand.tab("status"))
    add_run(hand, status=None)
    assert summary(hand)[0].startswith("The last run was cut off")
    add_run(hand, finished_at_utc=None, status=None)
    assert summary(hand)[0].startswith("The last run was cut off"), "the one in progress has not ended"
    add_run(hand)
    assert summary(hand)[0] == "All is well."


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([{"job": Job.RENEW}], "Nothing is synced yet."),
        ([{}, {"job": Job.DISCONNECT}], "Nothing is synced yet."),
        ([{"status": TickStatus.NOT_CONFIGURED, "message": "No key pair."}], "The last run could not begin: No key"),
        ([{"status": TickStatus.STOPPED}], "The last run was stopped"),
        ([{"status": TickStatus.FAILED, "message": "x"}, {"job": Job.CONTACTS}], "The last run failed"),
        ([{"status": TickStatus.FAILED, "message": "x"}, {"job": Job.RENEW}], "The last run failed"),
    ],
)
def test_all_is_not_well_because_of_a_run_that_shows_nothing(
    hand: Hand, runs: list[dict[str, object]], says: str
) -> None:
    for fields in runs:
        add_run(hand, **fields)  # type: ignore[arg-type]
    value, severity = summary(hand)
    assert value.startswith(says)
    assert severity is Severity.WARNING


def test_the_preview_names_the_extension_that_each_new_person_then_gets(hand: Hand) -> None:
    preview = hand.press("preview")
    assert preview.plan is not None
    assert preview.plan.rows_blob is not None
    with hand.host.blobs.open(preview.plan.rows_blob) as file:
        rows = [row for row in read_plan_rows(file) if row.action is PlanAction.CREATE]
    foreseen = {row.subject: row.extension_number for row in rows}
    assert len(foreseen) == preview.plan.counts.created > 40
    assert sorted(filter(None, foreseen.values())) == [str(20_000 + n) for n in range(len(foreseen))]
    shown = {row[3] for row in tables(hand.tab("status"))["What this plan would do"] if row[0] == "create"}
    assert "Extension 20000" in shown
    hand.press("approve", {"checksum": preview.plan.checksum})
    assert {user.link.subject: user.extension_number for user in hand.host.users.linked()} == foreseen


def test_what_needs_an_administrator_is_one_line_and_a_table(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    add_run(hand)
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users", status=403, times=None))
    hand.tick()
    add_run(hand, status=TickStatus.FAILED, message="Microsoft refuses.")
    assert summary(hand) == ("The last run failed and is tried again: Microsoft refuses.", Severity.WARNING)
    hand.tick()
    assert summary(hand) == ("One thing needs you: The Microsoft 365 sync fails.", Severity.BAD)
    hand.host.notify_admin("x", "Another thing", "Do this.", severity=Severity.WARNING)
    assert summary(hand) == ("2 things need you; the worst: The Microsoft 365 sync fails.", Severity.BAD)
    assert {(row[1], row[2]) for row in tables(hand.tab("status"))["What needs you"]} >= {("Another thing", "Do this.")}
    hand.host.resolve_notice("x")
    hand.host.dismiss_notice(NoticeKind.SYNC_FAILED)
    assert summary(hand) == (
        "Nothing is new. A notice that was dismissed still lasts: The Microsoft 365 sync fails.",
        Severity.PLAIN,
    )


def test_the_chart_shows_people_changes_and_duration_of_the_last_30_runs(hand: Hand) -> None:
    counts = Counts(created=2, updated=3, unchanged=95, contacts_created=4, contacts_unchanged=50)
    for n in range(33):
        status = TickStatus.FAILED if n == 31 else None if n == 30 else TickStatus.DONE
        add_run(hand, minutes=n, status=status, counts=counts, message="x")
    add_run(hand, finished_at_utc=None, status=None)
    (chart,) = hand.tab("status").charts
    assert len(chart.labels) == 29, "the 30 newest; one of them still runs"
    assert list(chart.labels) == sorted(chart.labels)
    people, changes, duration = chart.series
    assert (people.values[0], changes.values[0]) == (100, 9)
    assert (duration.unit, duration.values[-1]) == ("minutes", 32)
    assert chart.severities[-3:] == (Severity.WARNING, Severity.BAD, Severity.PLAIN)
    assert chart.summary == "Of the last 29 runs, 1 failed; its bar is red."


def test_people_with_problems_have_reason_and_remedy_in_words(hand: Hand) -> None:
    run = add_run(hand, problem_counts={"no_name": 150, "guest": 3})
    guest = Problem(reason="guest", login_name="g@contoso.example")
    problem = Problem(reason="no_name", login_name="x@contoso.example", detail="Give them a name in the directory.")
    hand.host.overview.problems_of[run.run_id] = [guest] * 3 + [problem] * 150
    add_run(hand, job="preview")
    ((title, rows),) = (each for each in tables(hand.tab("status")).items() if "problems" in each[0])
    assert title.startswith("People with problems in the run of 20")
    assert rows[0] == ("x@contoso.example", "neither first nor last name", "Give them a name in the directory.")
    assert (len(rows), rows[-1][2]) == (101, "The run log has all 150.")


def test_every_tenant_with_keys_has_the_days_of_its_certificate(hand: Hand) -> None:
    (fact,) = [fact for fact in hand.tab("status").facts if fact.label == "Certificate"]
    assert "days)" in fact.value


def test_a_viewer_may_look_and_press_nothing(hand: Hand) -> None:
    hand.press("preview")
    page = hand.page(Viewer(username="reader", may_edit=False))
    assert [action.enabled for action in page.tabs[0].actions] == [False, False]
