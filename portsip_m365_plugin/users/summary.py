"""What a run did, would do or is about to do, counted in words: `3 created, 1 disabled`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pbx_plugin_api import Counts, Text, listing
from portsip_m365_plugin.texts import _, _later

# Translators: these count users of the PBX, in a list: "3 created, 1 disabled"
_DONE: Final[Mapping[str, str]] = {
    "created": _later("{n:,} created"),
    "linked": _later("{n:,} linked"),
    "updated": _later("{n:,} updated"),
    "enabled": _later("{n:,} enabled"),
    "disabled": _later("{n:,} disabled"),
    "deleted": _later("{n:,} deleted"),
}
_WOULD_BE: Final[Mapping[str, str]] = {
    "created": _later("{n:,} would be created"),
    "linked": _later("{n:,} would be linked"),
    "updated": _later("{n:,} would be updated"),
    "enabled": _later("{n:,} would be enabled"),
    "disabled": _later("{n:,} would be disabled"),
    "deleted": _later("{n:,} would be deleted"),
}
_TO_BE: Final[Mapping[str, str]] = {
    "created": _later("{n:,} to be created"),
    "linked": _later("{n:,} to be linked"),
    "updated": _later("{n:,} to be updated"),
    "enabled": _later("{n:,} to be enabled"),
    "disabled": _later("{n:,} to be disabled"),
    "deleted": _later("{n:,} to be deleted"),
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


def _phrase(counts: Counts, words: Mapping[str, str]) -> Text:
    return _count(counts, words) if _is_any(counts) else _("nothing to change")


def _count(counts: Counts, words: Mapping[str, str]) -> Text:
    return listing(_(text, n=n) for name, text in words.items() if (n := getattr(counts, name)))


def _is_any(counts: Counts) -> bool:
    return any(getattr(counts, name) for name in _DONE)
