"""5,000 tenants that chose midnight: each has a minute of its own in the operator's window, every night the same."""

from __future__ import annotations

from collections import Counter

from pbx_devhost.store.work.nights import find_offset_s
from tests.support.devhost_cli import Cli
from tests.support.devhost_pbx import DevPbx


def test_tenants_are_spread_evenly_and_stay_where_they_are() -> None:
    window_s = 4 * 3600
    offsets = {f"{n:032x}": find_offset_s(f"{n:032x}", window_s) for n in range(5_000)}
    assert all(0 <= offset < window_s for offset in offsets.values())
    by_quarter_of_an_hour = Counter(offset // 900 for offset in offsets.values())
    assert len(by_quarter_of_an_hour) == 16
    assert max(by_quarter_of_an_hour.values()) < 1.25 * 5_000 / 16
    assert offsets == {each: find_offset_s(each, window_s) for each in offsets}


def test_the_operator_chooses_the_window(any_pbx: DevPbx) -> None:
    stores, tid = any_pbx.stores, any_pbx.tenant.pbx_tenant_id
    assert stores.tenants.find(tid).night_offset_s == 0
    stores.nights.set_spread(240)
    moved = stores.tenants.find(tid).night_offset_s
    assert moved == find_offset_s(tid, 240 * 60)
    assert {each.pbx_tenant_id: each.night_offset_s for each in stores.tenants.all()}[tid] == moved


def test_the_command_shows_and_chooses_it(cli: Cli) -> None:
    assert cli.json("nights") == {"spread_minutes": 0}
    assert cli.json("nights", "--spread-minutes", "120") == {"spread_minutes": 120}
    assert cli.json("nights") == {"spread_minutes": 120}
    refused = cli("nights", "--spread-minutes", "721")
    assert "--spread-minutes" in refused.err
    assert cli.json("workers") == []
