"""Secrets at rest: AES-256-GCM with a data key, which a key-encryption key wraps.

`pbx_devhost.store.sealing.keys` finds the key-encryption key. A sealed value is bound to its place (tenant, plugin,
name): it cannot be opened at another place.
"""

from __future__ import annotations

import secrets as random
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sealing.keys import KEY_VARIABLE, VaultError
from pbx_devhost.store.sealing.resealing import is_any_left, reseal_all
from pbx_devhost.store.sql.engine import DatabaseBusyError
from pbx_devhost.store.sql.schema import data_keys, flows, secrets
from pbx_devhost.texts import _
from pbx_plugin_api import QuotaError

SECRET_MAX_BYTES = 64 * 1024
_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 16
_ROUNDS_MAX = 100
_ROUND_S = 0.2


class Vault:
    """Seals and opens. Keep one per process: unwrapped data keys are cached in memory.

    Args:
        database: Where the data keys are.
        key: The key-encryption key.
        find_others: Returns keys that may have taken its place meanwhile.
    """

    def __init__(self, database: Database, key: bytes, find_others: Callable[[], Sequence[bytes]] = lambda: ()) -> None:
        self._db, self._find_others = database, find_others
        self.key = key
        self._keys: dict[str, AESGCM] = {}
        self._current = ""
        # Now and not at first use, which may be inside a write transaction: that would wait for itself.
        self._load()

    def seal(self, value: bytes, *place: str) -> bytes:
        """Encrypt a value for one place."""
        nonce = random.token_bytes(_NONCE_BYTES)
        key_id = bytes.fromhex(self._current)
        return key_id + nonce + self._keys[self._current].encrypt(nonce, value, _bind(place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Decrypt a value of one place.

        Raises:
            VaultError: It was sealed with another key, or for another place.
        """
        if len(sealed) < _ID_BYTES + _NONCE_BYTES:
            raise VaultError("too short for something sealed")
        key_id = sealed[:_ID_BYTES].hex()
        if key_id not in self._keys:
            self._load()
        nonce, rest = sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
        try:
            return self._keys[key_id].decrypt(nonce, rest, _bind(place))
        except (KeyError, InvalidTag) as error:
            raise VaultError(_("a secret does not open with this key; is it the key of this database?")) from error

    def hold_key(self, connection: Connection) -> None:
        """Lock the newest data key for this write transaction. Call it before `seal`.

        Another process may rotate the keys at the same time: a value sealed with a deleted key would be lost.
        """
        newest = select(data_keys.c.id).order_by(data_keys.c.created_at.desc(), data_keys.c.id)
        if not self._db.is_sqlite:
            newest = newest.with_for_update(read=True)
        # Twice: on PostgreSQL the first query finds nothing after it has waited for the end of a rotation. After the
        # begin of one it has not seen the new key: the rotation waits for this transaction, and seals its value again.
        ids = list(connection.execute(newest).scalars()) or list(connection.execute(newest).scalars())
        if not ids or ids[0] != self._current:
            self._read_keys(connection)

    def use_newest_key(self) -> None:
        """Look whether another process has made a new data key: for what is sealed, but not stored here."""
        newest = select(data_keys.c.id).order_by(data_keys.c.created_at.desc(), data_keys.c.id).limit(1)
        with self._db.read() as connection:
            if connection.execute(newest).scalar() != self._current:
                self._read_keys(connection)

    def rotate(self, new_key: bytes | None = None) -> int:
        """Make a new data key, wrap it with the new key-encryption key if given, and encrypt everything again.

        From the first transaction on, all data keys are wrapped with the new key-encryption key, and everything that
        is stored is sealed with the new data key. What was sealed before follows in small transactions, so that nobody
        waits; then the old data keys are deleted. Cut off anywhere, every value opens, and the next rotation goes on.

        Returns:
            How many values were encrypted again.

        Raises:
            DatabaseBusyError: Others did not let go of a value, or a key. Every value opens; rotate again.
        """
        old_ids = self._begin_rotation(self.key if new_key is None else new_key)
        key_id, count = self._current, 0
        for __ in range(_ROUNDS_MAX):
            count += reseal_all(self._db, key_id, lambda sealed, place: self.seal(self.open(sealed, *place), *place))
            if self._end_rotation(key_id, old_ids):
                return count
            time.sleep(_ROUND_S)
        raise DatabaseBusyError(_("some secrets are in use and still have their old key; rotate again"))

    def _begin_rotation(self, wrapping: bytes) -> list[str]:
        """Make the new data key, and return the ids of the old ones."""
        with self._db.write(lock="data keys") as connection:
            # `hold_key` locks the keys: this waits for its transactions.
            held = select(data_keys) if self._db.is_sqlite else select(data_keys).with_for_update()
            rows = connection.execute(held).all()
            old = {row.id: self._unwrap(row) for row in rows}
            for row_id, raw in old.items():
                values = {"wrapped": _wrap(wrapping, row_id, raw)}
                connection.execute(update(data_keys).where(data_keys.c.id == row_id).values(values))
            newest_at = max([self._db.now(), *(row.created_at + 0.001 for row in rows)])
            key_id, key = self._make(connection, wrapping, newest_at)
        self._keys |= {**{row_id: AESGCM(raw) for row_id, raw in old.items()}, key_id: key}
        self._current, self.key = key_id, wrapping
        return list(old)

    def _end_rotation(self, key_id: str, old_ids: list[str]) -> bool:
        """Delete the old data keys, unless something is still sealed with them."""
        with self._db.write(lock="data keys") as connection:
            if not self._db.is_sqlite:  # wait for those who began before there was a new key
                connection.execute(select(data_keys.c.id).with_for_update())
            if is_any_left(connection, key_id):
                return False
            # Codes do not open any more: people sign in again. A sign-in that was used stays so, because a process
            # that still holds the old key opens it.
            connection.execute(delete(flows).where(flows.c.browser_hash != ""))
            connection.execute(delete(data_keys).where(data_keys.c.id.in_(old_ids)))
        for old_id in old_ids:
            self._keys.pop(old_id, None)
        return True

    @staticmethod
    def has_keys(database: Database) -> bool:
        """Whether the database has data keys, so that it needs the key that wraps them."""
        with database.read() as connection:
            return connection.execute(select(data_keys.c.id).limit(1)).first() is not None

    def _load(self) -> None:
        with self._db.read() as connection:
            if self._read_keys(connection):
                return
        with self._db.write(lock="data keys") as connection:
            if not self._read_keys(connection):
                self._make(connection, self.key, self._db.now())
                self._read_keys(connection)

    def _read_keys(self, connection: Connection) -> bool:
        """Unwrap all data keys. Return whether there is any."""
        rows = connection.execute(select(data_keys).order_by(data_keys.c.created_at, data_keys.c.id.desc())).all()
        for row in rows:
            self._keys[row.id] = AESGCM(self._unwrap(row))
            self._current = row.id
        return bool(rows)

    def _unwrap(self, row: Any) -> bytes:
        data_key = unwrap(self.key, row.id, row.wrapped)
        if data_key is not None:
            return data_key
        for other in self._find_others():  # the key was changed while this process, or none, was running
            data_key = unwrap(other, row.id, row.wrapped)
            if data_key is not None:
                self.key = other
                return data_key
        raise VaultError(
            _("this is not the key of this database; give back its key file, or set {variable}", variable=KEY_VARIABLE)
        )

    def _make(self, connection: Connection, wrapping: bytes, created_at: float) -> tuple[str, AESGCM]:
        key_id, key = uuid.uuid4().hex, random.token_bytes(_KEY_BYTES)
        wrapped = _wrap(wrapping, key_id, key)
        connection.execute(insert(data_keys).values(id=key_id, wrapped=wrapped, created_at=created_at))
        return key_id, AESGCM(key)


def unwrap(key: bytes, key_id: str, wrapped: bytes) -> bytes | None:
    """Return a data key, or None if it was wrapped with another key."""
    with suppress(InvalidTag):
        return AESGCM(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], key_id.encode())
    return None


def _wrap(wrapping: bytes, key_id: str, key: bytes) -> bytes:
    nonce = random.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, key_id.encode())


def _bind(place: tuple[str, ...]) -> bytes:
    return "\x1f".join(place).encode()


class PluginSecrets:
    """Keeps `pbx_plugin_api.Secrets`. A secret is sealed for its tenant, plugin and name."""

    def __init__(self, scope: Scope, vault: Vault) -> None:
        self._scope, self._vault = scope, vault

    def get(self, name: str) -> bytes | None:
        """See `Secrets`."""
        with self._scope.database.read() as connection:
            sealed = connection.execute(select(secrets.c.sealed).where(*self._at(name))).scalar()
        return None if sealed is None else self._vault.open(sealed, *self._place(name))

    def put(self, name: str, value: bytes) -> None:
        """See `Secrets`."""
        if len(value) > SECRET_MAX_BYTES:
            raise QuotaError(f"a secret of {len(value)} bytes; at most {SECRET_MAX_BYTES}")
        with self._scope.write() as connection:
            self._vault.hold_key(connection)
            tenant_id, plugin, _ = place = self._place(name)
            row = {"tenant_id": tenant_id, "plugin": plugin, "name": name, "sealed": self._vault.seal(value, *place)}
            self._scope.database.upsert(connection, secrets, [row])

    def delete(self, name: str) -> None:
        """See `Secrets`."""
        with self._scope.write() as connection:
            connection.execute(delete(secrets).where(*self._at(name)))

    def _place(self, name: str) -> tuple[str, str, str]:
        return self._scope.tenant_id, self._scope.plugin, name

    def _at(self, name: str) -> tuple[ColumnElement[bool], ...]:
        tenant_id, plugin, _ = self._place(name)
        return secrets.c.tenant_id == tenant_id, secrets.c.plugin == plugin, secrets.c.name == name
