"""The limits of the PBX, each checked in one place.

Source: PortSIP PBX REST API 22.2 and administration guide, https://support.portsip.com, read 2026-08-21. Private to the
contract: value objects call these functions from `__post_init__`, so no value object can break a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pbx_plugin_api._words import _
from pbx_plugin_api.catalogues import SOURCE_LANGUAGE
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.texts import Text, listing

USERNAME_MAX_CHARS = 64
DISPLAY_NAME_MAX_CHARS = 128
EMAIL_MAX_CHARS = 128
DEPARTMENT_MAX_CHARS = 128
PHONE_MAX_CHARS = 32
RESERVED_USERNAMES = frozenset({"admin", "administrator", "root", "system"})

_V = TypeVar("_V")

_USERNAME = re.compile(r"[A-Za-z0-9_\-'.]{1,64}")
_EXTENSION = re.compile(r"[0-9]{3,64}")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")
_LINK_ID = re.compile(r"[!-~]{1,255}")
_VISIBLE = re.compile(r"[!-~]+")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,6}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_text(field: str, value: str, *, max_chars: int, min_chars: int = 0) -> None:
    """Text of a given length, without control characters except tab and line ends."""
    if not isinstance(value, str):
        raise InvalidValueError(field, value, _("text is expected"))
    # A limit is for what an author writes. A translation may be longer: no page fails by its reader's language.
    written = value.in_language(SOURCE_LANGUAGE) if isinstance(value, Text) else value
    if not min_chars <= len(written) <= max_chars:
        raise InvalidValueError(field, value, _("{least} to {most} characters", least=min_chars, most=max_chars))
    if _CONTROL.search(value):
        raise InvalidValueError(field, value, _("no control characters"))


def check_optional_text(field: str, value: str | None, *, max_chars: int) -> None:
    """The same, or None if the field is not set. An empty string is refused."""
    if value is not None:
        check_text(field, value, max_chars=max_chars, min_chars=1)


def check_username(field: str, value: str) -> None:
    """1 to 64 letters, digits, `_ - ' .`; no dot at either end; no reserved name, in upper or lower case."""
    if not isinstance(value, str) or not _USERNAME.fullmatch(value):
        raise InvalidValueError(field, value, _("1 to 64 letters, digits, _ - ' ."))
    if value.startswith(".") or value.endswith("."):
        raise InvalidValueError(field, value, _("no dot at either end"))
    if value.casefold() in RESERVED_USERNAMES:
        raise InvalidValueError(
            field, value, _("reserved by the PBX ({names})", names=listing(sorted(RESERVED_USERNAMES)))
        )


def check_extension_number(field: str, value: str) -> None:
    """3 to 64 ASCII digits."""
    if not isinstance(value, str) or not _EXTENSION.fullmatch(value):
        raise InvalidValueError(field, value, _("3 to 64 digits"))


def check_e164(field: str, value: str | None) -> None:
    """ITU-T E.164: a plus sign and 2 to 15 digits."""
    if value is not None and not _E164.fullmatch(value):
        raise InvalidValueError(field, value, _("a plus sign and 2 to 15 digits (E.164)"))


def check_link_id(field: str, value: str) -> None:
    """1 to 255 visible ASCII characters (OpenID Connect Core 1.0, section 2, limits `sub` to 255 ASCII characters)."""
    if not isinstance(value, str) or not _LINK_ID.fullmatch(value):
        raise InvalidValueError(field, value, "1 to 255 visible ASCII characters, no spaces")


def check_key(field: str, value: str) -> None:
    """A name for programs: 1 to 64 letters, digits, `_ . -`; the first is a letter or digit."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise InvalidValueError(field, value, "1 to 64 letters, digits, _ . -, first a letter or digit")


def check_country(field: str, value: str) -> None:
    """A country: ISO 3166-1 alpha-2, upper case."""
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise InvalidValueError(field, value, _("two capital letters (ISO 3166), such as DE"))


def check_language(field: str, value: str) -> None:
    """A BCP 47 tag by its form, such as `de` or `zh-Hans`."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise InvalidValueError(field, value, _("a BCP 47 tag such as de or zh-Hans"))


def check_time_zone(field: str, value: str) -> None:
    """A name of the IANA time-zone database that this machine has."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise InvalidValueError(
            field, value, _("a name of the IANA time-zone database, such as Europe/Berlin")
        ) from error


def check_origin(field: str, value: str, *, schemes: Iterable[str] = ("https", "http")) -> None:
    """A web origin: scheme, host and perhaps a port, no path. Plain http only for this machine."""
    parts = urlsplit(value) if isinstance(value, str) else None
    host = parts.hostname if parts else None
    if (
        parts is None
        or parts.scheme not in schemes
        or not host
        or parts.username is not None
        or value != f"{parts.scheme}://{parts.netloc}"
    ):
        raise InvalidValueError(field, value, _("an origin such as https://pbx.example.com:8887, with no path"))
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise InvalidValueError(field, value, _("https (plain http only for localhost)"))


def check_https_url(field: str, value: str) -> None:
    """An https address of at most 2,048 visible ASCII characters, with a host and without a user name."""
    if not isinstance(value, str) or len(value) > 2_048 or not _VISIBLE.fullmatch(value):
        raise InvalidValueError(field, value, "1 to 2,048 visible ASCII characters, no spaces")
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme != "https" or parts.username is not None:
        raise InvalidValueError(field, value, "an https address such as https://example.com/page")


def check_utc(field: str, value: datetime | None) -> None:
    """A time that is aware and in UTC."""
    if value is not None and (value.tzinfo is None or value.utcoffset() != timedelta(0)):
        raise InvalidValueError(field, value, "an aware UTC datetime")


def check_at_least(field: str, value: int, minimum: int) -> None:
    """A whole number that is not below a minimum."""
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise InvalidValueError(field, value, _("a whole number, {least} or more", least=minimum))


def freeze_mapping(value: Mapping[str, _V]) -> Mapping[str, _V]:
    """Return a read-only copy, so that nothing within a frozen value object can change."""
    return MappingProxyType(dict(value))
