"""Schedules of faults, each from a seed: killed and frozen workers, broken connections, full disks, moved clocks.

CI plays a fixed sample, `-m long` 1,000 (CONTRIBUTING.md). One that fails names the command that repeats it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.histories.play import A_STAGE, open_any, play

SAMPLE = {"postgres": (3, 9), "m365": (2, 4), "sqlite": (1, 8), "sqlite2": (1, 7)}
"""For each kind of stage: so many stages, and schedules on each."""
LONG = {"postgres": 28, "m365": 4, "sqlite": 4, "sqlite2": 4}
"""So many stages of `A_STAGE` schedules each."""


def _cases() -> list[Any]:
    cases = []
    for kind, (n_stages, n_schedules) in SAMPLE.items():
        marks = (pytest.mark.postgres,) if kind in ("postgres", "m365") else ()
        for n in range(n_stages):
            first = 1 + n * n_schedules
            cases.append(pytest.param(kind, first, n_schedules, id=f"{kind}-{first}", marks=marks))
        for n in range(LONG[kind]):
            first = 1001 + n * A_STAGE
            cases.append(pytest.param(kind, first, A_STAGE, id=f"{kind}-{first}", marks=(*marks, pytest.mark.long)))
    return cases


@pytest.mark.parametrize(("kind", "first", "n_schedules"), _cases())
def test_every_history_holds(kind: str, first: int, n_schedules: int, tmp_path: Path) -> None:
    failed = []
    with open_any(kind, tmp_path) as stage:
        for seed in range(first, first + n_schedules):
            try:
                play(stage, kind, seed)
            except AssertionError as error:
                failed.append(str(error))
    assert not failed, "\n\n".join(failed)
