"""Every column of text in the database: where a person can be named, and why not in the others.

A test compares this with the schema, so that a new column has to be decided about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select

from pbx_devhost.store.sql import schema


class Kind(Enum):
    """How a person is taken out of a column."""

    TEXT = auto()
    JSON_KEEPS = auto()
    """JSON whose entries are counted: an entry that is this person becomes "[erased]"."""
    PROGRAM_TEXT = auto()
    PROGRAM_KEEPS = auto()
    """Both for what a program reads; see `Identity.for_programs`."""
    PROGRAM_DROPS = auto()
    """JSON of a plugin: an entry that is this person goes."""
    OF_ACTOR = auto()
    """Where the actor of the same row is this person, it becomes empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Columns of one table that are searched row by row."""

    table: Table
    columns: Mapping[str, Kind]
    of_tenant: Any
    """Returns the condition for the rows of a tenant."""


def _by_tenant(table: Table) -> Any:
    def condition(tenant_id: str) -> ColumnElement[bool]:
        return table.c.tenant_id == tenant_id

    return condition


def _problems_of(tenant_id: str) -> ColumnElement[bool]:
    mine = select(schema.runs.c.id).where(schema.runs.c.tenant_id == tenant_id)
    return schema.problems.c.run_id.in_(mine)


def _place(table: Table, of_tenant: Any = None, **columns: Kind) -> Place:
    return Place(table=table, columns=columns, of_tenant=of_tenant or _by_tenant(table))


TEXT, KEEPS, OF_ACTOR = Kind.TEXT, Kind.JSON_KEEPS, Kind.OF_ACTOR
PROGRAM_TEXT, PROGRAM_KEEPS, PROGRAM_DROPS = Kind.PROGRAM_TEXT, Kind.PROGRAM_KEEPS, Kind.PROGRAM_DROPS

PLACES: Final = (
    _place(schema.runs, message=TEXT, plan=PROGRAM_KEEPS),
    _place(schema.problems, _problems_of, subject=TEXT, login_name=TEXT, detail=TEXT),
    _place(schema.audit, actor=TEXT, subject=TEXT, detail=TEXT, changes=KEEPS, address=OF_ACTOR),
    _place(
        schema.notices,
        key=PROGRAM_TEXT,
        subject=TEXT,
        text=TEXT,
        kind=PROGRAM_TEXT,
        named_values=KEEPS,
        dismissed_by=TEXT,
    ),
    _place(schema.outbox_faults, reason=TEXT, remedy=TEXT),
    _place(schema.state, value=PROGRAM_DROPS),
)
"""Searched row by row. The tables of users, links, numbers, mail, contacts and blobs have steps of their own."""

OWN_STEPS: Final = frozenset(
    {
        "users",
        "links",
        "numbers",
        "photos",
        "registrations",
        "sessions",
        "renewals",
        "wrong_passwords",
        "outbox",
        "outbox_recipients",
        "contacts",
        "contact_sources",
        "contact_numbers",
        "blobs",
        "blob_chunks",
        "budget_takes",
        "erasures",
    }
)
"""Tables that `ErasureStore` handles by their meaning."""

WITHOUT_PEOPLE: Final[Mapping[str, str]] = {
    "tenants": "companies",
    "admins": "an administrator's account is the operator's to remove; reported",
    "plugin_settings": "what an administrator has typed is theirs to change; reported",
    "flows": "sealed, and gone after minutes",
    "data_keys": "keys",
    "secrets": "sealed; of plugins",
    "switches": "plugins",
    "due": "plugins and processes",
    "outbox_lanes": "tenants",
    "number_cursors": "numbers of the PBX",
    "chores": "names of chores",
    "system_settings": "what the operator has set",
    "processes": "processes",
    "meta": "the version of the schema",
    "alembic_version": "the version of the schema",
}
"""Tables that name nobody, or are not changed, and why."""

WITHOUT_PEOPLE_IN_PLACES: Final = frozenset(
    {"id", "tenant_id", "plugin", "run_id", "reason", "job", "status", "outcome", "severity", "channel", "cause"}
    | {"reference", "origin", "kind", "event", "stage", "counts", "problem_counts"}
)
"""Columns of the tables in `PLACES` that hold ids or words of a fixed list."""
