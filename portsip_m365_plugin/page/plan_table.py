"""The first rows of a plan, as a table."""

from __future__ import annotations

from itertools import islice
from typing import Final

from pbx_plugin_api import FieldChange, Host, InvalidValueError, PlanAction, PlanRef, PlanRow, Table, read_plan_rows
from portsip_m365_plugin.page.words import say_field, say_reason

SHOWN_ROWS_MAX: Final = 200
_NOTES: Final = frozenset({"ambiguous_match", "value_lost"})
"""Problems of people who become users all the same."""


def plan_table(host: Host, plan: PlanRef) -> Table:
    """Return the first rows of a plan as a table. Cost: the plan's rows are read once."""
    rows: list[tuple[str, str, str, str]] = []
    more = 0
    empty_text = "Nothing to change."
    if plan.rows_blob is not None and host.blobs.info(plan.rows_blob) is not None:
        try:
            with host.blobs.open(plan.rows_blob) as file:
                rows.extend(_show(row) for row in islice(read_plan_rows(file), SHOWN_ROWS_MAX))
                more = sum(1 for _ in file)  # a plan may have 200,000 rows: the rest is counted, not parsed
        except InvalidValueError:
            empty_text = "An older version of the plugin made this plan; it can no longer be shown. Press Preview."
    if more:
        rows.append(("…", f"{more} more", "", "The run log has the whole plan, page by page."))
    return Table(
        title="What this plan would do",
        columns=("Action", "Name", "Sign-in name", "What"),
        rows=tuple(rows),
        empty_text=empty_text,
    )


def _show(row: PlanRow) -> tuple[str, str, str, str]:
    who = row.login_name or row.subject or ""
    reason = say_reason(row.reason) if row.reason else ""
    if row.action is PlanAction.PROBLEM:
        kind = "note" if row.reason in _NOTES else "left out"
        return f"{kind}: {reason}", row.display_name or "", who, row.detail
    what = "; ".join(map(_show_change, row.changes)) or reason
    if row.extension_number is not None:
        what = f"Extension {row.extension_number}"
    return row.action.value, row.display_name or "", who, what


def _show_change(change: FieldChange) -> str:
    before, after = ("(empty)" if value is None else value for value in (change.before, change.after))
    return f"{say_field(change.field)}: {before} → {after}"
