"""What a run reports to a fake PBX: progress, problems, audit lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.lease import FakeLease
from pbx_plugin_api.tick import Problem

__all__ = ["AuditLine", "FakeAudit", "FakeProgress"]

_DEADLINE_MARGIN: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One line of the audit log."""

    at_utc: datetime
    event: str
    outcome: str
    subject: str
    detail: str


class FakeProgress:
    """Keeps `pbx_plugin_api.Progress`."""

    def __init__(self, clock: FakeClock, lease: FakeLease, deadline_utc: datetime | None) -> None:
        self._clock, self._lease = clock, lease
        self._deadline_utc = deadline_utc
        self.stop_wanted = False
        """Set it to let `should_stop` return True, as an administrator does by pressing Stop."""
        self.stop_after_asks: int | None = None
        """Let `should_stop` return True after so many calls. A test can stop a run at each safe place in turn."""
        self.reports: list[tuple[str, int, int | None]] = []
        self.problems: list[Problem] = []
        self.asks = 0

    @property
    def fencing_token(self) -> int:
        """See `Progress`."""
        return self._lease.fencing_token

    @property
    def deadline_utc(self) -> datetime | None:
        """See `Progress`."""
        return self._deadline_utc

    def report(self, stage: str, done: int, total: int | None = None) -> None:
        """See `Progress`."""
        self.reports.append((stage, done, total))

    def should_stop(self) -> bool:
        """See `Progress`."""
        self.asks += 1
        if self.stop_after_asks is not None and self.asks > self.stop_after_asks:
            return True
        is_late = self._deadline_utc is not None and self._clock.now_utc() > self._deadline_utc - _DEADLINE_MARGIN
        return self.stop_wanted or is_late

    def problem(self, problem: Problem) -> None:
        """See `Progress`."""
        self.problems.append(problem)


class FakeAudit:
    """Keeps `pbx_plugin_api.Audit`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.lines: list[AuditLine] = []

    def record(self, event: str, *, outcome: str, subject: str = "", detail: str = "") -> None:
        """See `Audit`."""
        at_utc = self._clock.now_utc()
        self.lines.append(AuditLine(at_utc=at_utc, event=event, outcome=outcome, subject=subject, detail=detail))
