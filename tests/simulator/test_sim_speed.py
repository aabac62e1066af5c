"""The simulator is fast enough for soaks and benchmarks: 1,000 requests a second on two cores, clients included."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "simulator.py"


@pytest.mark.long
def test_a_thousand_requests_a_second() -> None:
    run = subprocess.run(
        [sys.executable, str(BENCH), "--seconds", "3"], capture_output=True, text=True, timeout=120, check=True
    )
    rates = {path: int(rate) for rate, path in re.findall(r"(\d+) requests/s .* GET (\S+)", run.stdout)}
    assert len(rates) == 5, run.stdout
    quick = {path: rate for path, rate in rates.items() if not path.endswith("999")}
    assert min(quick.values()) >= 1000, run.stdout
