"""The first rows of a plan, as a table."""

from __future__ import annotations

from itertools import islice
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, PlanAction, PlanRef, PlanRow, Table, read_plan_rows
from portsip_m365_plugin.page.words import say_changes, say_plan_action, say_reason
from portsip_m365_plugin.texts import _, _n

SHOWN_ROWS_MAX: Final = 200
_NOTES: Final = frozenset({"ambiguous_match", "value_lost"})
"""Problems of people who become users all the same."""


def plan_table(host: Host, plan: PlanRef) -> Table:
    """Return the first rows of a plan as a table. Cost: the plan's rows are read once."""
    rows: list[tuple[str, str, str, str]] = []
    more = 0
    empty_text = _("Nothing to change.")
    if plan.rows_blob is not None and host.blobs.info(plan.rows_blob) is not None:
        try:
            with host.blobs.open(plan.rows_blob) as file:
                rows.extend(_show(row) for row in islice(read_plan_rows(file), SHOWN_ROWS_MAX))
                more = sum(1 for _ in file)  # a plan may have 200,000 rows: the rest is counted, not parsed
        except InvalidValueError:
            empty_text = _("An older version of the plugin made this plan; it can no longer be shown. Press Preview.")
    if more:
        rows.append(("…", _n("{n:,} more", "{n:,} more", more), "", _("The run log has the whole plan, page by page.")))
    return Table(
        title=_("What this plan would do"),
        columns=(_("Action"), _("Name"), _("Sign-in name"), _("What")),
        rows=tuple(rows),
        empty_text=empty_text,
    )


def _show(row: PlanRow) -> tuple[str, str, str, str]:
    who = row.login_name or row.subject or ""
    reason = say_reason(row.reason) if row.reason else ""
    if row.action is PlanAction.PROBLEM:
        # Translators: What the plan does about a person; {reason} says why.
        kind = _("note: {reason}", reason=reason) if row.reason in _NOTES else _("left out: {reason}", reason=reason)
        return kind, row.display_name or "", who, row.detail
    what = say_changes((each.field, each.before, each.after) for each in row.changes) or reason
    if row.extension_number is not None:
        what = _("Extension {number}", number=row.extension_number)
    return say_plan_action(row.action), row.display_name or "", who, what
