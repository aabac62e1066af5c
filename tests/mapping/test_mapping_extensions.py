"""Extension numbers that the directory names, and the addresses by which a person is recognised."""

from __future__ import annotations

from typing import Any

import pytest

from portsip_m365_plugin.mapping.addresses import read_addresses
from portsip_m365_plugin.mapping.choices import NO_SOURCE, read_source
from portsip_m365_plugin.mapping.extensions import read_extension


@pytest.mark.parametrize(
    ("source", "user", "number"),
    [
        ("employeeId", {"employeeId": " 4711 "}, "4711"),
        ("employeeId", {"employeeId": "0042"}, "0042"),
        ("extensionAttribute7", {"onPremisesExtensionAttributes": {"extensionAttribute7": "204"}}, "204"),
        ("extensionAttribute15", {"onPremisesExtensionAttributes": {"extensionAttribute15": "\u200e2040"}}, "2040"),
        ("businessPhones:3", {"businessPhones": ["+49 30 1234-204"]}, "204"),
        ("businessPhones:4", {"businessPhones": ["", "(412) 555-0109"]}, "0109"),
        ("businessPhones:4", {"businessPhones": ["٠١٢٣٤"]}, "1234"),
    ],
)
def test_named(source: str, user: dict[str, Any], number: str) -> None:
    assert read_extension(user, read_source(source)) == (number, None)


@pytest.mark.parametrize(
    ("source", "user", "why"),
    [
        ("employeeId", {}, "employeeId is empty"),
        ("employeeId", {"employeeId": "E000123"}, "'E000123', not 3 to 64 digits"),
        ("employeeId", {"employeeId": "42"}, "not 3 to 64 digits"),
        ("employeeId", {"employeeId": 4711}, "is empty"),
        ("extensionAttribute1", {"onPremisesExtensionAttributes": None}, "extensionAttribute1 is empty"),
        ("extensionAttribute1", {"onPremisesExtensionAttributes": {"extensionAttribute2": "204"}}, "is empty"),
        ("businessPhones:5", {"businessPhones": ["1234"]}, "'1234', not 5 digits"),
        ("businessPhones:3", {"businessPhones": []}, "businessPhones is empty"),
    ],
)
def test_not_named_says_why(source: str, user: dict[str, Any], why: str) -> None:
    number, note = read_extension(user, read_source(source))
    assert number is None
    assert note is not None
    assert why in note


@pytest.mark.parametrize("text", ["", "none", "None", "employeeid", "extensionAttribute0", "businessPhones", "x"])
def test_anything_else_is_no_source(text: str) -> None:
    assert read_source(text) == NO_SOURCE
    assert read_extension({"employeeId": "4711"}, read_source(text)) == (None, None)


def test_what_has_to_be_read_besides() -> None:
    assert read_source("employeeId").select == ("employeeId",)
    assert read_source("extensionAttribute3").select == ("onPremisesExtensionAttributes",)
    assert read_source("businessPhones:4").select == read_source("none").select == ()


@pytest.mark.parametrize(
    ("user", "keys"),
    [
        ({"mail": "A@x.example", "userPrincipalName": "a@X.example"}, ("a@x.example",)),
        (
            {
                "mail": None,
                "userPrincipalName": "a@x",
                "proxyAddresses": ["SMTP:B@x", "smtp:c@x", "sip:d@x", "X500:/o=e"],
            },
            ("a@x", "b@x", "c@x"),
        ),
        ({"userPrincipalName": "no address", "proxyAddresses": ["smtp:", None, 7, "smtp:two words@x"]}, ()),
        ({"mail": 7, "proxyAddresses": "smtp:a@x"}, ()),
        ({}, ()),
    ],
)
def test_addresses(user: dict[str, Any], keys: tuple[str, ...]) -> None:
    assert read_addresses(user) == keys
