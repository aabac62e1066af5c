"""What all parts of a bound host share: the one tenant and plugin they may touch, and the run they belong to."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from pbx_devhost.store.leases import Lease
from pbx_devhost.store.stores import Stores
from pbx_plugin_api import HostRefusedError, Tenant

__all__ = ["Part", "ProgressListener", "RunContext", "Scope"]

T = TypeVar("T")

ProgressListener: TypeAlias = Callable[[str, int, int | None], None]
"""Called with stage, done and total."""


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


class Scope:
    """The stores, and the one place this host may touch."""

    def __init__(
        self, stores: Stores, plugin: str, tenant: Tenant, run: RunContext | None, *, is_read_only: bool = False
    ) -> None:
        self.stores, self.plugin, self.tenant, self.run = stores, plugin, tenant, run
        self.tenant_id = tenant.pbx_tenant_id
        self._is_read_only = is_read_only
        self._streams: weakref.WeakSet[Generator[object, None, None]] = weakref.WeakSet()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction in which the run's lease has been checked."""
        self.check_writable()
        with self.stores.database.write(lock=f"tenant {self.tenant_id}") as connection:
            if self.run is not None:
                self.stores.leases.check(connection, self.run.lease)
            yield connection

    def check_writable(self) -> None:
        """Refuse a host that was given for reading only."""
        if self._is_read_only:
            raise HostRefusedError("the system's host is for reading only")

    def stream(self, items: Iterator[T]) -> Iterator[T]:
        """Hand a stream out, and remember it: one that is kept would keep its database connection."""

        def stream() -> Generator[T, None, None]:
            try:
                yield from items
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()

        handed = stream()
        self._streams.add(handed)
        return handed

    def close(self) -> None:
        """End the streams that are still open."""
        for stream in list(self._streams):
            stream.close()


class Part:
    """One part of a bound host."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._stores = scope.stores
