"""Microsoft's service limits, which may be scaled. Source: service-specific throttling limits (2023 to 2026)."""

import threading
import time
from collections import deque
from dataclasses import dataclass

from portsip_m365_plugin.simulator.exchange import Refused

OUTLOOK_WINDOW_S = 600.0
DIRECTORY_WINDOW_S = 10.0
MAIL_WINDOW_S = 60.0
DAY_S = 86_400.0
LOAD_TOLD_FROM = 0.8
"""The used share of a directory limit from which answers say it."""


@dataclass(slots=True)
class LimitSettings:
    """``scale`` multiplies every limit except concurrency; ``enabled`` False switches all of them off."""

    enabled: bool = True
    scale: float = 1.0
    outlook_concurrent: int = 4
    outlook_requests: int = 10_000  # per 10 minutes, app and mailbox
    directory_units: int | None = None  # per 10 s; None: by tenant size, 3,500 / 5,000 / 8,000
    messages_per_minute: int = 30  # per mailbox
    recipients_per_day: int = 10_000  # per mailbox


@dataclass(slots=True)
class _Window:
    times: deque[tuple[float, float]]
    total: float = 0.0


class Limits:
    """Counts what is used and refuses with 429 above the limit. One object for each cloud."""

    def __init__(self) -> None:
        self.settings = LimitSettings()
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}
        self._running: dict[str, int] = {}
        self.concurrency_peaks: dict[str, int] = {}

    def enter_mailbox(self, app_id: str, mailbox_id: str) -> str:
        """Start an Outlook request; returns the key for ``leave``. Raises ``Refused`` 429 when over a limit."""
        key = f"{app_id}/{mailbox_id}"
        settings = self.settings
        with self._lock:
            running = self._running.get(key, 0)
            if settings.enabled:
                if running >= settings.outlook_concurrent:
                    raise throttled(1, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
                self._spend("outlook/" + key, 1, settings.outlook_requests * settings.scale, OUTLOOK_WINDOW_S)
            self._running[key] = running + 1
            if running + 1 > self.concurrency_peaks.get(key, 0):
                self.concurrency_peaks[key] = running + 1
        return key

    def leave(self, key: str) -> None:
        """End an Outlook request."""
        with self._lock:
            left = self._running[key] - 1
            if left:
                self._running[key] = left
            else:
                del self._running[key]

    def spend_directory(self, app_id: str, tenant_id: str, units: int, tenant_size: int) -> float:
        """Spend resource units; returns the used share of the window. Raises ``Refused`` 429 when it is used up."""
        settings = self.settings
        if not settings.enabled:
            return 0.0
        allowance = settings.directory_units or (3500 if tenant_size < 50 else 5000 if tenant_size <= 500 else 8000)
        with self._lock:
            key, most = f"directory/{app_id}/{tenant_id}", allowance * settings.scale
            self._spend(key, units, most, DIRECTORY_WINDOW_S)
            return self._windows[key].total / most

    def spend_mail(self, mailbox_id: str, recipients: int) -> None:
        """Spend one message and its recipients. Raises ``Refused`` 429 over 30 a minute or 10,000 recipients a day."""
        settings = self.settings
        if not settings.enabled:
            return
        with self._lock:
            self._spend(f"mail/{mailbox_id}", 1, settings.messages_per_minute * settings.scale, MAIL_WINDOW_S)
            self._spend(f"rcpt/{mailbox_id}", recipients, settings.recipients_per_day * settings.scale, DAY_S)

    def reset(self) -> None:
        """Reset the counts; running requests stay counted."""
        with self._lock:
            self._windows.clear()
            self.concurrency_peaks.clear()

    def _spend(self, key: str, units: float, allowance: float, window_s: float) -> None:
        now = time.monotonic()
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(deque())
        times = window.times
        while times and times[0][0] <= now - window_s:
            window.total -= times.popleft()[1]
        if window.total + units > allowance:
            wait = max(1, int(times[0][0] + window_s - now) + 1) if times else int(window_s)
            raise throttled(wait, "TooManyRequests", "Please retry again later.", key.split("/", 1)[0])
        times.append((now, units))
        window.total += units


def throttled(wait_s: int, code: str, message: str, scope: str = "") -> Refused:
    """A 429 with Retry-After."""
    headers = {"Retry-After": str(wait_s)}
    if scope == "directory":
        headers["x-ms-throttle-scope"] = "Tenant_Application/ReadWrite"
        headers["x-ms-throttle-information"] = "ResourceUnitLimitExceeded"
    return Refused(429, code, message, headers, {"code": "429", "message": "Please retry after", "status": "429"})
