"""Microsoft's clouds as data, and the clouds that the operator of this machine adds.

Only the operator can add a cloud, with the JSON file named in `PORTSIP_M365_CLOUDS`. An administrator of a tenant can
choose a cloud, but cannot add or change one. What a cloud lacks decides how we call it.

Sources: Microsoft Entra authentication & national clouds (2025-01-15); Microsoft Graph national cloud deployments; the
clouds' Graph schemas of 2026-08-20: 21Vianet has no contacts delta and no `internetMessageHeaders`, US Government no
upload sessions for attachments. A directory of GCC (Moderate) uses GLOBAL. GCC High and DoD share Entra's host; only
Graph's host differs. The admin centers are those that "Microsoft Entra frequently asked questions" names for firewalls
(learn.microsoft.com/entra/fundamentals/faq, read 2026-11-26).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from pbx_plugin_api import Text, listing
from portsip_m365_plugin.texts import _

CLOUDS_VARIABLE: Final = "PORTSIP_M365_CLOUDS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The addresses of one cloud, and what it has."""

    name: str
    authority: str
    """Origin of Entra ID; everything else there comes from discovery."""
    graph: str
    """Origin of Microsoft Graph; calls go to `{graph}/v1.0/…`."""
    like: str
    """Which of Microsoft's schemas its Graph has: `GLOBAL`, `CHINA` or `USGOV`."""
    is_microsofts: bool = False
    admin_center: str = ""
    """Origin of the Entra admin center; empty: not known."""

    @property
    def graph_root(self) -> str:
        """The address in front of the paths of the wire table."""
        return f"{self.graph}/v1.0"

    @property
    def graph_scope(self) -> str:
        """The scope of an app-only token."""
        return f"{self.graph}/.default"

    @property
    def has_contacts_delta(self) -> bool:
        """Whether the cloud reports changed contacts; otherwise they are listed and compared."""
        return self.like != "CHINA"

    @property
    def has_message_headers(self) -> bool:
        """Whether a message may have headers of our own."""
        return self.like != "CHINA"


GLOBAL: Final = Cloud(
    name="GLOBAL",
    authority="https://login.microsoftonline.com",
    graph="https://graph.microsoft.com",
    like="GLOBAL",
    is_microsofts=True,
    admin_center="https://entra.microsoft.com",
)
CHINA: Final = Cloud(
    name="CHINA",
    authority="https://login.partner.microsoftonline.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    like="CHINA",
    is_microsofts=True,
    admin_center="https://entra.microsoftonline.cn",
)

GCC_HIGH: Final = Cloud(
    name="GCC_HIGH",
    authority="https://login.microsoftonline.us",
    graph="https://graph.microsoft.us",
    like="USGOV",
    is_microsofts=True,
    admin_center="https://entra.microsoft.us",
)
DOD: Final = Cloud(
    name="DOD",
    authority="https://login.microsoftonline.us",
    graph="https://dod-graph.microsoft.us",
    like="USGOV",
    is_microsofts=True,
    admin_center="https://entra.microsoft.us",
)

_OWN: Final[Mapping[str, Cloud]] = MappingProxyType({cloud.name: cloud for cloud in (GLOBAL, CHINA, GCC_HIGH, DOD)})
_SCHEMAS: Final = ("GLOBAL", "CHINA", "USGOV")
_FIELDS: Final = ("authority", "graph", "like")


class CloudFileError(Exception):
    """The operator's file of clouds cannot be used; the text names file, cloud, field, value and remedy."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text)


def load_clouds(environment: Mapping[str, str] = os.environ) -> Mapping[str, Cloud]:
    """Return all clouds by name: Microsoft's, then the operator's.

    Raises:
        CloudFileError: The file is missing or wrong; nothing of it is used. Not retryable.
    """
    named = environment.get(CLOUDS_VARIABLE)
    if not named:
        return _OWN
    path = Path(named)
    try:
        shape = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CloudFileError(
            # Translators: after "The operator's file of clouds cannot be used:"
            _(
                "{file} ({variable}) cannot be read: {why}",
                file=named,
                variable=CLOUDS_VARIABLE,
                why=error.strerror or "",
            )
        ) from error
    except ValueError as error:
        raise CloudFileError(
            _("{file} ({variable}) is not JSON: {why}", file=named, variable=CLOUDS_VARIABLE, why=str(error))
        ) from error
    if not isinstance(shape, dict):
        raise CloudFileError(
            _('{file}: an object is expected, such as {{"LAB": {{"authority": …, "graph": …}}}}', file=named)
        )
    return MappingProxyType({**_OWN, **{name: _read_cloud(path, name, entry) for name, entry in shape.items()}})


def find_cloud_of_graph(graph_host: str) -> Cloud | None:
    """Return Microsoft's own cloud whose Graph has this host name, or None."""
    return next((cloud for cloud in _OWN.values() if urlsplit(cloud.graph).hostname == graph_host), None)


def _read_cloud(path: Path, name: str, entry: Any) -> Cloud:
    # Translators: begins a message about one entry of the operator's file
    where = _("{file}: cloud {name}", file=str(path), name=repr(name))
    if name in _OWN:
        raise CloudFileError(_("{where}: Microsoft's own clouds cannot be changed; choose another name", where=where))
    if not (name.isascii() and name.replace("_", "").isalnum() and name == name.upper() and len(name) <= 32):
        raise CloudFileError(_("{where}: a name has at most 32 capital letters, digits and _", where=where))
    if not isinstance(entry, dict):
        raise CloudFileError(_("{where}: an object with {fields} is expected", where=where, fields=listing(_FIELDS)))
    unknown = sorted(set(entry) - set(_FIELDS))
    if unknown:
        raise CloudFileError(
            _(
                "{where}: {name} is unknown; fields: {fields}",
                where=where,
                name=repr(unknown[0]),
                fields=listing(_FIELDS),
            )
        )
    like = entry.get("like", "GLOBAL")
    if like not in _SCHEMAS:
        raise CloudFileError(
            _("{where}: like: {like} is none of {names}", where=where, like=repr(like), names=listing(_SCHEMAS))
        )
    return Cloud(
        name=name,
        authority=_read_origin(where, "authority", entry.get("authority")),
        graph=_read_origin(where, "graph", entry.get("graph")),
        like=like,
    )


def _read_origin(where: Text, field: str, value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if (
        parts is None
        or parts.scheme != "https"
        or not parts.hostname
        or parts.username is not None
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise CloudFileError(
            _(
                "{where}: {field}: {value} is not an origin such as https://127.0.0.1:8443",
                where=where,
                field=field,
                value=repr(value),
            )
        )
    return f"https://{parts.netloc}"
