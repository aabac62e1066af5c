"""Finds plain English in what a plugin says in the language of `tests.support.pseudo_language`.

    “The user {name} was left out.” becomes “Ŧħḗ ŭşḗř amy ẇȧş ŀḗƒŧ ǿŭŧ.”

A plain letter is then a value, such as a name or an address, or a text that no translator can reach: one that is not in
the catalogue, or that was put together from pieces.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[A-Za-z]+")
_ID = re.compile(
    r"https?://\S+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?:[0-9a-f]{40}|[0-9a-f]{64})\b|\baadsts[0-9]+\b",
    re.IGNORECASE,
)
"""Forms that are no words: addresses of pages, GUIDs, thumbprints, checksums, and Entra's codes."""
_MACHINE_FIELDS = frozenset(
    {"action", "checksum", "content_type", "data", "field", "filename", "job", "key", "kind", "login_name", "lookup"}
    | {"name", "provider_id", "rows_blob", "run_id", "typed", "url", "values"}
)
"""Fields of value objects that programs read: names, codes, addresses."""
_NAMES_ONLY = frozenset({"actions", "fields"})
"""Fields that hold value objects in one class, and the names of some in another."""
_MACHINE_FIELDS_OF = frozenset(
    {("Choice", "value"), ("Field", "value"), ("LookedUp", "value"), ("Problem", "reason"), ("Problem", "subject")}
)
"""The same where another class has a field for people by that name."""


def find_plain(value: Any, data: Iterable[str] = (), path: str = "") -> list[str]:
    """Return every text of a translated value object in which an English word is left, with its path.

    Args:
        value: What `translate(…, PSEUDO)` returned.
        data: What may stand there in any language, as it stands there: names, addresses, ids.
        path: Where the value itself is.
    """
    known = _pattern(frozenset(each.lower() for each in data if _WORD.search(each)))
    return [
        f"{where}: {text}"
        for where, text in _walk(value, path)
        if _WORD.search(text) and _WORD.search(known.sub("", _ID.sub("", text).lower()))
    ]


@lru_cache(maxsize=64)
def _pattern(known: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![a-z])")


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{path}[{key}]")
    elif isinstance(value, (tuple, list)):
        for place, item in enumerate(value):
            yield from _walk(item, f"{path}[{getattr(item, 'name', place)}]")
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            is_machine = field.name in _MACHINE_FIELDS or (type(value).__name__, field.name) in _MACHINE_FIELDS_OF
            is_names = field.name in _NAMES_ONLY and all(isinstance(each, str) for each in item)
            if not is_machine and not is_names:
                yield from _walk(item, f"{path}.{field.name}")
