"""What a save changed in a plugin's settings, as the audit log shows it: by key, before and after."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pbx_devhost.store.audit import HIDDEN, Change

_TEXT_MAX_CHARS: Final = 500
_ITEMS_MAX: Final = 20
_SECRET: Final = re.compile(r"secret|token|private_key|passphrase|api_key|(^|_)password$", re.IGNORECASE)
"""Settings are never secrets, by the contract. A plugin that breaks that rule does not put one into the audit log."""


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return each setting that differs, by key. Of lists only the lines that came or went, at most 20 of each."""
    changes: list[Change] = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if _SECRET.search(key):
            changes.append((key, HIDDEN if key in before else None, HIDDEN if key in after else None))
        elif isinstance(old, list) or isinstance(new, list):
            was, now = _lines(old), _lines(new)
            changes.append((key, _show(list(was - now), old), _show(list(now - was), new)))
        else:
            changes.append((key, _text(old), _text(new)))
    return changes


def _lines(value: Any) -> set[str]:
    return {_item(item) for item in value} if isinstance(value, list) else set()


def _item(item: Any) -> str:
    name = item.get("name") if isinstance(item, dict) else item
    return name if isinstance(name, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)


def _show(items: list[str], value: Any) -> str | None:
    if value is None:
        return None
    shown = sorted(items)[:_ITEMS_MAX]
    rest = len(items) - len(shown)
    return _cut(", ".join(shown) + (f" (+{rest})" if rest else ""))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_MAX_CHARS else f"{text[: _TEXT_MAX_CHARS - 1]}…"
