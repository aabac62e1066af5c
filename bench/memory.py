"""Whether a sync's memory grows with the tenant: peak of the tick process at 20,000 and at 200,000 people.

    python -m bench.memory [SMALL LARGE]

`ru_maxrss` of `pbx-devhost tick` on SQLite, against a simulator process; at most 1.5 times as much for ten times the
people, in the first import, in the full listing after it, and in a quiet night. Ends with 1 where that is not kept.
About ten minutes on two cores.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.sync_world import Measured, MeasuredWorld, print_table

RATIO_MAX = 1.5
RUNS = ("first import", "second full listing", "quiet night")


def measure(people: int) -> list[Measured]:
    """The first three runs of a tenant."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
        return [world.tick(what) for what in RUNS]


def main(small: int, large: int) -> int:
    """Measure both and compare."""
    few, many = measure(small), measure(large)
    print_table([*few, *many])
    print()
    worst = 0.0
    for one, other in zip(few, many, strict=True):
        ratio = other.peak_mib / one.peak_mib
        worst = max(worst, ratio)
        print(f"{one.what}: {ratio:.2f} times the memory, at most {RATIO_MAX}")
    return 0 if worst <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:3])) if len(sys.argv) > 2 else main(20_000, 200_000))
