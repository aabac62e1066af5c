"""What a run did, would do or is about to do, counted in words: `3 created, 1 disabled`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pbx_plugin_api import Counts, Text, listing
from portsip_m365_plugin.texts import _, _n

_Words = Mapping[str, Callable[[int], Text]]

# Translators: these count users of the PBX, in a list: "3 created, 1 disabled"
_DONE: Final[_Words] = {
    "created": lambda n: _("{n:,} created", n=n),
    "linked": lambda n: _("{n:,} linked", n=n),
    "updated": lambda n: _("{n:,} updated", n=n),
    "enabled": lambda n: _("{n:,} enabled", n=n),
    "disabled": lambda n: _("{n:,} disabled", n=n),
    "deleted": lambda n: _("{n:,} deleted", n=n),
}
_WOULD_BE: Final[_Words] = {
    "created": lambda n: _n("{n:,} would be created", "{n:,} would be created", n),
    "linked": lambda n: _n("{n:,} would be linked", "{n:,} would be linked", n),
    "updated": lambda n: _n("{n:,} would be updated", "{n:,} would be updated", n),
    "enabled": lambda n: _n("{n:,} would be enabled", "{n:,} would be enabled", n),
    "disabled": lambda n: _n("{n:,} would be disabled", "{n:,} would be disabled", n),
    "deleted": lambda n: _n("{n:,} would be deleted", "{n:,} would be deleted", n),
}
_TO_BE: Final[_Words] = {
    "created": lambda n: _("{n:,} to be created", n=n),
    "linked": lambda n: _("{n:,} to be linked", n=n),
    "updated": lambda n: _("{n:,} to be updated", n=n),
    "enabled": lambda n: _("{n:,} to be enabled", n=n),
    "disabled": lambda n: _("{n:,} to be disabled", n=n),
    "deleted": lambda n: _("{n:,} to be deleted", n=n),
}


def say_done(counts: Counts) -> Text:
    """Return what a run did, as a sentence."""
    return _("{counts}.", counts=_count(counts, _DONE)) if _is_any(counts) else _("Nothing to change.")


def say_rest(counts: Counts) -> Text:
    """Return what was applied beside the changes that wait, as a sentence."""
    if counts == Counts():
        return _("Nothing was changed.")
    return _("The rest was applied: {counts}.", counts=_phrase(counts, _DONE))


def say_preview(counts: Counts) -> Text:
    """Return what a run would do, as sentences."""
    return _("Preview: {counts}. Nothing was changed.", counts=_phrase(counts, _WOULD_BE))


def say_planned(counts: Counts) -> Text:
    """Return what waits for an approval, as a sentence."""
    return _("Planned: {counts}.", counts=_phrase(counts, _TO_BE))


def _phrase(counts: Counts, words: _Words) -> Text:
    return _count(counts, words) if _is_any(counts) else _("nothing to change")


def _count(counts: Counts, words: _Words) -> Text:
    return listing(say(n) for name, say in words.items() if (n := getattr(counts, name)))


def _is_any(counts: Counts) -> bool:
    return any(getattr(counts, name) for name in _DONE)
