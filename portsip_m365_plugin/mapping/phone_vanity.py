"""Numbers spelled with letters, in the countries that dial them so: 1-800-FLOWERS. Pure.

Source: ITU-T E.161 (letters on a keypad); libphonenumber decides whether the digits are a number.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from portsip_m365_plugin.mapping.phone_plans import check_e164

_TOLL_FREE: Final = frozenset({"800", "833", "844", "855", "866", "877", "888"})
_REMARKS: Final = frozenset({"CALL", "CELL", "DESK", "DIRECT", "HOME", "MAIN", "MOBILE", "OFFICE", "ONLY", "WORK"})
"""Words beside a number that are no part of it, even in capitals: 555 CELL."""
_LABEL: Final = re.compile(r"[^\W\d_]+[.:]+ *")
_SHAPES: Final = {
    1: re.compile(
        r"(?:\+?1[ .-]?)?\(?(?P<head>[2-9][0-9]{2})\)?(?P<gap>[ .-]?)(?P<name>(?:[0-9A-Za-z][.-]?){6}[0-9A-Za-z])"
    ),
    61: re.compile(r"(?:\+?61[ -]?)?(?P<head>1300|1800|13)(?P<gap>[ -]?)(?P<name>[0-9A-Za-z]{4}|[0-9A-Za-z]{6})"),
    64: re.compile(r"(?:\+?64[ -]?|0)(?P<head>800|508)(?P<gap>[ -]?)(?P<name>[0-9A-Za-z]{6})"),
}


def read_vanity(text: str, country: str) -> str | None:
    """Return the E.164 form of a number with letters, or None.

    Capitals are expected, as these numbers are advertised; small letters only where a hyphen ties them to a toll-free
    number. A name longer than the number is not cut to it.
    """
    shown = _LABEL.sub("", text.strip(), count=1) if ":" in text else text.strip()
    for code, shape in _SHAPES.items():
        match = shape.fullmatch(shown)
        if match is None or not (shown.startswith(f"+{code}") or phonenumbers.country_code_for_region(country) == code):
            continue
        head, name = match["head"], re.sub(r"[.-]", "", match["name"])
        letters = re.sub(r"[0-9]", "", name)
        if len(letters) < 3 or set(re.findall(r"[A-Z]+", name)) & _REMARKS:
            continue
        is_toll_free = head in _TOLL_FREE or code != 1
        if not letters.isupper() and not (is_toll_free and match["gap"] == "-" and letters.islower()):
            continue
        if not is_toll_free and match["gap"] == " ":
            continue
        e164 = f"+{code}{head}{phonenumbers.convert_alpha_characters_in_number(name)}"
        return e164 if check_e164(e164) else None
    return None
