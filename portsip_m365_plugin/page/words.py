"""Kinds of fields that several tabs share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from marshmallow import ValidationError, fields

__all__ = ["GUID", "Stripped", "Toggle", "Word"]

GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Word(fields.Field[Any]):
    """One word of a few, or of those that a function names at the time."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__()
        self._words = tuple(words)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in self._words:
            raise ValidationError(f"{value!r} is not possible here; choose {', '.join(self._words)}.")
        return str(value)


class Stripped(fields.Field[Any]):
    """One line, without blanks around it; empty means that it is not set."""

    def __init__(self, pattern: re.Pattern[str], wanted: str) -> None:
        super().__init__()
        self._pattern, self._wanted = pattern, wanted

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip()
        if text and not self._pattern.fullmatch(text):
            raise ValidationError(f"{text[:80]!r} is not possible here; {self._wanted}.")
        return text


class Toggle(fields.Boolean):
    """`true` or `false`."""

    def __init__(self) -> None:
        super().__init__(
            truthy={"true"},
            falsy={"false"},
            error_messages={"invalid": "{input!r} is not possible here; true or false."},
        )
