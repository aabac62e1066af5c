"""Two processes on one database never give one number twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.devhost_pbx import DevPbx

WORKER = Path(__file__).with_name("number_worker.py")


@pytest.mark.parametrize("how", ["by hand", "by a plugin"])
def test_two_processes_creating_500_users_each_at_once_never_share_a_number(any_pbx: DevPbx, how: str) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), any_pbx.url, mark, "500", how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mark in ("a", "b")
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    printed = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    numbers = [number for each in printed for number in each]
    assert [len(each) for each in printed] == [500, 500]
    assert len(set(numbers)) == 1000
    stored = {row.extension_number for row in any_pbx.stores.users.rows(any_pbx.tenant.pbx_tenant_id)}
    assert stored == set(numbers)
    # No number was left out: the first thousand from 101, without the four services.
    wanted = [str(n) for n in range(101, 1105) if str(n) not in ("555", "666", "777", "888")]
    assert stored == set(wanted)
