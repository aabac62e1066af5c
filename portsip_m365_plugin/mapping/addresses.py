"""The addresses by which a person of the directory is recognised. Pure.

Source: "user resource type", Microsoft Graph v1.0: `proxyAddresses` holds `SMTP:` (primary), `smtp:` (alias) and other
kinds such as `X500:` and `SIP:` (https://learn.microsoft.com/graph/api/resources/user, 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portsip_m365_plugin.mapping.text import clean_line

_SMTP: Final = "smtp:"


def address_key(address: str | None) -> str:
    """Return the form by which addresses are compared: case is ignored. Empty if this is no address."""
    key = clean_line(address).casefold()
    return key if "@" in key and " " not in key else ""


def read_addresses(user: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of sign-in name, mail and every SMTP address of a person, each once. Never raises."""
    proxies = user.get("proxyAddresses")
    texts = [proxy for proxy in proxies if isinstance(proxy, str)] if isinstance(proxies, list) else []
    aliases = [text[len(_SMTP) :] for text in texts if text[: len(_SMTP)].casefold() == _SMTP]
    given = (user.get("mail"), user.get("userPrincipalName"), *aliases)
    keys = (address_key(address) for address in given if isinstance(address, str))
    return tuple(dict.fromkeys(key for key in keys if key))
