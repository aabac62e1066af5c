"""The catalogues fit the code: nothing is missing, doubtful, left over, or says other values than the English."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest
from babel.messages import Message

from tests.languages.catalogues import (
    LANGUAGES,
    PACKAGES,
    extract,
    is_translated,
    key,
    po_path,
    read_catalogue,
    texts,
    updated,
    written,
)

CATALOGUES = [
    pytest.param(package, language, id=f"{package}-{language}") for package in PACKAGES for language in LANGUAGES
]
# Words that stay: products, and what people type or look for as it is.
_PRODUCTS = "Microsoft 365|Entra ID|PortSIP ONE|Exchange Online"
_STAY = re.compile(rf"\b(?:{_PRODUCTS}|AADSTS\d+|[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+(?:\.[A-Z]\w+)?)\b")
_PRESSED = (
    *("App registrations", "Certificates & secrets", "API permissions", "Enterprise applications"),
    *("Users and groups", "Assignment required", "Restricted entities", "New registration", "Authentication"),
    *("Properties", "Overview", "Object ID", "Supported account types", "single tenant", "Sent Items"),
    *("Upload certificate", "Add a permission", "Application permissions", "Delegated permissions"),
    *("Privileged Role Administrator", "Global Administrator", "RBAC for Applications"),
)
"""What a reader looks for and presses in Microsoft's portals, which may be in English."""
_PRESSED_AS = {
    "grant admin consent": "Grant admin consent",
    "overview page": "Overview",
    "pressed Cancel": "Cancel",
    "service health": "Service health",
    "Conditional Access polic": "Conditional Access",
} | {words: words for words in _PRESSED}
_TAG = re.compile(r"</?[a-z]+[^>]*>")
_HALF_WIDTH_END = re.compile(r"[\u4e00-\u9fff][.;:!?](?:\s|$)")


def parameters(message: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
    return named | set(re.findall(r"%\((\w+)\)[sd]", message))


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translation beside the English it stands for: the plural, wherever there is one."""
    if isinstance(message.id, str):
        yield message.id, message.string
    else:
        for translation in message.string:
            yield message.id[1], translation


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(package: str, language: str) -> None:
    path = po_path(package, language)
    assert path.read_bytes() == written(updated(package, language)), "run python -m tests.languages.catalogues"
    assert not read_catalogue(package, language).obsolete


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_every_text_is_translated_and_nobody_doubts_it(package: str, language: str) -> None:
    found = list(texts(read_catalogue(package, language)))
    assert len(found) == len(list(texts(extract(package))))
    assert [key(each) for each in found if not is_translated(each)] == []
    assert [key(each) for each in found if each.fuzzy] == []


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_a_translation_names_the_same_values(package: str, language: str) -> None:
    wrong = [
        (english, translation)
        for message in texts(read_catalogue(package, language))
        for english, translation in pairs(message)
        if parameters(english) != parameters(translation)
        # One of something may be said without the number.
        and not (isinstance(message.id, tuple) and parameters(message.id[0]) == parameters(translation))
    ]
    assert wrong == []


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_a_translation_keeps_names_marks_and_its_ends(package: str, language: str) -> None:
    wrong = []
    for message in texts(read_catalogue(package, language)):
        for english, translation in pairs(message):
            lost = set(_STAY.findall(english)) - set(_STAY.findall(translation))
            lost |= set(_TAG.findall(english)) ^ set(_TAG.findall(translation))
            ends = (english[:1].isspace(), english[-1:].isspace()) != (
                translation[:1].isspace(),
                translation[-1:].isspace(),
            )
            if lost or ends or (language == "zh_Hans" and _HALF_WIDTH_END.search(translation)):
                wrong.append((english, translation, sorted(lost)))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_microsofts_english_stands_beside_its_translation(language: str) -> None:
    wrong = [
        (english, translation)
        for message in texts(read_catalogue("portsip_m365_plugin", language))
        for english, translation in pairs(message)
        if any(words in english and pressed not in translation for words, pressed in _PRESSED_AS.items())
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_english_text_has_one_translation(language: str) -> None:
    """In all packages, unless a context says that it means another thing."""
    known: dict[str, set[object]] = {}
    for package in PACKAGES:
        for message in texts(read_catalogue(package, language)):
            known.setdefault(key(message), set()).add(message.string)
    assert {text: said for text, said in known.items() if len(said) > 1} == {}
