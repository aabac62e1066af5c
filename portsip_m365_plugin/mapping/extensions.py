"""The extension number that the directory names for a person. Pure.

Source: "user resource type" and "onPremisesExtensionAttributes resource type", Microsoft Graph v1.0
(https://learn.microsoft.com/graph/api/resources/onpremisesextensionattributes, 2026-11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from pbx_plugin_api import Text
from portsip_m365_plugin.mapping.choices import ATTRIBUTE, BUSINESS_PHONES, ExtensionSource
from portsip_m365_plugin.mapping.text import clean_number
from portsip_m365_plugin.texts import _, _n

_NUMBER: Final = re.compile(r"[0-9]{3,64}", re.ASCII)
_SHOWN_CHARS: Final = 40


def read_extension(user: Mapping[str, Any], source: ExtensionSource) -> tuple[str | None, str | None]:
    """Return the number, or None and why there is none. Both are None without a source. Never raises."""
    if not source:
        return None, None
    text = clean_number(_read_text(user, source))
    if not text:
        return None, _("{source} is empty; the person gets a number as without this source", source=source.name)
    number = _digits(text)[-source.last_digits :] if source.last_digits else text
    if not _NUMBER.fullmatch(number) or len(number) < source.last_digits:
        return None, _explain(source, text[:_SHOWN_CHARS])
    return number, None


def _explain(source: ExtensionSource, shown: str) -> Text:
    if not source.last_digits:
        return _(
            "{source} is '{text}', not 3 to 64 digits and nothing else; the person gets a number as without this"
            " source",
            source=source.name,
            text=shown,
        )
    return _n(
        "{source} is '{text}', not {n} digit; the person gets a number as without this source",
        "{source} is '{text}', not {n} digits; the person gets a number as without this source",
        source.last_digits,
        source=source.name,
        text=shown,
    )


def _read_text(user: Mapping[str, Any], source: ExtensionSource) -> str:
    if source.name == BUSINESS_PHONES:
        phones = user.get(BUSINESS_PHONES)
        texts = [phone for phone in phones if isinstance(phone, str)] if isinstance(phones, list) else []
        return next((text for text in texts if clean_number(text)), "")
    holder: Any = user.get("onPremisesExtensionAttributes") if source.name.startswith(ATTRIBUTE) else user
    value = holder.get(source.name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, str) else ""


def _digits(text: str) -> str:
    """Return the digits of any script, written 0 to 9."""
    return "".join(str(unicodedata.decimal(char)) for char in text if unicodedata.decimal(char, None) is not None)
