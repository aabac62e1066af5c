"""When a plugin runs next, who runs it now, and what its runs did."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table, Text

from pbx_devhost.store.sql.schema.base import Sentence, metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("plugin", String(64), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("job", String(64)),
    Column("status", String(32), nullable=False),
    Column("message", Sentence, nullable=False, default=""),
    Column("started_at", Float, nullable=False, index=True),
    Column("finished_at", Float),
    Column("counts", Text, nullable=False, default="{}"),
    Column("problem_counts", Text, nullable=False, default="{}"),
    Column("requests", Integer, nullable=False, default=0),
    Column("plan", Text),
    Column("stage", String(128), nullable=False, default=""),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("stop_asked", Integer, nullable=False, default=0),
)

problems = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), nullable=False, index=True),
    Column("reason", String(64), nullable=False),
    Column("subject", Text),
    Column("login_name", Text),
    Column("detail", Sentence, nullable=False),
)

due = Table(
    "due",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("next_due_at", Float, index=True),
    # The lease on this tenant's work, with its fencing token. The holder is the id of a process.
    Column("lease_token", Integer, nullable=False, default=0),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("lease_holder", String(200), nullable=False, default=""),
    Column("valid_until", Float),  # when the plugin's credential ends, by its last run
)

processes = Table(
    "processes",
    metadata,
    Column("id", String(32), primary_key=True),  # random
    Column("command", String(32), nullable=False),
    Column("slots", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    # In the database's time: its server's clock, or for SQLite the time since the machine was started.
    Column("seen_at", Float, nullable=False),
    # Where the number of the process means something, so that its end can be seen at once.
    Column("kernel", String(100), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("began", String(32), nullable=False),
)
