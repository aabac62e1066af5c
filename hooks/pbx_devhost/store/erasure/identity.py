"""By what a person is recognised in stored texts, and how that is taken out. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pbx_plugin_api import Text, dump, load

ERASED: Final = "[erased]"
_ONLY_WHOLE_CHARS: Final = 3
"""Something shorter than this is taken out only where it is a whole value: it may be a part of any text."""
_NUMBER: Final = re.compile(r"\+?[\d\s()./-]+")
_NUMBER_DIGITS: Final = 7
"""An extension number, or an id of few digits, counts only as it is spelled."""
_BETWEEN_DIGITS: Final = r"[\s()./-]{0,3}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Everything by which one person is recognised.

    Texts are searched at word boundaries. Names and user names count as they are spelled: `bank` of a user `bank`
    does not change the name `Bank of Anywhere`. Addresses, sign-in names and ids count in any spelling, and so do
    telephone numbers: `+12065550190` is also `+1 (206) 555-0190`.
    """

    names: tuple[str, ...]
    """Display names and user names."""
    addresses: tuple[str, ...]
    """Mail addresses, sign-in names, telephone numbers."""
    ids: tuple[str, ...] = ()
    """Ids in the directory. Unlike an address, one is also recognised after a dot: `person.8a1f-…`."""
    links: tuple[tuple[str, str], ...] = ()
    """Authority and subject of each link."""
    user_id: str | None = None
    _in_text: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _whole: frozenset[str] = field(init=False, repr=False, compare=False)
    _never_a_word: frozenset[str] = field(init=False, repr=False, compare=False)
    _digits: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everything = [*self.names, *self.addresses, *self.ids]
        object.__setattr__(self, "_whole", frozenset(text.casefold() for text in everything))
        certain = frozenset(text.casefold() for text in (*self.addresses, *self.ids))
        object.__setattr__(self, "_never_a_word", certain)
        parts = [re.escape(text) for text in _spellings(self.names)]
        numbers = frozenset(filter(None, map(_digits_of, self.addresses)))
        object.__setattr__(self, "_digits", numbers)
        parts += [r"\+?" + _BETWEEN_DIGITS.join(number) for number in sorted(numbers, key=len, reverse=True)]
        parts += [f"(?i:{re.escape(text)})" for text in _spellings(self.addresses)]
        found = "|".join(parts) or r"(?!)"
        ids = "|".join(f"(?i:{re.escape(text)})" for text in _spellings(self.ids)) or r"(?!)"
        pattern = rf"(?<![\w@+])(?<!\w[.-])(?:{found})(?![\w@]|[.-]\w)|(?<!\w)(?:{ids})(?!\w)"
        object.__setattr__(self, "_in_text", re.compile(pattern))

    def for_programs(self) -> Identity:
        """Return who it is for JSON that a program reads: a user name such as `done` may be one of its words."""
        return replace(self, names=tuple(name for name in self.names if " " in name))

    def is_whole(self, text: str) -> bool:
        """Whether a text is nothing but this person."""
        return text.casefold() in self._whole or _digits_of(text) in self._digits

    def is_named_in(self, text: str) -> bool:
        """Whether a text names this person. JSON with escaped characters is searched as well."""
        if isinstance(text, Text) and any(isinstance(v, str) and self.is_named_in(v) for v in text.values.values()):
            return True
        return self.is_whole(text) or self._in_text.search(text) is not None

    def clear(self, text: str) -> str:
        """Return a text without this person."""
        if isinstance(text, Text):
            values = {name: self.clear(v) if isinstance(v, str) else v for name, v in text.values.items()}
            cleared = text.with_values(values)
            return self.clear(str(cleared)) if self.is_named_in(cleared) else cleared
        return ERASED if self.is_whole(text) else self._in_text.sub(ERASED, text)

    def clear_stored(self, stored: Any) -> Any:
        """Return what `dump` made of a text, without this person. Only its values name somebody.

        A sentence of the catalogue has words such as `name` or `mailbox`, which may be somebody's user name.
        """
        if isinstance(stored, dict):
            return dump(self.clear(load(str, stored)))
        return self.clear(stored) if isinstance(stored, str) else stored

    def clear_json(self, text: str, *, keeps_entries: bool) -> str:
        """Return JSON without this person. Texts are cleared.

        Args:
            text: The JSON.
            keeps_entries: Whether an entry that is nothing but this person (of a list, or by its name) becomes
                "[erased]"; otherwise the entry goes.
        """
        try:
            value = json.loads(text)
        except ValueError:
            return self.clear(text)
        return json.dumps(self._clear(value, keeps_entries))

    def _clear(self, value: Any, keeps_entries: bool) -> Any:
        if isinstance(value, str):
            return self.clear(value)
        if isinstance(value, list):
            kept = value if keeps_entries else [e for e in value if not (isinstance(e, str) and self.is_whole(e))]
            return [self._clear(entry, keeps_entries) for entry in kept]
        if isinstance(value, dict) and value.get("type") == "Text":
            return self.clear_stored(value)
        if isinstance(value, dict):
            kept_items = {k: v for k, v in value.items() if keeps_entries or not self.is_whole(k)}
            # A name of a field may be somebody's user name; an address or an id is never one.
            return {
                ERASED if name.casefold() in self._never_a_word else name: self._clear(entry, keeps_entries)
                for name, entry in kept_items.items()
            }
        return value


def _digits_of(text: str) -> str:
    """Return the digits of a telephone number, or nothing where a text is something else."""
    digits = "".join(filter(str.isdigit, text)) if _NUMBER.fullmatch(text.strip()) else ""
    return digits if len(digits) >= _NUMBER_DIGITS else ""


def _spellings(texts: Iterable[str]) -> list[str]:
    """Return the texts as people and as JSON write them, the longest first."""
    long = [text for text in texts if len(text) >= _ONLY_WHOLE_CHARS]
    return sorted({*long, *(json.dumps(text)[1:-1] for text in long)}, key=len, reverse=True)
