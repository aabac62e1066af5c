"""Which plugins are switched off, for the whole PBX or for a tenant."""

from __future__ import annotations

from sqlalchemy import select

from pbx_devhost.database import Database
from pbx_devhost.schema import switches

__all__ = ["SwitchStore"]


class SwitchStore:
    """Keeps `pbx_plugin_api.manager.Switches`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def is_enabled(self, plugin: str, pbx_tenant_id: str | None) -> bool:
        """Whether a plugin is on; it is, unless switched off."""
        at = (switches.c.plugin == plugin, switches.c.tenant_id == (pbx_tenant_id or ""))
        with self._db.read() as connection:
            found = connection.execute(select(switches.c.enabled).where(*at)).scalar()
        return found is None or bool(found)

    def set_enabled(self, plugin: str, pbx_tenant_id: str | None, enabled: bool) -> None:
        """Switch a plugin on or off."""
        row = {"plugin": plugin, "tenant_id": pbx_tenant_id or "", "enabled": int(enabled)}
        with self._db.write() as connection:
            self._db.upsert(connection, switches, [row])
