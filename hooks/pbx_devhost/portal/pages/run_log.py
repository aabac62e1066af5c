"""The run log; one run while it runs and after; the plan that waits for a word; and "sync now"."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.jobs import StartedRun
from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import Visit, admin_only, the_pbx, the_visit
from pbx_plugin_api import Action, TickReason

__all__ = ["pages", "show_started"]

pages = Blueprint("run_log", __name__)

_PLAN_ROWS_SHOWN: Final = 500
_PLAN_LINE_MAX_CHARS: Final = 100_000
_COUNTS: Final = ("created", "updated", "disabled", "enabled", "deleted", "linked", "unchanged", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlanRow:
    """One line of a plan, as it is shown."""

    action: str
    name: str
    who: str
    why: str
    changes: tuple[tuple[str, Any, Any], ...]
    """Field, before, after."""


@pages.get("/runs")
@admin_only
def list_runs() -> ResponseReturnValue:
    """List the runs, newest first."""
    visit, page = the_visit(), read_page()
    rows = list(the_pbx().stores.runs.rows(visit.tenant.pbx_tenant_id, limit=page.offset + page.size + 1))
    shown = page.of(rows[page.offset :])
    return render_template(
        "runs.html",
        page=shown,
        counts={row.id: _counts(row) for row in shown.rows},
        plugins=the_pbx().plugins.tick_plugins(visit.tenant),
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
def show_run(run_id: str) -> ResponseReturnValue:
    """Show one run, its problems, and the plan it made."""
    visit, row = the_visit(), _require(run_id)
    page = read_page()
    found = the_pbx().stores.runs.problems(run_id, limit=page.offset + page.size + 1)
    plan = json.loads(row.plan) if row.plan else None
    return render_template(
        "run.html",
        run=row,
        counts=_counts(row),
        problem_counts=json.loads(row.problem_counts),
        page=page.of(list(itertools.islice(found, page.offset, None))),
        plan=plan,
        plan_rows=_plan_rows(visit, plan),
        approval=_find_approval(visit, row, plan),
        percent=_percent(row),
    )


@pages.get("/runs/<run_id>/progress")
@admin_only
def progress(run_id: str) -> ResponseReturnValue:
    """Tell a script how far a run is."""
    row = _require(run_id)
    return {
        "status": row.status,
        "stage": row.stage,
        "done": row.done,
        "total": row.total,
        "percent": _percent(row),
        "is_running": row.status == "running",
    }


@pages.post("/runs/<run_id>/stop")
@admin_only
def stop(run_id: str) -> ResponseReturnValue:
    """Ask a run to end at the next safe place."""
    visit, row = the_visit(), _require(run_id)
    the_pbx().stores.runs.ask_to_stop(visit.tenant.pbx_tenant_id)
    the_pbx().stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "sync.stop", subject=row.plugin)
    return redirect_with_note(f"/runs/{run_id}", "The run ends at the next safe place.", "warning")


def show_started(started: StartedRun) -> ResponseReturnValue:
    """Send the browser to the run that was started, or say why there is none."""
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
    counts = json.loads(row.counts)
    return {name: counts.get(name, 0) for name in _COUNTS}


def _percent(row: Any) -> int | None:
    return min(100, 100 * row.done // row.total) if row.total else None


def _plan_rows(visit: Visit, plan: dict[str, Any] | None) -> list[_PlanRow]:
    """The first rows of a plan, as its blob holds them: JSON lines, keys up to the plugin."""
    blob = plan.get("rows_blob") if plan else None
    blobs, tenant_id = the_pbx().stores.blobs, visit.tenant.pbx_tenant_id
    if not blob or blobs.info(tenant_id, blob) is None:
        return []
    with blobs.open(tenant_id, blob) as file:
        lines = iter(lambda: file.readline(_PLAN_LINE_MAX_CHARS), b"")
        shapes = [json.loads(line) for line in itertools.islice(lines, _PLAN_ROWS_SHOWN)]
    return [_read_plan_row(shape) for shape in shapes if isinstance(shape, dict)]


def _read_plan_row(shape: dict[str, Any]) -> _PlanRow:
    changes = shape.get("changes")
    fields = changes.items() if isinstance(changes, dict) else ()
    return _PlanRow(
        action=str(shape.get("action") or ""),
        name=str(shape.get("display_name") or ""),
        who=str(shape.get("upn") or shape.get("entra_object_id") or ""),
        why=" ".join(str(shape[key]) for key in ("reason", "detail") if shape.get(key)),
        changes=tuple(
            (name, *(change if isinstance(change, list) and len(change) == 2 else (None, change)))
            for name, change in fields
        ),
    )


def _find_approval(visit: Visit, row: Any, plan: dict[str, Any] | None) -> tuple[str, Action] | None:
    """The button of the plugin's page that approves this very plan: it has a parameter `checksum` of this value."""
    if row.status != "needs_approval" or plan is None:
        return None
    for answer in the_pbx().plugins.settings_pages(visit.tenant, visit.viewer):
        if answer.plugin != row.plugin or answer.value is None:
            continue
        for tab in answer.value.tabs:
            for action in tab.actions:
                names = {field.name: field.value for field in action.parameters}
                if names.get("checksum") == plan["checksum"]:
                    return tab.name, action
    return None
