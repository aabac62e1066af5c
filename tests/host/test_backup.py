"""A backup restores everything, with the key; and a change of the key can be cut off anywhere."""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing import keys
from pbx_devhost.store.sealing.keys import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    NEW_KEY_VARIABLE,
    VaultError,
    change_key,
    find_key,
    find_other_keys,
    key_path,
    prepare_key,
)
from pbx_devhost.store.sealing.vault import PluginSecrets, Vault
from pbx_devhost.store.sql.engine import DatabaseError
from pbx_devhost.store.stores import Stores, open_stores
from pbx_devhost.store.upkeep import backup as backup_module
from pbx_devhost.store.upkeep.backup import back_up
from tests.support.devhost_cli import Cli
from tests.support.postgres import Cluster

CANARY = b"canary 5c1d"


@pytest.fixture(autouse=True)
def key_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key in the environment, and a home directory of the test's own."""
    for name in (KEY_VARIABLE, NEW_KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def fill(stores: Stores) -> None:
    tenant = stores.tenants.add("Contoso")
    stores.users.add(tenant.pbx_tenant_id, "alice", display_name="Alice")
    PluginSecrets(stores.scope(tenant.pbx_tenant_id, "sample"), stores.vault).put("certificate", CANARY)


def read_secret(stores: Stores) -> bytes | None:
    tenant = stores.tenants.find("Contoso")
    return PluginSecrets(stores.scope(tenant.pbx_tenant_id, "sample"), stores.vault).get("certificate")


def opens_with_everything(url: str) -> bool:
    stores = open_stores(url)
    try:
        tenant = stores.tenants.find("Contoso")
        return read_secret(stores) == CANARY and stores.users.count_all(tenant.pbx_tenant_id) >= 1
    finally:
        stores.database.close()


# ---------------------------------------------------------------------- backup and restore


def test_a_backup_of_sqlite_is_whole_while_others_write(tmp_path: Path, sqlite_url: str) -> None:
    stores, cli = open_stores(sqlite_url), Cli(sqlite_url)
    fill(stores)
    tenant_id, stop, failed = stores.tenants.find("Contoso").pbx_tenant_id, threading.Event(), list[Exception]()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            try:
                stores.users.add(tenant_id, f"user{n}", display_name=f"User {n}")
            except Exception as error:  # noqa: BLE001 - told to the test
                failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [tmp_path / f"backup-{n}.db" for n in range(3)]
        for backup in backups:
            assert cli.json("db", "backup", str(backup), "--with-key") == {"written": [str(backup), f"{backup}.key"]}
    finally:
        stop.set()
        writer.join()
        stores.database.close()
    assert failed == []
    counts = []
    for backup in backups:
        assert backup.stat().st_mode & 0o777 == 0o600
        assert Path(f"{backup}.key").stat().st_mode & 0o777 == 0o600
        assert opens_with_everything(f"sqlite:///{backup}")
        with sqlite3.connect(backup) as connection:
            users = connection.execute("SELECT count(*) FROM users").fetchone()[0]
            numbers = connection.execute("SELECT count(*) FROM numbers WHERE user_id IS NOT NULL").fetchone()[0]
        connection.close()
        assert users == numbers, "a transaction is in it whole, or not at all"
        counts.append(users)
    assert counts == sorted(counts)


def test_a_backup_has_the_key_that_opens_it_also_while_the_key_is_changed(tmp_path: Path, sqlite_url: str) -> None:
    stores = open_stores(sqlite_url)
    fill(stores)
    old = key_path(sqlite_url).read_bytes()
    prepare_key(sqlite_url)
    backups = [tmp_path / f"backup-{n}.db" for n in range(2)]
    back_up(sqlite_url, backups[0], with_key=True)
    # The folder of the key cannot be written, or the command was killed here: both files stay.
    [new, _] = find_other_keys(sqlite_url)
    stores.vault.rotate(new)
    stores.database.close()
    assert key_path(sqlite_url).read_bytes() == old
    back_up(sqlite_url, backups[1], with_key=True)
    for backup in backups:
        assert opens_with_everything(f"sqlite:///{backup}")
    key_path(sqlite_url).with_name(key_path(sqlite_url).name + ".new").unlink()
    with pytest.raises(DatabaseError, match="does not open this database"):
        back_up(sqlite_url, tmp_path / "useless.db", with_key=True)
    assert not (tmp_path / "useless.db").exists()


def test_a_backup_that_was_killed_leaves_nothing_that_counts(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is checked it has no name of a backup; the same command goes on."""
    open_stores(sqlite_url).database.close()
    copy, draft = tmp_path / "backup.db", tmp_path / "backup.db.part"
    seen = list[bool]()
    really = backup_module._check

    def check(path: Path) -> None:
        seen.append(copy.exists())
        really(path)

    monkeypatch.setattr(backup_module, "_check", check)
    draft.write_bytes(b"left by one that was killed" * 1000)
    back_up(sqlite_url, copy, with_key=True)
    assert seen == [False]
    Database(f"sqlite:///{copy}").close()
    assert not draft.exists()
    with draft.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # another one writes it
        copy.unlink()
        Path(f"{copy}.key").unlink()
        with pytest.raises(DatabaseError, match=r"backup\.db\.part exists"):
            back_up(sqlite_url, copy, with_key=True)
        assert draft.exists()


def test_a_backup_whose_key_cannot_be_written_is_none(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_stores(sqlite_url).database.close()
    really = os.fsync

    def refuse(handle: int) -> None:
        if os.fstat(handle).st_size < 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        really(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DatabaseError, match="No space left"):
        back_up(sqlite_url, tmp_path / "backup.db", with_key=True)
    assert not list(tmp_path.glob("backup.db*"))


def test_a_backup_without_its_key_says_what_is_missing(tmp_path: Path, sqlite_url: str) -> None:
    stores, cli = open_stores(sqlite_url), Cli(sqlite_url)
    fill(stores)
    stores.database.close()
    backup = tmp_path / "backup.db"
    assert "is not in it" in cli.ok("db", "backup", str(backup)).out
    with pytest.raises(VaultError, match=r"backup.db.key is not there, and this database has secrets"):
        open_stores(f"sqlite:///{backup}")
    assert not Path(f"{backup}.key").exists(), "a new key would hide that the right one is missing"
    assert "exists; choose another file" in cli("db", "backup", str(backup)).err
    assert "cannot be made" in cli("db", "backup", str(tmp_path / "nowhere" / "b.db")).err
    assert [path.name for path in tmp_path.glob("*.part")] == []
    postgres = cli("db", "backup", str(tmp_path / "x"), url="postgresql://u:secret@h/d")
    assert "pg_dump" in postgres.err
    assert "secret" not in postgres.err


@pytest.mark.postgres
def test_pg_dump_and_pg_restore_keep_everything(cluster: Cluster, make_url: Callable[[str], str]) -> None:
    url, restored = make_url("postgres"), make_url("postgres")
    stores = open_stores(url)
    fill(stores)
    stores.database.close()
    dump = str(cluster.directory / "pbx.dump")
    cluster.run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={url}")
    cluster.run("pg_restore", "--exit-on-error", f"--dbname={restored}", dump)
    assert opens_with_everything(restored), "the key is the one in the home directory"


# ---------------------------------------------------------------------- the key


@pytest.mark.parametrize("cut_off", ["before the transaction", "in the transaction", "before the move"])
def test_a_change_of_the_key_can_be_cut_off(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, cut_off: str) -> None:
    stores = open_stores(sqlite_url)
    fill(stores)
    old = find_key(sqlite_url)

    class KilledError(BaseException):
        pass

    def killed(*_: object) -> int:
        raise KilledError

    rotate = stores.vault.rotate
    if cut_off == "in the transaction":
        monkeypatch.setattr("pbx_devhost.store.sealing.vault.Vault.seal", killed)
    if cut_off == "before the move":
        monkeypatch.setattr(keys, "finish_change", killed)
    with pytest.raises(KilledError):
        change_key(sqlite_url, killed if cut_off == "before the transaction" else rotate)
    monkeypatch.undo()
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    stores.database.close()
    assert opens_with_everything(sqlite_url)
    stores = open_stores(sqlite_url)
    change_key(sqlite_url, stores.vault.rotate)
    stores.database.close()
    assert opens_with_everything(sqlite_url)
    assert find_key(sqlite_url) != old
    assert not Path(sqlite_url.removeprefix("sqlite:///") + ".key.new").exists()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_hosts_with_the_same_key_go_on_while_it_is_changed(
    kind: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    """The documented way: prepare the key, copy it to every host, change it on one. Nothing is restarted."""
    url = make_url(kind)
    hosts = [{KEY_FILE_VARIABLE: str(tmp_path / name / "key")} for name in ("a", "b")]
    for host in hosts:
        Path(host[KEY_FILE_VARIABLE]).parent.mkdir()
    key = find_key(url, hosts[0])
    copy_key(hosts[0][KEY_FILE_VARIABLE], hosts[1][KEY_FILE_VARIABLE])
    first = open_stores(url, key=key)
    fill(first)
    other = Database(url)
    try:
        vault = Vault(other, find_key(url, hosts[1]), lambda: find_other_keys(url, hosts[1]))
        scope = Scope(other, first.tenants.find("Contoso").pbx_tenant_id, "sample")
        prepared = prepare_key(url, hosts[0])
        assert prepare_key(url, hosts[0]) == prepared
        copy_key(str(prepared), hosts[1][KEY_FILE_VARIABLE] + ".new")
        assert change_key(url, first.vault.rotate, hosts[0]) == 3
        # The other host runs all the time.
        assert PluginSecrets(scope, vault).get("certificate") == CANARY
        PluginSecrets(scope, vault).put("certificate", b"of the other host")
        assert read_secret(first) == b"of the other host"
        assert vault.key == find_key(url, hosts[0])
    finally:
        other.close()
        first.database.close()


def test_a_host_that_did_not_get_the_new_key_says_so(sqlite_url: str) -> None:
    stores = open_stores(sqlite_url)
    fill(stores)
    stale = Vault(stores.database, find_key(sqlite_url))
    change_key(sqlite_url, stores.vault.rotate)
    try:
        with pytest.raises(VaultError, match="this is not the key of this database"):
            PluginSecrets(stores.scope(stores.tenants.find("Contoso").pbx_tenant_id, "sample"), stale).get(
                "certificate"
            )
    finally:
        stores.database.close()


def test_the_key_may_be_in_a_file_that_is_named(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "credentials" / "key"
    path.parent.mkdir()
    path.write_bytes(base64.b64encode(bytes(range(32))))
    path.chmod(0o400)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    assert find_key(sqlite_url) == bytes(range(32))
    stores = open_stores(sqlite_url)
    fill(stores)
    if os.geteuid() != 0:
        path.parent.chmod(0o500)
    change_key(sqlite_url, stores.vault.rotate)
    stores.database.close()
    assert opens_with_everything(sqlite_url)


def copy_key(source: str, target: str) -> None:
    Path(target).write_bytes(Path(source).read_bytes())
    Path(target).chmod(0o600)
