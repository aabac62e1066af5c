"""Facts on the PERMISSIONS tab about the addresses that Entra sends browsers back to, and about consent."""

from __future__ import annotations

from pbx_plugin_api import Fact, Severity, Tenant
from portsip_m365_plugin.consent import read_consent
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.redirects import Redirects, describe_task, read_redirects
from portsip_m365_plugin.times import show_time


def draw_address_facts(view: PageView) -> tuple[Fact, ...]:
    """Draw them. Cost: two looks at the state; no network."""
    redirects = read_redirects(view.host, view.config.connection)
    facts = [_draw_uri(uri, redirects, view.tenant) for uri in redirects.current]
    if view.host.web_origins.sbc is None and not view.is_system:
        facts.append(
            Fact(
                label="Redirect URI of the SBC",
                value="none, because this PBX has no SBC domain",
                help="People who come through a session border controller cannot sign in with Microsoft there. When the"
                " domain is set in the PBX, its redirect URI appears here.",
            )
        )
    task = describe_task(redirects)
    if task:
        facts.append(Fact(label="To do in Entra", value=task, severity=Severity.BAD))
    consent = read_consent(view.host, view.config.connection)
    if consent is not None:
        said = "was given" if consent.is_given else "was not given"
        facts.append(
            Fact(
                label="Admin consent",
                value=f"Microsoft reported on {show_time(consent.at_utc, view.tenant)} that it {said}.",
                severity=Severity.PLAIN if consent.is_given else Severity.WARNING,
                help="What came back from the consent page. The table of permissions shows what calls have proven.",
            )
        )
    return tuple(facts)


def _draw_uri(uri: str, redirects: Redirects, tenant: Tenant) -> Fact:
    proven = redirects.proven.get(uri)
    if proven is not None:
        help_text, severity = (
            f"Proven on {show_time(proven, tenant)}: Microsoft sent a browser back to it.",
            Severity.GOOD,
        )
    elif uri in redirects.new:
        help_text, severity = "New since the set-up, and not proven.", Severity.WARNING
    else:
        help_text, severity = "Not proven yet: a sign-in with Microsoft at this address proves it.", Severity.PLAIN
    return Fact(label="Redirect URI", value=uri, copyable=True, severity=severity, help=help_text)
