"""What a bound part of the host works on: one tenant, as one plugin, under the lease of its run."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Row

from pbx_devhost.store.database import Database
from pbx_devhost.store.work.leases import Lease, check_lease
from pbx_plugin_api import HostRefusedError

T = TypeVar("T")


class Scope:
    """One tenant and plugin on one database, for one call and on one thread. `close` ends all open streams.

    Args:
        database: Where everything is stored.
        tenant_id: The only tenant it reads and writes.
        plugin: The plugin it belongs to; empty for the PBX itself.
        lease: The run's lease, checked in every write transaction; None outside of a run.
        is_read_only: Refuse every write.
    """

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        plugin: str = "",
        *,
        lease: Lease | None = None,
        is_read_only: bool = False,
    ) -> None:
        self.database, self.tenant_id, self.plugin, self.lease = database, tenant_id, plugin, lease
        self._is_read_only = is_read_only
        self._connection: Connection | None = None
        self._streams: weakref.WeakSet[Generator[object, None, None]] = weakref.WeakSet()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction in which the run's lease has been checked. A write within a write joins it.

        Raises:
            LeaseLostError: Another worker has taken over the tenant. Nothing is written.
            HostRefusedError: The scope is read-only.
        """
        self.check_writable()
        if self._connection is not None:
            yield self._connection
            return
        with self.database.write(lock=f"tenant {self.tenant_id}") as connection:
            if self.lease is not None:
                check_lease(self.database, connection, self.lease)
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None

    def check_writable(self) -> None:
        """Refuse a write if the scope is read-only."""
        if self._is_read_only:
            raise HostRefusedError("the system's host is for reading only")

    def stream(self, statement: Executable, read: Callable[[Row[Any]], T], *, at_once: int = 500) -> Iterator[T]:
        """Yield `read(row)` for each row, with memory for `at_once` rows. The stream ends with the scope."""

        def stream() -> Generator[T, None, None]:
            with closing(self.database.stream(statement, at_once=at_once)) as rows:
                for row in rows:
                    yield read(row)

        return self.track(stream())

    def track(self, stream: Generator[T, None, None]) -> Iterator[T]:
        """End a stream with the scope: if a plugin kept it, it would keep its database connection."""
        self._streams.add(stream)
        return stream

    def close(self) -> None:
        """End the streams that are still open."""
        for stream in list(self._streams):
            stream.close()
