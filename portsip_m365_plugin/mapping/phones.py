"""Telephone numbers: kept as people wrote them, and as E.164 where the text is one number for certain. Pure.

A stored E.164 is a promise that this is the number: nothing is completed, and nothing is chosen from several.
Microsoft Graph checks none of it: `mobilePhone` and `businessPhones` are free text ("user resource type",
https://learn.microsoft.com/graph/api/resources/user, 2026-11).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pbx_plugin_api import Phone
from portsip_m365_plugin.mapping.phone_text import FoundNumber, find_in_text
from portsip_m365_plugin.mapping.phone_vanity import read_vanity
from portsip_m365_plugin.mapping.text import clean_number
from portsip_m365_plugin.texts import _

_RAW_MAX_CHARS: Final = 32
_READ_MAX_CHARS: Final = 250
"""Nobody's number is longer, and reading takes longer the longer a text is."""


def find_numbers(text: str, country: str) -> tuple[FoundNumber, ...]:
    """Return every number of a text, each once, in the order of the text; none where a part of it is unclear.

    Args:
        text: As Graph sent it, line ends included.
        country: ISO 3166 country of numbers without a country code. With an unknown one these are not understood.
    """
    return _find(text, country) if len(text) <= _READ_MAX_CHARS else ()


@lru_cache(maxsize=16_384)
def _find(text: str, country: str) -> tuple[FoundNumber, ...]:
    found = find_in_text(text, country)
    if not found and (vanity := read_vanity(text, country)):
        return (FoundNumber(e164=vanity, written=clean_number(text)),)
    return found


def normalise_number(text: str, country: str) -> str | None:
    """Return the one number of a text in E.164; None where there is none, or more than one.

    An extension has no place in E.164; the raw text keeps it. For the arguments see `find_numbers`.
    """
    found = find_numbers(text, country)
    return found[0].e164 if len(found) == 1 else None


def map_phone(raw: str | None, country: str) -> tuple[Phone | None, str | None]:
    """Map one number.

    Args:
        raw: As Graph sent it.
        country: ISO 3166 country of numbers without a country code.

    Returns:
        The number and nothing; or, where something was lost, what is left of it and a sentence about it. PortSIP keeps
        32 characters: a longer text is replaced by its E.164 form. A longer text without one is dropped whole, since
        half a telephone number is a wrong one.
    """
    shown = clean_number(raw)
    if not raw or not shown:
        return None, None
    e164 = normalise_number(raw, country)
    if len(shown) <= _RAW_MAX_CHARS:
        return Phone(raw=shown, e164=e164), None
    start, longest = shown[:60], _RAW_MAX_CHARS
    if e164 is None:
        return None, _(
            "'{start}' is longer than {max} characters and not one number that can be understood; left out",
            start=start,
            max=longest,
        )
    note = _("'{start}' is longer than {max} characters; kept as {number}", start=start, max=longest, number=e164)
    return Phone(raw=e164, e164=e164), note
