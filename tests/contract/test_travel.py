"""Data between requests survives JSON: every value object, and every union of them."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import json
import types
import typing
from datetime import datetime, timezone
from typing import Any, Union

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pbx_plugin_api
from pbx_plugin_api import (
    ActionOutcome,
    ActionRequest,
    BookRef,
    ContactChange,
    DeliveryReceipt,
    DraftUser,
    ExtensionWish,
    InvalidValueError,
    LoginFlow,
    LoginOutcome,
    LookUpOutcome,
    Notification,
    PlanRef,
    ProvisionOutcome,
    ProvisionRequest,
    SaveOutcome,
    SettingsPage,
    Tenant,
    Tick,
    TickReport,
    UserChange,
    dump,
    load,
)
from tests.support.contract_limits import LIMITS

ALLOWED = {(kind, field): good for kind, _, field, good, _ in LIMITS}
UNIONS = (
    UserChange,
    ContactChange,
    BookRef,
    ExtensionWish,
    SaveOutcome,
    ActionOutcome,
    LookUpOutcome,
    LoginOutcome,
    ProvisionOutcome,
)


def carries_functions(kind: type) -> bool:
    return any(typing.get_origin(hint) is collections.abc.Callable for hint in typing.get_type_hints(kind).values())


DATA = [
    item
    for item in (getattr(pbx_plugin_api, name) for name in pbx_plugin_api.__all__)
    if isinstance(item, type) and dataclasses.is_dataclass(item) and not carries_functions(item)
]


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a type, derived from the type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    is_json = list in map(typing.get_origin, arguments)
    if origin in (Union, types.UnionType) and not is_json:
        return st.one_of(*map(values_of, arguments))
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin in (collections.abc.Mapping, dict):
        return st.dictionaries(st.text(max_size=5), values_of(arguments[1]), max_size=3)
    if is_json:
        return st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
            max_leaves=4,
        )
    if dataclasses.is_dataclass(hint):
        return objects_of(typing.cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    return {
        type(None): st.none(),
        str: st.text(max_size=8),
        bytes: st.binary(max_size=8),
        bool: st.booleans(),
        int: st.integers(0, 10**9),
        float: st.floats(0, 1e9, allow_nan=False),
        datetime: st.datetimes(timezones=st.just(timezone.utc)),
    }[hint]


@st.composite
def objects_of(draw: st.DrawFn, kind: type) -> Any:
    """Return value objects of a class, from the values that its fields allow."""
    hints = typing.get_type_hints(kind)
    fields = {}
    for field in dataclasses.fields(kind):
        allowed = ALLOWED.get((kind, field.name))
        fields[field.name] = draw(st.sampled_from(allowed) if allowed else values_of(hints[field.name]))
    try:
        return kind(**fields)
    except InvalidValueError:
        assume(False)  # two fields that exclude each other


@pytest.mark.parametrize("kind", DATA, ids=lambda kind: kind.__name__)
def test_every_value_object_of_data_travels(kind: type) -> None:
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(objects_of(kind))
    def travels(value: object) -> None:
        text = json.dumps(dump(value))
        assert load(kind, json.loads(text)) == value
        assert json.dumps(dump(load(kind, json.loads(text)))) == text

    travels()


@pytest.mark.parametrize("union", UNIONS, ids=lambda union: " | ".join(k.__name__ for k in typing.get_args(union)))
def test_a_union_comes_back_as_what_it_was(union: Any) -> None:
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(values_of(union))
    def travels(value: object) -> None:
        back = load(union, json.loads(json.dumps(dump(value))))
        assert back == value
        assert type(back) is type(value)

    travels()


def test_what_has_to_travel_is_data() -> None:
    travelling = {ActionRequest, LoginFlow, PlanRef, Tick, TickReport, Notification, DeliveryReceipt, ProvisionRequest}
    assert travelling <= set(DATA)


def test_an_object_that_carries_functions_does_not_travel() -> None:
    page = SettingsPage(title="T", version=0, tabs=(), save=print, run=print)
    with pytest.raises(TypeError, match="builtin_function_or_method does not travel"):
        dump(page)


TENANT = {"type": "Tenant", "pbx_tenant_id": "t", "name": "T", "sip_domain": "t.example"}
WISH = {"type": "Fixed", "number": "12"}
USER = {"link": {"authority": "e", "subject": "o"}, "usernames": ["ada"], "display_name": "Ada"}


@pytest.mark.parametrize(
    ("kind", "shape", "sentence"),
    [
        (Tenant, None, "Tenant: None is not allowed: of type dict"),
        (Tenant, TENANT | {"type": "Tick"}, "Tenant: 'Tick' is not allowed: an object of type Tenant"),
        (Tenant, TENANT | {"colour": 1}, "Tenant: 'colour' is not allowed: one of "),
        (Tenant, {"name": "T"}, "Tenant: ['name'] is not allowed: complete: "),
        (Tenant, TENANT | {"name": 7}, "Tenant.name: 7 is not allowed: of type str"),
        (Tenant, TENANT | {"user_limit": True}, "Tenant.user_limit: True is not allowed: one of "),
        (Tenant, TENANT | {"scope": "galaxy"}, "Tenant.scope: 'galaxy' is not allowed: a Scope"),
        (Tenant, TENANT | {"name": ""}, "name: '' is not allowed: 1 to 128 characters"),
        (DraftUser, USER | {"extension": WISH}, "number: '12' is not allowed: 3 to 64 digits"),
        (DraftUser, USER | {"usernames": "ada"}, "DraftUser.usernames: 'ada' is not allowed: of type list"),
        (Tick, {"now_utc": "yesterday"}, "Tick.now_utc: 'yesterday' is not allowed: a datetime"),
        (UserChange, {"type": "Promote"}, "{'type': 'Promote'} is not allowed: one of CreateUser, "),
    ],
)
def test_a_shape_that_is_not_one_is_refused_by_place(kind: Any, shape: object, sentence: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        load(kind, shape)
    assert sentence in str(caught.value)
