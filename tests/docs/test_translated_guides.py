"""The administrator's guide in other languages has the structure, the names and the numbers of the English one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH = (DOCS / "admin-guide.md").read_text(encoding="utf-8")
TRANSLATED = sorted(DOCS.glob("admin-guide.*.md"))


def _shape(text: str) -> list[str]:
    """Headings, list items, pictures and rows of tables, in their order, without their words."""
    kinds = (r"#+ ", r"\d+\. ", r"- ", r"!\[", r"\| ")
    lines = text.splitlines()
    return [found[0] for line in lines for kind in kinds if (found := re.match(kind, line)) is not None]


def _numbers(text: str) -> Counter[str]:
    """Numbers outside of code; `5,000` and `5.000` are the same one."""
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)
    return Counter(re.sub(r"[.,]", "", number) for number in re.findall(r"\d(?:[\d.,]*\d)?", plain))


def _pictures(text: str) -> list[str]:
    return [Path(path).name for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)]


@pytest.mark.parametrize("guide", TRANSLATED, ids=lambda guide: guide.name)
def test_a_translated_guide_has_all_of_the_english_one(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    assert _shape(text) == _shape(ENGLISH), "translate the change of docs/admin-guide.md too"
    assert _pictures(text) == _pictures(ENGLISH)
    assert Counter(re.findall(r"`[^`]+`", text)) == Counter(re.findall(r"`[^`]+`", ENGLISH))
    assert not _numbers(ENGLISH) - _numbers(text)


@pytest.mark.parametrize("guide", TRANSLATED, ids=lambda guide: guide.name)
def test_the_links_of_a_translated_guide_lead_somewhere(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = link.partition("#")
        assert (DOCS / path).exists()
        assert path or anchor in anchors


def test_there_is_a_translated_guide() -> None:
    assert TRANSLATED
