"""A Graph contact as a PortSIP contact: the order of choice, and that nothing is lost in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pbx_plugin_api import CONTACT_PHONE_FIELDS, DraftContact
from portsip_m365_plugin.mapping.contacts import (
    CONTACT_NOT_READ,
    CONTACT_SELECT,
    MappedContact,
    SkippedContact,
    map_contact,
)
from portsip_m365_plugin.simulator.world.schema import CLOUDS, facts

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "oracle" / "graph-samples"

BETA_ONLY = ("phones", "postalAddresses", "websites", "gender", "weddingAnniversary", "type", "otherLabel")
"""Members of the beta samples that v1.0, the only version that is called, does not have."""


def mapped(**contact: Any) -> MappedContact:
    outcome = map_contact(contact, country="DE")
    assert isinstance(outcome, MappedContact), outcome
    return outcome


def draft(**contact: Any) -> DraftContact:
    return mapped(**contact).draft


def numbers(given: DraftContact) -> dict[str, str]:
    return {name: getattr(given, name).raw for name in CONTACT_PHONE_FIELDS if getattr(given, name) is not None}


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ({"displayName": "Ada Lovelace", "givenName": "Augusta", "surname": "King"}, "Ada Lovelace"),
        ({"givenName": "Ada", "middleName": "K.", "surname": "Lovelace"}, "Ada K. Lovelace"),
        ({"displayName": " ", "surname": "Lovelace"}, "Lovelace"),
        ({"yomiGivenName": "はなこ", "yomiSurname": "やまだ"}, "やまだ はなこ"),
        ({"nickName": "Ada"}, "Ada"),
        ({"fileAs": "Lovelace, Ada"}, "Lovelace, Ada"),
        ({"emailAddresses": [{"name": "Ada L.", "address": "ada@x.example"}], "mobilePhone": "1"}, "Ada L."),
        ({"emailAddresses": [{"name": "a@x.example", "address": "a@x.example"}], "mobilePhone": "1"}, "a@x.example"),
        ({"companyName": "Analytical Engines"}, "Analytical Engines"),
        ({"yomiCompanyName": "かいしゃ"}, "かいしゃ"),
        ({"mobilePhone": "0170 1234567"}, "0170 1234567"),
        ({"displayName": "\u200b", "companyName": "Engines"}, "Engines"),
        ({"displayName": "\u3164", "givenName": "\u202eAda"}, "Ada"),
    ],
)
def test_name_is_the_first_there_is(contact: dict[str, Any], name: str) -> None:
    assert draft(**contact).name == name


def test_neither_name_nor_number_is_skipped() -> None:
    for contact in ({}, {"emailAddresses": [{"address": "a@x.example"}]}, {"displayName": "\u200b\n"}):
        assert map_contact(contact, country="DE") == SkippedContact(reason="no_name_no_number")


def test_numbers_take_their_places_in_a_stated_order_and_the_rest_goes_to_notes() -> None:
    given = draft(
        displayName="A",
        businessPhones=["+49 89 1", "+49 89 2", "+49 89 3", "+49 89 4"],
        homePhones=["+49 30 1", "+49 30 2", "+49 30 3"],
        mobilePhone="+49 170 1",
        personalNotes="Prefers mornings.",
    )
    assert numbers(given) == {
        "business": "+49 89 1",
        "business2": "+49 89 2",
        "other": "+49 89 3",
        "home_phone": "+49 30 1",
        "home_phone2": "+49 30 2",
        "mobile_phone": "+49 170 1",
        "mobile_phone2": "+49 89 4",
    }
    assert given.notes == "Business phone: +49 89 4\nHome phone: +49 30 3\nPrefers mornings."


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+49 (0)89 636-48018", "+498963648018"),
        ("089 / 636 48018", "+498963648018"),
        ("0049 89 63648018", "+498963648018"),
        ("tel:+49-89-63648018", "+498963648018"),
        ("+49 89 636480-18 ext. 7", "+498963648018"),
        ("（０８９）６３６４８０１８", "+498963648018"),
        ("+٤٩ ٨٩ ٦٣٦٤٨٠١٨", "+498963648018"),
        ("+86 10 6552 9988", "+861065529988"),
        ("4711", None),
        ("ask reception", None),
    ],
)
def test_numbers_in_every_spelling_stay_as_written_and_are_understood(raw: str, e164: str | None) -> None:
    phone = draft(displayName="A", businessPhones=[raw]).business
    assert phone is not None
    assert (phone.raw, phone.e164) == (raw, e164)


def test_several_numbers_in_one_text_are_shared_out_where_all_find_a_field() -> None:
    given = draft(
        displayName="A",
        mobilePhone="0171 1234567 oder 0172 1234567",
        businessPhones=["030 1234567\n030 1234568", "030 1234569"],
        homePhones=["030 2234567 / 030 2234568", "030 2234569", "Fax: 030 2234560"],
    )
    assert numbers(given) == {
        "business": "030 1234567",
        "business2": "030 1234568",
        "other": "030 1234569",
        "mobile_phone": "0171 1234567",
        "mobile_phone2": "0172 1234567",
        "home_phone": "030 2234567 / 030 2234568",
        "home_phone2": "030 2234569",
        "home_fax": "Fax: 030 2234560",
    }
    assert [phone.e164 for phone in given.phones()] == [
        *("+49301234567", "+49301234568", "+491711234567", "+491721234567", None, "+49302234569", "+49301234569"),
        "+49302234560",
    ]
    assert given.notes is not None
    assert given.notes.splitlines() == [
        "Business phone: 030 1234567 030 1234568",
        "Mobile phone: 0171 1234567 oder 0172 1234567",
    ]


def test_fax_numbers_take_fax_fields_only() -> None:
    given = mapped(businessPhones=["Fax 030 1234567", "Fax 030 1234568", "Fax 030 1234569"], mobilePhone="0170 1234567")
    assert numbers(given.draft) == {
        "business_fax": "Fax 030 1234567",
        "home_fax": "Fax 030 1234568",
        "mobile_phone": "0170 1234567",
    }
    assert given.draft.notes == "Business phone: Fax 030 1234569"


def test_a_home_fax_has_its_field_before_a_second_business_fax() -> None:
    given = draft(businessPhones=["Fax 030 1234567", "Fax 030 1234568"], homePhones=["Fax 030 7654321"])
    assert numbers(given) == {"business_fax": "Fax 030 1234567", "home_fax": "Fax 030 7654321"}


def test_every_number_finds_its_caller_wherever_it_is_shown() -> None:
    given = draft(
        displayName="A",
        businessPhones=[f"+49 30 123456{n}" for n in range(9)],
        homePhones=["030 7654321 or 030 7654322 or 030 7654323 or 030 7654324", "Fax 030 7654329"],
        mobilePhone="0170 1234567",
    )
    expected = [f"+4930123456{n}" for n in range(9)] + [f"+493076543{n}" for n in (21, 22, 23, 24, 29)]
    assert given.caller_numbers() == tuple(sorted([*expected, "+491701234567"]))
    shown = {phone.e164 for phone in given.phones()}
    assert not shown & set(given.further_e164)


def test_numbers_that_even_the_notes_cannot_hold_find_their_caller() -> None:
    given = mapped(displayName="A", businessPhones=[f"+49 30 1234{n}" + " " * 9 for n in range(100, 190)])
    assert given.lost
    assert len(given.draft.caller_numbers()) == 90


def test_no_mark_that_turns_or_hides_text_survives_in_a_name() -> None:
    given = draft(displayName="\u202eada\u202c \u2066L\u2069\u200b.", companyName="\u202dEngines\ufeff")
    assert (given.name, given.company) == ("ada L.", "Engines")


def test_one_mail_and_one_address_line_the_others_are_notes() -> None:
    given = draft(
        displayName="Ada Lovelace",
        emailAddresses=[
            {"name": "Ada", "address": "/o=Contoso/cn=Recipients/cn=ada"},
            {"name": "", "address": "X500:/O=Contoso/cn=ada"},
            {"name": "Ada Lovelace", "address": "ada@x.example"},
            {"name": "Ada at home", "address": "ada@home.example"},
        ],
        homeAddress={"street": "Marylebone 1", "city": "London", "postalCode": "NW1", "countryOrRegion": "UK"},
        otherAddress={"city": "Paris"},
        businessAddress={},
    )
    assert given.email == "ada@x.example"
    assert given.address == "Marylebone 1, NW1 London, UK"
    assert given.notes is not None
    assert given.notes.splitlines() == [
        "Mail: Ada at home <ada@home.example>",
        "Other address: Paris",
    ]


def test_names_that_say_more_than_the_name_shown_are_kept() -> None:
    given = draft(
        displayName="The plumber",
        givenName="Robert",
        surname="Miller",
        fileAs="Miller, Robert",
        nickName="Bob",
        companyName="Pipes Ltd",
        yomiCompanyName="パイプ",
        department="Service",
        businessHomePage="https://pipes.example",
        imAddresses=["sip:bob@pipes.example"],
    )
    assert given.notes is not None
    assert given.notes.splitlines() == [
        "Full name: Robert Miller",
        "Department: Service",
        "Nickname: Bob",
        "Yomi company: パイプ",
        "Web page: https://pipes.example",
        "Chat: sip:bob@pipes.example",
    ]


def test_what_is_too_long_is_cut_between_characters_and_stands_whole_in_the_notes() -> None:
    family = "👩‍👩‍👧‍👦"
    name = "x" * 60 + family
    given = draft(displayName=name, companyName="C" * 200, jobTitle="é" * 129)
    assert given.name == "x" * 60
    assert given.company == "C" * 128
    assert given.notes == f"Name: {name}\nCompany: {'C' * 200}\nJob title: {'é' * 129}"


def test_what_even_the_notes_cannot_hold_is_named() -> None:
    outcome = mapped(displayName="A", jobTitle="T" * 700, department="D" * 700, personalNotes="N" * 700)
    assert outcome.lost == ("Department", "Notes")
    assert outcome.draft.notes is not None
    assert len(outcome.draft.notes) <= 1024
    assert outcome.draft.notes.startswith("Job title: TTT")


def test_number_too_long_for_its_field_is_kept_in_the_notes() -> None:
    given = draft(displayName="A", mobilePhone="9" * 200)
    assert numbers(given) == {}
    assert given.notes == "Mobile phone: " + "9" * 200


def test_strange_shapes_are_passed_over() -> None:
    given = draft(
        displayName="A",
        businessPhones=[None, 5, "", "+49 89 1"],
        emailAddresses=[None, "x", {"address": None}],
        homeAddress="somewhere",
        mobilePhone=["1"],
        unheardOf={},
    )
    assert numbers(given) == {"business": "+49 89 1"}
    assert given.email is None


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_property_of_the_schema_is_read_or_named_as_left_out(cloud: str) -> None:
    declared = set(facts()["clouds"][cloud]["types"]["contact"]["properties"])
    triple = {"primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"}
    assert set(CONTACT_SELECT) <= declared
    assert declared - triple - set(CONTACT_SELECT) - set(CONTACT_NOT_READ) == set()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="Microsoft's samples are not on this machine")
def test_documented_samples_map_without_loss() -> None:
    files = [path for path in sorted(SAMPLES.glob("*contact*-20*.json")) if "contactfolder" not in path.name]
    files += [SAMPLES / "contactfolder-list-contacts-01-200.json"]
    seen = 0
    for path in files:
        shape = json.loads(path.read_text(encoding="utf-8"))
        for row in shape.get("value", [shape]):
            outcome = map_contact(row, country="US")
            assert isinstance(outcome, MappedContact), path.name
            assert outcome.lost == (), path.name
            named = {*CONTACT_SELECT, *CONTACT_NOT_READ, *BETA_ONLY}
            assert {key for key in row if not key.startswith("@")} <= named, path.name
            for text in _leaves({key: row.get(key) for key in CONTACT_SELECT[3:]}):
                kept = json.dumps([str(getattr(outcome.draft, f)) for f in DraftContact.__dataclass_fields__])
                assert all(word in kept for word in text.replace(",", " ").split()), (path.name, text)
            seen += 1
    assert seen >= 8


def _leaves(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in BETA_ONLY for text in _leaves(item)]
    if isinstance(value, list):
        return [text for item in value for text in _leaves(item)]
    return []
