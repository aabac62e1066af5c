"""What plugins store in the PBX: versioned settings and versioned state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from pbx_devhost.store.scope import Scope
from pbx_devhost.store.sql.schema import plugin_settings, state
from pbx_plugin_api import JsonValue, QuotaError, SettingsRecord, StateRecord, VersionConflictError
from pbx_plugin_api.errors import InvalidValueError

VALUE_MAX_BYTES = 256 * 1024
_KEY_MAX_CHARS = 200
_KEYS_AT_ONCE = 500


class PluginSettings:
    """Keeps `pbx_plugin_api.Settings`: one record per tenant and plugin."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._at = (plugin_settings.c.tenant_id == scope.tenant_id, plugin_settings.c.plugin == scope.plugin)

    def read(self) -> SettingsRecord:
        """See `Settings`."""
        columns = (plugin_settings.c.version, plugin_settings.c["values"])
        with self._scope.database.read() as connection:
            row = connection.execute(select(*columns).where(*self._at)).first()
        if row is None:
            return SettingsRecord(version=0, values={})
        return SettingsRecord(version=row[0], values=json.loads(row[1]))

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        """See `Settings`."""
        with self._scope.write() as connection:
            found = connection.execute(select(plugin_settings.c.version).where(*self._at)).scalar()
            current = found or 0
            if current != expected_version:
                raise VersionConflictError("settings", expected_version, current)
            changed = {"version": current + 1, "values": _dump(values)}
            if found is None:
                at = {"tenant_id": self._scope.tenant_id, "plugin": self._scope.plugin}
                connection.execute(insert(plugin_settings).values(at | changed))
            else:
                connection.execute(update(plugin_settings).where(*self._at).values(changed))
        return SettingsRecord(version=current + 1, values=dict(values))


class PluginState:
    """Keeps `pbx_plugin_api.State`: small JSON per tenant, plugin and key."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._at = (state.c.tenant_id == scope.tenant_id, state.c.plugin == scope.plugin)

    def get(self, key: str) -> StateRecord | None:
        """See `State`."""
        chosen = select(state.c.version, state.c.value).where(*self._at, state.c.key == key)
        with self._scope.database.read() as connection:
            row = connection.execute(chosen).first()
        return None if row is None else _read_record(row)

    def get_many(self, keys: Collection[str]) -> Mapping[str, StateRecord]:
        """See `State`."""
        wanted, found = list(keys), dict[str, StateRecord]()
        chosen = select(state.c.key, state.c.version, state.c.value).where(*self._at)
        with self._scope.database.read() as connection:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                some = chosen.where(state.c.key.in_(wanted[start : start + _KEYS_AT_ONCE]))
                found |= {row.key: _read_record(row) for row in connection.execute(some)}
        return found

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        """See `State`."""
        with self._scope.write() as connection:
            current = self._find_versions(connection, [key]).get(key, 0)
            if expected_version is not None and current != expected_version:
                raise VersionConflictError(f"state {key}", expected_version, current)
            self._put(connection, {key: value}, {key: current})
        return current + 1

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        """See `State`."""
        if values:
            with self._scope.write() as connection:
                self._put(connection, values, self._find_versions(connection, list(values)))

    def delete(self, key: str) -> None:
        """See `State`."""
        with self._scope.write() as connection:
            connection.execute(delete(state).where(*self._at, state.c.key == key))

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """See `State`."""
        # Not by LIKE, which ignores case on SQLite.
        has_prefix = (state.c.key >= prefix, func.substr(state.c.key, 1, len(prefix)) == prefix)
        statement = select(state.c.key, state.c.version, state.c.value).where(*self._at, *has_prefix)
        return self._scope.stream(statement.order_by(state.c.key), _read_item, at_once=200)

    def _find_versions(self, connection: Connection, keys: list[str]) -> dict[str, int]:
        versions: dict[str, int] = {}
        for key in keys:
            _check_key(key)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = state.c.key.in_(keys[start : start + _KEYS_AT_ONCE])
            chosen = select(state.c.key, state.c.version).where(*self._at, some)
            versions |= {row.key: row.version for row in connection.execute(chosen)}
        return versions

    def _put(self, connection: Connection, values: Mapping[str, JsonValue], versions: Mapping[str, int]) -> None:
        at = {"tenant_id": self._scope.tenant_id, "plugin": self._scope.plugin}
        rows = [
            at | {"key": key, "version": versions.get(key, 0) + 1, "value": _dump(value)}
            for key, value in values.items()
        ]
        self._scope.database.upsert(connection, state, rows)


def _read_item(row: Row[Any]) -> tuple[str, StateRecord]:
    return row.key, _read_record(row)


def _read_record(row: Any) -> StateRecord:
    return StateRecord(version=row.version, value=json.loads(row.value))


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= _KEY_MAX_CHARS:
        raise InvalidValueError("key", key, f"1 to {_KEY_MAX_CHARS} characters")


def _dump(value: object) -> str:
    text = json.dumps(dict(value) if isinstance(value, Mapping) else value, separators=(",", ":"), sort_keys=True)
    if len(text) > VALUE_MAX_BYTES:
        raise QuotaError(f"{len(text)} bytes under one key; at most {VALUE_MAX_BYTES}")
    return text
