"""The USER SYNC tab: who arrives when, with which numbers; the plan that waits, and the buttons about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from marshmallow import Schema

from pbx_plugin_api import (
    Action,
    AnyNumber,
    Choice,
    Fact,
    Field,
    FieldChange,
    FieldKind,
    FromStart,
    Host,
    InvalidValueError,
    JsonValue,
    PlanAction,
    PlanRef,
    PlanRow,
    Severity,
    Tab,
    Table,
    Tenant,
    read_plan_rows,
)
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.page.words import Stripped, Toggle, Word
from portsip_m365_plugin.users.approval import APPROVE_ACTION, last_plan

__all__ = ["SyncMode", "UserSyncSchema", "draw_users_tab", "plan_table", "read_mapping_rules", "read_sync_mode"]

SHOWN_ROWS_MAX: Final = 200
_NUMBER: Final = re.compile(r"[1-9][0-9]{2,12}")


class SyncMode(StrEnum):
    """Who starts a sync of users."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class UserSyncSchema(Schema):
    """This tab's part of the settings, from the texts of the page."""

    sync_mode = Word(SyncMode)
    starting_extension_number = Stripped(_NUMBER, "3 to 13 digits, the first not 0, or empty")
    sync_photo = Toggle()


def read_sync_mode(values: Mapping[str, JsonValue]) -> SyncMode:
    """Return the tenant's mode; automatic where nothing is stored."""
    return SyncMode(str(values.get("sync_mode") or SyncMode.AUTOMATIC))


def read_mapping_rules(values: Mapping[str, JsonValue], tenant: Tenant) -> MappingRules:
    """Return how this tenant's people are mapped. `directory_id` must be set."""
    start = values.get("starting_extension_number")
    return MappingRules(
        entra_tenant_id=str(values["directory_id"]),
        country=tenant.country,
        extension=FromStart(start=str(start)) if start else AnyNumber(),
    )


def draw_users_tab(values: Mapping[str, JsonValue], host: Host, *, may_edit: bool, why_not_ready: str) -> Tab:
    """Draw the tab. Cost: the plan that waits, its first rows; no network.

    Args:
        values: The stored settings.
        host: The tenant's.
        may_edit: Whether the viewer may press buttons.
        why_not_ready: Why nothing can be synced yet; empty where it can.
    """
    plan = last_plan(host)
    why_disabled = "" if may_edit else "You may look, but not change anything."
    why_disabled = why_disabled or why_not_ready
    return Tab(
        name="user_sync",
        label="USER SYNC",
        intro="People of the directory become users of this PBX, each with an extension. One way: names, mail, phones"
        " and department are Microsoft's, everything else is the PBX's. Guests, disabled accounts, people without a"
        " Microsoft 365 plan and people without first and last name get no extension.",
        fields=(
            Field(
                name="sync_mode",
                label="Sync mode",
                kind=FieldKind.CHOICE,
                value=read_sync_mode(values).value,
                choices=(
                    Choice(value="automatic", label="Automatic: every night"),
                    Choice(value="manual", label="Manual: only when you say so"),
                ),
            ),
            Field(
                name="starting_extension_number",
                label="Set starting user extension number from",
                value=str(values.get("starting_extension_number") or ""),
                placeholder="20000",
                help="3 to 13 digits. Empty: the first number that is free. Numbers given once stay.",
            ),
            Field(
                name="sync_photo",
                label="Sync Microsoft 365 user photos",
                kind=FieldKind.TOGGLE,
                value="true" if values.get("sync_photo") is True else "false",
            ),
        ),
        facts=_plan_facts(plan),
        tables=(plan_table(host, plan),) if plan is not None else (),
        actions=_actions(plan, why_disabled),
    )


def _plan_facts(plan: PlanRef | None) -> tuple[Fact, ...]:
    if plan is None:
        return ()
    made = plan.made_at_utc.strftime("%Y-%m-%d %H:%M UTC")
    facts = [Fact(label="Plan that waits", value=f"made {made}"), Fact(label="Plan checksum", value=plan.checksum)]
    if plan.why:
        facts.insert(0, Fact(label="Approval needed", value=plan.why, severity=Severity.WARNING))
    return tuple(facts)


def _actions(plan: PlanRef | None, why_disabled: str) -> tuple[Action, ...]:
    enabled = not why_disabled
    why_no_approval = why_disabled or ("" if plan is not None else "There is no plan yet: press Preview.")
    checksum = Field(
        name="checksum",
        label="Plan checksum",
        kind=FieldKind.HIDDEN,
        value=plan.checksum if plan is not None else "",
    )
    return (
        Action(
            name="preview",
            label="Preview",
            help="Shows what a sync would do now, and changes nothing.",
            enabled=enabled,
            why_disabled=why_disabled,
        ),
        Action(
            name=APPROVE_ACTION,
            label="Approve and sync",
            help="Applies the plan shown here. Should it remove anybody beyond that by now, it asks again.",
            enabled=not why_no_approval,
            why_disabled=why_no_approval,
            confirm="Apply this plan?",
            parameters=(checksum,),
        ),
        Action(name="sync_now", label="Sync now", enabled=enabled, why_disabled=why_disabled, primary=True),
        Action(
            name="full_resync",
            label="Full resync",
            help="Reads everybody again instead of the changes only. Never needed in ordinary life; harmless.",
            enabled=enabled,
            why_disabled=why_disabled,
        ),
    )


def plan_table(host: Host, plan: PlanRef) -> Table:
    """Return the first rows of a plan as a table."""
    rows: list[tuple[str, str, str, str]] = []
    more = 0
    empty_text = "Nothing to change."
    if plan.rows_blob is not None and host.blobs.info(plan.rows_blob) is not None:
        try:
            with host.blobs.open(plan.rows_blob) as file:
                for row in read_plan_rows(file):
                    if len(rows) < SHOWN_ROWS_MAX:
                        rows.append(_show(row))
                    else:
                        more += 1
        except InvalidValueError:
            empty_text = "An older version of the plugin made this plan; it can no longer be shown. Press Preview."
    if more:
        rows.append(("…", f"{more} more", "", ""))
    return Table(
        title="What this plan would do",
        columns=("Action", "Name", "Sign-in name", "What"),
        rows=tuple(rows),
        empty_text=empty_text,
    )


def _show(row: PlanRow) -> tuple[str, str, str, str]:
    who = row.login_name or row.subject or ""
    if row.action is PlanAction.PROBLEM:
        return f"left out: {row.reason}", row.display_name or "", who, row.detail
    what = "; ".join(map(_show_change, row.changes)) or row.reason or ""
    return row.action.value, row.display_name or "", who, what


def _show_change(change: FieldChange) -> str:
    before, after = ("(empty)" if value is None else value for value in (change.before, change.after))
    return f"{change.field}: {before} → {after}"
