"""The language of nobody for pages of HTML: every text of a catalogue is between marks, and its letters are replaced.

What is outside of the marks came from no catalogue. `find_english` returns that, but for data of the test's own world.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import pytest

from pbx_plugin_api import texts
from tests.support.pseudo_language import PseudoCatalogue

LANGUAGE = "de"
"""In which it is spoken: pages offer it."""
_OPEN, _CLOSE = "⟦", "⟧"
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "αβγδεζηθικλμνξοπρστυφχψωϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫ"
)
_FIXED = re.compile(r"(\{[^{}]*\}|</?[a-z]+>)")
_ATTRIBUTES = ("title", "alt", "aria-label", "placeholder", "data-label")
_VOID = frozenset({"meta", "link", "input", "img", "br", "path", "circle", "rect"})
_NOT_READ = frozenset({"code", "bdi", "style", "script", "hidden"})
"""Commands, names that keep their direction, and what is not for reading."""
_ID = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9A-F]{40})\b|https?://\S+")
"""An id, a checksum, a thumbprint, an address."""
_WORD = re.compile(r"[A-Za-z]{2,}")


def speak_pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `LANGUAGE` be this language, in every catalogue."""

    def find(_domain: str, language: str) -> gettext.NullTranslations | None:
        return PseudoCatalogue(mark) if language == LANGUAGE else None

    monkeypatch.setattr(texts, "find_catalogue", find)


def mark(message: str) -> str:
    """A text of the catalogue in this language. Named values and tags stay as they are."""
    parts = _FIXED.split(message)
    return _OPEN + "".join(part if n % 2 else part.translate(_LETTERS) for n, part in enumerate(parts)) + _CLOSE


def find_english(page: str, data: Iterable[str]) -> Iterator[str]:
    """Yield what a page says outside of the marks and that is no data of the test's own world, with its place."""
    known = sorted({each for each in data if each}, key=len, reverse=True)
    reader = _Reader()
    reader.feed(page)
    for where, text in reader.found:
        left = _ID.sub(" ", text)
        for each in known:
            left = left.replace(each, " ")
        if _WORD.search(left):
            yield f"{where}: {' '.join(text.split())}"


class _Reader(HTMLParser):
    """Collects what is outside of the marks. A sentence with markup in it spans several nodes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._inside, self._open = 0, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_hidden = given.get("aria-hidden") == "true" or ("lang" in given and tag != "html")  # a language's own name
        if tag not in _VOID:
            self._open.append("hidden" if is_hidden else tag)
        names = [*_ATTRIBUTES, "value"] if tag == "button" else _ATTRIBUTES
        for name in names:
            if name in given:
                outside, _ = _outside(given[name], 0)
                self.found.append((f"{tag} {name}", outside))

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        outside, self._inside = _outside(data, self._inside)
        if not _NOT_READ & set(self._open):
            self.found.append((self._open[-1] if self._open else "", outside))


def _outside(text: str, depth: int) -> tuple[str, int]:
    kept = []
    for char in text:
        depth += (char == _OPEN) - (char == _CLOSE)
        kept.append(char if depth == 0 and char != _CLOSE else " ")
    return "".join(kept), depth
