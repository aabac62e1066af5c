"""The administrator's guide says the same in every language: same parts, same pictures, same names that are typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH = (DOCS / "admin-guide.md").read_text(encoding="utf-8")
TRANSLATED = sorted(path.name for path in DOCS.glob("admin-guide.*.md"))


def _list_pictures(text: str) -> list[str]:
    return [Path(target).name for target in re.findall(r"!\[[^]]+\]\((.+?)\)", text)]


def _list_code(text: str) -> set[str]:
    return set(re.findall(r"`[^`]+`", " ".join(text.split())))


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_has_every_part(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    for pattern in (r"^(#+) ", r"^(- |\d+\. )", r"^(\|)"):
        assert re.findall(pattern, text, re.MULTILINE) == re.findall(pattern, ENGLISH, re.MULTILINE), pattern
    assert _list_pictures(text) == _list_pictures(ENGLISH)
    assert _list_code(text) == _list_code(ENGLISH)


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_file_that_a_translation_names_is_there(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (DOCS / target).is_file()] == []
