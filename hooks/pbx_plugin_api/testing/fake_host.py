"""A complete host in memory, for a plugin's tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from pbx_plugin_api import rules
from pbx_plugin_api.host import Host
from pbx_plugin_api.landings import check_landing
from pbx_plugin_api.notices import Notice, raise_notice
from pbx_plugin_api.page_parts import Severity
from pbx_plugin_api.tenants import Tenant, WebOrigins
from pbx_plugin_api.testing.clock import DEFAULT_NOW_UTC, FakeClock
from pbx_plugin_api.testing.contacts import FakeContacts
from pbx_plugin_api.testing.lease import FakeLease, ReadOnlyLease
from pbx_plugin_api.testing.overview import FakeOverview
from pbx_plugin_api.testing.run import FakeAudit, FakeProgress
from pbx_plugin_api.testing.stores import FakeBlobs, FakeRateBudget, FakeSecrets, FakeSettings, FakeState
from pbx_plugin_api.testing.users import FakeUsers

__all__ = ["FakeHost", "FakePbx"]

_DEFAULT_TENANT: Final = Tenant(
    pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example", time_zone="Europe/Berlin", country="DE"
)


class FakeHost:
    """Keeps `pbx_plugin_api.Host`, in memory, with every rule of the contract.

    A plugin uses the parts as in a PBX. A test changes the PBX with methods that only the fake parts have:
    `users.add_by_hand`, `users.edit_by_hand`, `users.delete_by_hand`, `users.user_limit`, `contacts.*_by_hand`,
    `blobs.add`, `clock.move(days=1)`, `progress.stop_wanted`, `lease.lose()`; and reads `users.rows`,
    `progress.problems`, `audit.lines`, `notices`, `mailed`; `overview.log` is what pages see of runs.

    Not guarded by itself: `pbx_plugin_api.hosting.guard.guard_host` (or a `PluginHost` over a `FakePbx`) adds the rule
    "one call, one thread".

    Args:
        tenant: Whose host it is; a tenant in Germany by default.
        now_utc: What the clock says first; 2026-11-02 01:00 UTC by default.
        origins: Where browsers reach the PBX.
        user_limit: How many users the tenant may have; the tenant's own limit by default.
        deadline_utc: When the host stops waiting; none by default.
        system: The host that `system()` returns, for reading and for its rate budget.
        beside: Another host of the same tenant, for a second plugin: clock, lease, users and blobs are shared.
        clock: A clock shared with other tenants' hosts.
    """

    def __init__(
        self,
        tenant: Tenant | None = None,
        *,
        now_utc: datetime | None = None,
        origins: WebOrigins | None = None,
        user_limit: int | None = None,
        deadline_utc: datetime | None = None,
        system: FakeHost | None = None,
        beside: FakeHost | None = None,
        clock: FakeClock | None = None,
    ) -> None:
        self.tenant: Tenant = tenant or (beside.tenant if beside else _DEFAULT_TENANT)
        self.web_origins = origins or WebOrigins(web="https://pbx.contoso.example:8887")
        limit = user_limit if user_limit is not None else self.tenant.user_limit
        self.clock: FakeClock = beside.clock if beside else clock or FakeClock(now_utc or DEFAULT_NOW_UTC)
        self.lease: FakeLease = beside.lease if beside else FakeLease()
        self.users: FakeUsers = beside.users if beside else FakeUsers(self.clock, self.lease, user_limit=limit)
        self.blobs: FakeBlobs = beside.blobs if beside else FakeBlobs(self.lease, self.clock)
        self.contacts = FakeContacts(self.lease, lambda link: self.users.find(link) is not None)
        self.settings = FakeSettings(self.lease)
        self.secrets = FakeSecrets(self.lease)
        self.state = FakeState(self.lease)
        self.rate_budget = FakeRateBudget(self.clock)
        self.progress = FakeProgress(self.clock, self.lease, deadline_utc)
        self.audit = FakeAudit(self.clock)
        self.notices: list[Notice] = []
        """The notices to the administrators, oldest first, with those that ended."""
        self.mailed: list[str] = []
        """The subjects of those that were mailed to them: when they were raised, and when they became worse."""
        self.overview = FakeOverview(self.open_notices)
        self._system = system

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
        self.lease.check()
        rules.check_key("key", key)
        raised = Notice(
            key=key,
            kind=kind,
            subject=subject,
            text=text,
            severity=Severity(severity),
            level=level,
            values=values or {},
            raised_at_utc=self.clock.now_utc(),
        )
        before = next((notice for notice in reversed(self.notices) if notice.key == key), None)
        notice, is_another, is_news = raise_notice(before, raised)
        if before is None or is_another:
            self.notices.append(notice)
        else:
            self._replace_notice(before, notice)
        if is_news:
            self.mailed.append(subject)

    def resolve_notice(self, key: str) -> None:
        """See `Host`."""
        self.lease.check()
        for notice in self.open_notices():
            if notice.is_named(key):
                self._replace_notice(notice, replace(notice, ended_at_utc=self.clock.now_utc()))

    def open_notices(self) -> list[Notice]:
        """Return the notices whose cause lasts, oldest first."""
        return [notice for notice in self.notices if notice.is_open]

    def dismiss_notice(self, key: str) -> None:
        """Put the open notice with this key away, as an administrator does."""
        for notice in self.open_notices():
            if notice.key == key:
                self._replace_notice(notice, replace(notice, dismissed_at_utc=self.clock.now_utc()))

    def _replace_notice(self, before: Notice, notice: Notice) -> None:
        self.notices[self.notices.index(before)] = notice

    def landing_state(self, purpose: str, *, about: str = "", keep_s: int) -> str:
        """See `Host`. `landing_of` opens it."""
        check_landing(purpose, about, keep_s)
        shape = [self.tenant.pbx_tenant_id, purpose, about, self.clock.now_utc().timestamp() + keep_s]
        return f"fake.{json.dumps(shape).encode().hex()}"

    def landing_of(self, state: str) -> tuple[str, str] | None:
        """Return purpose and about of a state that this host made; None if it did not, or its time is over."""
        try:
            tenant_id, purpose, about, until = json.loads(bytes.fromhex(state.removeprefix("fake.")))
        except ValueError:
            return None
        is_ours = tenant_id == self.tenant.pbx_tenant_id and until > self.clock.now_utc().timestamp()
        return (purpose, about) if is_ours else None

    def system(self) -> Host | None:
        """See `Host`."""
        if self._system is None:
            return None
        seen = copy.copy(self._system)
        for name in ("users", "contacts", "settings", "secrets", "state", "blobs"):
            part = copy.copy(getattr(seen, name))
            part._lease = ReadOnlyLease()
            setattr(seen, name, part)
        seen.lease = ReadOnlyLease()
        return seen


class FakePbx:
    """A PBX of fake hosts: gives a `PluginHost` one for each plugin and tenant, all on one clock."""

    def __init__(self, *, now_utc: datetime | None = None) -> None:
        self.clock = FakeClock(now_utc or DEFAULT_NOW_UTC)
        self._hosts: dict[tuple[str, str], FakeHost] = {}

    def host(self, plugin: str, tenant: Tenant) -> FakeHost:
        """Return the host of one plugin in one tenant. It is the same one at every call."""
        key = (plugin, tenant.pbx_tenant_id)
        if key not in self._hosts:
            beside = next((host for (_, tid), host in self._hosts.items() if tid == tenant.pbx_tenant_id), None)
            self._hosts[key] = FakeHost(tenant, clock=self.clock, beside=beside)
        return self._hosts[key]

    @contextmanager
    def open(self, plugin: str, tenant: Tenant, *, hook: str, run_id: str | None) -> Iterator[Host]:
        """See `pbx_plugin_api.hosting.manager.HostFactory`."""
        yield self.host(plugin, tenant)
