"""Whatever text stands in a telephone field: no crash, and an E.164 only of digits that the text has."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portsip_m365_plugin.mapping.phone_text import find_in_text
from portsip_m365_plugin.mapping.phone_vanity import read_vanity
from portsip_m365_plugin.mapping.phones import find_numbers, map_phone, normalise_number
from portsip_m365_plugin.mapping.text import clean_number

COUNTRIES = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)) | st.sampled_from(
    ["DE", "AT", "IT", "US", "CN", "BR", "PL", "ZZ", "", "de", "Germany"]
)
GROUPS = st.lists(st.from_regex(r"[0-9]{1,6}", fullmatch=True), min_size=1, max_size=6)
GLUE = st.sampled_from([" ", "-", "/", " / ", ".", "", " (0)", "(", ") ", " - ", "\u00a0", "\u200b", ";", ", ", "\n"])
BESIDE = st.sampled_from(
    [
        "",
        "",
        "",
        "+",
        "00",
        "0",
        "(",
        "tel:",
        "mobil: ",
        " (privat)",
        " x12",
        ";ext=3",
        " oder ",
        "转123",
        "*",
        "24h",
        " Uhr",
    ]
)
WRITTEN = st.builds(
    lambda before, groups, glue, after: before + glue.join(groups) + after, BESIDE, GROUPS, GLUE, BESIDE
)
TEXTS = WRITTEN | st.builds(lambda *parts: "".join(parts), WRITTEN, BESIDE, WRITTEN) | st.text(st.characters())


@settings(max_examples=1500, deadline=None)
@given(TEXTS, COUNTRIES)
@example("011 15-1234-5678", "AR")
@example("0 15 11 2345-6789", "BR")
@example("(0)", "DE")
@example("+", "DE")
@example(")(+49(30)1", "DE")
def test_an_e164_is_a_valid_number_whose_digits_stand_in_the_text(text: str, country: str) -> None:
    for number in find_numbers(text, country):
        parsed = phonenumbers.parse(number.e164)
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number.e164)
        assert phonenumbers.is_valid_number(parsed)
        spelled = text if find_in_text(text, country) else phonenumbers.convert_alpha_characters_in_number(text)
        digits = iter(str(unicodedata.decimal(char)) for char in spelled if unicodedata.decimal(char, None) is not None)
        assert all(digit in digits for digit in phonenumbers.national_significant_number(parsed)), number
        assert number.written.strip()


@settings(max_examples=300, deadline=None)
@given(TEXTS, COUNTRIES)
def test_a_phone_keeps_its_text_or_says_what_was_lost(text: str, country: str) -> None:
    phone, note = map_phone(text, country)
    if phone is None and note is None:
        assert not clean_number(text)
    if phone is not None and note is None:
        assert list(filter(str.isalnum, phone.raw)) == list(filter(str.isalnum, text))
    if phone is not None and phone.e164 is not None:
        assert phone.e164 == normalise_number(text, country)


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[1-9][0-9]{1,7}", fullmatch=True))
def test_a_local_or_internal_number_is_nobodys_number(digits: str) -> None:
    for country in ("DE", "AT", "CH", "FR", "GB", "NL", "AU", "JP", "CN", "BR", "IN", "US", "CA"):
        assert normalise_number(digits, country) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), COUNTRIES)
def test_letters_make_no_number_outside_the_countries_that_dial_them(text: str, country: str) -> None:
    if read_vanity(text, country) is not None:
        assert text.lstrip().startswith("+") or phonenumbers.country_code_for_region(country) in (1, 61, 64)
