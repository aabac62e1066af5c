"""Which tenants are reached at the address that a request came to."""

from __future__ import annotations

from urllib.parse import urlsplit

from pbx_devhost.core import Pbx
from pbx_devhost.store.tenants import ReachedOrigin

_DEFAULT_PORTS = {"https": 443, "http": 80}


def find_origin(pbx: Pbx, scheme: str, host: str) -> ReachedOrigin | None:
    """Return the stored origin that a request came to, or None where no tenant is reached there.

    `host` is what the request says of itself. It only chooses among stored origins and is never used itself.
    """
    wanted = [origin for each in (scheme, "https", "http") for origin in _spellings(each, host)]
    return pbx.stores.tenants.find_origin(list(dict.fromkeys(wanted)))


def same_origin(given: str, origin: str) -> bool:
    """Whether a browser's `Origin` header names this origin, whether or not the data write out a default port."""
    scheme, _, host = origin.partition("://")
    return given in _spellings(scheme, host)


def _spellings(scheme: str, host: str) -> list[str]:
    """How an address may be spelled: browsers leave a default port out, administrators may write it."""
    lower = host.lower()
    try:
        port = urlsplit(f"//{lower}").port
    except ValueError:
        return []
    default = _DEFAULT_PORTS[scheme]
    if port is None:
        return [f"{scheme}://{lower}", f"{scheme}://{lower}:{default}"]
    if port == default:
        return [f"{scheme}://{lower}", f"{scheme}://{lower.rpartition(':')[0]}"]
    return [f"{scheme}://{lower}"]
