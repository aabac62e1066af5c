"""The tables of the reference host, by subject. Times are seconds since 1970 (UTC); JSON is text."""

from __future__ import annotations

from pbx_devhost.store.sql.schema.accounts import admins, flows, renewals, sessions, wrong_passwords
from pbx_devhost.store.sql.schema.base import META_ROW, SCHEMA_VERSION, alembic_version, make_tables, meta, metadata
from pbx_devhost.store.sql.schema.contacts import contact_numbers, contact_sources, contacts
from pbx_devhost.store.sql.schema.mail import outbox, outbox_faults, outbox_lanes, outbox_recipients
from pbx_devhost.store.sql.schema.people import links, number_cursors, numbers, photos, registrations, users
from pbx_devhost.store.sql.schema.plugins import (
    blob_chunks,
    blobs,
    budget_takes,
    data_keys,
    plugin_settings,
    secrets,
    state,
    switches,
)
from pbx_devhost.store.sql.schema.runs import due, problems, processes, runs
from pbx_devhost.store.sql.schema.tenants import audit, notices, system_settings, tenants
from pbx_devhost.store.sql.schema.upkeep import chores, erasures

__all__ = [
    "META_ROW",
    "SCHEMA_VERSION",
    "admins",
    "alembic_version",
    "audit",
    "blob_chunks",
    "blobs",
    "budget_takes",
    "chores",
    "contact_numbers",
    "contact_sources",
    "contacts",
    "data_keys",
    "due",
    "erasures",
    "flows",
    "links",
    "make_tables",
    "meta",
    "metadata",
    "notices",
    "number_cursors",
    "numbers",
    "outbox",
    "outbox_faults",
    "outbox_lanes",
    "outbox_recipients",
    "photos",
    "plugin_settings",
    "problems",
    "processes",
    "registrations",
    "renewals",
    "runs",
    "secrets",
    "sessions",
    "state",
    "switches",
    "system_settings",
    "tenants",
    "users",
    "wrong_passwords",
]
