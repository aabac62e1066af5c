"""A night of many tenants on one PostgreSQL. CI runs small ones; `-m long` runs the sizes of a service provider."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pbx_devhost.store.plugins.plugin_data import PluginState
from pbx_devhost.store.work.nights import find_offset_s
from tests.support.workers import Crew, make_crew, wait_for

pytestmark = pytest.mark.postgres


@pytest.fixture
def crew(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    from tests.support.postgres import empty

    empty(postgres_url)
    with make_crew(postgres_url, tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(
    ("n_tenants", "n_people", "n_workers", "at_most_s"),
    [(30, 5, 3, 60), pytest.param(1_000, 50, 6, 1_800, marks=pytest.mark.long)],
)
def test_each_tenant_has_its_night_exactly_once(
    crew: Crew, n_tenants: int, n_people: int, n_workers: int, at_most_s: float
) -> None:
    """Two hosts with half of the workers each are the same as one: nothing names a host."""
    for _ in range(n_workers):
        crew.start("worker", "--slots", "4", NIGHT_PEOPLE=str(n_people), NIGHT_TRIPS="2")
    tenants = crew.add_tenants(n_tenants)
    leases, now = crew.pbx.stores.leases, crew.pbx.stores.database.now
    for night in (1, 2):
        if night == 2:
            for tenant in tenants:
                leases.set_due(tenant.pbx_tenant_id, "night", now() - 1)
        took_s = wait_for(lambda n=night: len(crew.events("end")) >= n * n_tenants, at_most_s)
        print(f"night {night}: {n_tenants} tenants of {n_people} people, {n_workers} workers: {took_s:.0f} s")
        wait_for(lambda: leases.who_is_due(now()) == [])
        time.sleep(1)
        assert Counter(event.name for event in crew.events("begin")) == {tenant.name: night for tenant in tenants}
    for tenant in tenants:
        tid = tenant.pbx_tenant_id
        assert crew.pbx.stores.users.count_all(tid) == n_people
        nights = PluginState(crew.pbx.stores.scope(tid, "night")).get("nights")
        assert nights is not None
        assert nights.value == 2
        assert [row.status for row in crew.pbx.stores.runs.rows(tid)] == ["done", "done"]
    assert len({event.pid for event in crew.events("begin")}) == n_workers
    assert "LeaseLostError" not in crew.errors()


def do_night(crew: Crew, n_workers: int, n_tenants: int, n_trips: int) -> float:
    """Return how long one night takes: tenants that mostly wait for answers, at workers of one slot."""
    for _ in range(n_workers):
        crew.start("worker", "--slots", "1", NIGHT_PEOPLE="5", NIGHT_TRIPS=str(n_trips))
    stores, before = crew.pbx.stores, len(crew.events("end"))
    for tenant in stores.tenants.all():
        stores.leases.set_due(tenant.pbx_tenant_id, "night", stores.database.now() - 1)
    wait_for(lambda: len(crew.events("end")) - before == n_tenants, 300)
    began = min(event.at for event in crew.events("begin")[before:])
    took_s = max(event.at for event in crew.events("end")) - began
    crew.stop()
    return took_s


def test_two_workers_of_one_slot_work_at_the_same_time(crew: Crew) -> None:
    """How much sooner they are done says little on a busy machine: see the next test."""
    crew.add_tenants(8, due_in_s=86_400)
    do_night(crew, 2, 8, 16)
    begun, ended = crew.events("begin"), {event.name: event.at for event in crew.events("end")}
    assert all(n >= 2 for n in Counter(event.pid for event in begun).values())
    spans = sorted((event.at, ended[event.name], event.pid) for event in begun)
    pairs = [(a, b) for a, b in pairwise(spans) if b[0] < a[1]]
    assert len(pairs) >= 3
    assert all(a[2] != b[2] for a, b in pairs), "one slot does one at a time"


@pytest.mark.long
def test_a_second_worker_makes_the_night_shorter(crew: Crew) -> None:
    """At a round trip of 50 ms."""
    n_tenants, n_trips = 60, 20
    crew.add_tenants(n_tenants, due_in_s=86_400)
    alone_s, together_s = (do_night(crew, n, n_tenants, n_trips) for n in (1, 2))
    print(f"{n_tenants} tenants, {n_trips} round trips of 50 ms each: {alone_s:.1f} s alone, {together_s:.1f} s by two")
    assert alone_s / together_s >= 1.7


@pytest.mark.parametrize(
    ("n_tenants", "window_s", "n_workers"), [(60, 8, 1), pytest.param(5_000, 480, 2, marks=pytest.mark.long)]
)
def test_tenants_begin_within_their_window_while_three_wait_for_microsoft(
    crew: Crew, n_tenants: int, window_s: int, n_workers: int
) -> None:
    """Three tenants are asked to wait for 10 minutes. They keep no slot, and each other tenant begins at its minute."""
    tenants = crew.add_tenants(n_tenants, due_in_s=86_400)
    throttled = {tenant.name for tenant in tenants[:3]}
    for _ in range(n_workers):
        crew.start("worker", "--slots", "8", NIGHT_PEOPLE="1", NIGHT_TRIPS="2", NIGHT_THROTTLED=" ".join(throttled))
    stores = crew.pbx.stores
    opened_at = stores.database.now() + n_tenants / 300  # setting the times takes a moment
    due_at = {tenant.name: opened_at + find_offset_s(tenant.pbx_tenant_id, window_s) for tenant in tenants}
    for tenant in tenants:
        stores.leases.set_due(tenant.pbx_tenant_id, "night", due_at[tenant.name])
    wait_for(lambda: len({event.name for event in crew.events("begin")}) == n_tenants, window_s + 120)
    begun = {event.name: event.at for event in crew.events("begin")}
    late_s = sorted(begun[name] - at for name, at in due_at.items())
    print(f"{n_tenants} tenants in {window_s} s: late by {late_s[len(late_s) // 2]:.1f} s, at most {late_s[-1]:.1f} s")
    assert late_s[0] > -1.0
    assert late_s[-1] < 30.0
    assert set(Counter(event.name for event in crew.events("begin")).values()) == {1}
    assert throttled.isdisjoint(event.name for event in crew.events("end"))
