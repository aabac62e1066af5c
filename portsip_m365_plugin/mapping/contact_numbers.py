"""The telephone numbers of a Graph contact in the nine fields of a PortSIP contact. Pure.

- business, business2, other: businessPhones in order. home_phone, home_phone2, then other: homePhones in order.
  mobile_phone, mobile_phone2: mobilePhone. A text with several numbers is shared out among these fields where all of
  the numbers find one, and is then kept in the notes as well.
- A text that begins with "fax" goes to the fax field of its kind, else to the other fax field, never to another one.
- One more number than that goes to mobile_phone2 if that is free, and to the notes, which say what it is.
- All others go to the notes. Whatever a field or the notes show, each number that is understood finds its caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pbx_plugin_api import ContactPhone
from portsip_m365_plugin.mapping.phone_text import FoundNumber
from portsip_m365_plugin.mapping.phone_words import FAX_WORDS
from portsip_m365_plugin.mapping.phones import find_numbers
from portsip_m365_plugin.mapping.text import clean_number

_TEXT_MAX_CHARS: Final = 128
_FURTHER_MAX: Final = 100
_FAX_FIELDS: Final = ("business_fax", "home_fax")
_SPARE_FIELD: Final = "mobile_phone2"


@dataclass(slots=True)
class PlacedNumbers:
    """Where the numbers of one contact went."""

    fields: dict[str, ContactPhone] = field(default_factory=dict)
    spare: list[tuple[str, str]] = field(default_factory=list)
    """Label and text of what the notes have to say."""
    further_e164: tuple[str, ...] = ()
    """Numbers that no field has."""


def place_numbers(business: Sequence[str], home: Sequence[str], mobile: Sequence[str], country: str) -> PlacedNumbers:
    """Place the numbers of a contact.

    Args:
        business: As Graph sent them, without empty ones; the others likewise.
        home: See `business`.
        mobile: See `business`.
        country: ISO 3166 country of numbers without a country code.
    """
    placer = _Placer(country)
    placer.place("Business phone", business, ("business", "business2", "other"), "business_fax")
    placer.place("Home phone", home, ("home_phone", "home_phone2", "other"), "home_fax")
    placer.place("Mobile phone", mobile, ("mobile_phone", "mobile_phone2"), None)
    return placer.finish()


class _Placer:
    def __init__(self, country: str) -> None:
        self._country = country
        self._placed = PlacedNumbers()
        self._found: dict[str, None] = {}
        self._left: list[tuple[str, str]] = []

    def place(self, label: str, numbers: Sequence[str], places: Sequence[str], fax: str | None) -> None:
        """Put numbers into the first free of their fields."""
        fields = self._placed.fields
        free = [place for place in places if place not in fields]
        texts = {clean_number(number): find_numbers(number, self._country) for number in numbers}
        self._found.update((found.e164, None) for each in texts.values() for found in each)
        extra = sum(len(found) - 1 for text, found in texts.items() if _is_shared_out(text, found))
        has_room = len(texts) + extra <= len(free)
        for text, found in texts.items():
            if has_room and _is_shared_out(text, found):
                self._placed.spare.append((label, text))
                for number in found:
                    fields[free.pop(0)] = ContactPhone(raw=number.written, e164=number.e164)
                continue
            if _is_fax(text):
                chosen = [fax] if fax is not None and fax not in fields else []
            else:
                chosen = free
            if len(text) > _TEXT_MAX_CHARS or not chosen:
                self._left.append((label, text))
                continue
            fields[chosen.pop(0)] = _phone(text, found)

    def finish(self) -> PlacedNumbers:
        """Place what is left, when every kind of number has had its own fields."""
        fields = self._placed.fields
        for label, text in self._left:
            places = _FAX_FIELDS if _is_fax(text) else (_SPARE_FIELD,)
            place = next((name for name in places if name not in fields), None)
            found = find_numbers(text, self._country)
            if place is not None and len(text) <= _TEXT_MAX_CHARS and len(found) <= 1:
                fields[place] = _phone(text, found)
                if place in _FAX_FIELDS:
                    continue
            self._placed.spare.append((label, text))
        shown = {phone.e164 for phone in fields.values()}
        self._placed.further_e164 = tuple(e164 for e164 in self._found if e164 not in shown)[:_FURTHER_MAX]
        return self._placed


def _phone(text: str, found: Sequence[FoundNumber]) -> ContactPhone:
    return ContactPhone(raw=text, e164=found[0].e164 if len(found) == 1 else None)


def _is_fax(text: str) -> bool:
    return text.casefold().startswith(FAX_WORDS)


def _is_shared_out(text: str, found: Sequence[FoundNumber]) -> bool:
    """Whether several numbers stand in one text, none of them for a fax."""
    is_short = all(len(number.written) <= _TEXT_MAX_CHARS for number in found)
    return len(found) > 1 and is_short and not any(word in text.casefold() for word in FAX_WORDS)
