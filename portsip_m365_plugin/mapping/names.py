"""The one name PortSIP shows of a person. Pure."""

from __future__ import annotations

from typing import Final

from portsip_m365_plugin.mapping.text import clean_line, cut

__all__ = ["choose_display_name", "has_name"]

_DISPLAY_NAME_MAX_CHARS: Final = 128


def has_name(given_name: str | None, surname: str | None) -> bool:
    """Whether a person has a first or a last name.

    PortSIP: "a user whose First and Last name are both empty is not synced", even with a display name and a mail
    (Microsoft 365 guide, facts of 2026-08).
    """
    return bool(clean_line(given_name) or clean_line(surname))


def choose_display_name(display_name: str | None, given_name: str | None, surname: str | None, fallback: str) -> str:
    """Return what the PBX shows: the display name, else given name and surname, else the fallback.

    At most 128 characters (PortSIP from v22.6), never half of a character a person sees. Given name comes before
    surname in every language: which order a person prefers is what `displayName` says.
    """
    for candidate in (display_name, f"{given_name or ''} {surname or ''}", fallback):
        shown = clean_line(candidate)
        if shown:
            # A text that is one single endless cluster has no place to be cut; then code points it is.
            return cut(shown, _DISPLAY_NAME_MAX_CHARS) or shown[:_DISPLAY_NAME_MAX_CHARS]
    return fallback[:_DISPLAY_NAME_MAX_CHARS]
