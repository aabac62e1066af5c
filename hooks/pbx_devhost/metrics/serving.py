"""Gives the numbers to a monitor: at a loopback port of their own, or as text for the portal's `/metrics`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Metric, generate_latest, start_http_server
from prometheus_client.registry import Collector

from pbx_devhost.metrics.facts import FactCollector
from pbx_devhost.metrics.process import REGISTRY, count_calls, stop_counting
from pbx_devhost.store.stores import Stores
from pbx_devhost.texts import _


class MetricsError(Exception):
    """The numbers cannot be served. The message names the option and what to do."""


class Metrics:
    """The numbers of one process and its database."""

    def __init__(self, stores: Stores) -> None:
        # A registry for each PBX: the facts belong to one database, the counters to the process.
        self.database = stores.database
        self.registry = CollectorRegistry()
        self.registry.register(_All())
        self.registry.register(FactCollector(stores))

    def write(self) -> bytes:
        """Return all numbers in the text format of Prometheus."""
        return generate_latest(self.registry)


class _All(Collector):
    """What the process has counted."""

    def collect(self) -> Iterable[Metric]:
        """See `Collector`."""
        return REGISTRY.collect()


@contextmanager
def watch(stores: Stores, port: int | None) -> Iterator[Metrics]:
    """Count from here on, and serve the numbers at `http://127.0.0.1:PORT/metrics` where a port is given.

    Raises:
        MetricsError: The port is in use.
    """
    metrics, counter = Metrics(stores), count_calls()
    try:
        server = None
        if port is not None:
            try:
                server, thread = start_http_server(port, addr="127.0.0.1", registry=metrics.registry)
            except OSError as error:
                raise MetricsError(
                    _(
                        "--metrics-port: cannot listen at 127.0.0.1:{port} ({why}); choose another port.",
                        port=str(port),
                        why=error.strerror or type(error).__name__,
                    )
                ) from error
        try:
            yield metrics
        finally:
            if server is not None:
                server.shutdown()
                server.server_close()
                thread.join()
    finally:
        stop_counting(counter)
