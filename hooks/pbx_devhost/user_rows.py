"""What making and ending a user means in rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete

from pbx_devhost.passwords import make_password, make_pin
from pbx_devhost.schema import photos, registrations, sessions, users
from pbx_devhost.vault import Vault

__all__ = ["LINKABLE_ROLES", "STANDARD_ROLE", "delete_users", "end_access", "new_user_row"]

STANDARD_ROLE: Final = "StandardUser"
LINKABLE_ROLES: Final = ("StandardUser", "StandardInternationalUser")
"""Hand-made users with these roles may be linked by a plugin; administrators never are."""


def new_user_row(vault: Vault, tenant_id: str, now: float) -> dict[str, Any]:
    """Return the row of a new user with a SIP password and a PIN of their own, and no portal password."""
    user_id = uuid.uuid4().hex
    return {
        "id": user_id,
        "tenant_id": tenant_id,
        "mobile_phone": None,
        "mobile_phone_e164": None,
        "work_phone": None,
        "work_phone_e164": None,
        "department": None,
        "enabled": 1,
        "role": STANDARD_ROLE,
        "sip_secret": vault.seal(make_password().encode(), user_id, "sip"),
        "pin_secret": vault.seal(make_pin().encode(), user_id, "pin"),
        "created_at": now,
    }


def end_access(connection: Connection, user_ids: Sequence[str]) -> None:
    """End the sessions and the SIP registrations of users."""
    connection.execute(delete(sessions).where(sessions.c.user_id.in_(user_ids)))
    connection.execute(delete(registrations).where(registrations.c.user_id.in_(user_ids)))


def delete_users(connection: Connection, user_ids: Sequence[str]) -> None:
    """Delete users and all that hangs on them, but not their links and numbers."""
    end_access(connection, user_ids)
    connection.execute(delete(photos).where(photos.c.user_id.in_(user_ids)))
    connection.execute(delete(users).where(users.c.id.in_(user_ids)))
