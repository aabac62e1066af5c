"""What a plugin stores in a fake PBX: settings, secrets, state, blobs, rate budgets."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

from pbx_plugin_api.errors import InvalidValueError, QuotaError, VersionConflictError
from pbx_plugin_api.storage import BlobInfo, RateLimit, SettingsRecord, StateRecord
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.lease import FakeLease
from pbx_plugin_api.travel import JsonValue

__all__ = ["FakeBlobs", "FakeRateBudget", "FakeSecrets", "FakeSettings", "FakeState"]

VALUE_MAX_BYTES: Final = 256 * 1024
SECRET_MAX_BYTES: Final = 64 * 1024
_KEY_MAX_CHARS: Final = 200


class FakeSettings:
    """Keeps `pbx_plugin_api.Settings`."""

    def __init__(self, lease: FakeLease) -> None:
        self._lease = lease
        self._version, self._text = 0, "{}"

    def read(self) -> SettingsRecord:
        """See `Settings`."""
        return SettingsRecord(version=self._version, values=json.loads(self._text))

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        """See `Settings`."""
        self._lease.check()
        if self._version != expected_version:
            raise VersionConflictError("settings", expected_version, self._version)
        self._text = _dump(dict(values))
        self._version += 1
        return self.read()


class FakeSecrets:
    """Keeps `pbx_plugin_api.Secrets`. No `repr` shows a secret."""

    def __init__(self, lease: FakeLease) -> None:
        self._lease = lease
        self._values: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """See `Secrets`."""
        return self._values.get(name)

    def put(self, name: str, value: bytes) -> None:
        """See `Secrets`."""
        self._lease.check()
        if len(value) > SECRET_MAX_BYTES:
            raise QuotaError(f"a secret of {len(value)} bytes; at most {SECRET_MAX_BYTES}")
        self._values[name] = bytes(value)

    def delete(self, name: str) -> None:
        """See `Secrets`."""
        self._lease.check()
        self._values.pop(name, None)

    def names(self) -> list[str]:
        """Return the stored names, for tests."""
        return sorted(self._values)


class FakeState:
    """Keeps `pbx_plugin_api.State`. Values are stored as JSON, as in a real host."""

    def __init__(self, lease: FakeLease) -> None:
        self._lease = lease
        self._values: dict[str, tuple[int, str]] = {}

    def get(self, key: str) -> StateRecord | None:
        """See `State`."""
        return self._read(key) if key in self._values else None

    def get_many(self, keys: Collection[str]) -> Mapping[str, StateRecord]:
        """See `State`."""
        return {key: self._read(key) for key in keys if key in self._values}

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        """See `State`."""
        self._lease.check()
        _check_key(key)
        current = self._values.get(key, (0, ""))[0]
        if expected_version is not None and current != expected_version:
            raise VersionConflictError(f"state {key}", expected_version, current)
        self._values[key] = (current + 1, _dump(value))
        return current + 1

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        """See `State`."""
        self._lease.check()
        for key in values:
            _check_key(key)
        texts = {key: _dump(value) for key, value in values.items()}  # all or nothing: a refusal comes before any write
        for key, text in texts.items():
            self._values[key] = (self._values.get(key, (0, ""))[0] + 1, text)

    def delete(self, key: str) -> None:
        """See `State`."""
        self._lease.check()
        self._values.pop(key, None)

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """See `State`."""
        for key in sorted(self._values):
            if key.startswith(prefix) and key in self._values:
                yield key, self._read(key)

    def _read(self, key: str) -> StateRecord:
        version, text = self._values[key]
        return StateRecord(version=version, value=json.loads(text))


class FakeBlobs:
    """Keeps `pbx_plugin_api.Blobs`."""

    def __init__(self, lease: FakeLease, clock: FakeClock) -> None:
        self._lease, self._clock = lease, clock
        self._blobs: dict[str, tuple[bytes, str, datetime | None]] = {}

    def info(self, blob: str) -> BlobInfo | None:
        """See `Blobs`."""
        content, content_type, expires_at_utc = self._blobs.get(blob, (None, "", None))
        if content is None or (expires_at_utc is not None and expires_at_utc <= self._clock.now_utc()):
            return None
        return BlobInfo(blob=blob, size_bytes=len(content), content_type=content_type)

    def open(self, blob: str) -> AbstractContextManager[BinaryIO]:
        """See `Blobs`."""
        if self.info(blob) is None:
            raise KeyError(f"there is no blob {blob!r}; it may have expired")
        return io.BytesIO(self._blobs[blob][0])

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int) -> str:
        """See `Blobs`."""
        self._lease.check()
        return self._store(b"".join(chunks), content_type, self._clock.now_utc() + timedelta(seconds=keep_s))

    def add(self, content: bytes, *, content_type: str = "application/octet-stream") -> str:
        """Store a blob of the PBX, such as an attachment, and return its reference."""
        return self._store(content, content_type, None)

    def _store(self, content: bytes, content_type: str, expires_at_utc: datetime | None) -> str:
        blob = uuid.uuid4().hex
        self._blobs[blob] = (content, content_type, expires_at_utc)
        return blob


class FakeRateBudget:
    """Keeps `pbx_plugin_api.RateBudget`: sliding windows."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.takes: dict[str, list[tuple[datetime, int]]] = {}
        """The amounts taken from each bucket, with their times."""

    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        """See `RateBudget`. An amount larger than a limit counts as the whole limit."""
        now_utc = self._clock.now_utc()
        takes = self.takes.setdefault(bucket, [])
        ask_again_at_utc = max((_when_free(takes, amount, limit, now_utc) for limit in limits), default=now_utc)
        if ask_again_at_utc > now_utc:
            return ask_again_at_utc
        if amount:
            takes.append((now_utc, amount))
        return None


def _when_free(takes: Sequence[tuple[datetime, int]], amount: int, limit: RateLimit, now_utc: datetime) -> datetime:
    window = timedelta(seconds=limit.window_s)
    room, used = limit.amount - min(amount, limit.amount), 0
    for taken_at_utc, taken in reversed(takes):
        if taken_at_utc + window <= now_utc:
            break
        used += taken
        if used > room:
            return taken_at_utc + window
    return now_utc


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= _KEY_MAX_CHARS:
        raise InvalidValueError("key", key, f"1 to {_KEY_MAX_CHARS} characters")


def _dump(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    if len(text) > VALUE_MAX_BYTES:
        raise QuotaError(f"{len(text)} bytes under one key; at most {VALUE_MAX_BYTES}")
    return text
