"""Users as rows: making, reading and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete

from pbx_devhost.store.database import from_timestamp, new_row_id
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.signin.passwords import make_password, make_pin
from pbx_devhost.store.sql.schema import links, photos, registrations, renewals, sessions, users
from pbx_plugin_api import DisableReason, InvalidValueError, LinkedUser, Phone, UserLink

STANDARD_ROLE: Final = "StandardUser"
LINKABLE_ROLES: Final = ("StandardUser", "StandardInternationalUser")
"""Plugins may link hand-made users with these roles, and never administrators."""

SHOWN_COLUMNS: Final = tuple(
    column for column in users.c if column.name not in ("sip_secret", "pin_secret", "password_hash")
)
"""All columns except the secrets."""

LINKED_COLUMNS: Final = (*SHOWN_COLUMNS, links.c.authority, links.c.subject, links.c.photo_etag)


def new_user_row(vault: Vault, tenant_id: str, now: float) -> dict[str, Any]:
    """Return the row of a new user with a new SIP password and PIN, and without a portal password."""
    user_id = new_row_id()
    return {
        "id": user_id,
        "tenant_id": tenant_id,
        "enabled": 1,
        "role": STANDARD_ROLE,
        "sip_secret": vault.seal(make_password().encode(), user_id, "sip"),
        "pin_secret": vault.seal(make_pin().encode(), user_id, "pin"),
        "created_at": now,
    }


def end_access(connection: Connection, user_ids: Sequence[str]) -> None:
    """End the sessions and the SIP registrations of users, and what would renew a session."""
    connection.execute(delete(renewals).where(renewals.c.user_id.in_(user_ids)))
    connection.execute(delete(sessions).where(sessions.c.user_id.in_(user_ids)))
    connection.execute(delete(registrations).where(registrations.c.user_id.in_(user_ids)))


def delete_users(connection: Connection, user_ids: Sequence[str]) -> None:
    """Delete users with their photos, sessions and registrations. Their links and numbers stay."""
    end_access(connection, user_ids)
    connection.execute(delete(photos).where(photos.c.user_id.in_(user_ids)))
    connection.execute(delete(users).where(users.c.id.in_(user_ids)))


def link_of(row: Any) -> UserLink | None:
    """Return the link in a user's row, or None where there is no link or no row."""
    if row is None or row.subject is None:
        return None
    return UserLink(authority=row.authority, subject=row.subject)


def read_linked(row: Row[Any]) -> LinkedUser:
    """Return the value object of a row of `LINKED_COLUMNS`.

    A row may have been changed directly in the database. If it breaks a rule, it must not end the whole stream.
    """
    enabled = bool(row.enabled)
    known = row.disabled_reason in list(DisableReason)
    return LinkedUser(
        user_id=row.id,
        link=UserLink(authority=row.authority, subject=row.subject),
        username=row.username,
        display_name=row.display_name,
        extension_number=row.extension_number,
        enabled=enabled,
        email=row.email,
        mobile_phone=_read_phone(row.mobile_phone, row.mobile_phone_e164),
        work_phone=_read_phone(row.work_phone, row.work_phone_e164),
        department=row.department,
        disabled_reason=None if enabled else DisableReason(row.disabled_reason) if known else DisableReason.BY_ADMIN,
        disabled_at_utc=None if enabled else from_timestamp(row.disabled_at),
        photo_sha256=row.photo_sha256,
        photo_etag=row.photo_etag,
    )


def _read_phone(raw: str | None, e164: str | None) -> Phone | None:
    if not raw:
        return None
    try:
        return Phone(raw=raw, e164=e164)
    except InvalidValueError:
        return Phone(raw="".join(c for c in raw if c.isprintable())[:32] or "?")
