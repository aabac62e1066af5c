"""What one plugin keeps in one tenant. What each method means says `pbx_plugin_api.host`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO

from pbx_devhost.bound.scope import Part
from pbx_plugin_api import BlobInfo, JsonValue, RateLimit, SettingsRecord, StateRecord

__all__ = ["BoundBlobs", "BoundRateBudget", "BoundSecrets", "BoundSettings", "BoundState"]


class BoundSettings(Part):
    """Keeps `pbx_plugin_api.Settings`."""

    def read(self) -> SettingsRecord:
        """See `Settings`."""
        return self._stores.settings.read(self._scope.tenant_id, self._scope.plugin)

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        """See `Settings`."""
        scope = self._scope
        with scope.write() as connection:
            return self._stores.settings.write(connection, scope.tenant_id, scope.plugin, values, expected_version)


class BoundSecrets(Part):
    """Keeps `pbx_plugin_api.Secrets`."""

    def get(self, name: str) -> bytes | None:
        """See `Secrets`."""
        return self._stores.vault.get(self._scope.tenant_id, self._scope.plugin, name)

    def put(self, name: str, value: bytes) -> None:
        """See `Secrets`."""
        with self._scope.write() as connection:
            self._stores.vault.put(connection, self._scope.tenant_id, self._scope.plugin, name, value)

    def delete(self, name: str) -> None:
        """See `Secrets`."""
        with self._scope.write() as connection:
            self._stores.vault.delete(connection, self._scope.tenant_id, self._scope.plugin, name)


class BoundState(Part):
    """Keeps `pbx_plugin_api.State`."""

    def get(self, key: str) -> StateRecord | None:
        """See `State`."""
        return self._stores.state.get(self._scope.tenant_id, self._scope.plugin, key)

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        """See `State`."""
        scope = self._scope
        with scope.write() as connection:
            return self._stores.state.put(connection, scope.tenant_id, scope.plugin, key, value, expected_version)

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        """See `State`."""
        if values:
            with self._scope.write() as connection:
                self._stores.state.put_many(connection, self._scope.tenant_id, self._scope.plugin, values)

    def delete(self, key: str) -> None:
        """See `State`."""
        with self._scope.write() as connection:
            self._stores.state.delete(connection, self._scope.tenant_id, self._scope.plugin, key)

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """See `State`."""
        return self._scope.stream(self._stores.state.items(self._scope.tenant_id, self._scope.plugin, prefix))


class BoundBlobs(Part):
    """Keeps `pbx_plugin_api.Blobs`."""

    def info(self, blob: str) -> BlobInfo | None:
        """See `Blobs`."""
        return self._stores.blobs.info(self._scope.tenant_id, blob)

    def open(self, blob: str) -> AbstractContextManager[BinaryIO]:
        """See `Blobs`."""
        return self._stores.blobs.open(self._scope.tenant_id, blob)

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int) -> str:
        """See `Blobs`."""
        scope = self._scope
        return self._stores.blobs.put(
            scope.tenant_id, chunks, content_type=content_type, keep_s=keep_s, write=scope.write
        )


class BoundRateBudget(Part):
    """Keeps `pbx_plugin_api.RateBudget`."""

    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        """See `RateBudget`. Also of the system's host: tenants that send by one mailbox share its limits."""
        name = f"{self._scope.plugin}:{bucket}"
        return self._stores.budgets.take(self._scope.tenant_id, name, amount, limits)
