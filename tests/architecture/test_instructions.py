"""CPU per person and per contact, counted in instructions: the same on a busy machine as on a quiet one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST, COUNTED, YARDSTICKS = 10, 150, 300
EXPECTED = {(3, 11): 1.72}
"""Instructions for `COUNTED` people and as many contacts, as so many times `YARDSTICKS` rounds of `bench.yardstick`, by
version of Python. Two builds of one version differ by a tenth in both. Write down what the test prints after a change
that makes it cheaper, or that is worth its price."""
TOLERANCE = 0.10


def count_instructions(module: str, n: int, folder: Path) -> int:
    """Instructions of the whole process, start included.

    Nothing of the test run reaches it: other tests change the environment, and their processes write `.pyc` files while
    this one counts.
    """
    job = [sys.executable, "-m", module]
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "TMPDIR": str(folder),
    }
    # Once before: what has to be compiled is no part of the count.
    subprocess.run([*job, str(FIRST)], cwd=ROOT, env=environment, check=True, timeout=60)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'counted'}", *job, str(n)],
        cwd=ROOT,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr[-2000:]
    return int(found[1])


@pytest.mark.skipif(
    shutil.which("valgrind") is None and os.environ.get("PBX_REQUIRE_VALGRIND") != "1",
    reason="valgrind is not installed",
)
def test_a_person_and_a_contact_cost_as_many_instructions_as_before(tmp_path: Path) -> None:
    expected = EXPECTED.get(sys.version_info[:2])
    if expected is None:
        pytest.skip(f"no count is recorded for Python {sys.version_info.major}.{sys.version_info.minor}")
    counted, yardstick = (
        # The first people load what is loaded at need, such as the numbering plan of their country.
        count_instructions(module, FIRST + n, tmp_path) - count_instructions(module, FIRST, tmp_path)
        for module, n in (("bench.fixed_job", COUNTED), ("bench.yardstick", YARDSTICKS))
    )
    ratio = counted / yardstick
    assert abs(ratio / expected - 1) <= TOLERANCE, (
        f"{counted:,} instructions, {ratio:.3f} yardsticks; {expected} recorded"
    )
