"""The error reference says what the code says."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.docs.error_reference import LANGUAGES, page_path, write_page
from tests.docs.error_words import _WORDS
from tests.languages.catalogues import is_translated, read_catalogue, texts

REMEDIES = ("what to do", "what the administrator does", "what the page says")
"""Heads of the columns that hold a remedy."""


@cache
def is_complete(language: str) -> bool:
    """Whether the plugin's catalogue has every text in a language; until then its page cannot be written."""
    if language == "en":
        return True
    found = list(texts(read_catalogue("portsip_m365_plugin", language.replace("-", "_"))))
    return bool(found) and all(map(is_translated, found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_what_the_tables_say(language: str) -> None:
    if not is_complete(language):
        pytest.skip(f"the catalogue of {language} has texts without a translation")
    written = page_path(language).read_text(encoding="utf-8")
    assert written == write_page(language), f"run: python -m tests.docs.error_reference --language {language}"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_page_has_the_same_rows_in_each_language(language: str) -> None:
    english, other = write_page().splitlines(), write_page(language).splitlines()

    def shape(lines: list[str]) -> list[int]:
        return [line.count("|") for line in lines if line.startswith(("|", "##"))]

    assert shape(other) == shape(english)
    assert other[0] != english[0]


def test_the_generator_has_a_translation_of_each_of_its_own_words() -> None:
    assert all(all(row) for row in _WORDS)
    said = " ".join(write_page().split())
    unused = [row[0] for row in _WORDS if re.sub(r"\{\w+\}.*", "", row[0]).strip("` ") not in said]
    assert unused == []


def test_every_error_of_the_token_endpoint_and_of_graph_is_on_it() -> None:
    page = write_page()
    for word in ("700016", "700027", "53003", "Authorization_RequestDenied", "MailboxNotEnabledForRESTAPI", "no_plan"):
        assert word in page


def test_every_row_says_what_to_do() -> None:
    rows = [line.split(" | ") for line in write_page().splitlines() if line.startswith("| ")]
    remedies = {}
    column = 0
    for row in rows:
        cells = [cell.strip(" |") for cell in row]
        header = [n for n, cell in enumerate(cells) if cell.lower() in REMEDIES]
        if header:
            column = header[0]
        else:
            remedies[cells[0] + cells[1]] = cells[column]
    assert len(remedies) > 90
    assert [name for name, remedy in remedies.items() if len(remedy) < 10] == []
