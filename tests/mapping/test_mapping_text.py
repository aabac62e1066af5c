"""Text the PBX can store."""

from __future__ import annotations

import pytest

from portsip_m365_plugin.mapping.text import clean_line, clean_lines, cut


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (None, ""),
        ("  a \t b \r\n c ", "a b c"),
        ("a\x00b", "a b"),
        ("a\ud800b", "a b"),
        ("a\u2028b\u2029c", "a b c"),
        ("\u200fאבי", "\u200fאבי"),
    ],
)
def test_clean_line(text: str | None, clean: str) -> None:
    assert clean_line(text) == clean


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
