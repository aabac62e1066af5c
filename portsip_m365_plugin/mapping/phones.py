"""Telephone numbers: kept as people wrote them, and understood as E.164 where that is possible. Pure.

Graph checks nothing: `mobilePhone` and `businessPhones` are free text (Graph `user` resource v1.0, facts of 2026-11).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from pbx_plugin_api import Phone
from portsip_m365_plugin.mapping.text import clean_line

__all__ = ["map_phone", "normalise_number"]

_RAW_MAX_CHARS: Final = 32
_PARSED_MAX_CHARS: Final = 250
"""What libphonenumber looks at; more is certainly no telephone number."""


@lru_cache(maxsize=4096)
def normalise_number(number: str, country: str) -> str | None:
    """Return a number in E.164, or None where it cannot be understood.

    An extension ("x123", ";ext=123") has no place in E.164 and is left out of it; the raw text keeps it. A number with
    a country code need only have a possible length. One without must be valid in its country, lest a short internal
    number become somebody's real one.

    Args:
        number: As written.
        country: ISO 3166 country of numbers without a country code; an unknown one makes those not understood.
    """
    if len(number) > _PARSED_MAX_CHARS:
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    if not _is_international(number) and not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return e164 if len(e164) <= 16 else None


def map_phone(raw: str | None, country: str) -> tuple[Phone | None, str | None]:
    """Map one number.

    Args:
        raw: As Graph sent it.
        country: ISO 3166 country of numbers without a country code.

    Returns:
        The number and nothing; or, where something was lost, what is left of it and a sentence about it. PortSIP keeps
        32 characters: a longer text is replaced by its E.164 form. A longer text that is no number is dropped whole,
        since half a telephone number is a wrong one.
    """
    shown = clean_line(raw)
    if not shown:
        return None, None
    e164 = normalise_number(shown, country)
    if len(shown) <= _RAW_MAX_CHARS:
        return Phone(raw=shown, e164=e164), None
    if e164 is None:
        return None, f"{shown[:60]!r} is longer than {_RAW_MAX_CHARS} characters and no number that can be understood"
    return Phone(raw=e164, e164=e164), f"{shown[:60]!r} is longer than {_RAW_MAX_CHARS} characters; kept as {e164}"


def _is_international(number: str) -> bool:
    return number.lstrip(" (").removeprefix("tel:").startswith(("+", "\uff0b"))
