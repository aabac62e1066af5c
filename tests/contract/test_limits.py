"""Every limit of every value object: the last value that is allowed, the first that is not, and the error."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pbx_plugin_api
from pbx_plugin_api import (
    CONTACT_PHONE_FIELDS,
    ActionRequest,
    ContactPhone,
    DraftContact,
    DraftUser,
    Fixed,
    InvalidValueError,
    LoginFlow,
    Notification,
    Phone,
    ProvisionReason,
    ProvisionRequest,
    Tick,
    TickReport,
    TickStatus,
)
from tests.support.contract_limits import (
    DRAFT,
    FLOW,
    LIMITS,
    LINK,
    MAIL,
    TICK,
)

GOOD = [(kind, base, field, value) for kind, base, field, good, _ in LIMITS for value in good]
BAD = [(kind, base, field, value) for kind, base, field, _, bad in LIMITS for value in bad]


@pytest.mark.parametrize(("kind", "base", "field", "value"), GOOD)
def test_what_keeps_the_limit_is_built(kind: type, base: Mapping[str, Any], field: str, value: Any) -> None:
    assert getattr(kind(**{**base, field: value}), field) == value


@pytest.mark.parametrize(("kind", "base", "field", "value"), BAD)
def test_what_breaks_the_limit_cannot_be_built(kind: type, base: Mapping[str, Any], field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError) as caught:
        kind(**{**base, field: value})
    error = caught.value
    assert error.field == field
    given_one = value[-1] if isinstance(value, tuple) and value and error.value != value else value
    assert error.value == given_one
    assert len(error.rule) > 5
    assert str(error).startswith(f"{field}: ")
    assert str(error).endswith(f" is not allowed: {error.rule}")


def test_exactly_one_of_link_and_typed() -> None:
    assert ProvisionRequest(reason=ProvisionReason.ADMIN, link=LINK).typed is None
    for wrong in ({}, {"link": LINK, "typed": "x"}):
        with pytest.raises(InvalidValueError, match=r"link: .* exactly one of link and typed is given"):
            ProvisionRequest(reason=ProvisionReason.ADMIN, **wrong)


def test_a_mail_needs_somebody_to_go_to() -> None:
    for name in ("cc", "bcc"):
        assert Notification(**{**MAIL, "to": (), name: ("a@b",)}).to == ()


def test_every_phone_field_of_a_contact_is_held_to_the_rule() -> None:
    phones = {name: ContactPhone(raw=str(n)) for n, name in enumerate(CONTACT_PHONE_FIELDS, 1)}
    assert [phone.raw for phone in DraftContact(name="Ada", **phones).phones()] == list("123456789")


def test_a_long_value_is_shown_shortened_and_a_limit_is_never_a_secret() -> None:
    with pytest.raises(InvalidValueError) as caught:
        DraftUser(**{**DRAFT, "display_name": "x" * 5000})
    assert len(str(caught.value)) < 200
    assert "… (5,002 characters)" in str(caught.value)


# ---------------------------------------------------------------------- by property

ALLOWED = string.ascii_letters + string.digits + "_-'."


@given(st.text(st.sampled_from(ALLOWED), min_size=1, max_size=64))
@example("a" * 64)
def test_any_username_of_the_alphabet_is_allowed(name: str) -> None:
    bad = name[0] == "." or name[-1] == "." or name.casefold() in {"admin", "administrator", "root", "system"}
    assert _is_built(lambda: DraftUser(**{**DRAFT, "usernames": (name,)})) is not bad


@given(st.text(min_size=0, max_size=70))
def test_a_username_is_allowed_by_alphabet_and_length_alone(name: str) -> None:
    good = 1 <= len(name) <= 64 and set(name) <= set(ALLOWED) and name.strip(".") == name
    good = good and name.casefold() not in {"admin", "administrator", "root", "system"}
    assert _is_built(lambda: DraftUser(**{**DRAFT, "usernames": (name,)})) is good


@given(st.text(max_size=80))
def test_an_extension_number_is_3_to_64_ascii_digits(number: str) -> None:
    good = 3 <= len(number) <= 64 and set(number) <= set("0123456789")
    assert _is_built(lambda: Fixed(number=number)) is good


@given(st.text("0123456789", max_size=80))
def test_digits_are_an_extension_number_by_length(number: str) -> None:
    assert _is_built(lambda: Fixed(number=number)) is (3 <= len(number) <= 64)


@given(st.text(max_size=300))
def test_text_is_refused_for_length_and_control_characters_alone(value: str) -> None:
    controls = {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127)}
    for maximum, build in {
        128: lambda: DraftUser(**{**DRAFT, "display_name": value}),
        32: lambda: Phone(raw=value),
        64: lambda: DraftContact(name=value),
    }.items():
        assert _is_built(build) is (1 <= len(value) <= maximum and not set(value) & controls)


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_times_are_utc_or_refused(moment: datetime) -> None:
    good = moment.tzinfo is not None and moment.utcoffset() == timedelta(0)
    assert _is_built(lambda: Tick(**{**TICK, "now_utc": moment})) is good


def _is_built(build: Callable[[], object]) -> bool:
    try:
        build()
    except InvalidValueError:
        return False
    return True


# ---------------------------------------------------------------------- frozen all the way down

VALUE_OBJECTS = [
    item
    for item in (getattr(pbx_plugin_api, name) for name in pbx_plugin_api.__all__)
    if isinstance(item, type) and dataclasses.is_dataclass(item)
]


@pytest.mark.parametrize("kind", VALUE_OBJECTS)
def test_value_objects_are_frozen_slotted_and_keyword_only(kind: type) -> None:
    parameters = kind.__dataclass_params__
    assert parameters.frozen
    assert "__slots__" in vars(kind)
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_mappings_inside_are_copies_that_nobody_can_change() -> None:
    values = {"a": "1"}
    request, report = (
        ActionRequest(action="x", values=values),
        TickReport(status=TickStatus.DONE, problem_counts={"a": 1}),
    )
    values["a"] = "2"
    assert request.values["a"] == "1"
    for mapping in (
        request.values,
        report.problem_counts,
        LoginFlow(**FLOW).secrets,
        Notification(**MAIL).placeholders,
    ):
        with pytest.raises(TypeError):
            mapping["b"] = "x"  # type: ignore[index]


def test_secrets_do_not_show() -> None:
    assert "verifier-1" not in repr(LoginFlow(**FLOW, secrets={"v": "verifier-1"}))
    assert "password-1" not in repr(Notification(**MAIL, placeholders={"PASSWORD": "password-1"}))
