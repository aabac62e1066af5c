"""Which directory a domain belongs to, and which cloud's Graph serves it: read from the published document.

Source: OpenID Connect on the Microsoft identity platform (read 2026-11): a directory's document contains its GUID
(in `issuer`) and `msgraph_host`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind, explain_token_error
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer, shared_transport
from portsip_m365_plugin.network import explain_connect_failure

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What a directory publishes about itself."""

    entra_tenant_id: str
    graph_host: str
    """The host of the Graph that serves it, without a port; empty if the document names none."""

    def is_served_by(self, cloud: Cloud) -> bool:
        """Whether a cloud's Graph is the one that serves this directory; true if the document does not say."""
        return not self.graph_host or self.graph_host == urlsplit(cloud.graph).hostname


def find_directory(
    cloud: Cloud, domain_or_id: str, *, ask: Callable[[str], FormAnswer] | None = None
) -> Directory | EntraRefusal:
    """Find a directory by one of its verified domains, or by its id. Cost: one request.

    Args:
        cloud: Its Entra is asked.
        domain_or_id: As the administrator typed it.
        ask: Fetches the document; tests pass their own.
    """
    url = f"{cloud.authority}/{quote(domain_or_id, safe='')}/v2.0/.well-known/openid-configuration"
    try:
        answer = (ask or shared_transport().ask)(url)
    except (EntraUnreachableError, OSError) as error:
        sentence, remedy = explain_connect_failure(error, urlsplit(cloud.authority).hostname or cloud.authority)
        return EntraRefusal(kind=RefusalKind.UNREACHABLE, sentence=sentence, remedy=remedy)
    if answer.status != 200:
        refusal = explain_token_error(answer.body)
        unknown = {"error": "invalid_tenant", "error_codes": [90002]}
        return refusal if refusal.kind is not RefusalKind.OTHER else explain_token_error(unknown)
    issuer = answer.body.get("issuer")
    path = urlsplit(issuer).path.lower().split("/") if isinstance(issuer, str) else []
    found = next((part for part in path if _GUID.fullmatch(part)), None)
    if found is None:
        return explain_token_error({"error": "invalid_tenant", "error_codes": [90002]})
    host = answer.body.get("msgraph_host")
    return Directory(entra_tenant_id=found, graph_host=host.partition(":")[0].lower() if isinstance(host, str) else "")
