"""The tables of the reference host. Times are seconds since 1970 (UTC); JSON is text."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION: Final = 3

metadata = MetaData()


def _ordered(length: int) -> String:
    """Text that is compared and ordered by code point, also where the database's own language says otherwise."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("sip_domain", String(253), nullable=False, unique=True),
    Column("time_zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("web_origin", Text, nullable=False),
    Column("sbc_origin", Text),
    Column("user_limit", Integer),
    Column("rest_days", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("username", String(64), nullable=False),
    Column("username_key", String(64), nullable=False),
    Column("display_name", String(128), nullable=False),
    Column("email", String(128)),
    Column("mobile_phone", String(32)),
    Column("mobile_phone_e164", String(16)),
    Column("work_phone", String(32)),
    Column("work_phone_e164", String(16)),
    Column("home_phone", String(32)),
    Column("department", String(128)),
    Column("extension_number", String(64), nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("disabled_reason", String(32)),
    Column("disabled_at", Float),
    Column("role", String(64), nullable=False),
    Column("sip_secret", LargeBinary),
    Column("pin_secret", LargeBinary),
    Column("password_hash", Text),
    Column("photo_sha256", String(64)),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("tenant_id", "username_key"),
    UniqueConstraint("tenant_id", "extension_number"),
)

links = Table(
    "links",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("entra_tenant_id", _ordered(64), primary_key=True),
    Column("entra_object_id", _ordered(64), primary_key=True),
    # No foreign key and no cascade: the link outlives its user, which is how a deletion in the PBX is noticed.
    Column("user_id", String(32), nullable=False, index=True),
    Column("applied_display_name", String(128), nullable=False),
    Column("applied_email", String(128)),
    Column("applied_mobile_phone", String(32)),
    Column("applied_work_phone", String(32)),
    Column("applied_department", String(128)),
    Column("applied_enabled", Integer, nullable=False),
    Column("photo_etag", String(256)),
)

numbers = Table(
    "numbers",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("number", String(64), primary_key=True),
    Column("n", BigInteger),  # the number as a number, where that tells it from all others; walked by this
    Column("user_id", String(32)),  # None: a service, or resting
    Column("service", String(64)),  # what other service has it
    Column("entra_tenant_id", String(64)),  # whose it was, or is
    Column("entra_object_id", String(64)),
    Column("free_since", Float),  # when it began to rest
)
Index("numbers_by_n", numbers.c.tenant_id, numbers.c.n)
Index("numbers_by_person", numbers.c.tenant_id, numbers.c.entra_tenant_id, numbers.c.entra_object_id)
Index("numbers_by_user", numbers.c.user_id)
_rests = numbers.c.free_since.is_not(None)
Index("numbers_resting", numbers.c.tenant_id, numbers.c.free_since, sqlite_where=_rests, postgresql_where=_rests)

number_cursors = Table(
    "number_cursors",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("next", BigInteger, nullable=False),  # every number from start to here has a row in `numbers`
)

photos = Table(
    "photos",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("content_type", String(64), nullable=False),
)

registrations = Table(
    "registrations",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("device", String(128), primary_key=True),
    Column("registered_at", Float, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(160), nullable=False),  # "company" or "entra tenant id/object id" or "user/ID" (hand-made)
    Column("plugin", String(64)),  # None: made by hand
    Column("external_id", _ordered(512)),
    Column("fields", Text, nullable=False),  # DraftContact as JSON: what the PBX shows
    Column("applied", Text),  # the same as the plugin last applied it; other than `fields` once edited here
    Column("deleted", Integer, nullable=False, default=0),  # a synced contact somebody deleted here
    Column("name", String(64), nullable=False),
    Column("search", Text, nullable=False),  # every value of `fields`, in one case
)
Index(
    "contacts_by_external_id",
    contacts.c.tenant_id,
    contacts.c.book,
    contacts.c.plugin,
    contacts.c.external_id,
    unique=True,
)
Index("contacts_by_name", contacts.c.tenant_id, contacts.c.book, contacts.c.name)

contact_sources = Table(
    "contact_sources",
    metadata,
    Column("contact_id", String(32), primary_key=True),
    Column("mailbox_id", String(512), primary_key=True),
    Column("source_contact_id", String(512), primary_key=True),
    Column("folder_id", String(512), nullable=False),
    Column("change_key", String(256), nullable=False),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(160), nullable=False),
)
Index(
    "contact_sources_by_folder",
    contact_sources.c.tenant_id,
    contact_sources.c.book,
    contact_sources.c.mailbox_id,
    contact_sources.c.folder_id,
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("contact_id", String(32), primary_key=True),
    Column("e164", String(16), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("book", String(160), nullable=False),
)
Index("contact_numbers_by_e164", contact_numbers.c.tenant_id, contact_numbers.c.e164)

plugin_settings = Table(
    "plugin_settings",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("values", Text, nullable=False),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

state = Table(
    "state",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("key", _ordered(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("value", Text, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("content_type", String(128), nullable=False),
    Column("size_bytes", BigInteger),  # None: still being written
    Column("expires_at", Float, index=True),
)
blob_chunks = Table(
    "blob_chunks",
    metadata,
    Column("blob_id", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

budget_takes = Table(
    "budget_takes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), nullable=False),
    Column("bucket", String(200), nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("amount", Integer, nullable=False),
)
Index(
    "budget_takes_by_bucket",
    budget_takes.c.tenant_id,
    budget_takes.c.bucket,
    budget_takes.c.taken_at,
    budget_takes.c.amount,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), index=True),
    Column("at", Float, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("event", String(128), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("key", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("plugin", String(64), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("job", String(64)),
    Column("status", String(32), nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("started_at", Float, nullable=False),
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
    Column("entra_object_id", String(64)),
    Column("upn", Text),
    Column("detail", Text, nullable=False),
)

due = Table(
    "due",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("plugin", String(64), primary_key=True),
    Column("next_due_at", Float, index=True),
    # The lease on this tenant's work, with its fencing token.
    Column("lease_token", Integer, nullable=False, default=0),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("lease_holder", String(200), nullable=False, default=""),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("tenant_id", String(64), nullable=False),
    Column("user_id", String(32), index=True),  # None: the tenant's administrator
    Column("admin_name", String(64)),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("provider", String(64)),
    Column("plugin", String(64)),
    Column("session_hint", Text, nullable=False, default=""),
)

flows = Table(
    "flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("plugin", String(64), nullable=False),
    Column("browser_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)

admins = Table(
    "admins",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("username", String(64), primary_key=True),
    Column("password_hash", Text, nullable=False),
)

wrong_passwords = Table(
    "wrong_passwords",
    metadata,
    Column("tenant_id", String(64), primary_key=True),
    Column("account", String(80), primary_key=True),  # "admin:NAME", "user:ID", or "known:" and a hash
    Column("count", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("plugin", String(64), primary_key=True),
    Column("tenant_id", String(64), primary_key=True),  # "" for the whole PBX
    Column("enabled", Integer, nullable=False),
)

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
    Column("rank", Float, nullable=False),  # the order of work: time of arrival, put back by priority
    Column("subject", Text, nullable=False),  # with its placeholders unfilled: values may be secret
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
    Column("holder", String(200), nullable=False, default=""),  # the process that makes the attempt
    Column("finished_at", Float),
    Column("channel", String(64), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("remedy", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
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
    # One row for each address that still waits: keeps the order within recipient and priority.
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
    Column("unreachable_since", Float),  # since when the plugin's service could not be reached
    Column("probed_at", Float),  # when it was last tried nevertheless
)
