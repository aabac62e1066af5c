"""Which plugins are switched off, for the whole PBX or for a tenant."""

from __future__ import annotations

from sqlalchemy import delete, func, select, true

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import flows, renewals, sessions, switches


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

    def off_for(self, plugin: str) -> list[str]:
        """Return the ids of the tenants for which a plugin is switched off."""
        at = (switches.c.plugin == plugin, switches.c.tenant_id != "", switches.c.enabled == 0)
        with self._db.read() as connection:
            return list(connection.execute(select(switches.c.tenant_id).where(*at)).scalars())

    def count_sessions(self, plugin: str, pbx_tenant_id: str | None) -> int:
        """Return how many people would be signed out if a plugin were switched off: in browsers and in apps."""
        n = 0
        with self._db.read() as connection:
            for table, also in ((sessions, sessions.c.renewal_id.is_(None)), (renewals, true())):
                at = [table.c.plugin == plugin, table.c.expires_at > self._db.now(), also]
                if pbx_tenant_id is not None:
                    at.append(table.c.tenant_id == pbx_tenant_id)
                n += connection.execute(select(func.count()).select_from(table).where(*at)).scalar_one()
        return n

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
