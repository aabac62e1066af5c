"""What photos cost: a first import with photos, the quiet night after it, and pictures of 4 MB.

    python -m bench.photos [PEOPLE] [MILLISECONDS]

Real processes: a simulator that waits so long in each request, and `pbx-devhost tick` on SQLite. Two thirds of the
people have a photo. Ends with 1 where 20 large pictures need 200 MiB or more.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.sync_world import Measured, MeasuredWorld, print_table

MEMORY_MIB_MAX = 200


def measure(people: int, latency_s: float, photo_bytes: int, *nights: str) -> list[Measured]:
    """Run so many nights with photos."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
        world.set_up(latency_s=latency_s, photo_bytes=photo_bytes, sync_photo="true")
        return [world.tick(night) for night in nights]


def main(people: int, latency_ms: int) -> int:
    """Print the tables."""
    print_table(measure(people, latency_ms / 1000, 4000, "first import with photos", "second night", "quiet night"))
    print()
    [large] = measure(36, 0, 3_900_000, "20 pictures of 4 MB and more")
    print_table([large])
    return 0 if large.peak_mib < MEMORY_MIB_MAX else 1


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(given or [2000]), *([50] if len(given) < 2 else [])))
