"""The queue of mail."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from pbx_devhost.store.sql.schema.base import Sentence, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),  # the notification's
    Column("tenant_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("waiting", Integer, nullable=False),  # 1 while an attempt is still to be made
    Column("rank", Float, nullable=False),  # the order of work: time of arrival, shifted by priority
    Column("subject", Text, nullable=False),  # with placeholders, since their values may be secret
    Column("recipients", Text, nullable=False),  # JSON: those who still wait
    Column("refused", Text, nullable=False, default="[]"),  # JSON: address and reason of those who will not get it
    Column("sealed", LargeBinary),  # the notification as JSON; None once it was sent
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("n_unknown", Integer, nullable=False, default=0),  # attempts that may have been delivered
    Column("copy_approved", Integer, nullable=False, default=0),
    Column("started_at", Float),
    Column("holder", String(200), nullable=False, default=""),  # the id of the process that makes the attempt
    Column("finished_at", Float),
    Column("channel", String(64), nullable=False, default=""),
    Column("reason", Sentence, nullable=False, default=""),
    Column("remedy", Sentence, nullable=False, default=""),
    Column("detail", Sentence, nullable=False, default=""),
)
Index("outbox_by_rank", outbox.c.waiting, outbox.c.rank, outbox.c.seq)
Index("outbox_by_tenant", outbox.c.tenant_id, outbox.c.seq)
Index("outbox_by_tenant_and_state", outbox.c.tenant_id, outbox.c.state)
Index("outbox_by_state", outbox.c.state, outbox.c.tenant_id)
Index("outbox_by_expiry", outbox.c.waiting, outbox.c.expires_at)
Index("outbox_by_end", outbox.c.waiting, outbox.c.finished_at)

outbox_recipients = Table(
    "outbox_recipients",
    metadata,
    # One row for each address that still waits. It keeps the order within recipient and priority.
    Column("seq", Integer, primary_key=True),
    Column("address", String(320), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
)
Index(
    "outbox_recipients_by_address",
    outbox_recipients.c.tenant_id,
    outbox_recipients.c.address,
    outbox_recipients.c.priority,
    outbox_recipients.c.seq,
)

outbox_lanes = Table(
    "outbox_lanes",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("urgent", Integer, primary_key=True),
    Column("paused_until", Float, nullable=False, default=0.0),
)

outbox_faults = Table(
    "outbox_faults",
    metadata,
    # One row for each tenant whose mail waits because of a fault that is not in a mail.
    Column("tenant_id", String(64), primary_key=True),
    Column("channel", String(64), nullable=False),  # the plugin that reported it
    Column("cause", String(64), nullable=False),
    Column("reason", Sentence, nullable=False),
    Column("remedy", Sentence, nullable=False),
    Column("since", Float, nullable=False),
    Column("probe_at", Float, nullable=False),  # when one mail tries again
    Column("n_probes", Integer, nullable=False),
    Column("fallback_at", Float),  # from when all mail goes by the fallback channel; None where there is none
)
