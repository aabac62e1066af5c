"""The name that PortSIP shows for a person. Pure."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Text
from portsip_m365_plugin.mapping.choices import NameFormat
from portsip_m365_plugin.mapping.text import clean_name, cut
from portsip_m365_plugin.texts import _

_DISPLAY_NAME_MAX_CHARS: Final = 128


def has_name(given_name: str | None, surname: str | None) -> bool:
    """Whether a person has a first or a last name.

    PortSIP: "a user whose First and Last name are both empty is not synced", even with a display name and a mail
    ("Microsoft 365 integration", https://support.portsip.com, 2026-08). A name of invisible characters is empty.
    """
    return bool(clean_name(given_name) or clean_name(surname))


def choose_display_name(
    display_name: str | None,
    given_name: str | None,
    surname: str | None,
    fallback: str,
    name_format: NameFormat = NameFormat.DISPLAY_NAME,
) -> tuple[str, str | None]:
    """Return the name the PBX shows, and a note if it was cut.

    It is made as the tenant wants it; where that gives nothing, it is the other form, and at last the fallback. At most
    128 characters (PortSIP from v22.6), never half of a character a person sees. The given name comes first in every
    language; `displayName` is where a person says otherwise.
    """
    given, last = clean_name(given_name), clean_name(surname)
    joint = ", " if name_format is NameFormat.SURNAME_GIVEN else " "
    parts = (last, given) if name_format is NameFormat.SURNAME_GIVEN else (given, last)
    made = clean_name(joint.join(part for part in parts if part))
    shown = clean_name(display_name)
    ordered = (shown, made) if name_format is NameFormat.DISPLAY_NAME else (made, shown)
    name = next((candidate for candidate in (*ordered, clean_name(fallback)) if candidate), fallback)
    if len(name) <= _DISPLAY_NAME_MAX_CHARS:
        return name, None
    # A text that is one long cluster has no place to cut; then it is cut between code points.
    kept = cut(name, _DISPLAY_NAME_MAX_CHARS) or name[:_DISPLAY_NAME_MAX_CHARS]
    return kept, say_cut(kept, _DISPLAY_NAME_MAX_CHARS)


def say_cut(kept: str, max_chars: int) -> Text:
    """Return the note about a text that was too long."""
    return _("longer than {max} characters; cut after '{end}'", max=max_chars, end=kept[-20:])
