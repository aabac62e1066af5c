"""Whether a process that was started long ago may still work on its database."""

from __future__ import annotations

from enum import Enum

from pbx_devhost.store.database import Database
from pbx_devhost.store.sealing.keys import VaultError
from pbx_devhost.store.sealing.vault import Vault


class Unfit(Enum):
    """Why not. The value is a sentence for logs and monitors, without names."""

    SCHEMA = "The database has another schema version than this program."
    KEY = "The key of this process does not open the database. Copy the key file from a host that has it."


def find_unfit(database: Database, vault: Vault) -> Unfit | None:
    """Return why this process may not work, or None. Two small queries.

    Raises:
        DatabaseError, SQLAlchemyError: The database is away. That says nothing.
    """
    if not database.has_our_schema():
        return Unfit.SCHEMA
    try:
        vault.use_newest_key()
    except VaultError:
        return Unfit.KEY
    return None
