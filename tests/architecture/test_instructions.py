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
FIRST, COUNTED = 10, 150
EXPECTED = {(3, 11): 390_000_000}
"""Instructions for `COUNTED` people and as many contacts, by version of Python. Write down what the test prints after a
change that makes it cheaper, or that is worth its price."""
TOLERANCE = 0.10


def count_instructions(n: int, out: Path) -> int:
    """Instructions of the whole process, start included."""
    job = [sys.executable, "-m", "bench.fixed_job"]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    # Once before: what has to be compiled on a new checkout is no part of the count.
    subprocess.run([*job, str(FIRST)], cwd=ROOT, env=environment, check=True, timeout=60)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *job, str(n)],
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


@pytest.mark.long  # by itself, see .ci/run: beside the other tests of a whole run it counted up to 1.8 times as many
@pytest.mark.skipif(
    shutil.which("valgrind") is None and os.environ.get("PBX_REQUIRE_VALGRIND") != "1",
    reason="valgrind is not installed",
)
def test_a_person_and_a_contact_cost_as_many_instructions_as_before(tmp_path: Path) -> None:
    expected = EXPECTED.get(sys.version_info[:2])
    if expected is None:
        pytest.skip(f"no count is recorded for Python {sys.version_info.major}.{sys.version_info.minor}")
    # The first people load what is loaded at need, such as the numbering plan of their country.
    counted = count_instructions(FIRST + COUNTED, tmp_path / "all") - count_instructions(FIRST, tmp_path / "first")
    assert abs(counted / expected - 1) <= TOLERANCE, f"{counted:,} instructions; {expected:,} are recorded"
