"""Secrets at rest: each is bound to its place, under a key that others cannot read and that can be changed."""

from __future__ import annotations

import base64
import os
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing.keys import KEY_VARIABLE, VaultError, find_key
from pbx_devhost.store.sealing.vault import PluginSecrets, Vault
from pbx_devhost.store.sql.schema import data_keys, secrets
from pbx_devhost.store.stores import open_stores
from pbx_plugin_api import CreateUser, QuotaError
from tests.support.devhost_pbx import DevPbx, draft

CANARY = b"-----BEGIN PRIVATE KEY----- canary 7e1f"
NEW_KEY = bytes(range(1, 33))


def test_no_plaintext_is_in_the_files(dev: DevPbx, tmp_path: Path) -> None:
    dev.host.secrets.put("certificate", CANARY)
    dev.host.users.apply([CreateUser(draft=draft("ada"))])
    row = dev.user_row(dev.user_id(draft("ada").link))
    passwords = [
        dev.stores.vault.open(sealed, row.id, mark)
        for sealed, mark in ((row.sip_secret, "sip"), (row.pin_secret, "pin"))
    ]
    assert [len(each) for each in passwords] == [24, 8]
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.suffix for path in files} >= {".db", ".db-wal"}
    content = b"".join(path.read_bytes() for path in files)
    assert b"certificate" in content, "the name is there, so this looked in the right place"
    for secret in (CANARY, *passwords):
        assert secret not in content


def test_a_row_moved_to_another_place_does_not_open(dev: DevPbx) -> None:
    dev.host.secrets.put("certificate", CANARY)
    tid = dev.tenant.pbx_tenant_id
    for place in (
        (tid, "second", "certificate"),
        (dev.other.pbx_tenant_id, "sample", "certificate"),
        (tid, "sample", "x"),
    ):
        with dev.stores.database.write() as connection:
            sealed = connection.execute(select(secrets.c.sealed)).scalars().first()
            row = dict(zip(("tenant_id", "plugin", "name"), place, strict=True)) | {"sealed": sealed}
            dev.stores.database.upsert(connection, secrets, [row])
        with pytest.raises(VaultError, match="does not open"):
            PluginSecrets(dev.stores.scope(*place[:2]), dev.stores.vault).get(place[2])
    assert dev.host.secrets.get("certificate") == CANARY


def test_a_changed_byte_does_not_open(dev: DevPbx) -> None:
    dev.host.secrets.put("certificate", CANARY)
    with dev.stores.database.write() as connection:
        sealed = connection.execute(select(secrets.c.sealed)).scalar_one()
        connection.execute(update(secrets).values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    with pytest.raises(VaultError, match="does not open"):
        dev.host.secrets.get("certificate")


def test_the_same_secret_is_never_sealed_the_same_twice(dev: DevPbx) -> None:
    assert dev.stores.vault.seal(CANARY, "a") != dev.stores.vault.seal(CANARY, "a")


def test_a_secret_that_is_too_large_is_refused(dev: DevPbx) -> None:
    with pytest.raises(QuotaError, match="65537 bytes; at most 65536"):
        dev.host.secrets.put("k", b"x" * 65_537)
    assert dev.host.secrets.get("k") is None


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(sqlite_url: str, tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        first = find_key(sqlite_url, {})
    finally:
        os.umask(old_mask)
    path = tmp_path / "pbx.db.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_key(sqlite_url, {}) == first
    assert len(first) == 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_is_refused(sqlite_url: str, tmp_path: Path, mode: int) -> None:
    find_key(sqlite_url, {})
    path = tmp_path / "pbx.db.key"
    path.chmod(mode)
    with pytest.raises(VaultError, match=f"can be read by others .mode {mode:04o}.; run: chmod 600"):
        find_key(sqlite_url, {})


def test_the_environments_key_goes_first_and_is_never_shown(sqlite_url: str, tmp_path: Path) -> None:
    text = base64.b64encode(NEW_KEY).decode()
    assert find_key(sqlite_url, {KEY_VARIABLE: text}) == NEW_KEY
    assert not (tmp_path / "pbx.db.key").exists()
    for bad, why in ((text[:-8], "is not base64|holds"), ("not base64!", "is not base64"), ("AAAA", "holds 3 bytes")):
        with pytest.raises(VaultError, match=why) as caught:
            find_key(sqlite_url, {KEY_VARIABLE: bad})
        assert bad not in str(caught.value)


def test_a_wrong_key_is_refused_at_the_door(dev: DevPbx) -> None:
    dev.host.secrets.put("certificate", CANARY)
    with pytest.raises(
        VaultError, match=f"not the key of this database; give back its key file, or set {KEY_VARIABLE}"
    ):
        open_stores(dev.url, key=NEW_KEY)


def test_rotation_seals_everything_anew(any_pbx: DevPbx) -> None:
    dev = any_pbx
    dev.host.secrets.put("certificate", CANARY)
    dev.host.users.apply([CreateUser(draft=draft("ada"))])
    user_id = dev.user_id(draft("ada").link)
    sip = dev.stores.vault.open(dev.user_row(user_id).sip_secret, user_id, "sip")
    with dev.stores.database.read() as connection:
        before = connection.execute(select(data_keys.c.id)).scalars().all()
    assert dev.stores.vault.rotate(NEW_KEY) == 3
    with dev.stores.database.read() as connection:
        after = connection.execute(select(data_keys.c.id)).scalars().all()
        sealed = connection.execute(select(secrets.c.sealed)).scalar_one()
    assert len(after) == 1
    assert set(after).isdisjoint(before)
    assert sealed[:16].hex() == after[0]
    with ExitStack() as stack:
        again = open_stores(dev.url, key=NEW_KEY)
        stack.callback(again.database.close)
        kept = PluginSecrets(again.scope(dev.tenant.pbx_tenant_id, "sample"), again.vault)
        assert kept.get("certificate") == CANARY
        assert again.vault.open(dev.user_row(user_id).sip_secret, user_id, "sip") == sip
    with pytest.raises(VaultError, match="not the key of this database"):
        open_stores(dev.url, key=bytes(range(32)))


def test_a_process_that_missed_a_rotation_loses_nothing(any_pbx: DevPbx) -> None:
    """Another process has cached the old data key. What it seals later must open in all processes."""
    stale = any_pbx
    database = Database(stale.url, now=stale.clock)
    try:
        assert Vault(database, bytes(range(32))).rotate() == 0
        stale.host.secrets.put("certificate", CANARY)
        stale.host.users.apply([CreateUser(draft=draft("ada"))])
        fresh = Vault(database, bytes(range(32)))
        assert PluginSecrets(Scope(database, stale.tenant.pbx_tenant_id, "sample"), fresh).get("certificate") == CANARY
        user_id = stale.user_id(draft("ada").link)
        assert len(fresh.open(stale.user_row(user_id).pin_secret, user_id, "pin")) == 8
        assert fresh.rotate() == 3
        assert stale.host.secrets.get("certificate") == CANARY
    finally:
        database.close()
