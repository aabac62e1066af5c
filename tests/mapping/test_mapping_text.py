"""Text the PBX can store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_m365_plugin.mapping.text import clean_line, clean_lines, clean_name, cut


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (None, ""),
        ("  a \t b \r\n c ", "a b c"),
        ("a\x00b", "a b"),
        ("a\ud800b", "a b"),
        ("a\u2028b\u2029c", "a b c"),
        ("\u200fאבי", "\u200fאבי"),
        ("a\u202eb\u202c", "ab"),
        ("\u2066a\u2069 \ufeffb\u00ad", "a b"),
        ("a\u200bb\u2060c\U000e0041", "abc"),
        ("نام\u200cها", "نام\u200cها"),
    ],
)
def test_clean_line(text: str | None, clean: str) -> None:
    assert clean_line(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (None, ""),
        ("\u200b\u200d\u2060 \ufeff", ""),
        ("\u200e\u200f\u061c", ""),
        ("\u3164\u115f\u2800", ""),
        ("\u202e\u0301\ufe0f", ""),
        ("\u202ennA\u202c Lee", "nnA Lee"),
        ("\u200fאבי\u200f כהן", "אבי כהן"),
        ("A\u200dn\u200cn", "Ann"),
        ("نام\u200cها", "نام\u200cها"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u200d Ann \u200d", "Ann"),
        ("¡\u200c \u200e", "¡"),
    ],
)
def test_clean_name(text: str | None, clean: str) -> None:
    assert clean_name(text) == clean


@given(st.text(st.characters(codec="utf-8")) | st.text("aé\u200d\u200f\u3164\u0301 \u00ad\u2028\t\ud800"))
def test_printable_text_is_cleaned_as_any_other(text: str) -> None:
    """Most text takes a short way. A mark at its end sends the same text the long way; the answers are the same."""
    assert clean_line(text) == clean_line(f"{text}\u00ad")
    assert clean_name(text) == clean_name(f"{text}\u200e")


def test_clean_lines() -> None:
    assert clean_lines(None) == ""
    assert clean_lines("\r\n a  b \r\n\r\nc\x07\n") == "a b\n\nc"


@pytest.mark.parametrize(
    ("text", "max_chars", "shorter"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("ab cd", 3, "ab"),
        ("ab🇩🇪", 3, "ab"),
        ("a🇩🇪🇫🇷", 4, "a🇩🇪"),
        ("a👍🏽b", 2, "a"),
        ("a👩‍👧b", 3, "a"),
        ("ae\u0301", 2, "a"),
        ("\u0301" * 5, 3, ""),
    ],
)
def test_cut(text: str, max_chars: int, shorter: str) -> None:
    assert cut(text, max_chars) == shorter
