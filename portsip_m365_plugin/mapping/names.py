"""The name that PortSIP shows for a person. Pure."""

from __future__ import annotations

from typing import Final

from portsip_m365_plugin.mapping.text import clean_name, cut

_DISPLAY_NAME_MAX_CHARS: Final = 128


def has_name(given_name: str | None, surname: str | None) -> bool:
    """Whether a person has a first or a last name.

    PortSIP: "a user whose First and Last name are both empty is not synced", even with a display name and a mail
    ("Microsoft 365 integration", https://support.portsip.com, 2026-08). A name of invisible characters is empty.
    """
    return bool(clean_name(given_name) or clean_name(surname))


def choose_display_name(display_name: str | None, given_name: str | None, surname: str | None, fallback: str) -> str:
    """Return the name the PBX shows: the display name, or given name and surname, or the fallback.

    At most 128 characters (PortSIP from v22.6), never half of a character a person sees. The given name comes first in
    every language; `displayName` is where a person says otherwise.
    """
    for candidate in (display_name, f"{given_name or ''} {surname or ''}", fallback):
        shown = clean_name(candidate)
        if shown:
            # A text that is one long cluster has no place to cut; then it is cut between code points.
            return cut(shown, _DISPLAY_NAME_MAX_CHARS) or shown[:_DISPLAY_NAME_MAX_CHARS]
    return fallback[:_DISPLAY_NAME_MAX_CHARS]
