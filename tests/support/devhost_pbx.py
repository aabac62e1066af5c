"""A reference host for tests: two tenants on one database, a clock that tests move, and hosts under a lease."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select, update

from pbx_devhost.bound.host import open_host
from pbx_devhost.bound.progress import RunContext
from pbx_devhost.store.sql.schema import sessions, tenants, users
from pbx_devhost.store.stores import Stores, open_stores
from pbx_devhost.store.work.leases import LEASE_S, Lease
from pbx_plugin_api import (
    AnyNumber,
    BookRef,
    DraftContact,
    DraftUser,
    ExtensionWish,
    Host,
    Tenant,
    UserLink,
)

KEY = bytes(range(32))
DIRECTORY = "72f988bf-0000-4000-8000-2d7cd011db47"


def link(name: str) -> UserLink:
    return UserLink(authority=DIRECTORY, subject=name)


def draft(name: str, **more: Any) -> DraftUser:
    values: dict[str, Any] = {"link": link(name), "usernames": (name,), "display_name": name.title()}
    return DraftUser(**{**values, **more})


class TestClock:
    """Real time, plus what a test adds."""

    __test__ = False

    def __init__(self) -> None:
        self.offset_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset_s


class DevPbx:
    """Implements `pbx_plugin_api.testing.controls.PbxUnderTest` with the reference host."""

    def __init__(self, url: str, stack: ExitStack, *, key: bytes | None = KEY) -> None:
        self.url, self.clock, self._stack = url, TestClock(), stack
        self.stores: Stores = open_stores(url, now=self.clock, key=key)
        stack.callback(self.stores.database.close)
        self.tenant = self.stores.tenants.add("Contoso", web_origin="https://pbx.contoso.example")
        self.other = self.stores.tenants.add("Fabrikam", web_origin="https://pbx.fabrikam.example")
        self.lease = self.take_lease("sample", self.tenant)
        self.host = self.bound("sample", self.tenant, self.lease)
        self.other_plugin = self.bound("second", self.tenant, self.take_lease("second", self.tenant))
        self.other_tenant = self.bound("sample", self.other, self.take_lease("sample", self.other))

    # ------------------------------------------------------------------ hosts

    def take_lease(self, plugin: str, tenant: Tenant) -> Lease:
        lease = self.stores.leases.take(tenant.pbx_tenant_id, plugin)
        assert lease is not None
        return lease

    def bound(self, plugin: str, tenant: Tenant, lease: Lease | None = None, **more: Any) -> Host:
        return self._stack.enter_context(self.opened(plugin, tenant, lease, **more))

    @contextmanager
    def opened(self, plugin: str, tenant: Tenant, lease: Lease | None = None, **more: Any) -> Iterator[Host]:
        run = None
        if lease is not None:
            run = RunContext(
                run_id=self.stores.runs.begin(tenant.pbx_tenant_id, plugin, "forced", None),
                lease=lease,
                deadline_utc=datetime.fromtimestamp(self.clock(), timezone.utc) + timedelta(days=3650),
                stop_wanted=[False],
            )
        with open_host(self.stores, plugin, tenant, run, **more) as host:
            yield host

    # ------------------------------------------------------------------ the PBX's own side

    def move_clock(self, seconds: float) -> None:
        self.clock.offset_s += seconds

    def lose_lease(self) -> None:
        self.move_clock(LEASE_S + 1)
        self.take_lease("sample", self.tenant)

    def set_user_limit(self, limit: int | None) -> None:
        with self.stores.database.write() as connection:
            at = tenants.c.id == self.tenant.pbx_tenant_id
            connection.execute(update(tenants).where(at).values(user_limit=limit))

    def add_user(
        self,
        username: str,
        *,
        email: str | None = None,
        is_admin: bool = False,
        extension: ExtensionWish = AnyNumber(),
    ) -> str:
        role = "SystemAdmin" if is_admin else "StandardUser"
        tid = self.tenant.pbx_tenant_id
        self.stores.users.add(tid, username, display_name=username, email=email, role=role, extension=extension)
        row = self.stores.users.find_by_username(tid, username)
        assert row is not None
        return str(row.id)

    def edit_user(self, link: UserLink, **fields: str | bool) -> None:
        self.stores.users.edit(self.tenant.pbx_tenant_id, self._username(link), fields)

    def delete_user(self, link: UserLink) -> None:
        self.stores.users.delete(self.tenant.pbx_tenant_id, self._username(link))

    def sign_in(self, link: UserLink) -> None:
        self.stores.sessions.begin(self.tenant.pbx_tenant_id, user_id=self.user_id(link))

    def is_signed_in(self, link: UserLink) -> bool:
        with self.stores.database.read() as connection:
            return (
                connection.execute(select(sessions).where(sessions.c.user_id == self.user_id(link))).first() is not None
            )

    def add_contact(self, book: BookRef, name: str) -> None:
        self.stores.contacts.add(self.tenant.pbx_tenant_id, book, DraftContact(name=name))

    def rename_contact(self, book: BookRef, name: str, new_name: str) -> None:
        self.stores.contacts.edit(self.tenant.pbx_tenant_id, self._contact(book, name), DraftContact(name=new_name))

    def delete_contact(self, book: BookRef, name: str) -> None:
        self.stores.contacts.delete(self.tenant.pbx_tenant_id, self._contact(book, name))

    def contact_names(self, book: BookRef) -> list[str]:
        return sorted(row["name"] for row in self.stores.contacts.rows(self.tenant.pbx_tenant_id, book))

    def landing_of(self, state: str) -> tuple[str, str] | None:
        opened = self.stores.landings.open(state)
        is_ours = opened is not None and (opened.tenant_id, opened.plugin) == (self.tenant.pbx_tenant_id, "sample")
        return (opened.purpose, opened.about) if opened is not None and is_ours else None

    def notices(self) -> list[str]:
        return [kept.notice.subject for kept in reversed(self.stores.notices.rows(self.tenant.pbx_tenant_id))]

    def shown_notices(self) -> list[str]:
        return [kept.notice.subject for kept in reversed(self.stores.notices.shown(self.tenant.pbx_tenant_id))]

    def dismiss_notice(self, key: str) -> None:
        for kept in self.stores.notices.shown(self.tenant.pbx_tenant_id):
            if (kept.plugin, kept.notice.key) == ("sample", key):
                self.stores.notices.dismiss(self.tenant.pbx_tenant_id, kept.id, "boss")

    def audit_events(self) -> list[str]:
        return [row.event for row in self.stores.audit.lines(self.tenant.pbx_tenant_id)][::-1]

    def user_id(self, link: UserLink) -> str:
        found = self.host.users.find(link)
        assert found is not None, link
        return found.user_id

    def user_row(self, user_id: str) -> Any:
        with self.stores.database.read() as connection:
            return connection.execute(select(users).where(users.c.id == user_id)).one()

    def _username(self, link: UserLink) -> str:
        found = self.host.users.find(link)
        assert found is not None, link
        return found.username

    def _contact(self, book: BookRef, name: str) -> str:
        rows = self.stores.contacts.rows(self.tenant.pbx_tenant_id, book)
        return next(str(row["id"]) for row in rows if row["name"] == name)
