"""docs/contacts.md says where each property of a contact goes: the code does just that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pbx_plugin_api import CONTACT_PHONE_FIELDS, ContactPhone
from portsip_m365_plugin.mapping.contacts import CONTACT_NOT_READ, CONTACT_SELECT, MappedContact, map_contact

PAGE = (Path(__file__).parents[2] / "docs" / "contacts.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
KEYS = {"id", "changeKey", "parentFolderId"}
LISTS = ("businessPhones", "homePhones", "imAddresses")
MANY_PHONES = [f"+49 30 123450{n}" for n in range(4)] + [f"Fax +49 30 123451{n}" for n in range(2)]


def example_of(name: str) -> Any:
    if name in ("businessPhones", "homePhones"):
        return MANY_PHONES
    if name == "mobilePhone":
        return "+49 30 1234500 or +49 30 1234501"
    if name == "emailAddresses":
        return [{"name": "", "address": "marker@x.example"}]
    if name.endswith("Address"):
        return {"city": "Marker"}
    return ["Marker"] if name in LISTS else "Marker"


def test_the_table_names_every_property() -> None:
    assert set(ROWS) == {*CONTACT_SELECT, *CONTACT_NOT_READ} - KEYS
    assert {name for name, place in ROWS.items() if place == "left out"} == set(CONTACT_NOT_READ)


@pytest.mark.parametrize("name", [name for name, place in ROWS.items() if place != "left out"])
def test_a_property_goes_where_the_table_says(name: str) -> None:
    contact = {"displayName": "Ada", "companyName": "Engines", name: example_of(name)}
    outcome = map_contact(contact, country="DE")
    assert isinstance(outcome, MappedContact)
    places = [place.strip() for place in ROWS[name].split(",")]
    if name.endswith(("Phones", "Phone")):
        taken = {field for field in CONTACT_PHONE_FIELDS if getattr(outcome.draft, field) is not None}
        assert taken == set(places)
        return
    (place,) = places
    shown = getattr(outcome.draft, place)
    assert shown is not None
    assert not isinstance(shown, ContactPhone)
    assert "marker" in shown.casefold()
    others = [field for field in ("name", "company", "title", "address", "email", "notes") if field != place]
    assert not [field for field in others if "marker" in (getattr(outcome.draft, field) or "").casefold()]


def test_the_guide_names_the_table() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "admin-guide.md").read_text(encoding="utf-8")
    assert "(contacts.md)" in guide
