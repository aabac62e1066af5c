"""Whatever Graph sends: mapping never raises, keeps the PBX's limits, and says the same thing twice."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_plugin_api import DraftUser, Fixed
from portsip_m365_plugin.mapping.choices import NameFormat, read_source
from portsip_m365_plugin.mapping.extensions import read_extension
from portsip_m365_plugin.mapping.names import choose_display_name
from portsip_m365_plugin.mapping.phones import map_phone
from portsip_m365_plugin.mapping.text import clean_line, clean_lines, clean_number, cut
from portsip_m365_plugin.mapping.usernames import wish_usernames
from portsip_m365_plugin.mapping.users import SKIP_DETAILS, MappingRules, map_person
from portsip_m365_plugin.users.spool import build_draft, pack_fields

RULES = MappingRules(entra_tenant_id="tenant", country="DE")
ANY_TEXT = st.text(st.characters(), max_size=300)
"""Lone surrogates included: JSON can carry them."""
TEXT = st.none() | ANY_TEXT | st.sampled_from(["", " ", "Ann", "אבי כהן", "👩‍👩‍👧" * 60, "e\u0301" * 200, "x" * 300])
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PHONES = TEXT | st.from_regex(r"\+?[0-9 ()/.-]{1,40}( x[0-9]{1,5})?", fullmatch=True)
UPNS = TEXT | st.from_regex(r"[\w.'+#-]{1,80}@[a-z-]{1,20}\.example", fullmatch=True)
USERS = st.fixed_dictionaries(
    {"id": st.uuids().map(str) | JUNK, "accountEnabled": st.booleans() | JUNK},
    optional={
        "userPrincipalName": UPNS | JUNK,
        "displayName": TEXT | JUNK,
        "givenName": TEXT | JUNK,
        "surname": TEXT | JUNK,
        "mail": UPNS | JUNK,
        "mobilePhone": PHONES | JUNK,
        "businessPhones": st.lists(PHONES, max_size=2) | JUNK,
        "department": TEXT | JUNK,
        "usageLocation": st.sampled_from(["DE", "US", "cn", "", "Germany", "ßß", None]) | JUNK,
        "userType": st.sampled_from(["Member", "Guest", None]) | JUNK,
        "assignedLicenses": st.just([{"skuId": "x"}]) | JUNK,
        "assignedPlans": st.just([{"capabilityStatus": "Enabled"}]) | JUNK,
        "mailboxSettings": st.just({"userPurpose": "shared"}) | JUNK,
    },
)


@settings(max_examples=300, deadline=None)
@given(USERS)
def test_map_person_never_raises_and_keeps_the_limits(user: dict[str, Any]) -> None:
    mapped = map_person(user, RULES)
    assert mapped == map_person(dict(reversed(user.items())), RULES)
    draft = mapped.outcome
    if not isinstance(draft, DraftUser):
        assert draft.reason in SKIP_DETAILS or draft.reason == "invalid"
        assert draft.detail
        if draft.draft is None:
            return
        draft = draft.draft
    # The limits themselves are refused by DraftUser; here: nothing of it is dirty, and all of it can be stored.
    for text in (draft.display_name, draft.email, draft.department):
        assert text is None or (text == clean_line(text) and text.encode())
    for phone in (draft.mobile_phone, draft.work_phone):
        assert phone is None or phone.raw == clean_number(phone.raw)
    again = build_draft(draft.link, " ".join(draft.usernames), pack_fields(draft), draft.extension)
    assert again == draft


@settings(max_examples=200, deadline=None)
@given(UPNS, st.uuids().map(str) | ANY_TEXT)
def test_usernames(upn: str | None, oid: str) -> None:
    wishes = wish_usernames(upn, oid)
    assert 1 <= len(wishes) <= 3
    assert len(set(wishes)) == len(wishes)
    for wish in wishes:
        assert re.fullmatch(r"[A-Za-z0-9_\-'.]{1,64}", wish)
        assert not wish.startswith(".")
        assert not wish.endswith(".")
        assert wish.casefold() not in {"admin", "administrator", "root", "system"}


@settings(max_examples=200, deadline=None)
@given(PHONES, st.sampled_from(["DE", "US", "CN", "ZZ", "", "de"]))
def test_phones(raw: str | None, country: str) -> None:
    phone, note = map_phone(raw, country)
    if phone is not None:
        assert 1 <= len(phone.raw) <= 32
    if raw and clean_number(raw) and phone is None:
        assert note, "a number is never dropped in silence"


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, st.integers(1, 200))
def test_text(text: str, max_chars: int) -> None:
    assert len(cut(text, max_chars)) <= max_chars
    assert clean_line(clean_line(text)) == clean_line(text)
    assert "\n" not in clean_line(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, TEXT, st.sampled_from(NameFormat))
def test_display_names(
    display: str | None, given_name: str | None, surname: str | None, name_format: NameFormat
) -> None:
    shown, note = choose_display_name(display, given_name, surname, "fallback", name_format)
    assert note is None or len(f"{display}{given_name}{surname}") > 128
    assert 1 <= len(shown) <= 128


SOURCES = st.sampled_from(["employeeId", "extensionAttribute3", "businessPhones:4", "none"])
JUNK = st.none() | st.integers() | st.lists(st.none() | TEXT, max_size=2) | TEXT


@settings(max_examples=300, deadline=None)
@given(SOURCES, JUNK, JUNK, st.none() | st.dictionaries(st.just("extensionAttribute3"), JUNK, max_size=1))
def test_a_named_extension_is_a_number_or_a_note_whatever_was_sent(
    source: str, employee_id: object, phones: object, attributes: object
) -> None:
    user = {"employeeId": employee_id, "businessPhones": phones, "onPremisesExtensionAttributes": attributes}
    number, note = read_extension(user, read_source(source))
    assert (number is None and note is None) == (source == "none")
    if number is not None:
        assert note is None
        Fixed(number=number)
    if number is not None and source == "businessPhones:4":
        assert len(number) == 4
