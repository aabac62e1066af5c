"""The host as one plugin gets it: bound to one tenant, one plugin and perhaps one run. It takes no tenant anywhere.

Each part keeps its Protocol of `pbx_plugin_api.host` on the scope it was given. Every write checks the run's lease in
its own transaction. `pbx_plugin_api.hosting.guard` adds the rule "one call, one thread".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone

from pbx_devhost.bound.overview import PluginOverview
from pbx_devhost.bound.progress import RunContext, RunProgress
from pbx_devhost.store.audit import PluginAudit
from pbx_devhost.store.contacts.synced import SyncedContacts
from pbx_devhost.store.database import Database
from pbx_devhost.store.plugins.blobs import TenantBlobs
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.store.plugins.plugin_data import PluginSettings, PluginState
from pbx_devhost.store.sealing.vault import PluginSecrets
from pbx_devhost.store.signin.landings import make_state
from pbx_devhost.store.stores import Stores
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_plugin_api import Host, Severity, Tenant, WebOrigins, rules

_log = logging.getLogger(__name__)


@contextmanager
def open_host(
    stores: Stores,
    plugin: str,
    tenant: Tenant,
    run: RunContext | None,
    *,
    may_read_system: bool = False,
    may_send: Callable[[], bool] | None = None,
) -> Iterator[Host]:
    """Open a host for one call. At the end problems held back are written and streams still open are closed."""
    host = BoundHost(stores, plugin, tenant, run, may_read_system=may_read_system, may_send=may_send)
    try:
        yield host
    finally:
        host.close()


class BoundHost:
    """Keeps `pbx_plugin_api.Host`."""

    def __init__(
        self,
        stores: Stores,
        plugin: str,
        tenant: Tenant,
        run: RunContext | None = None,
        *,
        may_read_system: bool = False,
        is_read_only: bool = False,
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        self._stores, self._plugin, self._tenant, self._may_read_system = stores, plugin, tenant, may_read_system
        self._systems: list[BoundHost] = []
        lease = run.lease if run else None
        self._scope = scope = stores.scope(tenant.pbx_tenant_id, plugin, lease=lease, is_read_only=is_read_only)
        self.users = LinkedUsers(scope, stores.vault)
        self.contacts = SyncedContacts(scope)
        self.settings = PluginSettings(scope)
        self.secrets = PluginSecrets(scope, stores.vault)
        self.state = PluginState(scope)
        self.blobs = TenantBlobs(scope)
        self.rate_budget = PluginRateBudget(scope)
        self.progress = RunProgress(stores, scope, run, may_send)
        self.audit = PluginAudit(scope)
        self.overview = PluginOverview(stores, scope)
        self.clock = HostClock(stores.database)

    @property
    def web_origins(self) -> WebOrigins:
        """See `Host`."""
        return self._stores.tenants.origins(self._tenant)

    def notify_admin(
        self,
        key: str,
        subject: str,
        text: str,
        *,
        severity: Severity,
        kind: str = "",
        level: int = 0,
        values: Mapping[str, str | int] | None = None,
    ) -> None:
        """See `Host`."""
        rules.check_key("key", key)
        is_news = self._stores.notices.begin(
            self._tenant.pbx_tenant_id,
            key,
            subject,
            text,
            Severity(severity),
            plugin=self._plugin,
            kind=kind,
            level=level,
            values=dict(values or {}),
            scope=self._scope,
        )
        if is_news:
            _log.warning("Notice to the administrators of %s: %s", self._tenant.name, subject)

    def landing_state(self, purpose: str, *, about: str = "", keep_s: int) -> str:
        """See `Host`."""
        return make_state(self._scope, self._stores.vault, purpose, about, keep_s)

    def resolve_notice(self, key: str) -> None:
        """See `Host`."""
        self._stores.notices.end(self._tenant.pbx_tenant_id, key, plugin=self._plugin, scope=self._scope)

    def system(self) -> Host | None:
        """See `Host`."""
        if not self._may_read_system:
            return None
        host = BoundHost(self._stores, self._plugin, SYSTEM_TENANT, is_read_only=True)
        self._systems.append(host)
        return host

    def close(self) -> None:
        """Write what is held back and end open streams."""
        for host in self._systems:
            host.close()
        self._scope.close()
        self.progress.end()


class HostClock:
    """Keeps `pbx_plugin_api.Clock`."""

    def __init__(self, database: Database) -> None:
        self._now = database.now

    def now_utc(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self._now(), timezone.utc)

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(max(0.0, seconds))
