"""What a plugin reports about its requests to a service, so that a host can count them.

It is stdlib logging with `extra`, and costs nothing while no host listens. A host that wants to count adds a handler to
the logger `CALLS_LOGGER` at level DEBUG and reads the attribute `OBSERVED` of each record. Without one, the records are
debug lines of the log.

What is reported names no person: the call is the name of a kind of request, never an address.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

__all__ = ["CALLS_LOGGER", "OBSERVED", "ObservedCall", "ObservedWait", "note_call", "note_wait"]

CALLS_LOGGER: Final = "pbx_plugin_api.calls"
OBSERVED: Final = "observed"
"""The attribute of a log record that has the `ObservedCall` or `ObservedWait`."""

_log = logging.getLogger(CALLS_LOGGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCall:
    """One request to a service and how it ended."""

    service: str
    """Such as `graph`."""
    call: str
    """The kind of request, from a fixed list of the plugin."""
    status: str
    """The HTTP status; or a word of the plugin for an answer that did not come, such as `lost`."""
    took_s: float
    is_part: bool = False
    """It was one of many in another request, which is reported as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedWait:
    """A wait before a request, because the service asked for it or has failed."""

    service: str
    why: str
    """From a fixed list of the plugin, such as `throttled`."""
    waited_s: float


def note_call(
    service: str,
    call: str,
    status: int | str,
    took_s: float,
    *,
    is_part: bool = False,
    request_id: str = "",
    client_request_id: str = "",
) -> None:
    """Report one request; see `ObservedCall`. Never raises, and costs nothing while nobody listens.

    Args:
        service: See `ObservedCall`.
        call: See `ObservedCall`.
        status: The HTTP status, or a word.
        took_s: From sending to the last byte of the answer, in seconds.
        is_part: See `ObservedCall`.
        request_id: The service's own id of the request, for its support.
        client_request_id: The id that the plugin gave it.
    """
    if _log.isEnabledFor(logging.DEBUG):
        seen = ObservedCall(service=service, call=call, status=str(status), took_s=took_s, is_part=is_part)
        extra = {OBSERVED: seen, "service": service, "call": call, "status": str(status), "took_s": round(took_s, 3)}
        extra |= {"request_id": request_id, "client_request_id": client_request_id}
        _log.debug("%s %s: %s", service, call, status, extra=extra)


def note_wait(service: str, why: str, waited_s: float) -> None:
    """Report that a request had to wait; see `ObservedWait`. Never raises, and costs nothing while nobody listens."""
    if _log.isEnabledFor(logging.DEBUG):
        seen = ObservedWait(service=service, why=why, waited_s=waited_s)
        extra = {OBSERVED: seen, "service": service, "why": why, "waited_s": round(waited_s, 3)}
        _log.debug("%s: waited %.1f s, %s", service, waited_s, why, extra=extra)
