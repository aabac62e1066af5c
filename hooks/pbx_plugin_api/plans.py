"""Plans: what a run would do, shown to an administrator before it is done, and how it is approved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO, Final

from pbx_plugin_api import rules
from pbx_plugin_api.counts import Counts
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.settings_page import ActionRequest
from pbx_plugin_api.texts import Text
from pbx_plugin_api.travel import dump, load

__all__ = [
    "PLAN_ROWS_CONTENT_TYPE",
    "FieldChange",
    "PlanAction",
    "PlanRef",
    "PlanRow",
    "read_plan_rows",
    "write_plan_rows",
]

PLAN_ROWS_CONTENT_TYPE: Final = "application/x-ndjson"
"""Content type of a blob of plan rows."""

_LINE_MAX_BYTES: Final = 100_000


class PlanAction(StrEnum):
    """What a plan would do about one person."""

    CREATE = "create"
    LINK = "link"
    """Link a user made by hand to the person."""
    UPDATE = "update"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    FORGET = "forget"
    """Drop the link of a person who is gone at the source and whose user is gone in the PBX."""
    PROBLEM = "problem"
    """Leave the person out, or do only a part; `reason` and `detail` say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a user, before and after. None means empty."""

    field: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One line of a plan: one action for one person. A person may have several rows."""

    action: PlanAction
    subject: str | None = None
    """The person's id at the source, as in `UserLink.subject`; None where the row is not about one person."""
    display_name: str | None = None
    login_name: str | None = None
    """How the person signs in at the source, or another name that an admin knows. Display text only."""
    extension_number: str | None = None
    """The number that a new user would get, as `Users.next_numbers` says; None where it is not known."""
    changes: tuple[FieldChange, ...] = ()
    """What an update would change, and to what."""
    reason: str | None = None
    """A short machine word: a `DisableReason`, or the reason of a `Problem`."""
    detail: str = ""
    """A sentence for the administrator: what is wrong and what to do."""

    def __post_init__(self) -> None:
        if self.subject is not None:
            rules.check_link_id("subject", self.subject)
        if self.extension_number is not None:
            rules.check_extension_number("extension_number", self.extension_number)
        if self.reason is not None:
            rules.check_key("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRef:
    """A plan that was made and not (or not yet) applied. Survives JSON; an approval names its checksum."""

    checksum: str
    """The same guarded changes have the same checksum, whenever the plan is made."""
    made_at_utc: datetime
    counts: Counts
    """What the plan would do."""
    guarded: int = 0
    """How many removals, disablings and (where they are too many) updates the approval is about."""
    why: str = ""
    """Why the guard stopped the plan, as a sentence; empty for a mere preview."""
    rows_blob: str | None = None
    """Blob of the plan's rows: written by `write_plan_rows`, read by `read_plan_rows`. None: the plan has no rows."""
    approve: ActionRequest | None = None
    """How the plan is approved: the action of the plugin's settings page, and the values that name this plan (its
    checksum in a `HIDDEN` parameter). The host adds the viewer. While the page shows this action with the same values,
    the plan is still the newest. None: the plan cannot be approved."""

    def __post_init__(self) -> None:
        rules.check_key("checksum", self.checksum)
        rules.check_utc("made_at_utc", self.made_at_utc)


def write_plan_rows(rows: Iterable[PlanRow]) -> Iterator[bytes]:
    """Yield rows as JSON lines, for `host.blobs.put`.

    One object a line, UTF-8, keys named as the fields of `PlanRow`; fields that are not set are left out:

        {"action":"update","subject":"8a1f","display_name":"Ada","changes":[{"field":"email","after":"ada@pbx.example"}]}
    """
    for row in rows:
        yield json.dumps(_shape(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_plan_rows(file: BinaryIO, *, skip: int = 0) -> Iterator[PlanRow]:
    """Yield the rows of a blob, as `host.blobs.open` opens it. Memory does not grow with the plan.

    Args:
        file: The blob.
        skip: How many rows to leave out at the beginning. They are not parsed, so a late page is quick to show.

    Raises:
        InvalidValueError: A line is not a row, for example in a plan that an older version has written. Rows before it
            were good. Not retryable: show that the plan can no longer be read, and make another.
    """
    number = skip
    for _ in range(skip):
        if not file.readline(_LINE_MAX_BYTES):
            return
    while line := file.readline(_LINE_MAX_BYTES):
        number += 1
        try:
            shape: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidValueError(f"line {number}", line, "a JSON object of at most 100,000 bytes") from error
        yield load(PlanRow, shape)


def _shape(row: PlanRow) -> dict[str, Any]:
    """The same as `dump` without what is not set, and quick: a plan may have 200,000 rows."""
    shape: dict[str, Any] = {
        "action": row.action.value,
        "subject": row.subject,
        "display_name": row.display_name,
        "login_name": row.login_name,
        "extension_number": row.extension_number,
        "changes": [_change_shape(change) for change in row.changes] or None,
        "reason": row.reason,
        "detail": (dump(row.detail) if isinstance(row.detail, Text) else row.detail) or None,
    }
    return {name: value for name, value in shape.items() if value is not None}


def _change_shape(change: FieldChange) -> dict[str, str]:
    shape = {"field": change.field, "before": change.before, "after": change.after}
    return {name: value for name, value in shape.items() if value is not None}
