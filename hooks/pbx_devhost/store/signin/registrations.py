"""SIP registrations: which devices of a user are reachable now."""

from __future__ import annotations

import hmac

from sqlalchemy import select

from pbx_devhost.store.database import Database
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import registrations, users


class RegistrationStore:
    """Devices by user. Disabling or deleting a user removes them in the same transaction (`users.rows.end_access`)."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def register(self, tenant_id: str, extension_number: str, sip_password: str, device: str) -> bool:
        """Register a device, as a REGISTER request does. Repeating it renews it.

        Returns:
            False if the number or the password is wrong, or the user is disabled.
        """
        at = (users.c.tenant_id == tenant_id, users.c.extension_number == extension_number, users.c.enabled == 1)
        with self._db.write(lock=f"tenant {tenant_id}") as connection:
            row = connection.execute(select(users.c.id, users.c.sip_secret).where(*at)).first()
            if row is None or not hmac.compare_digest(
                self._vault.open(row.sip_secret, row.id, "sip"), sip_password.encode()
            ):
                return False
            new = {"user_id": row.id, "device": device[:128], "registered_at": self._db.now()}
            self._db.upsert(connection, registrations, [new])
        return True

    def devices(self, tenant_id: str, user_id: str) -> list[str]:
        """Return the names of a user's devices, sorted."""
        chosen = (
            select(registrations.c.device)
            .join(users, users.c.id == registrations.c.user_id)
            .where(users.c.tenant_id == tenant_id, users.c.id == user_id)
            .order_by(registrations.c.device)
        )
        with self._db.read() as connection:
            return list(connection.execute(chosen).scalars())
