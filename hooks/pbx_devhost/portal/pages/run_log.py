"""The run log, one run, its plan and the approval of that plan, and "sync now"."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.host_parts import find_percent
from pbx_devhost.portal.jobs import StartedRun
from pbx_devhost.portal.languages import for_reader
from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.pages.plugin_steps import Way, find_way
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import Visit, admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.portal.words import stage_label
from pbx_devhost.texts import _
from pbx_plugin_api import (
    Action,
    Counts,
    InvalidValueError,
    PlanRef,
    PlanRow,
    TickReason,
    load,
    read_plan_rows,
)

pages = Blueprint("run_log", __name__)

_PLAN_ROWS_SHOWN: Final = 500
_PLAN_PAGE_SIZE: Final = 200
_USER_COUNTS: Final = ("created", "updated", "disabled", "enabled", "deleted", "linked", "unchanged", "skipped")


@pages.get("/runs")
@admin_only
@also_for_system
def list_runs() -> ResponseReturnValue:
    """List the runs, newest first."""
    visit, page = the_visit(), read_page()
    rows = the_pbx().stores.runs.rows(visit.tenant.pbx_tenant_id, offset=page.offset, limit=page.size + 1)
    shown = page.of(list(rows))
    return render_template(
        "runs.html",
        page=shown,
        counts={row.id: _counts(row) for row in shown.rows},
        plugins=[] if visit.is_system_scope else the_pbx().plugins.tick_plugins(visit.tenant),
    )


@pages.post("/runs")
@admin_only
def sync_now() -> ResponseReturnValue:
    """Run a plugin now."""
    visit, plugin = the_visit(), request.form.get("plugin", "")
    if plugin not in the_pbx().plugins.tick_plugins(visit.tenant):
        abort(404)
    the_pbx().stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "sync.now", subject=plugin)
    started = current_app.extensions["jobs"].start(visit.tenant, plugin, TickReason.FORCED)
    return show_started(started)


@pages.get("/runs/<run_id>")
@admin_only
@also_for_system
def show_run(run_id: str) -> ResponseReturnValue:
    """Show one run, its problems, and the plan it made."""
    visit, row = the_visit(), _require(run_id)
    page = read_page()
    found = the_pbx().stores.runs.problems(run_id, offset=page.offset, limit=page.size + 1)
    plan = _read_plan(row)
    plan_rows = _read_plan_rows(visit, plan) if plan is not None else None
    approval = _find_approval(visit, row, plan)
    following = _find_next_step(visit, row) if approval is None and row.status != "running" else None
    return render_template(
        "run.html",
        run=row,
        counts=_counts(row),
        problem_counts=json.loads(row.problem_counts),
        page=page.of(list(found)),
        plan=plan,
        plan_rows=plan_rows,
        approval=approval,
        following=following,
        percent=find_percent(row),
    )


@pages.get("/runs/<run_id>/plan")
@admin_only
@also_for_system
def show_plan(run_id: str) -> ResponseReturnValue:
    """Show all rows of the plan that a run made, page by page."""
    visit, row = the_visit(), _require(run_id)
    plan = _read_plan(row)
    if plan is None:
        abort(404)
    page = replace(read_page(), search="", size=_PLAN_PAGE_SIZE)
    rows = _read_plan_rows(visit, plan, skip=page.offset, limit=page.size + 1)
    return render_template("plan.html", run=row, plan=plan, page=None if rows is None else page.of(rows))


@pages.get("/runs/<run_id>/progress")
@admin_only
@also_for_system
def progress(run_id: str) -> ResponseReturnValue:
    """How far a run is, for the script of the page."""
    row = _require(run_id)
    return {
        "status": row.status,
        "stage": row.stage,
        "label": for_reader(stage_label(row.stage)),
        "done": row.done,
        "total": row.total,
        "percent": find_percent(row),
        "is_running": row.status == "running",
    }


@pages.post("/runs/<run_id>/stop")
@admin_only
@also_for_system
def stop(run_id: str) -> ResponseReturnValue:
    """Ask a run to stop at the next safe place."""
    visit, row = the_visit(), _require(run_id)
    if not the_pbx().stores.runs.ask_to_stop(run_id):
        return redirect_with_note(f"/runs/{run_id}", _("This run has ended already. Nothing was stopped."), "warning")
    the_pbx().stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "sync.stop", subject=row.plugin)
    return redirect_with_note(f"/runs/{run_id}", _("The run stops at the next safe place."), "warning")


def show_started(started: StartedRun) -> ResponseReturnValue:
    """Redirect the browser to the run that was started, or say why there is none."""
    if started.run_id is None:
        return redirect_with_note("/runs", started.sentence, "warning")
    if started.sentence:
        return redirect_with_note(f"/runs/{started.run_id}", started.sentence, "warning")
    return redirect(f"/runs/{started.run_id}", code=303)


def _require(run_id: str) -> Any:
    row = the_pbx().stores.runs.get(run_id)
    if row is None or row.tenant_id != the_visit().tenant.pbx_tenant_id:
        abort(404)
    return row


def _counts(row: Any) -> dict[str, int]:
    """A run's counts by name. Those of contacts and photos only if they are not 0."""
    counts = json.loads(row.counts)
    return {name: counts.get(name, 0) for name in Counts().as_dict() if name in _USER_COUNTS or counts.get(name)}


def _read_plan(row: Any) -> PlanRef | None:
    """The plan of a run. None if there is none, or if another version wrote it in a form that this one cannot read."""
    try:
        return load(PlanRef, json.loads(row.plan)) if row.plan else None
    except ValueError:  # of which InvalidValueError is one
        return None


def _read_plan_rows(
    visit: Visit, plan: PlanRef, *, skip: int = 0, limit: int = _PLAN_ROWS_SHOWN
) -> list[PlanRow] | None:
    """Some rows of a plan. None if there are none, or if they expired or cannot be read."""
    blobs = the_pbx().stores.blobs(visit.tenant.pbx_tenant_id)
    if plan.rows_blob is None or blobs.info(plan.rows_blob) is None:
        return None
    try:
        with blobs.open(plan.rows_blob) as file:
            return list(itertools.islice(read_plan_rows(file, skip=skip), limit))
    except InvalidValueError:
        return None


def _find_next_step(visit: Visit, row: Any) -> Way | None:
    """What comes after a run that a page started: the step that is next on that page."""
    if not row.job:
        return None
    drawn = the_pbx().plugins.settings_pages(visit.tenant, visit.viewer, plugin=row.plugin)
    page = drawn[0].value if drawn else None
    return find_way(row.plugin, page) if page is not None else None


def _find_approval(visit: Visit, row: Any, plan: PlanRef | None) -> tuple[str, Action] | None:
    """The tab and button that approve this plan, a preview's too. None if the page offers another plan by now."""
    if row.status == "running" or plan is None or plan.approve is None:
        return None
    wanted = plan.approve
    for answer in the_pbx().plugins.settings_pages(visit.tenant, visit.viewer, plugin=row.plugin):
        if answer.value is None:
            continue
        for tab in answer.value.tabs:
            for action in tab.actions:
                offered = {field.name: field.value for field in action.parameters}
                if action.name == wanted.action and wanted.values.items() <= offered.items():
                    return tab.name, action
    return None
