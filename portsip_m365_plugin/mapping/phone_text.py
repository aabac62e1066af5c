"""The numbers in a free text: words, remarks and extensions around them, one number or several. Pure.

A text is understood as a whole or not at all: where digits are left that nothing explains, none of its numbers counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portsip_m365_plugin.mapping.phone_plans import WrittenNumber, read_written
from portsip_m365_plugin.mapping.phone_words import (
    COUNTED_SIGNS,
    COUNTED_WORDS,
    EXTENSION_SIGNS,
    EXTENSION_WORDS,
    LIST_WORDS,
)

_EXTENSION_MAX_DIGITS: Final = 7
_REMARK_MAX_DIGITS: Final = 4
"""A room, a floor, an hour, a short internal number. More digits may be a telephone number."""
_BRACKET_MAX_DIGITS_BEFORE: Final = 7
"""An international prefix, a country code, a trunk prefix and an area code may stand before a closing bracket."""
_BRACKET_MIN_DIGITS_AFTER: Final = 3
_SLASHES_MAX: Final = 6

_TOKEN: Final = re.compile(
    r"(?P<run>(?:[+(][+( ]*)?[0-9][0-9 .\-/()]*)|(?P<word>[^\W\d_][^\W\d_'’]*)|(?P<mark>[^ ])", re.DOTALL
)
_ZERO_IN_BRACKETS: Final = re.compile(r"\( *0 *\)")
_QUIET_MARKS: Final = frozenset(",;:=|&\n'\"’‘“”„«»‹›<>(){}!•·-/.、")
"""Signs that may touch a number without being part of it. `*` or `?` may replace a missing digit."""
_LOOK_ALIKES: Final = str.maketrans(
    {"[": "(", "]": ")", "〔": "(", "〕": ")", "\u2212": "-", "\u30fc": "-", "\uff70": "-"}
)
_LINE_ENDS: Final = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """One number of a text."""

    e164: str
    written: str
    """Its part of the text, with plain digits and signs, without words and extension."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def find_in_text(text: str, country: str) -> tuple[FoundNumber, ...]:
    """Return every number of a text, each once, in order; nothing where any part of it is unclear.

    Args:
        text: As people wrote it, of any length.
        country: ISO 3166 country of numbers without a country code.
    """
    tokens = [
        _Token(match.lastgroup or "", match.group(), match.start()) for match in _TOKEN.finditer(_spell_plainly(text))
    ]
    found: dict[str, FoundNumber] = {}
    for at, token in enumerate(tokens):
        if token.kind == "word" and not set(token.text.casefold()) - {"x"} and _find_extension(tokens, at) is None:
            return ()  # "030 1234-XX": digits that the reader has to know
        if token.kind != "run":
            continue
        numbers = _read_run(tokens, at, country)
        if numbers:
            found.update({number.e164: number for number in numbers if number.e164 not in found})
        elif not _is_extension(tokens, at) and not _is_remark(tokens, at):
            return ()
    return tuple(found.values())


def _spell_plainly(text: str) -> str:
    """Write digits and signs of every script in ASCII, and leave out what nobody sees."""
    if text.isascii() and text.isprintable():
        return text.translate(_LOOK_ALIKES)
    return "".join(map(_spell_char, text)).translate(_LOOK_ALIKES)


def _spell_char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf":
        return ""
    if category == "Pd":
        return "-"
    if char in _LINE_ENDS:
        return "\n"
    if category in ("Zs", "Cc"):
        return " "
    if unicodedata.numeric(char, None) is not None:
        return "?"  # a raised 2 may be a footnote, 三 a floor or a digit
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char


def _read_run(tokens: Sequence[_Token], at: int, country: str) -> tuple[FoundNumber, ...]:
    """Return the numbers of one run of digits; nothing where that is not certain."""
    token = tokens[at]
    text = _trim(token.text)
    if text is None or not _stands_free(tokens, at) or token.text.rstrip(" )").endswith(".."):
        return ()
    parts = [part for part in re.split(r" -+ ", text) if part.strip()]
    if len(parts) > 1 and all(_read_part(part, country) for part in parts):
        return tuple(number for part in parts for number in _read_part(part, country))
    numbers = _read_part(text, country)
    return () if len(numbers) == 1 and _counts_something(tokens, at, text, country) else numbers


def _read_part(text: str, country: str) -> tuple[FoundNumber, ...]:
    """Read a run in which slashes separate numbers, or an area code from its number."""
    parts = text.split("/")
    if len(parts) > _SLASHES_MAX:
        return ()
    splits = list(_split_at_slashes(parts, country))
    return splits[0] if len(splits) == 1 else ()


def _split_at_slashes(parts: Sequence[str], country: str) -> Iterator[tuple[FoundNumber, ...]]:
    if not parts:
        yield ()
        return
    for length in range(1, len(parts) + 1):
        number = _read_joined(parts[:length], country)
        if number is not None:
            for rest in _split_at_slashes(parts[length:], country):
                yield (number, *rest)


def _read_joined(parts: Sequence[str], country: str) -> FoundNumber | None:
    """Read one number. In "030 123456/7" the slash separates two numbers, the second one shortened."""
    for cut in range(1, len(parts)):
        if _read_one("/".join(parts[:cut]), country) or _read_one("/".join(parts[cut:]), country):
            return None
    text = "/".join(parts)
    e164 = _read_one(text, country)
    return FoundNumber(e164=e164, written=_trim(text) or text) if e164 else None


def _read_one(text: str, country: str) -> str | None:
    written = _write_number(text)
    return read_written(written, country) if written else None


def _write_number(text: str) -> WrittenNumber | None:
    """Split a number into groups; None if brackets or plus signs are where no number has them."""
    trimmed = _trim(text)
    if trimmed is None:
        return None
    has_plus = trimmed.lstrip("( ").startswith("+")
    if trimmed.count("+") != has_plus:
        return None
    for bracket in re.finditer(r"\)", trimmed):
        before = sum(map(str.isdigit, trimmed[: bracket.start()]))
        after = sum(map(str.isdigit, trimmed[bracket.start() :]))
        if before > _BRACKET_MAX_DIGITS_BEFORE or after < _BRACKET_MIN_DIGITS_AFTER:
            return None
    zero = _ZERO_IN_BRACKETS.search(trimmed)
    zero_at = len(re.findall(r"[0-9]+", trimmed[: zero.start()])) if zero else None
    groups = tuple(re.findall(r"[0-9]+", trimmed))
    return WrittenNumber(groups=groups, has_plus=has_plus, zero_at=zero_at) if groups else None


def _trim(text: str) -> str | None:
    """Remove brackets and full stops that belong to the sentence; None if the brackets do not match."""
    while True:
        text = text.strip(" .-/").rstrip("(+ .-/").lstrip(") .-/")
        opened, closed = text.count("("), text.count(")")
        if opened > closed and text.startswith("("):
            text = text[1:]
        elif closed > opened and text.endswith(")"):
            text = text[:-1]
        elif text.startswith("(") and text.endswith(")") and text.find(")") == len(text) - 1:
            text = text[1:-1]
        else:
            return text if opened == closed else None


def _stands_free(tokens: Sequence[_Token], at: int) -> bool:
    """Whether nothing touches this run that may be a part of it: a letter, a star, a question mark."""
    token = tokens[at]
    if at and tokens[at - 1].end == token.start and token.text[0] not in "( ":
        before = tokens[at - 1]
        if (before.kind == "run" and before.text[-1].isdigit()) or (
            before.kind == "mark" and not _is_quiet(before.text)
        ):
            return False
        if before.kind == "word" and _is_cased(before.text[-1]) and len(before.text) < 3:
            return False
    if at + 1 < len(tokens) and tokens[at + 1].start == token.end and token.text[-1] not in " ()":
        after = tokens[at + 1]
        if after.kind == "mark" and not _is_quiet(after.text) and after.text != "#":
            return False
        touches = token.text[-1].isdigit()
        if touches and after.kind == "run":
            return False
        if touches and after.kind == "word" and _is_cased(after.text[0]) and _find_extension(tokens, at + 1) is None:
            return False
    return True


def _is_quiet(mark: str) -> bool:
    return mark in _QUIET_MARKS or unicodedata.category(mark) in ("So", "Mn")


def _is_cased(letter: str) -> bool:
    return letter.lower() != letter.upper()


def _is_extension(tokens: Sequence[_Token], at: int) -> bool:
    """Whether this run is the extension that a word before it names."""
    if sum(map(str.isdigit, tokens[at].text)) > _EXTENSION_MAX_DIGITS or "+" in tokens[at].text:
        return False
    return any(_find_extension(tokens, before) == at for before in range(max(0, at - 4), at))


def _find_extension(tokens: Sequence[_Token], at: int) -> int | None:
    """Return where the digits are that this token calls an extension; None where it does not."""
    word = tokens[at].text.casefold()
    if word != "#" and word not in EXTENSION_WORDS and not word.endswith(EXTENSION_SIGNS):
        return None
    follows = at + 1
    while follows < len(tokens) and tokens[follows].kind == "mark" and tokens[follows].text in ".:=-#":
        follows += 1
    return follows if follows < len(tokens) and tokens[follows].kind == "run" else None


def _is_remark(tokens: Sequence[_Token], at: int) -> bool:
    """Whether a few digits belong to a word beside them: room 204, 24 h."""
    if sum(map(str.isdigit, tokens[at].text)) > _REMARK_MAX_DIGITS or "+" in tokens[at].text:
        return False
    before = at - 1
    while before >= 0 and tokens[before].kind == "mark" and tokens[before].text in ".:-(":
        before -= 1
    beside = [tokens[index] for index in (before, at + 1) if 0 <= index < len(tokens)]
    return any(token.kind == "word" and token.text.casefold() not in LIST_WORDS for token in beside)


def _counts_something(tokens: Sequence[_Token], at: int, text: str, country: str) -> bool:
    """Whether the last group of a run may belong to the word after it, as in "030 1234567 9-17 Uhr"."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None or after.kind != "word" or tokens[at].text.rstrip(" ").endswith(("(", ")")):
        return False
    rest, _, last = text.rpartition(" ")
    n_last = sum(map(str.isdigit, last))
    if n_last > _REMARK_MAX_DIGITS or _find_extension(tokens, at + 1) is not None or not _read_one(rest, country):
        return False
    if after.text.casefold() in COUNTED_WORDS or after.text[0] in COUNTED_SIGNS:
        return True
    n_before = len(re.findall(r"[0-9]+", rest)[-1])
    return last.isdigit() and ((n_last == 1 and n_before >= 3) or n_before >= 6)
