"""What the first nights of a tenant cost in Graph requests: at most 13 for a first import of 10,000 people.

    python -m bench.first_import [PEOPLE]

Real processes: a simulator, and `pbx-devhost tick` on SQLite. Ends with 1 where a bound is not kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.sync_world import MeasuredWorld, print_table

BOUND = {10_000: 13}


def main(people: int) -> int:
    """Import, list again, and one quiet night."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
        rows = [world.tick("first import"), world.tick("second full listing"), world.tick("quiet night")]
    print_table(rows)
    bound = BOUND.get(people, 3 + people // 999)
    kept = rows[0].requests <= bound and rows[2].requests == 1
    print(f"\nfirst import: {rows[0].requests} requests, at most {bound}; quiet night: {rows[2].requests}, exactly 1")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
