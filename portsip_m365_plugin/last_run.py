"""How a tenant's last run ended: for the page, and to tell a first failure from one that lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, TickReport, TickStatus, dump, load

_KEY: Final = "last_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """One finished run."""

    finished_at_utc: datetime
    status: TickStatus
    message: str
    failures: int = 0
    """How many runs in a row have failed, this one included."""
    by_clock: bool = False
    """Whether the clock started it; a run that continues a stopped one counts as that one."""


def read_last_run(host: Host) -> LastRun | None:
    """Return the last run, or None if there was none yet."""
    record = host.state.get(_KEY)
    if record is None:
        return None
    try:
        return load(LastRun, record.value)
    except InvalidValueError:
        return None


def keep_last_run(host: Host, report: TickReport, *, by_clock: bool, is_night: bool = True) -> LastRun:
    """Remember how a run ended. A look between two nights neither adds to the failures of the night nor ends them."""
    before = read_last_run(host)
    failures = before.failures if before else 0
    failed = report.status is TickStatus.FAILED
    last = LastRun(
        finished_at_utc=host.clock.now_utc(),
        status=report.status,
        message=report.message,
        by_clock=by_clock,
        failures=failures if not is_night else failures + 1 if failed else 0,
    )
    host.state.put(_KEY, dump(last))
    return last
