"""What the command line prints as JSON: plain dictionaries with stable names."""

from __future__ import annotations

import json
import re
from typing import Any

from pbx_devhost.cli.headings import RUN_COUNTS, RUN_STATUSES, count
from pbx_devhost.cli.language import say
from pbx_devhost.core import Pbx
from pbx_devhost.runs.runner import RunResult
from pbx_devhost.store.audit import read_changes
from pbx_devhost.store.database import from_timestamp
from pbx_devhost.store.notices import KeptNotice
from pbx_devhost.store.outbox.lanes import Fault
from pbx_devhost.texts import _, _n
from pbx_plugin_api import (
    Counts,
    Done,
    Fact,
    InvalidValueError,
    PlanRef,
    PlanRow,
    Priority,
    Refused,
    SettingsPage,
    Step,
    Tenant,
    dump,
    listing,
    load,
    sentences,
)
from pbx_plugin_api.hosting.manager import PluginState

_USER_TEXTS = (
    "username",
    "display_name",
    "email",
    "extension_number",
    "mobile_phone",
    "mobile_phone_e164",
    "work_phone",
    "work_phone_e164",
    "home_phone",
    "department",
    "role",
    "disabled_reason",
    "authority",
    "subject",
    "photo_sha256",
)


def show_time(seconds: float | None) -> str | None:
    """Return an ISO time, UTC."""
    moment = from_timestamp(seconds)
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def show_tenant(pbx: Pbx, tenant: Tenant) -> dict[str, Any]:
    """A tenant."""
    origins = pbx.stores.tenants.origins(tenant)
    return {
        "id": tenant.pbx_tenant_id,
        "name": tenant.name,
        "sip_domain": tenant.sip_domain,
        "time_zone": tenant.time_zone,
        "country": tenant.country,
        "user_limit": tenant.user_limit,
        "web_origin": origins.web,
        "sbc_origin": origins.sbc,
    }


def show_plugin(state: PluginState) -> dict[str, Any]:
    """A plugin."""
    return {
        "name": state.name,
        "distribution": state.distribution,
        "version": state.version,
        "status": state.status,
        "reason": state.reason,
        "hooks": list(state.hooks),
        "summary": state.about.summary,
        "author": state.about.author,
        "documentation": state.about.documentation_url,
    }


def show_page(page: SettingsPage) -> dict[str, Any]:
    """A settings page: values, facts, tables and actions, flat."""
    return {
        "title": page.title,
        "version": page.version,
        "headlines": {tab.name: tab.headline.value for tab in page.tabs if tab.headline is not None},
        "steps": [show_step(step) for tab in page.tabs for step in tab.steps],
        "values": {field.name: field.value for tab in page.tabs for field in tab.fields},
        "facts": [
            {"label": label, "value": value, "severity": severity}
            for label, value, severity in dict.fromkeys(
                (f.label, f.value, f.severity.value) for tab in page.tabs for f in tab.facts
            )  # several tabs may say the same
        ],
        "charts": [
            {"title": c.title, "labels": list(c.labels), "series": {s.label: list(s.values) for s in c.series}}
            for tab in page.tabs
            for c in tab.charts
        ],
        "tables": [
            {"title": table.title, "columns": list(table.columns), "rows": [list(row) for row in table.rows]}
            for tab in page.tabs
            for table in tab.tables
        ],
        "actions": [
            {"name": a.name, "label": a.label, "enabled": a.enabled, "why_disabled": a.why_disabled}
            for tab in page.tabs
            for a in tab.actions
        ],
    }


def show_step(step: Step) -> dict[str, Any]:
    """A step of a page."""
    proven_at = step.proven_at_utc.timestamp() if step.proven_at_utc is not None else None
    return {
        "name": step.name,
        "title": step.title,
        "state": step.state.value,
        "proven_at": show_time(proven_at),
        "detail": step.detail,
        "remedy": step.remedy,
        "fields": list(step.fields),
        "actions": list(step.actions),
        "is_next": step.is_next,
    }


def show_done(done: Done) -> dict[str, Any]:
    """The result of an action."""
    return {
        "message": done.message,
        "facts": list(map(show_fact, done.facts)),
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [list(row) for row in t.rows]} for t in done.tables
        ],
        **({"data": dict(done.data)} if done.data else {}),
    }


def show_refused(refused: Refused) -> dict[str, Any]:
    """An action that was refused, or that found a fault."""
    return {
        "message": refused.message,
        "remedy": refused.remedy,
        "facts": list(map(show_fact, refused.facts)),
        **({"data": dict(refused.data)} if refused.data else {}),
    }


def show_fact(fact: Fact) -> dict[str, Any]:
    """A fact of a page or of an action."""
    help_text = {"help": fact.help} if fact.help else {}
    return {"label": fact.label, "value": fact.value, "severity": fact.severity.value, **help_text}


def show_plan_row(row: PlanRow) -> dict[str, Any]:
    """A row of a plan."""
    return {
        "action": row.action.value,
        "subject": row.subject,
        "display_name": row.display_name,
        "login_name": row.login_name,
        "extension_number": row.extension_number,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in row.changes],
        "reason": row.reason,
        "detail": row.detail,
    }


def show_user(row: Any) -> dict[str, Any]:
    """A user."""
    # Scripts read these names, which come from contract 1.0.
    old = {"entra_tenant_id": row.authority, "entra_object_id": row.subject}
    return {**{name: getattr(row, name) for name in _USER_TEXTS}, **old, "id": row.id, "enabled": bool(row.enabled)}


def file_path(blob: str, filename: str) -> str:
    """Return the path of a link to a file. The reference cannot be guessed: only the mail's recipients have it."""
    return f"/files/{blob}/{re.sub(r'[^A-Za-z0-9._-]+', '-', filename)}"


def show_mail(row: Any) -> dict[str, Any]:
    """A mail of the queue, without its contents."""
    names = ("id", "kind", "state", "subject", "attempt", "n_unknown", "channel", "reason", "remedy", "detail")
    times = ("created_at", "due_at", "expires_at", "finished_at")
    return {
        **{name: getattr(row, name) for name in names},
        **{name: show_time(getattr(row, name)) for name in times},
        "priority": Priority(row.priority).name.lower(),
        "recipients": json.loads(row.recipients),
        "refused": [{"address": address, "reason": load(str, reason)} for address, reason in json.loads(row.refused)],
    }


def show_fault(fault: Fault) -> dict[str, Any]:
    """A fault that stops the mail of a tenant."""
    names = ("tenant_id", "channel", "cause", "reason", "remedy")
    shape: dict[str, Any] = {name: getattr(fault, name) for name in names}
    return {**shape, "since": show_time(fault.since), "next_try_at": show_time(fault.probe_at)}


def show_notice(kept: KeptNotice) -> dict[str, Any]:
    """A notice to administrators."""
    shape = dump(kept.notice, plain=True)
    del shape["type"]
    times = {
        name.removesuffix("_utc"): shape.pop(name)
        for name in ("raised_at_utc", "repeated_at_utc", "ended_at_utc", "dismissed_at_utc")
    }
    shape |= {"subject": kept.notice.subject, "text": kept.notice.text}  # a table is read in any language
    return {**times, **shape, "plugin": kept.plugin, "dismissed_by": kept.dismissed_by}


def show_run(pbx: Pbx, row: Any, *, problems_at_most: int | None = None) -> dict[str, Any]:
    """A run, with its problems."""
    counts = json.loads(row.counts)
    return {
        "id": row.id,
        "plugin": row.plugin,
        "reason": row.reason,
        "job": row.job,
        "status": row.status,
        "message": row.message,
        "started_at": show_time(row.started_at),
        "finished_at": show_time(row.finished_at),
        "counts": {name: counts.get(name, 0) for name in Counts().as_dict()},
        "problem_counts": json.loads(row.problem_counts),
        "problems": [_show_problem(problem) for problem in pbx.stores.runs.problems(row.id, limit=problems_at_most)],
        "requests": row.requests,
        "plan": _show_plan(row.plan),
    }


def _show_problem(row: Any) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "login_name": row.login_name,
        "reason": row.reason,
        "detail": row.detail,
        # Scripts read these names, which come from contract 1.0.
        "entra_object_id": row.subject,
        "upn": row.login_name,
    }


def show_result(pbx: Pbx, result: RunResult) -> dict[str, Any]:
    """The result of one request to run."""
    if result.run_id is None:
        return {"tenant": result.tenant.name, "plugin": result.plugin, "status": "busy", "message": result.sentence}
    if result.report is not None and result.report.quiet:  # the run log keeps no row of it
        quiet = {"plugin": result.plugin, "status": result.report.status.value, "message": result.report.message}
        return {"tenant": result.tenant.name} | quiet | {"requests": result.report.requests, "quiet": True}
    return {"tenant": result.tenant.name} | show_run(pbx, pbx.stores.runs.get(result.run_id))


def describe_result(result: RunResult) -> str:
    """One line about a run: also its message if it is done; otherwise the message is the error."""
    report, tenant = result.report, result.tenant.name
    if report is None:
        return _("{tenant}: not run", tenant=tenant)
    counts = count(report.counts.as_dict().items(), RUN_COUNTS)
    # Translators: how a run of a tenant ended, such as "Contoso: done; 3 created, 1 updated; 12 requests."
    line = _n(
        "{tenant}: {status}; {counts}; {n} request.",
        "{tenant}: {status}; {counts}; {n:,} requests.",
        report.requests,
        tenant=tenant,
        status=RUN_STATUSES[report.status],
        counts=listing(counts) if counts else _("no changes"),
    )
    return sentences(line, report.message) if result.is_done else line


def show_audit(row: Any) -> dict[str, Any]:
    """A line of the audit log."""
    return {
        "at": show_time(row.at),
        "actor": row.actor,
        "event": row.event,
        "outcome": row.outcome,
        "subject": row.subject,
        "detail": row.detail,
        "address": row.address,
        "reference": row.reference,
        "changes": [{"name": n, "before": before, "after": after} for n, before, after in read_changes(row)],
    }


def describe_changes(changes: list[dict[str, str | None]]) -> str:
    """What a line of the audit log says has changed, on one line, in the language of the command line."""
    parts = (f"{c['name']}: {say(_or_unset(c['before']))} → {say(_or_unset(c['after']))}" for c in changes)
    return " ".join("; ".join(parts).split())


def _or_unset(value: str | None) -> str:
    return _("(not set)") if value is None else value or _("(empty)")


def _show_plan(stored: str | None) -> Any:
    """A plan as JSON in English. One that another version wrote is shown as it is, so that the list does not end."""
    if not stored:
        return None
    try:
        return dump(load(PlanRef, json.loads(stored)), plain=True)
    except InvalidValueError:
        return json.loads(stored)
