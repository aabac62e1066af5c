"""Display names."""

from __future__ import annotations

import pytest

from portsip_m365_plugin.mapping.choices import NameFormat
from portsip_m365_plugin.mapping.names import choose_display_name, has_name


@pytest.mark.parametrize(
    ("given", "surname", "expected"),
    [
        ("Ann", "Lee", True),
        ("Ann", None, True),
        (None, "Lee", True),
        ("", "", False),
        (None, None, False),
        (" \t", "\x00", False),
        ("🐙", None, True),
        ("\u200b", "\u202e\u3164", False),
    ],
)
def test_has_name(given: str | None, surname: str | None, expected: bool) -> None:
    assert has_name(given, surname) is expected


def test_the_display_name_wins_over_both_names() -> None:
    assert choose_display_name("王秀英", "秀英", "王", "x") == ("王秀英", None)
    assert choose_display_name(None, "秀英", "王", "x") == ("秀英 王", None)
    assert choose_display_name(None, None, None, "ann-1f0c2b3a") == ("ann-1f0c2b3a", None)


def test_a_name_that_nobody_can_see_is_none_and_none_turns_the_text_around() -> None:
    assert choose_display_name("\u200b\u2800", "Ann", "\u202eLee", "x") == ("Ann Lee", None)
    assert choose_display_name("\u202e\u2066", "\ufeff", None, "ann") == ("ann", None)


def test_long_names_are_cut_where_a_person_would_cut_and_the_note_says_so() -> None:
    name, note = choose_display_name("Wolfe " * 60, None, None, "x")
    assert name == ("Wolfe " * 60)[:128].rstrip()
    assert note is not None
    assert note.startswith("longer than 128 characters; cut after ")
    accents, _ = choose_display_name("e\u0301" * 150, None, None, "x")
    assert accents == "e\u0301" * 64
    one_cluster, _ = choose_display_name("a" + "\u0301" * 300, None, None, "x")
    assert len(one_cluster) == 128
    assert choose_display_name("x" * 128, None, None, "x")[1] is None


@pytest.mark.parametrize(
    ("name_format", "given", "surname", "expected"),
    [
        (NameFormat.GIVEN_SURNAME, "Ann", "Lee", "Ann Lee"),
        (NameFormat.SURNAME_GIVEN, "Ann", "Lee", "Lee, Ann"),
        (NameFormat.SURNAME_GIVEN, " Ann\u200b", "van  der Lee", "van der Lee, Ann"),
        (NameFormat.SURNAME_GIVEN, "Ann", None, "Ann"),
        (NameFormat.SURNAME_GIVEN, "\u200b", "Lee", "Lee"),
        (NameFormat.GIVEN_SURNAME, None, "", "Shown"),
        (NameFormat.DISPLAY_NAME, "Ann", "Lee", "Shown"),
    ],
)
def test_the_tenant_chooses_the_form(
    name_format: NameFormat, given: str | None, surname: str | None, expected: str
) -> None:
    assert choose_display_name("Shown", given, surname, "x", name_format) == (expected, None)
