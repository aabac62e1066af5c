"""One report: what the plugin costs, beside the least possible and beside other clients.

    python -m bench [--quick] [--write] [--peers PYTHON]

Real processes against the simulator: 50 ms for each round trip, 4 items of a batch at a time, 8 batches in flight,
SQLite. `--peers` names a Python that has the extra `peers`; by default `.venv-peers`, where that exists (`.ci/peers`
makes it). `--quick` measures small tenants, to see that it works. `--write` writes docs/performance.md and its charts.
Ends with 1 where a goal is not kept. About 15 minutes on two cores that nothing else uses.
"""

from __future__ import annotations

import argparse
import sys
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
from bench.report import check_goals, draw_charts, write_report

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def main() -> int:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--peers", default=None, metavar="PYTHON")
    options = parser.parse_args()
    beside = ROOT / ".venv-peers" / "bin" / "python"
    python = options.peers or (str(beside) if beside.exists() else None)
    people, sizes = (200, [100, 1_000]) if options.quick else (2_000, [100, 1_000, 20_000, 200_000])
    mailboxes = [1, 10, 100] if options.quick else [1, 10, 100, 1_000]
    started = datetime.now(timezone.utc)
    start, loaded = measure_starts()
    jobs = [*measure_photos(people, python), *measure_contacts(people, 10, python)]
    by_size, by_mailbox, large = measure_sizes(sizes), measure_mailboxes(mailboxes, 100), measure_large_pictures()
    goals = check_goals(start, loaded, jobs, by_size, by_mailbox, large)
    text = write_report(started, people, loaded, jobs, by_size, by_mailbox, goals)
    print(text)
    if options.write:
        (DOCS / "performance.md").write_text(text)
        charts = DOCS / "charts"
        charts.mkdir(exist_ok=True)
        for name, picture in draw_charts(by_size, by_mailbox).items():
            (charts / name).write_text(picture)
    return 0 if all(goal.is_kept for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
