"""Whatever Graph sends, the PBX can hold it, and every word is somewhere or is named as lost."""

from __future__ import annotations

from typing import Any
from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_plugin_api import DraftContact
from portsip_m365_plugin.mapping.contacts import CONTACT_SELECT, MappedContact, map_contact
from portsip_m365_plugin.mapping.text import clean_line, clean_name, clean_number

TEXT = st.none() | st.text(max_size=200)
ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda x: st.lists(x, max_size=3))
ADDRESS = st.fixed_dictionaries({}, optional=dict.fromkeys(("street", "city", "state", "postalCode"), TEXT))
LINES = (
    "displayName", "givenName", "middleName", "surname", "yomiGivenName", "yomiSurname", "nickName", "fileAs",
    "companyName", "yomiCompanyName", "department", "jobTitle", "mobilePhone", "businessHomePage", "personalNotes",
)  # fmt: skip
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(LINES, TEXT),
        **{key: st.lists(st.text(max_size=150), max_size=6) for key in ("businessPhones", "homePhones", "imAddresses")},
        **dict.fromkeys(("businessAddress", "homeAddress", "otherAddress"), ADDRESS),
        "emailAddresses": st.lists(st.fixed_dictionaries({"name": TEXT, "address": TEXT}), max_size=4),
    },
)


@settings(max_examples=150, deadline=None)
@given(CONTACTS)
def test_every_contact_is_one_the_pbx_can_hold_and_nothing_is_lost_in_silence(contact: dict[str, Any]) -> None:
    outcome = map_contact(contact, country="DE")
    if not isinstance(outcome, MappedContact):
        assert not any(
            clean_number(number) for key in ("businessPhones", "homePhones") for number in contact.get(key, ())
        )
        assert not clean_number(contact.get("mobilePhone"))
        return
    if outcome.lost:
        return
    kept = "\n".join(str(getattr(outcome.draft, field)) for field in DraftContact.__dataclass_fields__)
    raw = [phone.raw for phone in outcome.draft.phones()]
    kept = f"{kept} {' '.join(raw)}".casefold().replace(",", " ")
    kept = _see(kept)
    for text in _texts(contact):
        words = _see(clean_line(text)).casefold().replace(",", " ").split()
        missing = [word for word in words if word not in kept and clean_name(word)]
        assert not missing, (text, kept)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(CONTACT_SELECT), ANY | ADDRESS))
def test_shapes_that_were_never_documented_do_not_break_it(contact: dict[str, Any]) -> None:
    map_contact(contact, country="DE")


def _see(text: str) -> str:
    """What is left of a text without marks that have no picture."""
    return "".join(char for char in text if category(char) != "Cf")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []
