"""Name resolution, proxy, TLS and the clock: all of them from one request for the directory's published document."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final
from urllib.parse import urlsplit

from pbx_plugin_api import listing
from portsip_m365_plugin.checks.board import CLOCK, NAMES, PROXY, TLS, Board
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.connect import AppSettings
from portsip_m365_plugin.entra.aadsts import EntraRefusal, explain_clock
from portsip_m365_plugin.entra.discovery import Directory, find_directory
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer, find_proxy, shared_transport
from portsip_m365_plugin.network import ConnectFault, explain_connect_failure, find_connect_fault
from portsip_m365_plugin.texts import _

_SKEW_ALLOWED_S: Final = 300.0
"""As in `entra.idtoken.SKEW_S`. No document of Microsoft's says how much Entra tolerates."""
_SKEW_NOTED_S: Final = 60.0
_HTTPS: Final = 443


@dataclass(slots=True, kw_only=True)
class Reach:
    """What one request to Entra has shown."""

    directory: Directory | EntraRefusal
    fault: ConnectFault | None = None
    """What kept the connection from being made; None if an answer came."""
    status: int = 0
    """The HTTP status; 0 if no answer came."""
    answered_at_utc: datetime | None = None
    """The time by Entra's clock."""


def reach_entra(app: AppSettings) -> Reach:
    """Ask Entra for the directory's published document. Cost: one request."""
    seen = Reach(directory=Directory(entra_tenant_id="", graph_host=""))

    def ask(url: str) -> FormAnswer:
        try:
            answer = shared_transport().ask(url)
        except EntraUnreachableError as error:
            seen.status = error.status
            seen.fault = None if error.status else find_connect_fault(error)
            raise
        except OSError as error:
            seen.fault = find_connect_fault(error)
            raise
        seen.status, seen.answered_at_utc = answer.status, answer.answered_at_utc
        return answer

    seen.directory = find_directory(app.cloud, app.entra_tenant_id, ask=ask)
    return seen


def check_network(board: Board, cloud: Cloud, reach: Reach) -> bool:
    """Note the four lines. Return whether Entra can be reached. Cost: two look-ups of names, no request."""
    host = urlsplit(cloud.authority).hostname or cloud.authority
    proxy = find_proxy(cloud.authority)
    fault = reach.fault
    if fault is not None and isinstance(reach.directory, EntraRefusal):
        sentence, remedy = reach.directory.sentence, reach.directory.remedy
        name = {ConnectFault.NAME: NAMES, ConnectFault.PROXY: PROXY, ConnectFault.PROXY_LOGIN: PROXY}.get(fault, TLS)
        board.not_well(name, sentence, remedy)
    if fault is not ConnectFault.NAME:
        _check_names(board, cloud, has_proxy=bool(proxy))
    if fault not in (ConnectFault.PROXY, ConnectFault.PROXY_LOGIN):
        _check_proxy(board, proxy, host, is_through=fault is None)
    if fault is None:
        board.ok(TLS, _("{host} answers, and its certificate is trusted.", host=host))
        _check_clock(board, reach.answered_at_utc)
    return fault is None


def _check_names(board: Board, cloud: Cloud, *, has_proxy: bool) -> None:
    if has_proxy:
        board.not_checked(NAMES, _("The proxy resolves Microsoft's names."), is_needed=False)
        return
    hosts = list(dict.fromkeys(urlsplit(origin).hostname or origin for origin in (cloud.authority, cloud.graph)))
    for host in hosts:
        try:
            socket.getaddrinfo(host, _HTTPS, type=socket.SOCK_STREAM)
        except OSError as error:
            board.not_well(NAMES, *explain_connect_failure(error, host))
            return
    board.ok(NAMES, _("Name resolution works for {hosts}.", hosts=listing(hosts)))


def _check_proxy(board: Board, proxy: str, host: str, *, is_through: bool) -> None:
    if not proxy:
        board.ok(PROXY, _("No proxy is set for {host}.", host=host))
    elif is_through:
        board.ok(PROXY, _("The proxy {proxy} lets this server reach {host}.", proxy=proxy, host=host))


def _check_clock(board: Board, answered_at_utc: datetime | None) -> None:
    if answered_at_utc is None:
        board.not_checked(CLOCK, _("Entra's answer does not contain a time."), is_needed=False)
        return
    ahead_s = (answered_at_utc - datetime.now(timezone.utc)).total_seconds()
    if abs(ahead_s) > _SKEW_ALLOWED_S:
        board.not_well(CLOCK, *explain_clock(ahead_s))
    elif abs(ahead_s) > _SKEW_NOTED_S:
        found = _(
            "It differs from Entra's by {seconds:.0f} seconds. Entra tolerates five minutes.", seconds=abs(ahead_s)
        )
        board.ok(CLOCK, found)
    else:
        # Translators: The clock of this server agrees with Entra's clock.
        board.ok(CLOCK, _("It agrees with Entra's."))
