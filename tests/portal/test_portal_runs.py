"""Runs in the portal: progress, the run log, plans and their approval."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import update

from pbx_devhost.portal.words import stage_label
from pbx_devhost.store.sql.schema import runs
from pbx_plugin_api import (
    PLAN_ROWS_CONTENT_TYPE,
    ActionRequest,
    Counts,
    FieldChange,
    PlanAction,
    PlanRef,
    PlanRow,
    Stage,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    dump,
    write_plan_rows,
)
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_world import World


def _wait_for_end(world: World, run_id: str) -> Any:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        row = world.pbx.stores.runs.get(run_id)
        if row.status != "running":
            return row
        time.sleep(0.02)
    raise AssertionError("the run did not end")


def test_long_work_has_a_progress_page(world: World, script: Script) -> None:
    import threading

    reached, go_on = threading.Event(), threading.Event()

    def tick(host: Any, tick: Tick) -> TickReport:
        assert tick.reason is TickReason.JOB
        host.progress.report("Halfway", 5, 10)
        reached.set()
        assert go_on.wait(20)
        return TickReport(status=TickStatus.DONE, message="Finished.", counts=Counts(created=2))

    script.tick = tick
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    sent = browser.post("/plugins/m365/main/do/long")
    assert sent.status_code == 303
    run_path = sent.headers["Location"]
    try:
        assert reached.wait(20)
        page = browser.get(run_path).text
        assert 'http-equiv="refresh"' in page
        progress = browser.get(f"{run_path}/progress").json
        assert progress is not None
        assert (progress["stage"], progress["percent"], progress["is_running"]) == ("Halfway", 50, True)
        assert progress["label"] == "Halfway", "a stage of the plugin's own shows as the plugin calls it"
        # While a run is in progress, "Sync now" leads to it and starts no second one.
        busy = browser.post("/runs", {"plugin": "m365"}, csrf=True)
        assert busy.status_code == 303
    finally:
        go_on.set()
    row = _wait_for_end(world, run_path.rpartition("/")[2])
    assert row.status == "done"
    page = browser.get(run_path).text
    assert "Finished." in page
    assert "progress" not in browser.get("/runs").text


def test_sync_now_and_what_was_wrong_with_whom(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/runs")
    sent = browser.post("/runs", {"plugin": "m365"})
    run_path = sent.headers["Location"]
    _wait_for_end(world, run_path.rpartition("/")[2])
    text = browser.get(run_path).text
    assert "Did it." in text
    assert "1 no name" in text
    assert "Give them a name." in text
    assert EVIL not in text
    assert browser.post("/runs", {"plugin": "other"}).status_code in (403, 404)


def test_a_plan_that_nobody_can_approve_shows_why(world: World, script: Script) -> None:
    plan = PlanRef(checksum="abc", made_at_utc=datetime.now(timezone.utc), counts=Counts(disabled=9), why="Too many.")
    script.tick = lambda host, tick: TickReport(status=TickStatus.NEEDS_APPROVAL, message="Look first.", plan=plan)
    browser = world.browser()
    browser.log_in()
    browser.get("/runs")
    run_path = browser.post("/runs", {"plugin": "m365"}).headers["Location"]
    _wait_for_end(world, run_path.rpartition("/")[2])
    text = browser.get(run_path).text
    assert "Needs approval" in text
    assert "9 disabled" in text
    assert "settings page" in text


def _finish_a_run(world: World, report: TickReport) -> str:
    """Store a finished run and return the path of its page."""
    runs = world.pbx.stores.runs
    run_id = runs.begin(world.tenant_id, "m365", "forced", None)
    runs.finish(run_id, report)
    return f"/runs/{run_id}"


def _store_rows(world: World, content: bytes) -> str:
    return world.pbx.stores.blobs(world.tenant_id).put(
        iter([content]), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=3600
    )


def test_a_plan_shows_its_rows(world: World, script: Script) -> None:
    changes = (FieldChange(field="email", before="a@x.example", after=EVIL), FieldChange(field="department"))
    rows = [
        PlanRow(action=PlanAction.UPDATE, subject="8a1f", display_name=EVIL, changes=changes),
        PlanRow(action=PlanAction.PROBLEM, login_name="g@x.example", reason="no_licence", detail="Give them one."),
    ]
    blob = _store_rows(world, b"".join(write_plan_rows(rows)))
    plan = PlanRef(checksum="abc", made_at_utc=datetime.now(timezone.utc), counts=Counts(updated=1), rows_blob=blob)
    path = _finish_a_run(world, TickReport(status=TickStatus.DONE, plan=plan))
    browser = world.browser()
    browser.log_in()
    text = browser.get(path).text
    assert "a@x.example" in text
    assert "8a1f" in text
    assert "no licence Give them one." in text
    assert EVIL not in text


def test_the_whole_plan_is_shown_page_by_page(world: World, script: Script) -> None:
    rows = [PlanRow(action=PlanAction.CREATE, subject=f"oid-{n}-end", display_name=EVIL) for n in range(401)]
    blob = _store_rows(world, b"".join(write_plan_rows(rows)))
    plan = PlanRef(checksum="abc", made_at_utc=datetime.now(timezone.utc), counts=Counts(created=401), rows_blob=blob)
    path = _finish_a_run(world, TickReport(status=TickStatus.DONE, plan=plan))
    assert world.browser().get(f"{path}/plan").status_code in (302, 303), "for administrators only"
    browser = world.browser()
    browser.log_in()
    assert f'href="{path}/plan"' in browser.get(path).text
    shown: list[str] = []
    for number, (first, last) in enumerate([(1, 200), (201, 400), (401, 401)], start=1):
        text = browser.get(f"{path}/plan?page={number}").text
        shown += re.findall(r"oid-(\d+)-end", text)
        assert f"Lines {first} to {last}" in text
        assert "401 created" in text
        assert f'href="{path}"' in text, "the way back"
        assert EVIL not in text
        assert ('rel="next"' in text) is (number < 3)
    assert shown == [str(n) for n in range(401)], "each line once, in order"
    assert browser.get(f"{path}/plan?page=4").headers["Location"] == f"{path}/plan?page=1"
    expired = _finish_a_run(world, TickReport(status=TickStatus.DONE, plan=replace(plan, rows_blob="expired")))
    gone = browser.get(f"{expired}/plan")
    assert (gone.status_code, "no longer stored" in gone.text) == (200, True)
    without = _finish_a_run(world, TickReport(status=TickStatus.DONE))
    assert browser.get(f"{without}/plan").status_code == 404


def test_a_plan_of_an_older_version_does_no_harm(world: World, script: Script) -> None:
    """Its rows had other keys, and it did not name the action that approves it."""
    old = b'{"action":"create","entra_object_id":"8a1f","upn":"ada@x.example","display_name":"Ada","changes":{}}\n'
    plan = PlanRef(
        checksum="abc",
        made_at_utc=datetime.now(timezone.utc),
        counts=Counts(disabled=9),
        rows_blob=_store_rows(world, old),
    )
    path = _finish_a_run(world, TickReport(status=TickStatus.NEEDS_APPROVAL, message="Look first.", plan=plan))
    shape = dump(plan)
    del shape["approve"]
    shape["counts"] = {"type": "Counts", "disabled": 9}

    def keep(plan_text: str) -> None:
        with world.pbx.stores.database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == path.rpartition("/")[2]).values(plan=plan_text))

    keep(json.dumps(shape))
    browser = world.browser()
    browser.log_in()
    text = browser.get(path).text
    assert "9 disabled" in text
    assert "lines of this plan are no longer stored." in text
    keep(json.dumps(shape | {"colour": "red"}))
    text = browser.get(path).text
    assert "can no longer be shown" in text
    assert "Look first." in text


def test_a_plan_is_approved_by_the_action_that_it_names(world: World, script: Script) -> None:
    """The page finds the action by name and values. It knows no parameter names."""

    def show(values: dict[str, str]) -> str:
        approve = ActionRequest(action="agree", values=values)
        plan = PlanRef(
            checksum="abc", made_at_utc=datetime.now(timezone.utc), counts=Counts(contacts_deleted=40), approve=approve
        )
        path = _finish_a_run(world, TickReport(status=TickStatus.NEEDS_APPROVAL, message="Look first.", plan=plan))
        return browser.get(path).text

    browser = world.browser()
    browser.log_in()
    old = show({"sum": "old"})
    assert "A newer plan has been made since." in old
    assert "/do/agree" not in old
    text = show({"sum": "abc"})
    assert "40 contacts deleted" in text
    form = re.search(r'action="(/plugins/m365/main/do/agree)"', text)
    assert form is not None
    assert '<input type="hidden" name="p-sum" value="abc">' in text
    assert "Agreed." in browser.post(form[1], {"p-sum": "abc"}).text
    assert script.pressed[-1].values["sum"] == "abc"
    tab = browser.get("/plugins/m365/main").text
    assert '<input type="hidden" name="p-of" value="people">' in tab
    assert '<label for="p-of"' not in tab


def test_contacts_and_photos_are_counted_where_there_were_any(world: World, script: Script) -> None:
    counts = Counts(contacts_created=1500, contacts_unchanged=7, mailboxes_read=3, photos_stored=2)
    path = _finish_a_run(world, TickReport(status=TickStatus.DONE, counts=counts))
    browser = world.browser()
    browser.log_in()
    text = re.sub(r"<[^>]+>", " ", browser.get(path).text)
    for shown in ("1,500 contacts created", "3 mailboxes read", "2 photos stored", "0 created"):
        assert shown in " ".join(text.split())
    assert "contacts deleted" not in text
    listed = " ".join(re.sub(r"<[^>]+>", " ", browser.get("/runs").text).split())
    assert "1,500 contacts created 2 photos stored" in listed


@pytest.mark.parametrize(("stage", "label"), [("", "Starting"), (Stage.READ, "Reading people"), ("Baking", "Baking")])
def test_a_stage_has_a_label(stage: str, label: str) -> None:
    assert stage_label(stage) == label


def test_every_stage_of_the_contract_has_a_label_of_its_own() -> None:
    labels = [stage_label(stage) for stage in Stage]
    assert len(set(labels)) == len(labels)
    assert not set(labels) & {stage.value for stage in Stage}


def test_the_plugins_words_stand_for_its_codes(world: World) -> None:
    """In the run log its reasons and jobs, in the audit log its buttons and events."""
    script = Script(words={"no_name": "nobody knows the name", "long": "All of it", "ping.heard": "An echo came"})
    script.install(world)
    browser = world.browser()
    browser.log_in()
    run_id = world.pbx.stores.runs.begin(world.tenant_id, "m365", "job", "long")
    report = TickReport(status=TickStatus.DONE, problem_counts={"no_name": 2, "other_thing": 1})
    world.pbx.stores.runs.finish(run_id, report)
    text = browser.get(f"/runs/{run_id}").text
    assert "2 nobody knows the name" in text
    assert "1 other thing" in text
    assert "All of it" in browser.get("/runs").text
    world.pbx.stores.audit.record(world.tenant_id, "plugin:m365", "ping.heard")
    world.pbx.stores.audit.record(world.tenant_id, "admin", "action.long", subject="m365")
    lines = browser.get("/audit").text
    assert "An echo came" in lines
    assert "Button: All of it" in lines
