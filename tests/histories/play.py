"""Plays schedules of faults by hand: `python -m tests.histories.play KIND SEED [LAST_SEED]`; see CONTRIBUTING.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.histories.checks import find_faults
from tests.support.histories.events import History
from tests.support.histories.m365_stage import ON_M365, open_m365_stage
from tests.support.histories.schedule import Schedule, make_schedule
from tests.support.histories.stage import Stage
from tests.support.histories.stages import kinds_of, open_stage

SHOWN = {
    "due": ("next_due_at", "lease_token", "lease_until", "lease_holder"),
    "runs": ("id", "status", "message"),
    "outbox": ("id", "state", "attempt", "holder", "n_unknown", "reason"),
}
KINDS = ("postgres", "sqlite", "sqlite2", "m365")
A_STAGE = 25
"""So many schedules are played on one stage."""


def open_any(kind: str, folder: Path) -> AbstractContextManager[Stage]:
    """Open a stage: with the real plugin (`m365`), or with the plugin `diary`."""
    return open_m365_stage(folder) if kind == "m365" else open_stage(kind, folder)


def play(stage: Stage, kind: str, seed: int) -> None:
    """Play one schedule.

    Raises:
        AssertionError: It was not right. The message has the history, and the command that repeats it.
    """
    schedule = make_schedule(seed, ON_M365 if kind == "m365" else kinds_of(kind), n_workers=stage.n_workers)
    history = stage.play(schedule)
    faults = find_faults(history)
    if faults:
        again = f"{sys.executable} -m tests.histories.play {kind} {seed}"
        raise AssertionError("\n".join([*faults, *tell(history, schedule), f"To repeat it: {again}"]))


def tell(history: History, schedule: Schedule) -> list[str]:
    """Return the history of leases, runs and mail in words."""
    began = min((row.at for row in history.rows if row.table == "due"), default=0.0)
    lines = [f"Schedule: {schedule.describe()}"]
    for act in history.acts:
        lines.append(f"{act.at - began:8.3f} to {act.until - began:.3f} s: {act.what} {act.worker or 'everything'}")
    for row in history.rows:
        if row.table in SHOWN and row.new is not None:
            old, whole = row.old or {}, row.new
            changed = {name: whole[name] for name in SHOWN[row.table] if whole[name] != old.get(name)}
            lines.append(f"{row.at - began:8.3f} s {row.writer} {row.table} {row.get('tenant_id')[:6]} {changed}")
    return lines


def main() -> int:
    """Play, print how it went, and return 1 if one failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, nargs="?")
    parser.add_argument("--minutes", type=float, default=1e9, help="Stop after so many.")
    given = parser.parse_args()
    until, failed, played = time.monotonic() + 60 * given.minutes, list[int](), 0
    seeds = list(range(given.first, (given.last or given.first) + 1))
    for start in range(0, len(seeds), A_STAGE):
        with tempfile.TemporaryDirectory() as folder, open_any(given.kind, Path(folder)) as stage:
            for seed in seeds[start : start + A_STAGE]:
                if time.monotonic() > until:
                    break
                began, played = time.monotonic(), played + 1
                try:
                    play(stage, given.kind, seed)
                    print(f"{given.kind} {seed}: held ({time.monotonic() - began:.1f} s)", flush=True)
                except Exception as error:  # noqa: BLE001  # a mistake of the tests is one schedule's, too
                    failed.append(seed)
                    why = error if isinstance(error, AssertionError) else traceback.format_exc()
                    print(f"{given.kind} {seed}: FAILED\n{why}\n{stage.read_errors()}", flush=True)
    print(f"{played} schedules on {given.kind}: {played - len(failed)} held, {len(failed)} failed {failed or ''}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
