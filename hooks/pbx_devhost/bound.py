"""The host as one plugin gets it: bound to one tenant, one plugin and perhaps one run. It takes no tenant anywhere.

Every write checks the run's lease in its own transaction. Closing and threads are guarded by `pbx_plugin_api.guard`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import BinaryIO, TypeAlias

from sqlalchemy import Connection, delete, select, update

from pbx_devhost.leases import Lease
from pbx_devhost.schema import links, photos, secrets, users
from pbx_devhost.stores import Stores
from pbx_plugin_api import (
    ApplyResult,
    ApplyStatus,
    BlobInfo,
    BookRef,
    ContactChange,
    ContactResult,
    Divergence,
    Host,
    JsonValue,
    LinkedUser,
    Photo,
    Problem,
    RateLimit,
    SettingsRecord,
    Severity,
    StateRecord,
    SyncedContact,
    Tenant,
    UnlinkedUser,
    UserChange,
    UserCounts,
    UserLink,
    WebOrigins,
)

__all__ = ["BoundHost", "ProgressListener", "RunContext", "open_host"]

ProgressListener: TypeAlias = Callable[[str, int, int | None], None]
"""Hears stage, done and total."""

_log = logging.getLogger(__name__)

_PROBLEMS_HELD = 200
_SECRET_MAX_BYTES = 64 * 1024
_STOP_ASKED_EVERY_S = 1.0
_RENEW_EVERY_S = 20.0
_DEADLINE_MARGIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The run a host is opened for."""

    run_id: str
    lease: Lease
    deadline_utc: datetime
    stop_wanted: list[bool]
    """Holds True once the process was asked to end; shared with the signal handler."""
    on_progress: ProgressListener | None = None
    """Hears how far the run is."""


@contextmanager
def open_host(
    stores: Stores, plugin: str, tenant: Tenant, run: RunContext | None, *, may_read_system: bool = False
) -> Iterator[Host]:
    """Open a host for one call. Problems held back are written at the end."""
    host = BoundHost(stores, plugin, tenant, run, may_read_system=may_read_system)
    try:
        yield host
    finally:
        host.progress.flush()


class BoundHost:
    """Keeps `pbx_plugin_api.Host`."""

    def __init__(
        self, stores: Stores, plugin: str, tenant: Tenant, run: RunContext | None, *, may_read_system: bool
    ) -> None:
        scope = _Scope(stores, plugin, tenant, run)
        self._scope, self._may_read_system = scope, may_read_system
        self.users = _Users(scope)
        self.contacts = _Contacts(scope)
        self.settings = _Settings(scope)
        self.secrets = _Secrets(scope)
        self.state = _State(scope)
        self.blobs = _Blobs(scope)
        self.rate_budget = _RateBudget(scope)
        self.progress = _Progress(scope)
        self.audit = _Audit(scope)
        self.clock = _Clock(scope)

    @property
    def web_origins(self) -> WebOrigins:
        """See `Host`."""
        return self._scope.stores.tenants.origins(self._scope.tenant)

    def notify_admin(self, key: str, subject: str, text: str, *, severity: Severity) -> None:
        """See `Host`."""
        scope = self._scope
        if scope.stores.audit.notify(scope.tenant_id, f"{scope.plugin}:{key}", subject, text, severity.value):
            _log.warning("Notice to the administrators of %s: %s", scope.tenant.name, subject)

    def system(self) -> Host | None:
        """See `Host`."""
        if not self._may_read_system:
            return None
        from pbx_devhost.tenants import SYSTEM_TENANT

        return BoundHost(self._scope.stores, self._scope.plugin, SYSTEM_TENANT, None, may_read_system=False)


class _Scope:
    """What all parts share: the stores, and the one place this host may touch."""

    def __init__(self, stores: Stores, plugin: str, tenant: Tenant, run: RunContext | None) -> None:
        self.stores, self.plugin, self.tenant, self.run = stores, plugin, tenant, run
        self.tenant_id = tenant.pbx_tenant_id

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.stores.database.write() as connection:
            if self.run is not None:
                self.stores.leases.check(connection, self.run.lease)
            yield connection

    def check_lease(self) -> None:
        if self.run is not None:
            with self.stores.database.read() as connection:
                self.stores.leases.check(connection, self.run.lease)


class _Part:
    def __init__(self, scope: _Scope) -> None:
        self._scope = scope
        self._stores = scope.stores


class _Users(_Part):
    def linked(self) -> Iterator[LinkedUser]:
        return self._stores.users.linked(self._scope.tenant_id)

    def unlinked(self) -> Iterator[UnlinkedUser]:
        return self._stores.users.unlinked(self._scope.tenant_id)

    def diverged(self) -> Iterator[Divergence]:
        return self._stores.users.diverged(self._scope.tenant_id)

    def find(self, link: UserLink) -> LinkedUser | None:
        return self._stores.users.find(self._scope.tenant_id, link)

    def counts(self) -> UserCounts:
        return self._stores.users.counts(self._scope.tenant_id)

    def apply(self, changes: Sequence[UserChange]) -> list[ApplyResult]:
        if not changes:
            return []
        with self._scope.write() as connection:
            return self._stores.users.apply(connection, self._scope.tenant_id, changes)

    def set_photo(self, link: UserLink, photo: Photo | None) -> ApplyResult:
        at = (
            links.c.tenant_id == self._scope.tenant_id,
            links.c.entra_tenant_id == link.entra_tenant_id,
            links.c.entra_object_id == link.entra_object_id,
        )
        with self._scope.write() as connection:
            found = select(users.c.id, users.c.photo_sha256, links.c.photo_etag).join(
                links, links.c.user_id == users.c.id
            )
            row = connection.execute(found.where(*at)).first()
            if row is None:
                return ApplyResult(link=link, status=ApplyStatus.REFUSED, reason="there is no such user (any more)")
            digest = photo.sha256 if photo else None
            etag = photo.source_etag if photo else None
            if (row.photo_sha256, row.photo_etag) == (digest, etag):
                return ApplyResult(link=link, status=ApplyStatus.UNCHANGED)
            if row.photo_sha256 != digest:
                connection.execute(update(users).where(users.c.id == row.id).values(photo_sha256=digest))
                connection.execute(delete(photos).where(photos.c.user_id == row.id))
                if photo is not None:
                    new = {"user_id": row.id, "content": photo.content, "content_type": photo.content_type}
                    connection.execute(photos.insert().values(new))
            connection.execute(update(links).where(*at).values(photo_etag=etag))
        return ApplyResult(link=link, status=ApplyStatus.APPLIED)


class _Contacts(_Part):
    def books(self) -> Iterator[BookRef]:
        return self._stores.contacts.books(self._scope.tenant_id, self._scope.plugin)

    def synced(
        self, book: BookRef, *, mailbox_id: str | None = None, folder_id: str | None = None
    ) -> Iterator[SyncedContact]:
        scope = self._scope
        return self._stores.contacts.synced(
            scope.tenant_id, scope.plugin, book, mailbox_id=mailbox_id, folder_id=folder_id
        )

    def find(self, book: BookRef, external_ids: Sequence[str]) -> dict[str, SyncedContact]:
        return self._stores.contacts.find(self._scope.tenant_id, self._scope.plugin, book, external_ids)

    def diverged(self, book: BookRef) -> Iterator[SyncedContact]:
        return self._stores.contacts.diverged(self._scope.tenant_id, self._scope.plugin, book)

    def diverged_books(self) -> Iterator[BookRef]:
        return self._stores.contacts.diverged_books(self._scope.tenant_id, self._scope.plugin)

    def apply(self, book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
        if not changes:
            return []
        with self._scope.write() as connection:
            return self._stores.contacts.apply(connection, self._scope.tenant_id, self._scope.plugin, book, changes)


class _Settings(_Part):
    def read(self) -> SettingsRecord:
        return self._stores.settings.read(self._scope.tenant_id, self._scope.plugin)

    def write(self, values: Mapping[str, JsonValue], *, expected_version: int) -> SettingsRecord:
        scope = self._scope
        with scope.write() as connection:
            return self._stores.settings.write(connection, scope.tenant_id, scope.plugin, values, expected_version)


class _Secrets(_Part):
    def get(self, name: str) -> bytes | None:
        return self._stores.vault.get(self._scope.tenant_id, self._scope.plugin, name)

    def put(self, name: str, value: bytes) -> None:
        if len(value) > _SECRET_MAX_BYTES:
            from pbx_plugin_api import QuotaError

            raise QuotaError(f"a secret of {len(value)} bytes; at most {_SECRET_MAX_BYTES}")
        row = self._stores.vault.row(self._scope.tenant_id, self._scope.plugin, name, value)
        with self._scope.write() as connection:
            self._stores.database.upsert(connection, secrets, [row])

    def delete(self, name: str) -> None:
        scope = self._scope
        at = (secrets.c.tenant_id == scope.tenant_id, secrets.c.plugin == scope.plugin, secrets.c.name == name)
        with scope.write() as connection:
            connection.execute(delete(secrets).where(*at))


class _State(_Part):
    def get(self, key: str) -> StateRecord | None:
        return self._stores.state.get(self._scope.tenant_id, self._scope.plugin, key)

    def put(self, key: str, value: JsonValue, *, expected_version: int | None = None) -> int:
        scope = self._scope
        with scope.write() as connection:
            return self._stores.state.put(connection, scope.tenant_id, scope.plugin, key, value, expected_version)

    def put_many(self, values: Mapping[str, JsonValue]) -> None:
        if values:
            with self._scope.write() as connection:
                self._stores.state.put_many(connection, self._scope.tenant_id, self._scope.plugin, values)

    def delete(self, key: str) -> None:
        with self._scope.write() as connection:
            self._stores.state.delete(connection, self._scope.tenant_id, self._scope.plugin, key)

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        return self._stores.state.items(self._scope.tenant_id, self._scope.plugin, prefix)


class _Blobs(_Part):
    def info(self, blob: str) -> BlobInfo | None:
        return self._stores.blobs.info(self._scope.tenant_id, blob)

    def open(self, blob: str) -> AbstractContextManager[BinaryIO]:
        return self._stores.blobs.open(self._scope.tenant_id, blob)

    def put(self, chunks: Iterator[bytes], *, content_type: str, keep_s: int) -> str:
        self._scope.check_lease()
        return self._stores.blobs.put(self._scope.tenant_id, chunks, content_type=content_type, keep_s=keep_s)


class _RateBudget(_Part):
    def take(self, bucket: str, amount: int, limits: Sequence[RateLimit]) -> datetime | None:
        name = f"{self._scope.plugin}:{bucket}"
        return self._stores.budgets.take(self._scope.tenant_id, name, amount, limits)


class _Progress(_Part):
    def __init__(self, scope: _Scope) -> None:
        super().__init__(scope)
        self._problems: list[Problem] = []
        self._asked_at = self._renewed_at = time.monotonic()
        self._is_asked = False

    @property
    def fencing_token(self) -> int:
        return self._scope.run.lease.token if self._scope.run else 0

    @property
    def deadline_utc(self) -> datetime | None:
        return self._scope.run.deadline_utc if self._scope.run else None

    def report(self, stage: str, done: int, total: int | None = None) -> None:
        run = self._scope.run
        if run is None:
            return
        self._stores.runs.report(run.run_id, stage, done, total)
        if run.on_progress is not None:
            run.on_progress(stage, done, total)
        if time.monotonic() - self._renewed_at > _RENEW_EVERY_S:
            self._stores.leases.renew(run.lease)
            self._renewed_at = time.monotonic()

    def should_stop(self) -> bool:
        run = self._scope.run
        if run is None:
            return False
        left_s = run.deadline_utc.timestamp() - self._stores.database.now()
        if run.stop_wanted[0] or left_s < _DEADLINE_MARGIN_S:
            return True
        if time.monotonic() - self._asked_at > _STOP_ASKED_EVERY_S:
            self._is_asked = self._stores.runs.is_asked_to_stop(run.run_id)
            self._asked_at = time.monotonic()
        return self._is_asked

    def problem(self, problem: Problem) -> None:
        if self._scope.run is None:
            return
        self._problems.append(problem)
        if len(self._problems) >= _PROBLEMS_HELD:
            self.flush()

    def flush(self) -> None:
        """Write the problems held back."""
        if self._problems and self._scope.run is not None:
            self._stores.runs.add_problems(self._scope.run.run_id, self._problems)
            self._problems = []


class _Audit(_Part):
    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        scope = self._scope
        actor = f"plugin:{scope.plugin}"
        self._stores.audit.record(scope.tenant_id, actor, event, outcome=outcome, subject=subject, detail=detail)


class _Clock(_Part):
    def now_utc(self) -> datetime:
        return datetime.fromtimestamp(self._stores.database.now(), timezone.utc)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
