"""What this process has done: counted here, since it started. Each process is a target of its own for the monitor."""

from __future__ import annotations

import logging
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from pbx_plugin_api import CALLS_LOGGER, OBSERVED, Counts, ObservedCall, ObservedWait

_CALL_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_RUN_S: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
_KINDS_MAX: Final = 500
"""More kinds of calls or reasons than this become `other`: a plugin's mistake must not fill the monitor."""
OTHER: Final = "other"

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_calls = Counter(
    "pbx_service_requests", "Requests to a service.", ("service", "call", "status", "part"), registry=REGISTRY
)
_call_s = Histogram(
    "pbx_service_request_seconds", "How long requests took.", ("service",), buckets=_CALL_S, registry=REGISTRY
)
_waits = Counter("pbx_service_waits", "Waits before requests.", ("service", "why"), registry=REGISTRY)
_wait_s = Counter("pbx_service_wait_seconds", "How long requests waited.", ("service", "why"), registry=REGISTRY)
_runs = Counter("pbx_runs", "Runs that ended.", ("plugin", "outcome"), registry=REGISTRY)
_run_s = Histogram("pbx_run_seconds", "How long runs took.", ("plugin",), buckets=_RUN_S, registry=REGISTRY)
_changes = Counter("pbx_run_changes", "What runs changed.", ("plugin", "kind"), registry=REGISTRY)
_mails = Counter("pbx_mail_attempts", "Attempts to send a mail.", ("outcome",), registry=REGISTRY)
_pages = Counter("pbx_portal_requests", "Requests to the portal.", ("page", "status"), registry=REGISTRY)


def note_run(plugin: str, outcome: str, took_s: float, counts: Counts | None) -> None:
    """Count a run that ended."""
    _runs.labels(plugin, outcome).inc()
    _run_s.labels(plugin).observe(took_s)
    for kind, n in counts.as_dict().items() if counts is not None else ():
        if n:
            _changes.labels(plugin, kind).inc(n)


def note_mail(outcome: str) -> None:
    """Count an attempt to send a mail."""
    _mails.labels(outcome).inc()


def note_page(page: str, status: int) -> None:
    """Count a request to the portal, by the pattern of its address."""
    _pages.labels(page, str(status)).inc()


class CallCounter(logging.Handler):
    """Counts what plugins report through `pbx_plugin_api.observing`."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._known: set[tuple[str, ...]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        seen: Any = getattr(record, OBSERVED, None)
        if isinstance(seen, ObservedCall):
            service, call, status = self._bound(seen.service, seen.call, seen.status)
            _calls.labels(service, call, status, "yes" if seen.is_part else "no").inc()
            if not seen.is_part:
                _call_s.labels(service).observe(seen.took_s)
        elif isinstance(seen, ObservedWait):
            service, why = self._bound(seen.service, seen.why)
            _waits.labels(service, why).inc()
            _wait_s.labels(service, why).inc(seen.waited_s)

    def _bound(self, *labels: str) -> tuple[str, ...]:
        if labels not in self._known:
            if len(self._known) >= _KINDS_MAX:
                return (OTHER,) * len(labels)
            self._known.add(labels)
        return labels


def count_calls() -> CallCounter:
    """Begin to count what plugins report. `stop_counting` ends it."""
    counter, logger = CallCounter(), logging.getLogger(CALLS_LOGGER)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(counter)
    return counter


def stop_counting(counter: CallCounter) -> None:
    """End what `count_calls` began."""
    logger = logging.getLogger(CALLS_LOGGER)
    logger.removeHandler(counter)
    if not any(isinstance(each, CallCounter) for each in logger.handlers):
        logger.setLevel(logging.NOTSET)
