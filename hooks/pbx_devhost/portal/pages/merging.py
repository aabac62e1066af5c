"""Two administrators save the same page: what each of them changed is kept, and only the same field is a conflict.

A form carries a mark of every value that it shows. By the marks the host sees who changed what since it was drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbx_plugin_api import Field, FieldKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a form that was drawn earlier means for the settings of now."""

    values: Mapping[str, str]
    """What this person changed, by field."""
    conflicts: tuple[str, ...]
    """Fields that both changed, to different values. Then nothing may be saved."""


def mark_value(value: str) -> str:
    """Return a text that is the same for the same value. Blanks and line ends at both ends do not count."""
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:16]


def merge(fields: Sequence[Field], typed: Mapping[str, str], marks: Mapping[str, str]) -> Merged:
    """Compare what was typed with what the form showed (its marks), and with the settings of now (the fields).

    A field without a mark counts as changed by both.
    """
    values: dict[str, str] = {}
    conflicts = []
    for field in fields:
        mine, now = typed.get(field.name), _now(field)
        if mine is None or _plain(mine) == _plain(now):
            continue
        shown = marks.get(field.name)
        if shown is not None and mark_value(mine) == shown:
            continue  # only the other person changed it
        values[field.name] = mine
        if shown is None or mark_value(now) != shown:
            conflicts.append(field.name)
    return Merged(values=values, conflicts=tuple(conflicts))


def _now(field: Field) -> str:
    return ("true" if field.value == "true" else "false") if field.kind is FieldKind.TOGGLE else field.value


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").strip()
