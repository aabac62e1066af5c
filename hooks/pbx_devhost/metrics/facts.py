"""What is in the database: read when the monitor asks, the same from every process. Take it from one of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pbx_devhost.store.stores import Stores
from pbx_devhost.store.upkeep.census import Census, take_census
from pbx_plugin_api import Priority

_log = logging.getLogger(__name__)

_KEEP_S: Final = 5.0
"""However often it is asked, the database is asked no more often than this."""
_WAIT_S: Final = 5.0
"""How long a monitor waits for a database that does not answer: less than its own 10 seconds."""


class FactCollector(Collector):
    """Gives the facts of one database to a registry of Prometheus."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._lock = stores, threading.Lock()
        # A database that hangs holds this one thread, and no question of the monitor.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="census")
        self._reading: Future[Census | None] | None = None
        self._read_at = -_KEEP_S

    def collect(self) -> Iterable[Metric]:
        """See `Collector`. While the database is away, only `pbx_database_up` is there: no number is invented."""
        disk = CounterMetricFamily("pbx_disk_full", "Writes of this process that failed because a disk was full.")
        disk.add_metric((), self._stores.database.disk.n_refused)
        yield disk
        census = self._read()
        yield _one("pbx_database_up", "Whether the database answers.", float(census is not None))
        if census is not None:
            yield from _describe(census)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """See `Collector`: nothing is asked of the database at registration."""
        return []

    def _read(self) -> Census | None:
        with self._lock:
            reading = self._reading
            if reading is None or (reading.done() and time.monotonic() - self._read_at >= _KEEP_S):
                reading = self._reading = self._pool.submit(self._take)
                self._read_at = time.monotonic()
            left_s = self._read_at + _WAIT_S - time.monotonic()
        try:
            return reading.result(timeout=max(0.0, left_s))
        except FutureTimeoutError:
            return None

    def _take(self) -> Census | None:
        try:
            return take_census(self._stores.database, self._stores.processes)
        except Exception as error:  # noqa: BLE001  # whatever fails, the monitor learns that it does not answer
            _log.warning("The numbers of the database cannot be read: %s", type(error).__name__)
            return None


def _describe(census: Census) -> Iterator[GaugeMetricFamily]:
    yield _one("pbx_tenants", "Tenants.", census.tenants)
    yield _one("pbx_due", "Tenants and plugins that are due and not worked on.", census.due)
    yield _one("pbx_due_for_seconds", "How long the first of them has been due.", census.due_for_s)
    yield _one("pbx_runs_in_progress", "Runs that a living process does.", census.runs_in_progress)
    mail = GaugeMetricFamily("pbx_mail_queue", "Mail that has not ended.", labels=("priority", "state"))
    for (priority, state), n in census.mail.items():
        mail.add_metric((_priority(priority), state), n)
    yield mail
    ages = {_priority(priority): age_s for priority, age_s in census.mail_oldest_s.items()}
    yield _many("pbx_mail_oldest_seconds", "How long the oldest waiting mail has waited.", "priority", ages)
    lanes = {"urgent" if urgent else "ordinary": n for urgent, n in census.lanes_paused.items()}
    yield _many("pbx_mail_lanes_paused", "Tenants whose mail the service asked to wait.", "lane", lanes)
    yield _one("pbx_mail_faults", "Tenants whose mail waits because of a fault.", census.mail_faults)
    yield _many("pbx_sessions", "Sessions.", "kind", census.sessions)
    yield _many("pbx_processes", "Processes that are alive.", "command", census.processes)
    yield _many("pbx_slots", "Runs that they can do at the same time.", "command", census.slots)
    yield _one("pbx_credentials", "Credentials of plugins that end, such as certificates.", census.credentials)
    if census.credential_days is not None:
        yield _one("pbx_credential_days", "Days until the first of them ends.", census.credential_days)
    within = {str(days): n for days, n in census.expiring.items()}
    yield _many("pbx_credentials_ending", "How many end within so many days.", "within_days", within)
    yield _one("pbx_erasures", "People who are to be erased.", census.erasures)
    yield _many("pbx_notices", "Notices whose cause lasts.", "severity", census.notices)
    if census.disk_free_bytes is not None:
        yield _one("pbx_database_disk_free_bytes", "Free space where the SQLite file is.", census.disk_free_bytes)


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _many(name: str, text: str, label: str, values: Mapping[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for each, value in values.items():
        family.add_metric((each,), value)
    return family


def _priority(number: int) -> str:
    return Priority(number).name.lower() if number in list(Priority) else str(number)
