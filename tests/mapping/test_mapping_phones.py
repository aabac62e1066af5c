"""Telephone numbers, as people write them."""

from __future__ import annotations

import pytest

from pbx_plugin_api import Phone
from portsip_m365_plugin.mapping.phones import map_phone, normalise_number


@pytest.mark.parametrize(
    ("number", "country", "e164"),
    [
        ("+1 412 555 0109", "DE", "+14125550109"),
        ("425-555-0100", "US", "+14255550100"),
        ("030 12345678", "DE", "+493012345678"),
        ("+49 (0)30 12345678", "US", "+493012345678"),
        ("0049 30 12345678", "DE", "+493012345678"),
        ("tel:+493012345678", "US", "+493012345678"),
        ("(+49) 30 12345678", "US", "+493012345678"),
        ("+49 30 12345678 x123", "US", "+493012345678"),
        ("1234", "DE", None),
        ("112", "DE", None),
        ("reception", "DE", None),
        ("", "DE", None),
        ("030 12345678", "ZZ", None),
        ("+", "DE", None),
        ("+" + "9" * 40, "DE", None),
        ("1" * 300, "DE", None),
    ],
)
def test_normalise(number: str, country: str, e164: str | None) -> None:
    assert normalise_number(number, country) == e164


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        (None, None),
        ("", None),
        (" \t ", None),
        ("1234", Phone(raw="1234")),
        ("ask\nAnn", Phone(raw="ask Ann")),
        ("\u202a\u200e+49 30 12345678\u202c", Phone(raw="+49 30 12345678", e164="+493012345678")),
        ("+49 30 12345678", Phone(raw="+49 30 12345678", e164="+493012345678")),
    ],
)
def test_kept_as_written(raw: str | None, phone: Phone | None) -> None:
    assert map_phone(raw, "DE") == (phone, None)


def test_too_long_and_understood_is_kept_as_e164_with_a_note() -> None:
    phone, note = map_phone("+49 (0) 30 / 123 456 78 / ext. 12345", "DE")
    assert phone == Phone(raw="+493012345678", e164="+493012345678")
    assert note is not None
    assert "kept as +493012345678" in note


def test_too_long_and_not_understood_is_dropped_whole_with_a_note() -> None:
    phone, note = map_phone("ring twice, then wait for the third bell", "DE")
    assert phone is None
    assert note is not None
