"""Texts: English as a `str`, any language later, whole sentences with named values."""

from __future__ import annotations

import copy
import gettext
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from pbx_plugin_api import (
    Catalogue,
    Confirmation,
    Fact,
    Problem,
    Text,
    dump,
    language_of_environment,
    listing,
    load,
    pick_language,
    sentences,
    translate,
)
from pbx_plugin_api import catalogues as places
from pbx_plugin_api import texts as module

_WORDS = Catalogue("some_plugin")
_, _n, _p = _WORDS.say, _WORDS.count, _WORDS.mean

GERMAN = {
    "The user {name} was left out.": "{name} wurde ausgelassen.",
    "no name": "kein Name",
    "Why: {reason}.": "Grund: {reason}.",
    "Broken {name}": "Kaputt {nobody}",
    "It has {n:,} rows and {share:.1f} percent.": "Es hat {n:,} Zeilen und {share:.1f} Prozent.",
}


class German(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return GERMAN.get(message, message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        if one != "{n} person waits.":
            return one if n == 1 else many
        return "{n} Person wartet." if n == 1 else "{n} Personen warten."

    def pgettext(self, context: str, message: str) -> str:
        return {"a person": "Benutzer", "somebody who uses": "Anwender"}[context]


@pytest.fixture(autouse=True)
def speaks_german(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(domain: str, language: str) -> gettext.NullTranslations | None:
        return German() if (domain, language) == ("some_plugin", "de") else None

    monkeypatch.setattr(module, "find_catalogue", find)


def test_a_text_is_its_english_sentence() -> None:
    text = _("The user {name} was left out.", name="amy")
    assert isinstance(text, str)
    assert text == "The user amy was left out."
    assert json.dumps(text) == '"The user amy was left out."'


def test_a_text_is_read_in_another_language() -> None:
    text = _("Why: {reason}.", reason=_("no name"))
    assert text.in_language("de") == "Grund: kein Name."
    assert text.in_language("de").in_language("en") == "Why: no name."
    assert text.in_language("fr") == "Why: no name."


@pytest.mark.parametrize(("n", "english", "german"), [(1, "1 person waits.", "1 Person wartet."),
                                                      (2, "2 people wait.", "2 Personen warten.")])  # fmt: skip
def test_plurals_follow_the_language(n: int, english: str, german: str) -> None:
    text = _n("{n} person waits.", "{n} people wait.", n)
    assert (text, text.in_language("de")) == (english, german)


def test_one_english_word_may_have_two_meanings() -> None:
    words = _p("a person", "User"), _p("somebody who uses", "User")
    assert [word.in_language("de") for word in words] == ["Benutzer", "Anwender"]


def test_numbers_are_written_as_the_language_writes_them() -> None:
    text = _("It has {n:,} rows and {share:.1f} percent.", n=12_345, share=99.5)
    assert text == "It has 12,345 rows and 99.5 percent."
    assert text.in_language("de") == "Es hat 12.345 Zeilen und 99,5 Prozent."


def test_a_translation_that_names_another_value_is_not_used() -> None:
    assert _("Broken {name}", name="x").in_language("de") == "Broken x"


def test_a_text_that_names_a_value_nobody_gave_is_a_bug() -> None:
    with pytest.raises(KeyError):
        _("The user {name} was left out.")


def test_values_cannot_be_looked_into() -> None:
    with pytest.raises(KeyError):
        _("{name.__class__}", name="amy")


def test_sentences_stay_sentences() -> None:
    both = sentences(_("The user {name} was left out.", name="amy"), "", _("Why: {reason}.", reason="x"))
    assert both == "The user amy was left out. Why: x."
    assert both.in_language("de") == "amy wurde ausgelassen. Grund: x."
    assert sentences("他。", "她。").in_language("zh-Hans") == "他。她。"
    assert listing(["a", "b"]).in_language("zh-Hans") == "a、b"


def test_a_text_travels_and_is_read_elsewhere() -> None:
    detail = sentences(_("Why: {reason}.", reason=_("no name")), _n("{n} person waits.", "{n} people wait.", 2))
    problem = Problem(reason="no_name", detail=detail)
    again = load(Problem, json.loads(json.dumps(dump(problem))))
    assert again == problem
    assert translate(again, "de").detail == "Grund: kein Name. 2 Personen warten."
    assert dump(problem, plain=True)["detail"] == "Why: no name. 2 people wait."


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_a_text_can_be_copied(again: object) -> None:
    text = _("no name").in_language("de")
    copied = again(text)  # type: ignore[operator]  # three functions of one shape
    assert isinstance(copied, Text)
    assert copied == "kein Name"
    assert copied.in_language("en") == "no name"


def test_every_text_in_a_value_object_is_translated() -> None:
    @dataclass(frozen=True)
    class Page:
        facts: tuple[Fact, ...]
        names: dict[str, str]
        save: object

    page = Page((Fact(label=_("no name"), value="amy"),), {"a": _("no name")}, lambda: [_("no name")])
    german = translate(page, "de")
    assert german.facts[0].label == "kein Name"
    assert german.facts[0].value == "amy"
    assert german.names == {"a": "kein Name"}
    assert german.save() == ["kein Name"]  # type: ignore[operator]  # declared as any object above
    plain = Fact(label="x", value="y")
    assert translate(plain, "de") is plain


def test_a_shape_that_is_no_text_is_refused() -> None:
    good: dict[str, object] = {"type": "Text", "message": "x", "domain": "y"}
    deep = good
    for __ in range(5_000):
        deep = {**good, "values": {"more": deep}}
    for shape in (
        {"type": "Text"},
        {"type": "Problem", "message": "x", "domain": "y"},
        {},
        {**good, "domain": 5},
        {**good, "message": 0},
        {**good, "values": []},
        {**good, "values": {"list": []}},
        {**good, "message": "{n.real}", "values": {"n": 1}},
        {**good, "plural": "xs", "values": {"n": "many"}},
        {**good, "language": "de"},
        deep,
    ):
        with pytest.raises(ValueError, match="detail"):
            load(Problem, {"reason": "x", "detail": shape})


def test_a_long_list_keeps_its_order_in_json_that_is_sorted() -> None:
    """The host sorts the JSON of a plugin's state: 10 is before 2 there."""
    names = listing(f"group {number}" for number in range(12))
    assert load(str, json.loads(json.dumps(dump(names), sort_keys=True))) == names


def test_a_translation_may_be_longer_than_what_an_author_may_write() -> None:
    """The page would fail for its German readers alone."""
    question = Confirmation(sentence=_("The user {name} was left out.", name="x" * 473))
    assert translate(question, "de").sentence == "x" * 473 + " wurde ausgelassen."
    question = Confirmation(sentence=_("Why: {reason}.", reason="x" * 493))
    assert len(translate(question, "de").sentence) == 501
    with pytest.raises(ValueError, match="500"):
        Confirmation(sentence=_("Why: {reason}.", reason="x" * 495))


@pytest.mark.parametrize(
    ("wanted", "picked"),
    [
        (["de-AT"], "de"),
        (["fr", "zh-CN"], "zh-Hans"),
        (["zh"], "zh-Hans"),
        (["zh-Hans-CN"], "zh-Hans"),
        (["zh-TW", "de"], "de"),
        (["zh-Hant-HK"], "en"),
        (["en-GB", "de"], "en"),
        (["*", "", "x" * 50], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_that_somebody_wants_and_that_exists(wanted: list[str], picked: str) -> None:
    assert pick_language(wanted, ("en", "de", "zh-Hans")) == picked


@pytest.mark.parametrize(
    ("environment", "tag"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de-DE"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh-CN"),
        ({"LC_ALL": "", "LANG": "de@euro"}, "de"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_says_its_language(environment: dict[str, str], tag: str) -> None:
    assert language_of_environment(environment) == tag


def test_a_catalogue_is_found_without_importing_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "quiet_package" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "quiet_package" / "__init__.py").write_text("raise RuntimeError('imported')")
    from babel.messages import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale="zh_Hans")
    catalogue.add("no name", "无姓名")
    with (folder / "quiet_package.mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = places.find_catalogue("quiet_package", "zh-CN")
    assert found is not None
    assert found.gettext("no name") == "无姓名"
    assert places.languages_of("quiet_package") == ("en", "zh-Hans")
    assert places.find_catalogue("quiet_package", "zh-TW") is None
    assert places.find_catalogue("no.such", "de") is None
    assert places.find_catalogue("no_such", "de") is None
