"""Extension numbers: wishes, skipped numbers, returning people, resting numbers, and no number twice."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from pbx_devhost.store.sql.schema import users
from pbx_devhost.store.tenants import TenantError
from pbx_devhost.store.users.store import UserError
from pbx_plugin_api import (
    AnyNumber,
    ApplyStatus,
    CreateUser,
    DeleteUser,
    ExtensionWish,
    Fixed,
    FromStart,
    LinkUser,
    Tenant,
)
from tests.support.devhost_pbx import DevPbx, draft, link

DAY_S = 86_400


def create(dev: DevPbx, name: str, wish: ExtensionWish = AnyNumber()) -> str | None:
    [result] = dev.host.users.apply([CreateUser(draft=draft(name, extension=wish))])
    return result.extension_number


def test_the_first_free_number_from_101(dev: DevPbx) -> None:
    assert [create(dev, f"u{n}") for n in range(3)] == ["101", "102", "103"]


def test_upward_from_the_wished_start(dev: DevPbx) -> None:
    dev.add_user("by-hand", extension=Fixed(number="8002"))
    wish = FromStart(start="8000")
    assert [create(dev, f"u{n}", wish) for n in range(4)] == ["8000", "8001", "8003", "8004"]


@pytest.mark.parametrize("service", ["555", "666", "777", "888"])
def test_service_numbers_are_skipped_and_refused(dev: DevPbx, service: str) -> None:
    assert create(dev, "a", FromStart(start=service)) == str(int(service) + 1)
    [refused] = dev.host.users.apply([CreateUser(draft=draft("b", extension=Fixed(number=service)))])
    assert refused.status is ApplyStatus.REFUSED
    assert refused.reason == f"extension number {service} belongs to a service (pbx); wish for another"


def test_numbers_of_other_services_are_skipped(dev: DevPbx) -> None:
    dev.stores.tenants.reserve_number(dev.tenant, "101", "queue")
    assert create(dev, "a") == "102"
    with pytest.raises(TenantError, match="number 102 is taken"):
        dev.stores.tenants.reserve_number(dev.tenant, "102", "ring group")


def test_a_fixed_number_that_is_taken_is_refused_and_nobody_is_made(dev: DevPbx) -> None:
    assert create(dev, "a", Fixed(number="4711")) == "4711"
    [refused] = dev.host.users.apply([CreateUser(draft=draft("b", extension=Fixed(number="4711")))])
    assert (refused.status, refused.extension_number) == (ApplyStatus.REFUSED, None)
    assert dev.host.users.find(link("b")) is None
    with pytest.raises(UserError, match="4711 is taken"):
        dev.add_user("c", extension=Fixed(number="4711"))


def test_who_returns_gets_their_number_and_nobody_else_before_it_has_rested(dev: DevPbx) -> None:
    assert create(dev, "ada") == "101"
    dev.host.users.apply([DeleteUser(link=link("ada"))])
    dev.move_clock(29 * DAY_S)
    assert create(dev, "bob") == "102"
    assert create(dev, "ada", FromStart(start="9000")) == "101"


def test_a_rested_number_is_anybodys_and_the_walk_goes_back_for_it(dev: DevPbx) -> None:
    for name in ("ada", "bob", "cy"):
        create(dev, name)
    dev.host.users.apply([DeleteUser(link=link("bob"))])
    dev.move_clock(30 * DAY_S + 1)
    assert [create(dev, "dee"), create(dev, "eve")] == ["102", "104"]
    assert create(dev, "bob") == "105"


@pytest.mark.parametrize("days", [1, 90])
def test_the_rest_is_the_tenants_own(dev: DevPbx, days: int) -> None:
    tenant = dev.stores.tenants.add("Restful", rest_days=days)
    host = dev.bound("sample", tenant)
    host.users.apply([CreateUser(draft=draft("ada")), DeleteUser(link=link("ada"))])
    dev.move_clock(days * DAY_S - 10)
    early = host.users.apply([CreateUser(draft=draft("bob"))])[0].extension_number
    assert early == "102"
    dev.move_clock(20)
    late = host.users.apply([CreateUser(draft=draft("cy"))])[0].extension_number
    assert late == "101"


def test_without_a_rest_a_number_is_free_at_once(dev: DevPbx) -> None:
    host = dev.bound("sample", dev.stores.tenants.add("Restless", rest_days=0))
    for name in ("ada", "bob"):
        [made] = host.users.apply([CreateUser(draft=draft(name))])
        assert made.extension_number == "101"
        host.users.apply([DeleteUser(link=link(name))])


def test_a_number_survives_a_row_that_was_deleted_directly_in_the_database(dev: DevPbx) -> None:
    create(dev, "ada")
    with dev.stores.database.write() as connection:
        connection.execute(delete(users))
    assert create(dev, "bob") == "102"
    assert create(dev, "ada") == "101"


def test_a_linked_users_number_is_theirs_afterwards(dev: DevPbx) -> None:
    user_id = dev.add_user("by-hand", extension=Fixed(number="200"))
    dev.host.users.apply([LinkUser(user_id=user_id, draft=draft("ada"))])
    dev.host.users.apply([DeleteUser(link=link("ada"))])
    assert create(dev, "ada") == "200"


def test_each_tenant_has_its_own_numbers(dev: DevPbx) -> None:
    create(dev, "ada")
    [other] = dev.other_tenant.users.apply([CreateUser(draft=draft("ada"))])
    assert other.extension_number == "101"


def test_a_batch_costs_the_same_however_many_users_there_are(dev: DevPbx) -> None:
    statements: list[str] = []
    event.listen(dev.stores.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def cost(start: int) -> int:
        statements.clear()
        batch = [CreateUser(draft=draft(f"u{n}", extension=FromStart(start="2000"))) for n in range(start, start + 50)]
        assert all(result.status is ApplyStatus.APPLIED for result in dev.host.users.apply(batch))
        return len(statements)

    costs = [cost(start) for start in range(0, 1000, 50)]
    assert len(set(costs[1:])) == 1, costs
    assert costs[1] < 20, costs


WISHES = st.one_of(
    st.just(AnyNumber()),
    st.builds(FromStart, start=st.sampled_from(["101", "102", "104", "553", "554", "2000"])),
    st.builds(Fixed, number=st.sampled_from(["101", "103", "0101", "555", "2001"])),
)
STEPS = st.one_of(
    st.tuples(st.just("create"), st.integers(0, 7), WISHES),
    st.tuples(st.just("delete"), st.integers(0, 7), st.none()),
    st.tuples(st.just("by hand"), st.integers(0, 7), WISHES),
    st.tuples(st.just("delete by hand"), st.integers(0, 7), st.none()),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 31]), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_never_one_number_twice_and_none_before_its_rest_is_over(
    steps: list[tuple[str, int, ExtensionWish | None]],
) -> None:
    """Compare with a model: which user has a number, and for whom it rests since when."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        dev = DevPbx(f"sqlite:///{Path(directory)}/pbx.db", stack)
        has: dict[str, str] = {}
        rests: dict[str, tuple[str, float]] = {}
        for kind, n, wish in steps:
            name = f"p{n}" if "hand" not in kind else f"h{n}"
            if kind == "wait":
                dev.move_clock(n * DAY_S)
            elif kind.startswith("delete"):
                _delete(dev, kind, name, has, rests)
            elif wish is not None and name not in has:
                number = create(dev, name, wish) if kind == "create" else _add(dev, name, wish)
                if number is not None:
                    _check_given(dev, name, number, wish, has, rests)
                    has[name] = number
                    rests.pop(number, None)
        seen = [row.extension_number for row in dev.stores.users.rows(dev.tenant.pbx_tenant_id)]
        assert sorted(seen) == sorted(has.values())
        assert len(set(seen)) == len(seen)


def _add(dev: DevPbx, name: str, wish: ExtensionWish) -> str | None:
    try:
        return dev.stores.users.add(dev.tenant.pbx_tenant_id, name, display_name=name, extension=wish)
    except UserError:
        assert isinstance(wish, Fixed)  # any other wish can be met
        return None


def _delete(dev: DevPbx, kind: str, name: str, has: dict[str, str], rests: dict[str, tuple[str, float]]) -> None:
    if name not in has:
        return
    if kind == "delete":
        dev.host.users.apply([DeleteUser(link=link(name))])
    else:
        dev.stores.users.delete(dev.tenant.pbx_tenant_id, name)
    rests[has.pop(name)] = (name, dev.clock())


def _check_given(
    dev: DevPbx,
    name: str,
    number: str,
    wish: ExtensionWish,
    has: dict[str, str],
    rests: dict[str, tuple[str, float]],
) -> None:
    assert number not in has.values()
    assert number not in ("555", "666", "777", "888")
    whose, since = rests.get(number, (name, 0.0))
    if whose == name and name.startswith("p") and number in rests:
        return  # their own, whatever they wished
    assert dev.clock() - since >= 30 * DAY_S - 1
    if isinstance(wish, Fixed):
        assert number == wish.number
    else:
        start = int(wish.start) if isinstance(wish, FromStart) else 101
        free = (
            candidate
            for candidate in range(start, start + 10_000)
            if str(candidate) not in has.values()
            and str(candidate) not in ("555", "666", "777", "888")
            and dev.clock() - rests.get(str(candidate), ("", 0.0))[1] >= 30 * DAY_S
        )
        assert int(number) == next(free)


def test_a_tenant_that_does_not_exist_gets_no_numbers(dev: DevPbx) -> None:
    ghost = Tenant(pbx_tenant_id="ghost", name="Ghost", sip_domain="ghost.example")
    with pytest.raises(TenantError, match="ghost"):
        dev.bound("sample", ghost).users.apply([CreateUser(draft=draft("ada"))])
