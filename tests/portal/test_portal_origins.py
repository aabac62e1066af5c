"""Each request finds its tenant by the address it came to: by an index, seldom, and never too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from pbx_devhost.portal.origins import find_origin
from pbx_devhost.store.sql.schema import tenants
from tests.support.portal_world import WEB, World

N_TENANTS = 5_000


@pytest.fixture
def large(world: World) -> World:
    """A PBX of 5,000 tenants. Half of them share one address, and the others have one each."""
    rows = [
        {
            "id": f"tenant{n}",
            "name": f"Tenant {n}",
            "sip_domain": f"tenant{n}.example",
            "time_zone": "UTC",
            "country": "US",
            "web_origin": f"https://pbx{n}.example" if n % 2 else "https://shared.example",
            "sbc_origin": f"https://sbc{n}.example",
            "rest_days": 30,
            "created_at": 0.0,
        }
        for n in range(N_TENANTS)
    ]
    with world.pbx.stores.database.write() as connection:
        connection.execute(insert(tenants), rows)
    return world


@contextmanager
def queries(world: World) -> Iterator[list[tuple[str, Any]]]:
    """The SELECT statements of the block."""
    engine, found = world.pbx.stores.database.engine, list[tuple[str, Any]]()

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_no_look_up_reads_all_tenants(large: World) -> None:
    stores = large.pbx.stores
    with queries(large) as found:
        assert find_origin(large.pbx, "https", "pbx4001.example")
        assert find_origin(large.pbx, "https", "sbc4001.example:443")
        assert find_origin(large.pbx, "https", "shared.example")
        assert find_origin(large.pbx, "https", "evil.example") is None
        assert stores.tenants.is_reached_at("tenant4000", "https://shared.example")
        assert stores.tenants.find("tenant4001").name == "Tenant 4001"
        assert stores.tenants.find("tenant4001.example").name == "Tenant 4001"
        assert stores.tenants.find("Tenant 4001").name == "Tenant 4001"
    with stores.database.read() as connection:
        for statement, parameters in found:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert any("USING" in row.detail and "INDEX" in row.detail for row in plan), statement
            assert not any(row.detail.startswith("SCAN tenants") for row in plan), (statement, plan)
    assert stores.tenants.find("TENANT 4001").name == "Tenant 4001"  # the last resort


def test_an_address_is_looked_up_once_in_some_seconds(large: World) -> None:
    with queries(large) as found:
        for _ in range(10):
            known = find_origin(large.pbx, "https", "shared.example")
            assert known is not None
            assert (known.origin, known.only_tenant_id) == ("https://shared.example", None)
    assert len(found) == 1


def test_a_new_tenant_is_seen_at_once(world: World) -> None:
    assert find_origin(world.pbx, "https", "pbx.example.com:8887").only_tenant_id == world.tenant_id  # type: ignore[union-attr]  # it is known
    world.pbx.stores.tenants.add("Second", web_origin=WEB)
    assert find_origin(world.pbx, "https", "pbx.example.com:8887").only_tenant_id is None  # type: ignore[union-attr]  # it is known
    assert find_origin(world.pbx, "https", "new.example") is None
    world.pbx.stores.tenants.add("Third", web_origin="https://new.example")
    assert find_origin(world.pbx, "https", "new.example") is not None


def test_a_session_ends_at_once_where_its_tenant_is_no_longer_reached(world: World) -> None:
    browser = world.browser()
    browser.log_in()
    assert browser.get("/users").status_code == 200
    with world.pbx.stores.database.write() as connection:
        connection.execute(update(tenants).values(web_origin="https://moved.example", sbc_origin=None))
    assert browser.get("/users").status_code in (303, 421)
