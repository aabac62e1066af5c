"""A language that nobody speaks: every text of a catalogue in letters with marks. What is left in plain letters is not
translated.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from typing import Final

import pytest

from pbx_plugin_api import catalogues, texts

PSEUDO: Final = "qaa"
"""A tag that BCP 47 leaves for private use."""
_PLAIN: Final = "abcdefghijklmnopqrstuvwxyz"
_MARKED: Final = str.maketrans(_PLAIN + _PLAIN.upper(), "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑ" + "ȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ")
# What a translator keeps as it is: named values, what a mail fills in, tags.
_KEPT: Final = re.compile(r"(\{[^{}]*\}|%%\w+%%|<[^<>]+>)")


def mark(message: str) -> str:
    """Return a text as this language writes it."""
    return "".join(part if _KEPT.fullmatch(part) else part.translate(_MARKED) for part in _KEPT.split(message))


class PseudoCatalogue(gettext.NullTranslations):
    """Has every text, written by a function."""

    def __init__(self, write: Callable[[str], str] = mark) -> None:
        super().__init__()
        self.write = write

    def gettext(self, message: str) -> str:
        return self.write(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.write(one if n == 1 else many)

    def pgettext(self, context: str, message: str) -> str:
        return self.write(message)


def find_catalogue(domain: str, language: str) -> gettext.NullTranslations | None:
    """Stand for `pbx_plugin_api.catalogues.find_catalogue`."""
    return PseudoCatalogue() if language.startswith(PSEUDO) else None


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let texts have this language, and no other."""
    for module in (catalogues, texts):
        monkeypatch.setattr(module, "find_catalogue", find_catalogue)


def plain_words(shown: str) -> set[str]:
    """Return the words of an output that are in no catalogue. Names, codes and data are among them."""
    return set(re.findall(r"(?<![\w.@/=-])[a-z]{3,}(?![\w.@/=-]|://)", shown))
