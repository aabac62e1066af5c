"""One report: what the plugin costs, beside the least possible and beside other clients.

    python -m bench [--quick] [--write] [--peers PYTHON] [--only [SECTION ...]]

Real processes against the simulator: 50 ms for each round trip, 4 items of a batch at a time, 8 batches in flight,
SQLite; nights of many tenants on PostgreSQL. `--peers` names a Python that has the extra `peers`; by default
`.venv-peers`, where that exists (`.ci/peers` makes it).

What each section found is kept in `.bench`, so that the report can be measured in parts, on a machine that is quiet
for a few minutes at a time. `--only` measures the sections that are named; with no name none. `--quick` measures small
ones, to see that it works. `--write` writes docs/performance.md and its charts from what is kept.

Ends with 1 where a goal is not kept. About 30 minutes on two cores that nothing else uses.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from bench.jobs import (
    measure_contacts,
    measure_large_pictures,
    measure_mailboxes,
    measure_photos,
    measure_sizes,
    measure_starts,
)
from bench.limits import measure_limits
from bench.report import Report, check_goals, draw_charts, write_report
from bench.results import Jobs, LimitedNights, Measured, Section, Sizes, Starts, TenantNights, keep, look_at_load, read
from bench.tenants import measure_tenants

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Options:
    """What is measured."""

    is_quick: bool
    peer_python: str | None

    @property
    def people(self) -> int:
        """In the jobs beside other clients."""
        return 200 if self.is_quick else 2_000


SECTIONS: dict[str, Callable[[Options], object]] = {
    "starts": lambda _: measure_starts(),
    "photos": lambda options: measure_photos(options.people, options.peer_python),
    "contacts": lambda options: measure_contacts(options.people, 10, options.peer_python),
    "people": lambda options: measure_sizes([100, 1_000, *([] if options.is_quick else [20_000, 200_000])]),
    "mailboxes": lambda options: measure_mailboxes([1, 10, 100, *([] if options.is_quick else [1_000])], 100),
    "pictures": lambda _: measure_large_pictures(),
    "limits": lambda _: measure_limits(200),
    "tenants": lambda options: measure_tenants([1, 10, 100, *([] if options.is_quick else [1_000, 5_000])]),
}


def main() -> int:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--peers", default=None, metavar="PYTHON")
    parser.add_argument("--only", nargs="*", choices=[*SECTIONS], metavar="SECTION", help=", ".join(SECTIONS))
    chosen = parser.parse_args()
    beside = ROOT / ".venv-peers" / "bin" / "python"
    options = Options(chosen.quick, chosen.peers or (str(beside) if beside.exists() else None))
    kept = ROOT / ".bench" / ("quick" if chosen.quick else "whole")
    names = [*SECTIONS] if chosen.only is None else chosen.only
    if len(names) == 1:
        measure(names[0], options, kept)
    else:
        # One process for each: the peak memory of a child is never below that of the process that started it.
        for name in names:
            flags = ["--quick"] if chosen.quick else []
            flags += ["--peers", options.peer_python] if options.peer_python else []
            command = [sys.executable, "-m", "bench", "--only", name, *flags]
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # what is missing is named below
    report = read_report(kept)
    if isinstance(report, list):
        print(f"Not measured yet: {', '.join(report)}. Go on with --only {' '.join(report)}", file=sys.stderr)
        return 1 if chosen.write else 0
    text = write_report(report)
    print(text)
    if chosen.write:
        (DOCS / "performance.md").write_text(text)
        charts = DOCS / "charts"
        charts.mkdir(exist_ok=True)
        for name, picture in draw_charts(report).items():
            (charts / name).write_text(picture)
    return 0 if all(goal.is_kept for goal in check_goals(report)) else 1


def measure(name: str, options: Options, kept: Path) -> None:
    """Measure one section, and keep what it found."""
    at, load, began = datetime.now(timezone.utc), look_at_load(), time.monotonic()
    print(f"{name} …", file=sys.stderr, flush=True)
    found = SECTIONS[name](options)
    took_s = time.monotonic() - began
    keep(kept, name, Section(at, load, took_s), found)
    print(f"{name}: {took_s:.0f} s, at a load of {load:.1f} before", file=sys.stderr, flush=True)


def read_report(kept: Path) -> Report | list[str]:
    """Return all that is kept, or the names of the sections that are missing."""
    parts = {
        "starts": read(kept, "starts", Starts),
        "photos": read(kept, "photos", Jobs),
        "contacts": read(kept, "contacts", Jobs),
        "people": read(kept, "people", Sizes),
        "mailboxes": read(kept, "mailboxes", Sizes),
        "pictures": read(kept, "pictures", Measured),
        "limits": read(kept, "limits", LimitedNights),
        "tenants": read(kept, "tenants", TenantNights),
    }
    missing = [name for name, part in parts.items() if part is None]
    if missing:
        return missing
    sections = {name: part[0] for name, part in parts.items() if part is not None}
    return Report(sections=sections, **{name: part[1] for name, part in parts.items() if part is not None})  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
