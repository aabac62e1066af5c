"""What a tab shows of runs, mail and sign-ins: charts from the plugin's data, the rest from the PBX itself."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from pbx_devhost.portal.charts import draw_chart
from pbx_plugin_api import (
    ActionRequest,
    Chart,
    ChartSeries,
    Counts,
    HostPart,
    InvalidValueError,
    Notification,
    NotificationKind,
    PlanRef,
    Severity,
    TickReport,
    TickStatus,
)
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_world import Browser, World

TAB = "/plugins/m365/main"
CHART = Chart(
    title=f"Last runs {EVIL}",
    labels=("2026-11-24 01:00", "2026-11-25 01:00", f"2026-11-26 {EVIL}"),
    series=(
        ChartSeries(label="Changes", values=(0, 3, 12), unit="changes"),
        ChartSeries(label="Duration", values=(0, 0, 0), unit="minutes"),
    ),
    severities=(Severity.PLAIN, Severity.BAD, Severity.WARNING),
    summary=f"One failed. {EVIL}",
)


@pytest.fixture
def browser(world: World, script: Script) -> Browser:
    browser = world.browser()
    browser.log_in()
    return browser


def test_a_chart_is_svg_with_the_same_numbers_as_a_table(browser: Browser, script: Script) -> None:
    script.charts = (CHART,)
    text = browser.get(TAB).text
    assert EVIL not in text
    assert text.count("<rect ") == 6
    assert "style=" not in text, "the policy allows no inline style"
    tallest = re.search(r'<rect class="warning" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)">', text)
    assert tallest is not None
    assert (float(tallest[1]), float(tallest[2])) == (0.0, 72.0)
    assert "<title>2026-11-25 01:00: 3 changes</title>" in text
    table = text.partition("The same as a table")[2].partition("</table>")[0]
    assert re.findall(r"<td[^>]*>(.*?)</td>", table) == ["12", "0", "3", "0", "0", "0"]
    script.charts = (
        Chart(title="Empty", labels=(), series=(ChartSeries(label="A", values=()),), empty_text="No run."),
    )
    assert "No run." in browser.get(TAB).text


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ChartSeries(label="", values=()),
        lambda: ChartSeries(label="A", values=(-1,)),
        lambda: ChartSeries(label="A", values=(float("nan"),)),
        lambda: ChartSeries(label="A", values=(float("inf"),)),
        lambda: Chart(title="T", labels=("a",), series=(ChartSeries(label="A", values=()),)),
        lambda: Chart(title="T", labels=("a",), series=(), severities=(Severity.BAD,) * 2),
        lambda: Chart(title="T", labels=("a",) * 101, series=()),
    ],
)
def test_a_chart_that_does_not_fit_cannot_be_built(wrong: object) -> None:
    with pytest.raises(InvalidValueError):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("label", "unit", "shown"),
    [
        ("Changes", "changes", "Changes"),
        ("Änderungen", "Änderungen", "Änderungen"),
        ("变更", "项变更", "变更"),
        ("Duration", "minutes", "Duration (minutes)"),
        ("Changes", "", "Changes"),
    ],
)
def test_a_label_that_names_its_unit_does_not_name_it_again(label: str, unit: str, shown: str) -> None:
    chart = Chart(title="Runs", labels=("a",), series=(ChartSeries(label=label, values=(1,), unit=unit),))
    assert [series.label for series in draw_chart(chart)] == [shown]


def test_a_run_in_progress_is_shown_with_a_way_to_stop_it(world: World, browser: Browser, script: Script) -> None:
    script.host_parts = (HostPart.RUN,)
    runs = world.pbx.stores.runs
    assert "A run is in progress" not in browser.get(TAB).text
    run_id = runs.begin(world.tenant_id, "m365", "due", None)
    runs.report(run_id, "photos", 30, 120)
    text = browser.get(TAB).text
    assert "Reading photos" in text
    assert "30 of 120" in text
    assert 'value="25"' in text
    assert browser.post(f"/runs/{run_id}/stop").status_code == 303
    assert runs.is_asked_to_stop(run_id)
    runs.finish(run_id, TickReport(status=TickStatus.STOPPED))
    other = runs.begin(world.tenant_id, "another", "due", None)
    assert f"/runs/{other}" not in browser.get(TAB).text, "only runs of this plugin"


def test_the_mail_queue_says_how_much_waits_and_why(world: World, browser: Browser, script: Script) -> None:
    script.host_parts = (HostPart.MAIL_QUEUE,)
    box = world.pbx.stores.outbox
    for n in range(3):
        at_utc = datetime.fromtimestamp(world.pbx.stores.database.now(), timezone.utc)
        note = Notification(
            notification_id=f"n{n}",
            kind=NotificationKind.OTHER,
            to=(f"u{n}@x.example",),
            subject="Hello",
            created_at_utc=at_utc,
        )
        box.put(world.tenant_id, note)
    text = browser.get(TAB).text
    assert re.search(r">3, the oldest since 20\d\d-", text)
    assert "Paused since" not in text
    box.lanes.note_fault(
        world.tenant_id, channel="m365", cause="certificate", reason=f"Not accepted. {EVIL}", remedy="Upload it.",
        not_before=None, is_probe=False, fallback_after_s=None, chance=0.5,
    )  # fmt: skip
    text = browser.get(TAB).text
    assert "Paused since" in text
    assert "Upload it." in text
    assert EVIL not in text
    assert text.count("Not accepted.") == 1, "said once on this tab"


def test_refused_sign_ins_lead_to_their_reference(world: World, browser: Browser, script: Script) -> None:
    script.host_parts = (HostPart.SIGN_INS,)
    assert "No sign-in was refused within 7 days." in browser.get(TAB).text
    audit = world.pbx.stores.audit
    for tenant_id, reference, detail in (
        (world.tenant_id, "7K3MPQ2X", f"user_unknown: nobody {EVIL}"),
        ("other-tenant", "OTHER234", "user_unknown"),
    ):
        audit.record(
            tenant_id, "somebody", "sign_in", outcome="refused", subject="reference", detail=detail, reference=reference
        )
    audit.record(world.tenant_id, "ann", "sign_in", detail="went well")
    text = browser.get(TAB).text
    assert 'href="/audit?reference=7K3MPQ2X"' in text
    assert "User unknown: nobody" in text
    assert EVIL not in text
    assert "OTHER234" not in text
    assert "went well" not in text


def test_a_preview_leads_to_its_approval(world: World, browser: Browser, script: Script) -> None:
    """The plan of a run that changed nothing is approved on the page of that run, as long as the plugin offers it."""
    plan = PlanRef(
        checksum="abc",
        made_at_utc=datetime.now(timezone.utc),
        counts=Counts(created=3),
        approve=ActionRequest(action="agree", values={"sum": "abc", "of": "people"}),
    )
    run_id = world.pbx.stores.runs.begin(world.tenant_id, "m365", "job", "preview")
    assert "approve it" not in browser.get(f"/runs/{run_id}").text
    world.pbx.stores.runs.finish(run_id, TickReport(status=TickStatus.DONE, message="Preview: 3.", plan=plan))
    text = browser.get(f"/runs/{run_id}").text
    assert "If this plan is right, approve it" in text
    assert f'action="{TAB}/do/agree"' in text
    outdated = PlanRef(
        checksum="old",
        made_at_utc=datetime.now(timezone.utc) - timedelta(days=1),
        counts=Counts(created=3),
        approve=ActionRequest(action="agree", values={"sum": "old", "of": "people"}),
    )
    second = world.pbx.stores.runs.begin(world.tenant_id, "m365", "job", "preview")
    world.pbx.stores.runs.finish(second, TickReport(status=TickStatus.DONE, message="Preview: 3.", plan=outdated))
    assert "approve it" not in browser.get(f"/runs/{second}").text
