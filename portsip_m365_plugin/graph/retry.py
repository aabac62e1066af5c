"""When to try again, as pure arithmetic. No clock, no sleep.

Sources: Graph throttling guidance (2026-05-20); RFC 9110 10.2.3. Retry-After is a number of seconds (Graph has sent
decimals), an HTTP date, or absent. We wait for all of it. Microsoft's own handlers repeat POST on 503 and 504, which
would send a mail twice; here a write is repeated only if it was certainly not processed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from portsip_m365_plugin.graph.errors import (
    AnswerLostError,
    ConflictError,
    ConnectFailedError,
    GraphError,
    ProtocolError,
    ThrottledError,
    UnavailableError,
)


class RetryClass(StrEnum):
    """What repeating a call would do; a column of the wire table."""

    READ = "read"
    """Nothing: it may be repeated."""
    WRITE = "write"
    """It could happen twice: repeat only if it was certainly not processed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long and how often."""

    tries_max: int = 8
    base_s: float = 1.0
    cap_s: float = 120.0
    """Longest wait that we choose ourselves; Retry-After may be longer."""
    budget_s: float = 900.0
    """Most waiting for one call, measured by the clock; a longer Retry-After ends the call with `retry_at_utc`."""


_CERTAIN: Final = (ConflictError, ConnectFailedError, ThrottledError)
_TRANSIENT: Final = (*_CERTAIN, UnavailableError, AnswerLostError, ProtocolError)


def may_retry(error: GraphError, retry_class: RetryClass) -> bool:
    """Whether the call may be sent again after this error.

    A read always, after anything transient (a garbled answer included). A write only after a refusal before
    processing: 409, 429 and 509, 503 with Retry-After (both are `ThrottledError` by then), or no connection at all.
    """
    if retry_class is RetryClass.READ:
        return isinstance(error, _TRANSIENT)
    return isinstance(error, _CERTAIN) and error.status != 423


def tries_at_most(error: GraphError, policy: RetryPolicy, tries_max: int | None = None) -> int:
    """Return how often a call is sent at most. For a network that is down or a proxy that answers, only a few times.

    Args:
        error: How the last try ended.
        policy: The client's.
        tries_max: The request's own limit.
    """
    most = policy.tries_max if tries_max is None else min(tries_max, policy.tries_max)
    return min(4, most) if isinstance(error, (ConnectFailedError, ProtocolError)) else most


def parse_retry_after(value: str | None, now_utc: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, rounded up; None if it is absent or not valid."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        seconds = (moment - now_utc).total_seconds()
    if not math.isfinite(seconds):
        return None
    return float(max(0, math.ceil(seconds)))


def answered_at(headers: Mapping[str, str], now_utc: datetime) -> datetime:
    """Return the time by the server's clock (its Date header), or ours if it does not say.

    A Retry-After that is a date counts from there: our clock may be minutes off.
    """
    try:
        moment = parsedate_to_datetime(headers.get("Date") or "")
    except (TypeError, ValueError):
        return now_utc
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def wait_s(attempt: int, retry_after_s: float | None, policy: RetryPolicy, random: float) -> float:
    """Return how long to wait before the next try.

    Args:
        attempt: How often it was sent, from 1.
        retry_after_s: What the server asked for: the least that we wait. If a server says 1 second again and again,
            the waits still grow.
        policy: Base and cap of our own growth.
        random: Between 0 and 1: the jitter that keeps workers apart.
    """
    growing = min(policy.cap_s, policy.base_s * 2.0 ** min(attempt - 1, 20))
    if retry_after_s is None:
        return growing * (0.5 + 0.5 * random)
    # Jitter on top, never below what was asked.
    extra = growing * random if attempt > 2 else 0.1 * random
    return retry_after_s + extra
