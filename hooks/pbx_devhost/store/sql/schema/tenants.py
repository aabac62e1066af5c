"""Tenants, their audit log and their notices."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from pbx_devhost.store.sql.schema.base import LANGUAGE_MAX_CHARS, Sentence, metadata, on_postgres

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("sip_domain", String(253), nullable=False, unique=True),
    Column("time_zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("web_origin", Text, nullable=False, index=True),
    Column("sbc_origin", Text, index=True),
    Column("user_limit", Integer),
    Column("rest_days", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("language", String(LANGUAGE_MAX_CHARS)),  # None: as the browser
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), index=True),
    Column("at", Float, nullable=False, index=True),
    Column("actor", String(128), nullable=False),
    Column("event", String(128), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Sentence, nullable=False),
    Column("address", String(64), nullable=False, server_default=""),  # of the browser; empty: not by a browser
    Column("changes", Text, nullable=False, server_default="[]"),  # what changed: a list of [name, before, after]
    Column("reference", String(16), index=True),  # the number that a person was shown
    Column("origin", Text, nullable=False, server_default=""),  # where it was shown, if the tenant is not known
    Index("ix_audit_actor", "tenant_id", "actor"),
    Index("ix_audit_event", "tenant_id", "event"),
    Index("ix_audit_day", "tenant_id", "at"),
    on_postgres(Index("ix_audit_subject", "subject"), using="hash"),  # a long text does not fit into another index
)

# What the operator has set for the PBX itself: the address at which system administrators sign in (`web_origin`), and
# how many days things are kept (`retention.runs` and others), and how far nights are spread (`night.spread_minutes`).
system_settings = Table(
    "system_settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# What administrators have to know, each as long as its cause lasts; see `pbx_plugin_api.notices`.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("plugin", String(64), nullable=False, server_default=""),  # empty: the PBX itself
    Column("key", String(200), nullable=False),
    Column("kind", String(200), nullable=False, server_default=""),
    Column("at", Float, nullable=False),
    Column("repeated_at", Float),
    Column("severity", String(16), nullable=False),
    Column("level", Integer, nullable=False, server_default="0"),
    Column("subject", Sentence, nullable=False),
    Column("text", Sentence, nullable=False),
    Column("named_values", Text, nullable=False, server_default="{}"),  # JSON: what subject and text name
    Column("ended_at", Float),  # None while its cause lasts
    Column("dismissed_at", Float),
    Column("dismissed_by", String(64), nullable=False, server_default=""),
    Column("mail_due_at", Float, index=True),  # None: it was mailed, or there is nothing new to mail
    Column("mail_tries", Integer, nullable=False, server_default="0"),
)
Index("notices_by_kind", notices.c.kind, notices.c.ended_at)
