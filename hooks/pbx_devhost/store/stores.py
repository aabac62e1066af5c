"""All the stores of one database, opened together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pbx_devhost.store.accounts import AccountStore
from pbx_devhost.store.audit import AuditStore
from pbx_devhost.store.blobs import BlobStore
from pbx_devhost.store.budgets import BudgetStore
from pbx_devhost.store.contacts import ContactStore
from pbx_devhost.store.database import Database
from pbx_devhost.store.keys import VaultError, find_key, hint_at_cut_off_change
from pbx_devhost.store.leases import LeaseStore
from pbx_devhost.store.outbox.queue import OutboxStore
from pbx_devhost.store.plugin_data import SettingsStore, StateStore
from pbx_devhost.store.registrations import RegistrationStore
from pbx_devhost.store.runs import RunStore
from pbx_devhost.store.sessions import FlowStore, SessionStore
from pbx_devhost.store.switches import SwitchStore
from pbx_devhost.store.tenants import TenantStore
from pbx_devhost.store.users.store import UserStore
from pbx_devhost.store.vault import Vault

__all__ = ["Stores", "open_stores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the PBX keeps, by subject."""

    database: Database
    vault: Vault
    tenants: TenantStore
    users: UserStore
    contacts: ContactStore
    settings: SettingsStore
    state: StateStore
    blobs: BlobStore
    budgets: BudgetStore
    audit: AuditStore
    runs: RunStore
    leases: LeaseStore
    switches: SwitchStore
    sessions: SessionStore
    registrations: RegistrationStore
    flows: FlowStore
    accounts: AccountStore
    outbox: OutboxStore


def open_stores(url: str, *, now: Callable[[], float] = time.time, key: bytes | None = None) -> Stores:
    """Open a database, making it at first use.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`.
        now: The clock; tests and `--at` give their own.
        key: The key-encryption key; found by itself if not given.

    Raises:
        DatabaseError: It cannot be opened.
        VaultError: Its key cannot be had.
    """
    database = Database(url, now=now)
    try:
        vault = Vault(database, key if key is not None else find_key(url))
    except VaultError as error:
        database.close()
        raise VaultError(f"{error}{hint_at_cut_off_change(url)}") from error
    except BaseException:
        database.close()
        raise
    return Stores(
        database=database,
        vault=vault,
        tenants=TenantStore(database),
        users=UserStore(database, vault),
        contacts=ContactStore(database),
        settings=SettingsStore(database),
        state=StateStore(database),
        blobs=BlobStore(database),
        budgets=BudgetStore(database),
        audit=AuditStore(database),
        runs=RunStore(database),
        leases=LeaseStore(database),
        switches=SwitchStore(database),
        sessions=SessionStore(database),
        registrations=RegistrationStore(database, vault),
        flows=FlowStore(database, vault),
        accounts=AccountStore(database),
        outbox=OutboxStore(database, vault),
    )
