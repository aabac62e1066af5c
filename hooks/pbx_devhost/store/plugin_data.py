"""What plugins keep in the PBX: versioned settings and versioned state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.schema import plugin_settings, state
from pbx_plugin_api import JsonValue, QuotaError, SettingsRecord, StateRecord, VersionConflictError
from pbx_plugin_api.errors import InvalidValueError

__all__ = ["SettingsStore", "StateStore"]

VALUE_MAX_BYTES = 256 * 1024
_KEY_MAX_CHARS = 200


class SettingsStore:
    """One record per tenant and plugin."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def read(self, tenant_id: str, plugin: str) -> SettingsRecord:
        """Return the newest settings; version 0 and no values before the first write."""
        at = (plugin_settings.c.tenant_id == tenant_id, plugin_settings.c.plugin == plugin)
        with self._db.read() as connection:
            row = connection.execute(select(plugin_settings.c.version, plugin_settings.c["values"]).where(*at)).first()
        if row is None:
            return SettingsRecord(version=0, values={})
        return SettingsRecord(version=row[0], values=json.loads(row[1]))

    def write(
        self,
        connection: Connection,
        tenant_id: str,
        plugin: str,
        values: Mapping[str, JsonValue],
        expected_version: int,
    ) -> SettingsRecord:
        """Replace the settings, if nobody wrote since."""
        at = (plugin_settings.c.tenant_id == tenant_id, plugin_settings.c.plugin == plugin)
        found = connection.execute(select(plugin_settings.c.version).where(*at)).scalar()
        current = found or 0
        if current != expected_version:
            raise VersionConflictError("settings", expected_version, current)
        text = _dump(values)
        if found is None:
            row = {"tenant_id": tenant_id, "plugin": plugin, "version": 1, "values": text}
            connection.execute(insert(plugin_settings).values(row))
        else:
            changed = {"version": current + 1, "values": text}
            connection.execute(update(plugin_settings).where(*at).values(changed))
        return SettingsRecord(version=current + 1, values=dict(values))


class StateStore:
    """Small JSON per tenant, plugin and key."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, tenant_id: str, plugin: str, key: str) -> StateRecord | None:
        """Return the value under a key."""
        with self._db.read() as connection:
            row = connection.execute(select(state.c.version, state.c.value).where(*_at(tenant_id, plugin, key))).first()
        return None if row is None else StateRecord(version=row.version, value=json.loads(row.value))

    def put(
        self,
        connection: Connection,
        tenant_id: str,
        plugin: str,
        key: str,
        value: JsonValue,
        expected_version: int | None,
    ) -> int:
        """Store a value and return its new version."""
        _check_key(key)
        current = connection.execute(select(state.c.version).where(*_at(tenant_id, plugin, key))).scalar() or 0
        if expected_version is not None and current != expected_version:
            raise VersionConflictError(f"state {key}", expected_version, current)
        row = {"tenant_id": tenant_id, "plugin": plugin, "key": key, "version": current + 1, "value": _dump(value)}
        self._db.upsert(connection, state, [row])
        return current + 1

    def put_many(self, connection: Connection, tenant_id: str, plugin: str, values: Mapping[str, JsonValue]) -> None:
        """Store several values, whatever is there."""
        for key in values:
            _check_key(key)
        keys = list(values)
        versions: dict[str, int] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            chosen = select(state.c.key, state.c.version).where(
                state.c.tenant_id == tenant_id, state.c.plugin == plugin, state.c.key.in_(part)
            )
            versions |= {row.key: row.version for row in connection.execute(chosen)}
        rows = [
            {
                "tenant_id": tenant_id,
                "plugin": plugin,
                "key": key,
                "version": versions.get(key, 0) + 1,
                "value": _dump(value),
            }
            for key, value in values.items()
        ]
        self._db.upsert(connection, state, rows)

    def delete(self, connection: Connection, tenant_id: str, plugin: str, key: str) -> None:
        """Forget a key."""
        connection.execute(delete(state).where(*_at(tenant_id, plugin, key)))

    def items(self, tenant_id: str, plugin: str, prefix: str) -> Iterator[tuple[str, StateRecord]]:
        """Yield keys with a prefix and their records, by key."""
        statement = (
            select(state.c.key, state.c.version, state.c.value)
            .where(
                state.c.tenant_id == tenant_id,
                state.c.plugin == plugin,
                state.c.key >= prefix,
                func.substr(state.c.key, 1, len(prefix)) == prefix,  # LIKE ignores case on SQLite
            )
            .order_by(state.c.key)
        )
        for row in self._db.stream(statement, at_once=200):
            yield row.key, StateRecord(version=row.version, value=json.loads(row.value))


def _at(tenant_id: str, plugin: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return state.c.tenant_id == tenant_id, state.c.plugin == plugin, state.c.key == key


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= _KEY_MAX_CHARS:
        raise InvalidValueError("key", key, f"1 to {_KEY_MAX_CHARS} characters")


def _dump(value: object) -> str:
    text = json.dumps(dict(value) if isinstance(value, Mapping) else value, separators=(",", ":"), sort_keys=True)
    if len(text) > VALUE_MAX_BYTES:
        raise QuotaError(f"{len(text)} bytes under one key; at most {VALUE_MAX_BYTES}")
    return text
