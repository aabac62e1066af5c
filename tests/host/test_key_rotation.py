"""New keys while the PBX works: nobody waits, nothing is lost, and a rotation that was cut off goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import func, select

from pbx_devhost.store.sealing import resealing
from pbx_devhost.store.sql.schema import data_keys, outbox
from pbx_devhost.store.stores import open_stores
from pbx_plugin_api import CreateUser
from tests.support.devhost_pbx import KEY, DevPbx, draft
from tests.support.mail_samples import make_note


@pytest.fixture
def full(any_pbx: DevPbx, monkeypatch: pytest.MonkeyPatch) -> DevPbx:
    """Seven users, secrets and mails, encrypted again three at a time."""
    monkeypatch.setattr(resealing, "_AT_ONCE", 3)
    any_pbx.host.users.apply([CreateUser(draft=draft(f"u{n}")) for n in range(7)])
    for n in range(7):
        any_pbx.host.secrets.put(f"s{n}", b"v%d" % n)
        any_pbx.stores.outbox.put(any_pbx.tenant.pbx_tenant_id, make_note())
    return any_pbx


def count_keys(pbx: DevPbx) -> int:
    with pbx.stores.database.read() as connection:
        return connection.execute(select(func.count()).select_from(data_keys)).scalar_one()


def check_all(pbx: DevPbx) -> None:
    """Everything opens in a process that begins now."""
    fresh = open_stores(pbx.url, key=pbx.stores.vault.key, now=pbx.clock)
    with ExitStack() as stack:
        stack.callback(fresh.database.close)
        for n in range(7):
            user_id = pbx.user_id(draft(f"u{n}").link)
            assert len(fresh.vault.open(pbx.user_row(user_id).pin_secret, user_id, "pin")) == 8
            assert pbx.host.secrets.get(f"s{n}") == b"v%d" % n
        with pbx.stores.database.read() as connection:
            mails = connection.execute(select(outbox.c.id, outbox.c.sealed)).all()
        assert len(mails) >= 7
        assert all(fresh.vault.open(mail.sealed, "outbox", mail.id) for mail in mails)


def test_everything_is_encrypted_again_in_small_parts(full: DevPbx) -> None:
    assert full.stores.vault.rotate() == 7 * 4
    assert count_keys(full) == 1
    check_all(full)


def test_others_write_between_two_parts_and_lose_nothing(full: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    another = open_stores(full.url, key=KEY, now=full.clock)  # it has the old key only
    parts, really = [], resealing._reseal_table

    def between(*given: Any) -> Any:
        for n in really(*given):
            parts.append(n)
            with ThreadPoolExecutor(1) as pool:  # at once, also on SQLite: no lock is held here
                note = make_note()
                pool.submit(another.outbox.put, full.tenant.pbx_tenant_id, note).result(5)
            yield n

    monkeypatch.setattr(resealing, "_reseal_table", between)
    full.stores.vault.rotate()
    assert len(parts) > 5
    assert count_keys(full) == 1
    another.database.close()
    check_all(full)


def test_a_rotation_that_was_cut_off_goes_on(full: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    really = resealing._reseal_table

    def cut_off(*given: Any) -> Any:
        for n in really(*given):
            yield n
            raise KeyboardInterrupt

    monkeypatch.setattr(resealing, "_reseal_table", cut_off)
    with pytest.raises(KeyboardInterrupt):
        full.stores.vault.rotate(bytes(32))
    monkeypatch.setattr(resealing, "_reseal_table", really)
    assert count_keys(full) == 2
    for n in range(7):
        assert full.host.secrets.get(f"s{n}") == b"v%d" % n
    full.host.secrets.put("s0", b"v0")
    assert full.stores.vault.rotate() > 0
    assert count_keys(full) == 1
    check_all(full)


def test_keys_of_one_moment_are_told_apart(full: DevPbx) -> None:
    """The clock stands still, or goes back: the new key is the newest all the same."""
    full.clock.offset_s -= 86_400
    for _ in range(3):
        full.stores.vault.rotate()
        full.host.secrets.put("s0", b"v0")
    assert count_keys(full) == 1
    check_all(full)
