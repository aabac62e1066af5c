"""All checks, in order, for the features that are on. `doctor` and Test connection call this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Host, Scope, Tenant
from portsip_m365_plugin.checks.board import APPLICATION, Board, Check, CheckState
from portsip_m365_plugin.checks.identity import check_directory, check_token
from portsip_m365_plugin.checks.mail import MailCheck
from portsip_m365_plugin.checks.network import check_network, reach_entra
from portsip_m365_plugin.checks.people import check_people
from portsip_m365_plugin.checks.permissions import Prober
from portsip_m365_plugin.checks.subjects import Sight
from portsip_m365_plugin.checks.web import check_redirect_uris, check_sign_in, check_web_certificate
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.connect import NotReady, find_app
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.last_test import Finding, keep_last_test

REQUESTS_MAX: Final = 17
"""Requests to Microsoft at most: 3 for directory and token (5 with a key pair that waits beside the active one), 1 for
people, 1 for a group, 3 for contacts, 3 for mailbox settings, 4 for mail."""
REQUESTS_USUAL: Final = 9
"""When everything is on and well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found."""

    checks: tuple[Check, ...]

    @property
    def fault(self) -> Check | None:
        """The first needed check that is not well, or that an outage prevented. Later ones can be its consequences."""
        for state in (CheckState.NOT_WELL, CheckState.NOT_CHECKED):
            for check in self.checks:
                if check.is_in_the_way and check.state is state and not check.awaits_step:
                    return check
        return None

    @property
    def steps(self) -> tuple[Check, ...]:
        """What an administrator's next step has to show."""
        return tuple(check for check in self.checks if check.is_in_the_way and check.awaits_step)

    @property
    def is_well(self) -> bool:
        """Whether everything that is on is known to work."""
        return not any(check.is_in_the_way for check in self.checks)


def run_checks(host: Host, tenant: Tenant, config: Config) -> Report:
    """Check everything that the features that are on need. Cost: see `REQUESTS_MAX`. Repeatable; changes no user.

    The system (`Scope.SYSTEM`) only sends mail, so only what mail needs is checked.
    """
    board = Board()
    client: GraphClient | None = None
    app = find_app(config.connection)
    if isinstance(app, NotReady):
        board.not_well(APPLICATION, app.sentence, app.remedy)
    else:
        reach = reach_entra(app)
        if check_network(board, app.cloud, reach) and check_directory(board, app, reach):
            client = check_token(board, host, config.connection)
    if client is not None:
        sight = Sight()
        Prober(board=board, host=host, tenant=tenant, config=config, client=client, sight=sight).try_all()
    if tenant.scope is not Scope.SYSTEM:
        check_people(board, host)
    MailCheck(board=board, host=host, tenant=tenant, config=config, client=client).check()
    check_redirect_uris(board, host, config)
    check_sign_in(board, host, config)
    check_web_certificate(board, host, config)
    report = Report(checks=board.checks())
    _remember(host, config, report)
    return report


def _remember(host: Host, config: Config, report: Report) -> None:
    """Keep what was found for the steps of the set-up. What nothing needs is not a fault there."""
    certificate = load_certificate(host, NEXT_KEY) or load_certificate(host, ACTIVE_KEY)
    findings = tuple(
        Finding(name=check.name, works=check.state is CheckState.OK, found=check.found, remedy=check.remedy)
        for check in report.checks
        if check.state is CheckState.OK or (check.is_needed and check.state is CheckState.NOT_WELL)
    )
    thumbprint = certificate.thumbprint_sha256 if certificate is not None else ""
    keep_last_test(host, config.connection, findings, thumbprint_sha256=thumbprint)
