"""The host as one plugin gets it: bound to one tenant, one plugin and perhaps one run. It takes no tenant anywhere.

Every write checks the run's lease in its own transaction. Closing and threads are guarded by `pbx_plugin_api.guard`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pbx_devhost.bound.data import BoundBlobs, BoundRateBudget, BoundSecrets, BoundSettings, BoundState
from pbx_devhost.bound.people import BoundContacts, BoundUsers
from pbx_devhost.bound.run import BoundAudit, BoundClock, BoundProgress
from pbx_devhost.bound.scope import ProgressListener, RunContext, Scope
from pbx_devhost.store.stores import Stores
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import Host, Severity, Tenant, WebOrigins

__all__ = ["BoundHost", "ProgressListener", "RunContext", "open_host"]

_log = logging.getLogger(__name__)


@contextmanager
def open_host(
    stores: Stores, plugin: str, tenant: Tenant, run: RunContext | None, *, may_read_system: bool = False
) -> Iterator[Host]:
    """Open a host for one call. At the end problems held back are written and streams still open are closed."""
    host = BoundHost(Scope(stores, plugin, tenant, run), may_read_system=may_read_system)
    try:
        yield host
    finally:
        host.close()


class BoundHost:
    """Keeps `pbx_plugin_api.Host`."""

    def __init__(self, scope: Scope, *, may_read_system: bool = False) -> None:
        self._scope, self._may_read_system = scope, may_read_system
        self.users = BoundUsers(scope)
        self.contacts = BoundContacts(scope)
        self.settings = BoundSettings(scope)
        self.secrets = BoundSecrets(scope)
        self.state = BoundState(scope)
        self.blobs = BoundBlobs(scope)
        self.rate_budget = BoundRateBudget(scope)
        self.progress = BoundProgress(scope)
        self.audit = BoundAudit(scope)
        self.clock = BoundClock(scope)

    @property
    def web_origins(self) -> WebOrigins:
        """See `Host`."""
        return self._scope.stores.tenants.origins(self._scope.tenant)

    def notify_admin(self, key: str, subject: str, text: str, *, severity: Severity) -> None:
        """See `Host`."""
        scope = self._scope
        scope.check_writable()
        if scope.stores.audit.notify(scope.tenant_id, f"{scope.plugin}:{key}", subject, text, severity.value):
            _log.warning("Notice to the administrators of %s: %s", scope.tenant.name, subject)

    def system(self) -> Host | None:
        """See `Host`."""
        if not self._may_read_system:
            return None
        return BoundHost(Scope(self._scope.stores, self._scope.plugin, SYSTEM_TENANT, None, is_read_only=True))

    def close(self) -> None:
        """Write what is held back and end open streams."""
        self._scope.close()
        self.progress.end()
