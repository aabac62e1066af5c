"""Which plugins are switched off, for the whole PBX or for a tenant."""

from __future__ import annotations

from sqlalchemy import delete, select

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import flows, renewals, sessions, switches


class SwitchStore:
    """Keeps `pbx_plugin_api.hosting.manager.Switches`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def is_enabled(self, plugin: str, pbx_tenant_id: str | None) -> bool:
        """Whether a plugin is on. It is on unless it was switched off."""
        at = (switches.c.plugin == plugin, switches.c.tenant_id == (pbx_tenant_id or ""))
        with self._db.read() as connection:
            found = connection.execute(select(switches.c.enabled).where(*at)).scalar()
        return found is None or bool(found)

    def set_enabled(self, plugin: str, pbx_tenant_id: str | None, enabled: bool) -> None:
        """Switch a plugin on or off. Off ends the sessions of its providers, and its codes for native apps."""
        row = {"plugin": plugin, "tenant_id": pbx_tenant_id or "", "enabled": int(enabled)}
        with self._db.write() as connection:
            self._db.upsert(connection, switches, [row])
            for table in () if enabled else (sessions, renewals, flows):
                of_plugin = delete(table).where(table.c.plugin == plugin)
                where = of_plugin if pbx_tenant_id is None else of_plugin.where(table.c.tenant_id == pbx_tenant_id)
                # A sign-in that was used stays so.
                connection.execute(where if table is not flows else where.where(flows.c.browser_hash != ""))
