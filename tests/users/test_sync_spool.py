"""The working memory of a run."""

from __future__ import annotations

import os
import random
import stat
import tracemalloc
from pathlib import Path

import pytest

from pbx_plugin_api import LinkedUser, UserLink
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.compare import HostOrderError, make_plan
from portsip_m365_plugin.users.pull import Listing
from portsip_m365_plugin.users.spool import Kind, PulledRow, Spool


def rows(n: int) -> list[PulledRow]:
    return [PulledRow(f"{i:08}", Kind.DRAFT, None, None, f"u{i}@x", fields="x" * 300) for i in range(n)]


def test_the_last_word_counts_and_order_is_by_code_point() -> None:
    with Spool() as spool:
        spool.put_pulled([PulledRow("b", Kind.DRAFT), PulledRow("B", Kind.DRAFT), PulledRow("a-", Kind.DRAFT)])
        spool.put_pulled([PulledRow("b", Kind.REMOVED)])
        found = list(spool.pulled())
        assert [row.oid for row in found] == sorted(["b", "B", "a-"])
        assert found[-1].kind == Kind.REMOVED
        assert spool.find_pulled("b") == PulledRow("b", Kind.REMOVED)
        assert spool.find_pulled("c") is None
        spool.clear_pulled()
        assert list(spool.pulled()) == []


def test_ten_times_the_people_need_no_more_memory() -> None:
    """Python's part of it; SQLite's page cache is bounded by a pragma, and the whole process is measured in bench/."""
    peaks = []
    for n in (2_000, 20_000):
        tracemalloc.start()
        with Spool() as spool:
            for start in range(0, n, 1000):
                spool.put_pulled(rows(n)[start : start + 1000] if n <= 2_000 else _some(start))
            assert sum(1 for _ in spool.pulled()) == n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def _some(start: int) -> list[PulledRow]:
    return [row._replace(oid=f"{start + i:08}") for i, row in enumerate(rows(1000))]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_what_is_written_out_is_nobody_elses_and_has_no_name() -> None:
    with Spool() as spool:
        for start in range(0, 60_000, 1000):
            spool.put_pulled(_some(start))
        files = [path for path in Path("/proc/self/fd").iterdir() if "etilqs" in _target(path)]
        assert files, "this much is written to a file"
        for path in files:
            assert _target(path).endswith("(deleted)")
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [path for path in Path("/proc/self/fd").iterdir() if "etilqs" in _target(path)]


def _target(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


class Unordered:
    """A host whose stream of linked users is in no order."""

    def __init__(self) -> None:
        ids = [f"{i:04}" for i in range(400)]
        random.Random(1).shuffle(ids)
        self.people = [
            LinkedUser(
                user_id=oid,
                link=UserLink(authority="tenant", subject=oid),
                username=oid,
                display_name=oid,
                extension_number="101",
                enabled=True,
            )
            for oid in ids
        ]

    def linked(self) -> list[LinkedUser]:
        return self.people

    def unlinked(self) -> list[LinkedUser]:
        return []


def test_a_host_that_breaks_its_order_is_found_out() -> None:
    host = FakeHost()
    host.users = Unordered()  # type: ignore[assignment]
    rules = MappingRules(entra_tenant_id="tenant", country="DE")
    listing = Listing(is_full=True, people=1, proves_absence=True)
    with Spool() as spool, pytest.raises(HostOrderError):
        make_plan(host, spool, rules, listing, LeaversConfig(), host.clock.now_utc())
