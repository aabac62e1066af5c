"""How far apart the nights of tenants begin: thousands that chose midnight do not all start at midnight."""

from __future__ import annotations

import hashlib
import time
from typing import Final

from sqlalchemy import select

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import system_settings

SPREAD_MAX_MINUTES: Final = 720
_NAME: Final = "night.spread_minutes"
_KNOWN_FOR_S: Final = 5.0


class NightStore:
    """The operator's choice for the whole PBX. Every process reads it from the database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._known = (0, 0.0)

    def spread_minutes(self) -> int:
        """Return within how many minutes after their time tenants begin. The answer may be 5 seconds old."""
        minutes, until = self._known
        if time.monotonic() < until:
            return minutes
        with self._db.read() as connection:
            stored = connection.execute(select(system_settings.c.value).where(system_settings.c.name == _NAME)).scalar()
        self._known = int(stored or 0), time.monotonic() + _KNOWN_FOR_S
        return self._known[0]

    def set_spread(self, minutes: int) -> None:
        """Choose it. A tenant's next night, which may be planned already, is the last one at its old minute."""
        with self._db.write() as connection:
            self._db.upsert(connection, system_settings, [{"name": _NAME, "value": str(minutes)}])
        self._known = (0, 0.0)

    def window_s(self) -> int:
        """Return it in seconds. It may open a connection: ask before a transaction begins."""
        return self.spread_minutes() * 60


def find_offset_s(tenant_id: str, window_s: int) -> int:
    """Return how long after its time a tenant begins: by its id alone, so that it is the same every night."""
    return window_s and int.from_bytes(hashlib.sha256(f"night {tenant_id}".encode()).digest()[:8], "big") % window_s
