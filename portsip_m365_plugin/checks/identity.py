"""Directory, cloud, application, certificate and token: who the PBX is for Entra."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from pbx_plugin_api import Host, listing, sentences
from portsip_m365_plugin.checks.board import (
    APPLICATION,
    CERTIFICATE,
    CLOCK,
    CLOUD,
    DIRECTORY,
    TOKEN,
    Board,
    CheckState,
)
from portsip_m365_plugin.checks.network import Reach
from portsip_m365_plugin.clouds import Cloud, CloudFileError, find_cloud_of_graph, load_clouds
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.connect import IMPATIENT, AppSettings, NotReady, connect
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.discovery import Directory
from portsip_m365_plugin.entra.regions import find_serving, search_clouds
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.keys.condition import warning_days
from portsip_m365_plugin.keys.history import read_history
from portsip_m365_plugin.keys.store import ACTIVE_KEY, load_certificate
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_utc_day

_TIME: Final = timedelta(seconds=40)
"""For all calls to Graph together: somebody waits at a page, which the PBX gives 60 s."""
_LINE_OF: Final = {
    RefusalKind.APPLICATION: APPLICATION,
    RefusalKind.TENANT: DIRECTORY,
    RefusalKind.CLOUD: CLOUD,
    RefusalKind.CERTIFICATE: CERTIFICATE,
    RefusalKind.CLOCK: CLOCK,
}
"""Which line a refusal of Entra is about. All others are about the token."""
_OUTAGES: Final = (RefusalKind.TRANSIENT, RefusalKind.UNREACHABLE)
_BUSY: Final = (
    _("Entra has a temporary problem."),
    _("Nothing to do: press “Test connection” again in a few minutes."),
)


def check_directory(board: Board, app: AppSettings, reach: Reach) -> bool:
    """Note the directory and its cloud. Return whether a token can be requested.

    Cost: no request; where Entra does not know the directory, one to each other cloud.
    """
    found = reach.directory
    host = urlsplit(app.cloud.authority).hostname or app.cloud.authority
    if isinstance(found, EntraRefusal):
        if found.kind in _OUTAGES and (reach.status == 429 or reach.status >= 500):
            board.not_checked(DIRECTORY, *_BUSY)
        elif found.kind is RefusalKind.UNREACHABLE:
            board.not_well(
                DIRECTORY,
                _("The answer of {host} did not come from Entra, or something on the way changed it.", host=host),
                _("Check the proxy or firewall between this server and Microsoft, and check which cloud is chosen."),
            )
        elif found.kind is RefusalKind.TENANT and (regions := _find_elsewhere(app)):
            board.not_well(
                CLOUD,
                _("The directory belongs to another Microsoft cloud than the one chosen."),
                _n(
                    "Choose the region {regions} on the PERMISSIONS tab, and register the application there.",
                    "Choose one of the regions {regions} on the PERMISSIONS tab, and register the application there.",
                    len(regions),
                    regions=listing(regions),
                ),
            )
        else:
            board.not_well(_LINE_OF.get(found.kind, DIRECTORY), found.sentence, found.remedy)
        return False
    board.ok(DIRECTORY, _("Entra knows the directory {directory}.", directory=found.entra_tenant_id))
    return _check_cloud(board, app.cloud, found)


def _list_clouds() -> list[Cloud]:
    try:
        return list(load_clouds().values())
    except CloudFileError:
        return []


def _find_elsewhere(app: AppSettings) -> list[str]:
    """Return the other clouds that know the directory. Cost: one request for each Entra, all at the same time."""
    others = [cloud for cloud in _list_clouds() if cloud.authority != app.cloud.authority]
    return [place.cloud.name for place in search_clouds(app.entra_tenant_id, others).places]


def _check_cloud(board: Board, cloud: Cloud, directory: Directory) -> bool:
    """Compare with what the directory publishes.

    The addresses of an operator's cloud are the operator's: its directory may publish another name of the same Graph.
    """
    graph_host, beside = directory.graph_host, find_serving(cloud, directory, _list_clouds())
    served_by = beside if beside is not cloud else find_cloud_of_graph(graph_host)
    is_other = graph_host not in ("", urlsplit(cloud.graph).hostname)
    is_allowed = beside is cloud and not cloud.is_microsofts and (served_by is None or served_by.like == cloud.like)
    if not is_other or is_allowed:
        board.ok(CLOUD, _("{region} serves this directory.", region=cloud.name))
        return True
    if served_by is not None:
        remedy = _(
            "Choose the region {region} on the PERMISSIONS tab, and register the application there.",
            region=served_by.name,
        )
    else:
        remedy = _("Choose the other region on the PERMISSIONS tab, and register the application there.")
    board.not_well(
        CLOUD,
        _(
            "This directory belongs to another Microsoft cloud: it is served by {graph_host}, not by {region}.",
            graph_host=graph_host,
            region=cloud.name,
        ),
        remedy,
    )
    return False


def check_token(board: Board, host: Host, connection: ConnectionConfig) -> GraphClient | None:
    """Ask for a new token and note application, certificate and token. Cost: two requests; three with a next key."""
    until_utc = host.clock.now_utc() + _TIME
    client = connect(host, connection, policy=IMPATIENT, deadline_utc=until_utc, fresh=True)
    if isinstance(client, GraphClient):
        board.ok(
            APPLICATION,
            _("Entra knows the application {application}, and it is enabled.", application=connection.client_id),
        )
        _note_certificate(board, host)
        board.ok(TOKEN, _("Entra issues a token."))
        return client
    _note_refusal(board, client)
    return None


def _note_certificate(board: Board, host: Host) -> None:
    certificate = load_certificate(host, ACTIVE_KEY)
    if certificate is None:
        return
    thumbprint = certificate.thumbprint_sha1
    days, until = certificate.days_left(host.clock.now_utc()), show_utc_day(certificate.not_after_utc)
    if read_history(host, certificate.thumbprint_sha1).refused_at_utc is not None:
        # It was tried just now: the token is for the pair before it, which is kept for some days after a switch.
        board.not_well(
            CERTIFICATE,
            _(
                "Entra refuses the certificate {thumbprint} and accepts only the one before it.",
                thumbprint=thumbprint,
            ),
            _(
                "Look for this thumbprint in the app registration under Certificates & secrets. If it is missing,"
                " download public_key.pem on the PERMISSIONS tab and upload it there; a new one needs some minutes."
            ),
        )
        return
    accepted = _("Entra accepts the certificate {thumbprint}.", thumbprint=thumbprint)
    if days > warning_days(certificate):
        board.ok(CERTIFICATE, sentences(accepted, _("It is valid until {day}.", day=until)))
        return
    remedy = _(
        "Generate a new key pair on the PERMISSIONS tab and upload public_key.pem, or let the PBX renew it itself."
    )
    ends = _n("It ends on {day}, in {n} day.", "It ends on {day}, in {n} days.", days, day=until)
    board.not_well(CERTIFICATE, sentences(accepted, ends), remedy, is_needed=False)


def _note_refusal(board: Board, not_ready: NotReady) -> None:
    refusal = not_ready.refusal
    if refusal is None:
        board.not_well(CERTIFICATE, not_ready.sentence, not_ready.remedy)
        return
    remedy = refusal.describe_remedy()
    if refusal.kind in _OUTAGES:
        board.not_checked(TOKEN, refusal.sentence, remedy)
        return
    line = _LINE_OF.get(refusal.kind, TOKEN)
    if board.state(line) is not CheckState.NOT_WELL:
        board.not_well(line, refusal.sentence, remedy)
