"""Texts for people, which are read in the reader's language: a `Text` is English, and knows what it says.

A `Text` is a `str`, its English sentence, so it can be used and compared like one. It also keeps the sentence before
its values were filled in, and the values. So it can be stored today and read tomorrow in another language:

    >>> words = Catalogue("my_plugin")
    >>> _, _n = words.say, words.count
    >>> _("The user {name} was left out.", name="amy")
    'The user amy was left out.'
    >>> _n("{n} person waits.", "{n} people wait.", 2)
    '2 people wait.'

A translator sees whole sentences with named values. So do not glue: `sentences` and `listing` put texts side by side,
and a value may be a text itself. What is cut, joined or formatted by other means is a plain `str`, and stays English.
"""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar

from pbx_plugin_api.catalogues import SOURCE_LANGUAGE, find_catalogue

__all__ = ["Catalogue", "Text", "TextValue", "listing", "sentences", "translate"]

TextValue = str | int | float
"""What a text may name. A number is written as its language writes numbers if the text gives a format: `{n:,}`."""

T = TypeVar("T")

_WITHOUT_TEXTS: Final = frozenset({str, int, float, bool, bytes, type(None)})
_SHAPE: Final = frozenset({"type", "domain", "message", "plural", "context", "values"})
_SENTENCES: Final = "sentences"
_LISTING: Final = "listing"
_ENDS_WIDE: Final = "。！？；：，、）”」』》"
_SWAPPED_MARKS: Final = str.maketrans(",.", ".,")


class Text(str):
    """A sentence for people: English as a `str`, and in any language by `in_language`."""

    __slots__ = ("context", "domain", "language", "message", "plural", "values")

    message: str
    """The English text with named values, as it is in the catalogue. Empty: texts side by side."""
    plural: str
    """The same for many, if the value `n` decides; else empty."""
    context: str
    """Which meaning, where one English text has several; else empty."""
    domain: str
    """Whose catalogue has the translation: a package's name."""
    values: Mapping[str, TextValue]
    language: str
    """The language of the `str`."""

    def __new__(
        cls,
        message: str,
        values: Mapping[str, TextValue],
        *,
        domain: str,
        plural: str = "",
        context: str = "",
        language: str = SOURCE_LANGUAGE,
    ) -> Text:
        """Make a text. Code uses `Catalogue` instead.

        Raises:
            KeyError: The message names a value that is not given. A bug.
        """
        text = super().__new__(cls, _write(message, values, domain, plural, context, language))
        text.message, text.plural, text.context, text.domain = message, plural, context, domain
        text.values, text.language = values, language
        return text

    def in_language(self, language: str) -> Text:
        """Return the same in another language; a text without a translation stays English."""
        return self if language == self.language else self._with(self.values, language)

    def with_values(self, values: Mapping[str, TextValue]) -> Text:
        """Return the same sentence about other values."""
        return self._with(values, self.language)

    def _with(self, values: Mapping[str, TextValue], language: str) -> Text:
        return Text(
            self.message, values, domain=self.domain, plural=self.plural, context=self.context, language=language
        )

    def as_shape(self) -> dict[str, Any]:
        """Return its JSON shape, without the language: `load(str, shape)` makes the text again."""
        shape: dict[str, Any] = {"type": "Text", "domain": self.domain, "message": self.message}
        shape |= {name: text for name in ("plural", "context") if (text := getattr(self, name))}
        values = {name: value.as_shape() if isinstance(value, Text) else value for name, value in self.values.items()}
        return shape | ({"values": values} if values else {})

    @classmethod
    def from_shape(cls, shape: Mapping[str, Any]) -> Text:
        """Return the text of a JSON shape.

        Raises:
            KeyError, RecursionError, TypeError, ValueError: It is not such a shape.
        """
        if shape["type"] != "Text" or not shape.keys() <= _SHAPE:
            raise ValueError("not a text")
        message, values = shape["message"], shape.get("values", {})
        said = {name: shape.get(name, "") for name in ("plural", "context")}
        if not all(isinstance(each, str) for each in (message, shape["domain"], *said.values())) or not isinstance(
            values, Mapping
        ):
            raise TypeError("not a text")
        # Of texts side by side, JSON may have been sorted by name, where 10 is before 2.
        given = values.items() if message else sorted(values.items(), key=lambda each: int(each[0]))
        values = {name: cls.from_shape(value) if isinstance(value, Mapping) else value for name, value in given}
        if not all(value is None or isinstance(value, (str, int, float)) for value in values.values()):
            raise TypeError("not the values of a text")
        if said["plural"] and not isinstance(values["n"], (int, float)):
            raise TypeError("a plural without a number")
        return cls(message, values, domain=shape["domain"], **said)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.as_shape(), self.language)


class Catalogue:
    """The texts of one package. A module takes its functions under the names that the extraction of texts knows.

    Example: `_CATALOGUE = Catalogue("my_plugin")`, then `_ = _CATALOGUE.say`, `_n = _CATALOGUE.count` and
    `_p = _CATALOGUE.mean`.
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        """The package's name."""

    def say(self, message: str, /, **values: TextValue) -> Text:
        """Return a text. `{name}` in it is the value of that name; `{{` and `}}` are braces."""
        return Text(message, values, domain=self.domain)

    def count(self, one: str, many: str, n: int, /, **values: TextValue) -> Text:
        """Return a text that depends on a number, which it may name as `{n}`."""
        return Text(one, {"n": n, **values}, domain=self.domain, plural=many)

    def mean(self, context: str, message: str, /, **values: TextValue) -> Text:
        """Return a text whose English means several things: `context` says to the translator which one."""
        return Text(message, values, domain=self.domain, context=context)


def sentences(*texts: str) -> Text:
    """Return whole sentences, one after the other. Empty ones are left out."""
    return _side_by_side(_SENTENCES, texts)


def listing(texts: Iterable[str]) -> Text:
    """Return words or names as a list: `a, b, c`."""
    return _side_by_side(_LISTING, texts)


def translate(value: T, language: str) -> T:
    """Return a value object with every text in it in another language.

    Args:
        value: A text, or what may hold one: a value object, a tuple, a list, a mapping. Functions that a value object
            carries, such as `SettingsPage.save`, are wrapped: what they return is in that language too.
        language: A BCP 47 tag, such as `Viewer.locale`.

    Returns:
        The same object if there is nothing to translate.
    """
    new: T = _translate(value, language)
    return new


def _translate(value: Any, language: str) -> Any:
    kind = type(value)
    if kind in _WITHOUT_TEXTS:
        return value
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)):
        items = [_translate(item, language) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, Mapping):
        changed = {key: _translate(item, language) for key, item in value.items()}
        return value if all(changed[key] is value[key] for key in changed) else changed
    names = _field_names(kind)  # type: ignore[arg-type]  # mypy does not know that a class is hashable
    return _translate_object(value, names, language) if names else value


def _translate_object(value: Any, names: tuple[str, ...], language: str) -> Any:
    changed = {}
    for name in names:
        old = getattr(value, name)
        if type(old) in _WITHOUT_TEXTS:
            continue
        new = _speaking(old, language) if callable(old) and not isinstance(old, type) else _translate(old, language)
        if new is not old:
            changed[name] = new
    return dataclasses.replace(value, **changed) if changed else value


@lru_cache(maxsize=1024)
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    """Return what `replace` can change of a dataclass; of another class nothing."""
    return tuple(each.name for each in dataclasses.fields(kind) if each.init) if dataclasses.is_dataclass(kind) else ()


def _speaking(function: Callable[..., Any], language: str) -> Callable[..., Any]:
    @wraps(function)
    def speak(*args: Any, **kwargs: Any) -> Any:
        return translate(function(*args, **kwargs), language)

    return speak


def _side_by_side(how: str, texts: Iterable[str]) -> Text:
    return Text("", {str(place): text for place, text in enumerate(filter(None, texts))}, domain="", context=how)


def _again(shape: Mapping[str, Any], language: str) -> Text:
    return Text.from_shape(shape).in_language(language)


def _write(message: str, values: Mapping[str, TextValue], domain: str, plural: str, context: str, language: str) -> str:
    if not message:
        return _join([_value(each, "", language) for each in values.values()], context, language)
    english = plural if plural and values["n"] != 1 else message
    translated = None if language == SOURCE_LANGUAGE else _look_up(message, values, domain, plural, context, language)
    if translated is not None and translated != english:
        try:
            return _fill(translated, values, language)
        except (KeyError, ValueError):
            pass  # a catalogue of another version: English is better than a page that fails
    return _fill(english, values, language if translated else SOURCE_LANGUAGE)


def _look_up(
    message: str, values: Mapping[str, TextValue], domain: str, plural: str, context: str, language: str
) -> str | None:
    catalogue = find_catalogue(domain, language)
    if catalogue is None:
        return None
    if plural:
        return catalogue.ngettext(message, plural, int(values["n"]))
    if context:
        return catalogue.pgettext(context, message)
    if isinstance(n := values.get("n"), int):
        # Stored by a version in which this sentence had no plural yet.
        counted = catalogue.ngettext(message, message, n)
        if counted != message:
            return counted
    return catalogue.gettext(message)


def _join(texts: list[str], how: str, language: str) -> str:
    is_chinese = language.casefold().startswith("zh")
    if how == _LISTING:
        return ("、" if is_chinese else ", ").join(texts)
    joined = ""
    for text in texts:
        joined += ("" if not joined or joined[-1] in _ENDS_WIDE else " ") + text
    return joined


@lru_cache(maxsize=4096)
def _parts(message: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, form or "") for literal, name, form, _ in string.Formatter().parse(message))


def _fill(message: str, values: Mapping[str, TextValue], language: str) -> str:
    # Not `str.format`: a stored text may name its values, and nothing inside of them.
    if not values and "{" not in message and "}" not in message:
        return message
    written = ""
    for literal, name, form in _parts(message):
        written += literal if name is None else literal + _value(values[name], form, language)
    return written


def _value(value: TextValue, form: str, language: str) -> str:
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, str):
        return value
    written = format(value, form)
    return written.translate(_SWAPPED_MARKS) if language.casefold().partition("-")[0] == "de" else written
