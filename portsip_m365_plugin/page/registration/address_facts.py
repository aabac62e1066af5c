"""Facts on the PERMISSIONS tab about the addresses that Entra sends browsers back to, and about consent."""

from __future__ import annotations

from pbx_plugin_api import Fact, Severity, Tenant
from portsip_m365_plugin.consent import read_consent
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.redirects import Redirects, describe_task, read_redirects
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time


def draw_address_facts(view: PageView) -> tuple[Fact, ...]:
    """Draw them. Cost: two looks at the state; no network."""
    redirects = read_redirects(view.host, view.config.connection)
    facts = [_draw_uri(uri, redirects, view.tenant) for uri in redirects.current]
    if view.host.web_origins.sbc is None and not view.is_system:
        facts.append(
            Fact(
                label=_("Redirect URI of the SBC"),
                value=_("none, because this PBX has no SBC domain"),
                help=_(
                    "People who come through a session border controller cannot sign in with Microsoft there. When the"
                    " domain is set in the PBX, its redirect URI appears here."
                ),
            )
        )
    task = describe_task(redirects)
    if task:
        facts.append(Fact(label=_("To do in Entra"), value=task, severity=Severity.BAD))
    consent = read_consent(view.host, view.config.connection)
    if consent is not None:
        at = show_time(consent.at_utc, view.tenant)
        said = (
            _("Microsoft reported on {time} that it was given.", time=at)
            if consent.is_given
            else _("Microsoft reported on {time} that it was not given.", time=at)
        )
        facts.append(
            Fact(
                label=_("Admin consent"),
                value=said,
                severity=Severity.PLAIN if consent.is_given else Severity.WARNING,
                help=_("What came back from the consent page. The table of permissions shows what calls have proven."),
            )
        )
    return tuple(facts)


def _draw_uri(uri: str, redirects: Redirects, tenant: Tenant) -> Fact:
    proven = redirects.proven.get(uri)
    if proven is not None:
        help_text, severity = (
            _("Proven on {time}: Microsoft sent a browser back to it.", time=show_time(proven, tenant)),
            Severity.GOOD,
        )
    elif uri in redirects.new:
        help_text, severity = _("New since the set-up, and not proven."), Severity.WARNING
    else:
        help_text = _("Not proven yet: a sign-in with Microsoft at this address proves it.")
        severity = Severity.PLAIN
    return Fact(label=_("Redirect URI"), value=uri, copyable=True, severity=severity, help=help_text)
