"""One written number, read by the numbering plan of its country. Pure.

A number is read in every way that its country knows. It has an E.164 form only where all of them agree; so a local
number without its area code, an internal number or a number with a digit too many has none.

Source: libphonenumber's metadata (package `phonenumbers`); ITU-T E.164; for Germany the plan of the Bundesnetzagentur,
"Nummernplan Ortsnetzrufnummern" (a national number has at most 11 digits), which that metadata does not enforce.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
)

_E164_MAX_DIGITS: Final = 15
_WRITTEN_MAX_DIGITS: Final = 21
"""An international prefix and a bracketed zero may come on top."""
_NATIONAL_MAX_DIGITS: Final = 12
_NATIONAL_MAX_DIGITS_OF: Final = {49: 11}
"""Two numbers side by side are longer than this, even the shortest. Open plans would take them for one."""
_NATIONAL_MIN_DIGITS: Final = 7
"""A shorter one without a country code is more likely an internal number than a public one."""
_NATIONAL_MIN_DIGITS_OF: Final = {48: 9}
"""Poland dials nine digits. libphonenumber also takes seven, which are local numbers of old Warsaw."""
_GROUPED_MIN_DIGITS: Final = 6
"""The least where an area code is set apart, as in Vienna's 01 58801."""
_LONE_ZERO_MIN_DIGITS: Final = 9
"""From this length on, a zero in a group of its own is the trunk prefix, not the digit for an outside line."""
_OWN_CODE_MIN_DIGITS: Final = 10
"""No local number is this long, so the first digits can be a country code."""
_SERVICE_MIN_DIGITS: Final = 8
_SERVICE_MIN_DIGITS_WITH_TRUNK: Final = 10
"""A shorter service number without a trunk prefix looks like a local number, as Brazil's 4008 4069 does."""
_LINES_OF_PEOPLE: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.VOIP,
    }
)


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """The digits of one number, and how they were grouped."""

    groups: tuple[str, ...]
    """ASCII digits, one item for each group, none empty."""
    has_plus: bool = False
    zero_at: int | None = None
    """Which group is a zero in brackets, as in +49 (0)30."""

    @property
    def digits(self) -> str:
        """All digits in order."""
        return "".join(self.groups)


def read_written(number: WrittenNumber, country: str) -> str | None:
    """Return the E.164 form, or None where there is none or more than one.

    Args:
        number: As written.
        country: ISO 3166 country of numbers without a country code. An unknown one has no such numbers.
    """
    digits = number.digits
    if len(digits) > _WRITTEN_MAX_DIGITS:
        return None
    readings = set(_read_with_plus(number) if number.has_plus else _read_without_plus(number, country))
    return readings.pop() if len(readings) == 1 else None


def check_e164(e164: str) -> bool:
    """Whether this is a valid number of its country."""
    return _read_with_code(e164.removeprefix("+")) == e164


def _read_with_plus(number: WrittenNumber) -> Iterator[str]:
    yield from filter(None, [_read_with_code(number.digits)])
    if number.zero_at is not None:
        # Countries without a trunk prefix do not know this zero, though people write it.
        yield from filter(None, [_read_with_code(_leave_out(number, number.zero_at))])


def _read_without_plus(number: WrittenNumber, country: str) -> Iterator[str]:
    digits = number.digits
    code = phonenumbers.country_code_for_region(country)
    if not code:
        return
    national = _read_national(number, country)
    if national:
        yield national
    if digits.startswith(str(code)) and len(digits) >= _OWN_CODE_MIN_DIGITS:
        own = set(_read_with_plus(WrittenNumber(number.groups, has_plus=True, zero_at=number.zero_at)))
        yield from own
        trunk = _trunk_prefix(code)
        if own and trunk and number.groups[0] != str(code):
            # "4930 123456" may be 04930 123456 whose zero a spreadsheet took away.
            yield from filter(
                None, [_read_national(WrittenNumber((trunk + number.groups[0], *number.groups[1:])), country)]
            )
    for head in range(2, 6):
        if _is_international_prefix(digits[:head], country):
            yield from filter(None, [_read_with_code(digits[head:])])
            if number.zero_at:
                yield from filter(None, [_read_with_code(_leave_out(number, number.zero_at)[head:])])


def _read_with_code(digits: str) -> str | None:
    """Read digits that begin with a country code; a trunk prefix may follow it."""
    number = _parse(f"+{digits}", None)
    if number is None:
        return None
    national, code = phonenumbers.national_significant_number(number), number.country_code or 0
    rest = digits[len(str(code)) :]
    if rest not in (national, _trunk_prefix(code) + national):
        return None
    return _format(number) if _is_valid(number) else None


def _read_national(number: WrittenNumber, country: str) -> str | None:
    digits = number.digits
    parsed = _parse(digits, country)
    if parsed is None or parsed.country_code != phonenumbers.country_code_for_region(country):
        return None
    national, trunk = phonenumbers.national_significant_number(parsed), _trunk_prefix(parsed.country_code)
    if not _is_valid(parsed):
        return None
    if trunk and digits == trunk + national:
        is_fit = _is_fit_with_trunk(number, national)
    else:
        is_fit = digits == national and _is_fit_without_trunk(parsed, national, country)
    return _format(parsed) if is_fit else None


def _is_fit_with_trunk(number: WrittenNumber, national: str) -> bool:
    """Whether a number with a trunk prefix is a public one, not an internal number that begins with a zero."""
    if number.groups[0] == "0" and number.zero_at is None:
        return len(national) >= _LONE_ZERO_MIN_DIGITS
    return len(national) >= (_GROUPED_MIN_DIGITS if len(number.groups) > 1 else _NATIONAL_MIN_DIGITS)


def _is_fit_without_trunk(number: PhoneNumber, national: str, country: str) -> bool:
    """Whether people of this country write this number without a trunk prefix."""
    code = number.country_code or 0
    if len(national) < _NATIONAL_MIN_DIGITS_OF.get(code, _NATIONAL_MIN_DIGITS):
        return False
    service_min = _SERVICE_MIN_DIGITS_WITH_TRUNK if _trunk_prefix(code) else _SERVICE_MIN_DIGITS
    if len(national) < service_min and phonenumbers.number_type(number) not in _LINES_OF_PEOPLE:
        return False
    shown = re.sub(r"\D", "", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    if shown == national:
        return True
    # India and Russia show a prefix that may be left out. The matcher knows where it may.
    return any(PhoneNumberMatcher(national, country, Leniency.VALID, 1))


def _is_international_prefix(digits: str, country: str) -> bool:
    if digits == "00":
        return True
    metadata = PhoneMetadata.metadata_for_region(country, None)
    prefix = metadata.international_prefix if metadata else None
    return bool(prefix and re.fullmatch(prefix, digits))


def _is_valid(number: PhoneNumber) -> bool:
    national, code = phonenumbers.national_significant_number(number), number.country_code or 0
    longest = min(_NATIONAL_MAX_DIGITS_OF.get(code, _NATIONAL_MAX_DIGITS), _E164_MAX_DIGITS - len(str(code)))
    return len(national) <= longest and phonenumbers.is_valid_number(number)


@lru_cache(maxsize=512)
def _trunk_prefix(code: int | None) -> str:
    region = phonenumbers.region_code_for_country_code(code) if code else None
    return (phonenumbers.ndd_prefix_for_region(region, True) or "") if region else ""


def _leave_out(number: WrittenNumber, at: int) -> str:
    return "".join(group for index, group in enumerate(number.groups) if index != at)


def _parse(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _format(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
