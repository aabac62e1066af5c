"""All the stores of one database, opened together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pbx_devhost.store.audit import AuditStore
from pbx_devhost.store.contacts.store import ContactStore
from pbx_devhost.store.database import Database
from pbx_devhost.store.erasure.store import ErasureStore
from pbx_devhost.store.languages import LanguageStore
from pbx_devhost.store.moved_clock import ClockWatch
from pbx_devhost.store.notices import NoticeStore
from pbx_devhost.store.outbox.queue import OutboxStore
from pbx_devhost.store.plugins.blobs import TenantBlobs
from pbx_devhost.store.plugins.plugin_data import PluginSettings
from pbx_devhost.store.plugins.switches import SwitchStore
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing.keys import VaultError, find_key, find_other_keys, finish_change, is_new_key
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.signin.accounts import AccountStore
from pbx_devhost.store.signin.admin_links import AdminLinkStore
from pbx_devhost.store.signin.flows import FlowStore
from pbx_devhost.store.signin.landings import LandingStore
from pbx_devhost.store.signin.registrations import RegistrationStore
from pbx_devhost.store.signin.renewals import RenewalStore
from pbx_devhost.store.signin.sessions import SessionStore
from pbx_devhost.store.sql.engine import CONNECTIONS
from pbx_devhost.store.tenants import TenantStore
from pbx_devhost.store.upkeep.retention import RetentionStore
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_devhost.store.users.store import UserStore
from pbx_devhost.store.work.chores import ChoreStore
from pbx_devhost.store.work.leases import Lease, LeaseStore
from pbx_devhost.store.work.nights import NightStore
from pbx_devhost.store.work.processes import ProcessStore
from pbx_devhost.store.work.runs import RunStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the PBX stores, by subject. The bound parts of a host are made from a `scope`."""

    database: Database
    vault: Vault
    processes: ProcessStore
    nights: NightStore
    tenants: TenantStore
    users: UserStore
    contacts: ContactStore
    audit: AuditStore
    notices: NoticeStore
    runs: RunStore
    leases: LeaseStore
    switches: SwitchStore
    sessions: SessionStore
    renewals: RenewalStore
    registrations: RegistrationStore
    flows: FlowStore
    landings: LandingStore
    accounts: AccountStore
    languages: LanguageStore
    admin_links: AdminLinkStore
    outbox: OutboxStore
    chores: ChoreStore
    retention: RetentionStore
    erasures: ErasureStore
    clock_watch: ClockWatch

    def scope(
        self, tenant_id: str, plugin: str = "", *, lease: Lease | None = None, is_read_only: bool = False
    ) -> Scope:
        """Return the scope of bound parts. Without a plugin it is the PBX's own."""
        return Scope(self.database, tenant_id, plugin, lease=lease, is_read_only=is_read_only)

    def linked_users(self, tenant_id: str) -> LinkedUsers:
        """Return the linked users of a tenant, for the PBX itself."""
        return LinkedUsers(self.scope(tenant_id), self.vault)

    def settings(self, tenant_id: str, plugin: str) -> Mapping[str, Any]:
        """Return the settings that a plugin has stored for a tenant, for the PBX itself."""
        return PluginSettings(self.scope(tenant_id, plugin)).read().values

    def blobs(self, tenant_id: str) -> TenantBlobs:
        """Return the blobs of a tenant, for the PBX itself."""
        return TenantBlobs(self.scope(tenant_id))


def open_stores(
    url: str,
    *,
    now: Callable[[], float] | None = None,
    key: bytes | None = None,
    n_connections: int = CONNECTIONS,
) -> Stores:
    """Open a database. Creates it at first use, and upgrades an old SQLite file after a copy.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`.
        now: The clock; tests and `--at` set their own. By default it is the database's.
        key: The key-encryption key; by default `find_key` finds it.
        n_connections: How many connections there may be; see `plan_connections`.

    Raises:
        DatabaseError: It cannot be opened, or has to be upgraded first.
        VaultError: Its key is missing or wrong.
    """
    database = Database(url, now=now, n_connections=n_connections)
    try:
        vault = _open_vault(database, url) if key is None else Vault(database, key)
    except BaseException:
        database.close()
        raise
    processes, nights = ProcessStore(database), NightStore(database)
    leases = LeaseStore(database, processes)
    return Stores(
        database=database,
        vault=vault,
        processes=processes,
        nights=nights,
        tenants=TenantStore(database, nights),
        users=UserStore(database, vault),
        contacts=ContactStore(database),
        audit=AuditStore(database),
        notices=NoticeStore(database),
        runs=RunStore(database),
        leases=leases,
        switches=SwitchStore(database),
        sessions=SessionStore(database),
        renewals=RenewalStore(database),
        registrations=RegistrationStore(database, vault),
        flows=FlowStore(database, vault),
        landings=LandingStore(database, vault),
        accounts=AccountStore(database),
        languages=LanguageStore(database),
        admin_links=AdminLinkStore(database),
        outbox=OutboxStore(database, vault, processes),
        chores=ChoreStore(database),
        retention=RetentionStore(database),
        erasures=ErasureStore(database, vault, leases),
        clock_watch=ClockWatch(database),
    )


def _open_vault(database: Database, url: str) -> Vault:
    key = find_key(url, may_make=not Vault.has_keys(database))
    vault = Vault(database, key, lambda: find_other_keys(url))
    if vault.key != key and is_new_key(url, vault.key):
        # A change of the key was cut off after its transaction, or was made on another host.
        try:
            finish_change(url)
        except VaultError as error:
            _log.warning("%s", error)
    return vault
