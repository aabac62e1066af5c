"""The connections of the work queue to PostgreSQL. While the database is away, they wait.

procrastinate ends a worker at the first statement that fails, and then waits for the jobs that the worker has begun.
One run of hours would keep all other slots of its process idle for so long. So nothing fails while a database restarts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar

import psycopg
from procrastinate import PsycopgConnector, SyncPsycopgConnector, sql
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException, UniqueViolation

from pbx_devhost.store.sql.engine import libpq_address, session_limits

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_CONNECTION_S: Final = 3.0
"""How long a statement waits for a free connection before it is tried again."""
_RECONNECT_S: Final = 10.0
"""After so long the pool begins to try again from the start. With its own 5 minutes it would pause for up to 2."""
_LAST_TRY_S: Final = 2.0
"""How long a statement may take in a process that ends."""
_AGAIN_S: Final = 1.0


class PatientConnector(PsycopgConnector):
    """Repeats a statement until the database answers, or the process ends.

    Args:
        url: The address of the database.
        may_wait: Whether the process goes on.
    """

    def __init__(self, url: str, may_wait: Callable[[], bool]) -> None:
        super().__init__(
            conninfo=libpq_address(url),
            min_size=1,
            max_size=4,
            timeout=_CONNECTION_S,
            reconnect_timeout=_RECONNECT_S,
            configure=_limit,
        )
        self._may_wait = may_wait
        self.worker_ids: set[int] = set()
        """Of the workers that have asked for jobs through this connector."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """See `BaseConnector`."""
        await self._insist(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """See `BaseConnector`."""
        if query == sql.queries["fetch_job"]:
            self.worker_ids.add(arguments["worker_id"])
        return await self._insist(super().execute_query_one_async, query, arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """See `BaseConnector`."""
        return await self._insist(super().execute_query_all_async, query, arguments)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """See `BaseConnector`. What was announced while the database was away is found by polling."""
        names = list(channels)
        while True:
            try:
                await super().listen_notify(on_notification, names)
            except ConnectorException as error:
                if not self._may_wait() or not _is_away(error):
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def _insist(self, execute: Callable[..., Awaitable[_T]], query: Any, arguments: dict[str, Any]) -> _T:
        is_first = True
        while True:
            try:
                if self._may_wait():
                    return await execute(query, **arguments)
                async with asyncio.timeout(_LAST_TRY_S):
                    return await execute(query, **arguments)
            except TimeoutError as error:
                raise ConnectorException("the database does not answer") from error
            except ConnectorException as error:
                if not self._may_wait() or not _is_away(error):
                    raise
                if is_first:
                    _log.warning("The work queue waits for the database: %s", describe(error))
                is_first = False
            await asyncio.sleep(_AGAIN_S)


def open_sync_connector(url: str) -> SyncPsycopgConnector:
    """Return connections for a caller that wants to know at once whether the database answers."""
    return SyncPsycopgConnector(
        conninfo=libpq_address(url),
        min_size=0,
        max_size=4,
        timeout=10.0,
        reconnect_timeout=_RECONNECT_S,
        configure=_limit_sync,
    )


def describe(error: BaseException) -> str:
    """Return one line about why a statement of the queue failed: procrastinate's own says only that it did."""
    cause = error.__cause__ or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{type(cause).__name__}: {lines[0]}" if lines else type(cause).__name__


def _is_away(error: ConnectorException) -> bool:
    # Connections that are refused or cut, a pool that gave none, a server that ends or begins, a full disk.
    return isinstance(error.__cause__, psycopg.OperationalError) and not isinstance(error, UniqueViolation)


async def _limit(connection: psycopg.AsyncConnection[Any]) -> None:
    was = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute(session_limits())
    await connection.set_autocommit(was)


def _limit_sync(connection: psycopg.Connection[Any]) -> None:
    was, connection.autocommit = connection.autocommit, True
    connection.execute(session_limits())
    connection.autocommit = was
