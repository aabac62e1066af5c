"""What the PERMISSIONS tab says about the certificates: the state of each, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Fact, Host, Severity, sentences
from portsip_m365_plugin.config.renewal import RenewalConfig
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.keys.condition import Condition, find_condition, warning_days
from portsip_m365_plugin.keys.history import KeyHistory, read_history
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.renewal import is_left_to_entra, read_renewal
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_utc_day

_THUMBPRINT: Final = _("The thumbprint is what Entra shows beside the uploaded certificate.")
_ADVICE: Final = {
    Condition.GOOD: "",
    Condition.ENDING: _("Generate a new key pair and upload it: the old one works until Entra knows the new one."),
    Condition.EXPIRED: _("Generate a new key pair and upload it. Uploading the expired one again does not help."),
    Condition.NOT_YET_KNOWN: _(
        "Upload its public_key.pem to the app registration under Certificates & secrets, then press Test connection."
        " Entra needs a few minutes to accept it."
    ),
    Condition.NO_LONGER_KNOWN: _(
        "It was removed from the app registration, or the application ID was changed. Check the application ID, and"
        " upload public_key.pem again if this thumbprint is missing there."
    ),
}
_SEVERITIES: Final = {
    Condition.GOOD: Severity.GOOD,
    Condition.ENDING: Severity.WARNING,
    Condition.EXPIRED: Severity.BAD,
    Condition.NOT_YET_KNOWN: Severity.WARNING,
    Condition.NO_LONGER_KNOWN: Severity.BAD,
}


def draw_certificate_facts(host: Host, renewal: RenewalConfig, *, with_thumbprint: bool = True) -> tuple[Fact, ...]:
    """Draw one fact for each certificate. Cost: two looks at the secrets, one or two at the state; no network.

    Args:
        host: The tenant's.
        renewal: Whether the plugin registers the next one itself.
        with_thumbprint: Whether to show the thumbprint too, as Entra does.
    """
    now_utc = host.clock.now_utc()
    active, waiting = (load_certificate(host, name) for name in (ACTIVE_KEY, NEXT_KEY))
    if active is None and waiting is None:
        return (Fact(label=_("Certificate"), value=_("none yet: generate a key pair"), severity=Severity.WARNING),)
    facts: list[Fact] = []
    if active is not None:
        history = read_history(host, active.thumbprint_sha1)
        label = _("Certificate")
        facts.append(_draw(label, active, history, now_utc, with_thumbprint, has_next=waiting is not None))
    if waiting is not None:
        history = read_history(host, waiting.thumbprint_sha1)
        is_sent = is_left_to_entra(host, waiting.thumbprint_sha1)
        if history.sends and history.registered_at_utc is not None:
            label = _("Next certificate, registered by this PBX")
        elif is_sent:
            label = _("Next certificate, sent by this PBX")
        else:
            label = _("Next certificate, waiting for its upload")
        renews = renewal.is_on and not read_renewal(host).problem
        facts.append(_draw(label, waiting, history, now_utc, with_thumbprint, renews=renews, is_sent=is_sent))
    return tuple(facts)


def draw_renewal_fact(host: Host, config: RenewalConfig) -> Fact:
    """Draw who renews the certificate, when, and what prevents it. Cost: looks at secrets and state; no network."""
    active, renewal = load_certificate(host, ACTIVE_KEY), read_renewal(host)
    if not config.is_on:
        return Fact(label=_("Renewal"), value=_("by hand"), help=_("The PBX can also renew the certificate by itself."))
    if renewal.problem:
        return Fact(label=_("Renewal"), value=renewal.problem, severity=Severity.BAD)
    if active is not None and active.not_after_utc <= host.clock.now_utc():
        value = _("not possible: the certificate has expired, and only a valid one can register the next")
        return Fact(label=_("Renewal"), value=value, severity=Severity.BAD)
    begins = active.not_after_utc - timedelta(days=warning_days(active)) if active is not None else None
    # Translators: The certificate is renewed by itself.
    value = _("by itself")
    if begins is not None:
        # Translators: The certificate is renewed by itself.
        value = _("by itself, from {day} on", day=show_utc_day(begins))
    last = ""
    if renewal.renewed_at_utc is not None:
        last = _("Last renewed on {day}.", day=show_utc_day(renewal.renewed_at_utc))
    return Fact(label=_("Renewal"), value=value, severity=Severity.GOOD, help=last)


def _draw(
    label: str,
    certificate: Certificate,
    history: KeyHistory,
    now_utc: datetime,
    with_thumbprint: bool,
    *,
    has_next: bool = False,
    renews: bool = False,
    is_sent: bool = False,
) -> Fact:
    condition = find_condition(certificate, history, now_utc)
    advice = _ADVICE[condition]
    if has_next and condition in (Condition.ENDING, Condition.EXPIRED):
        advice = _("A new key pair is waiting: upload its public_key.pem to the app registration.")
    if renews and condition is Condition.NOT_YET_KNOWN:
        advice = _(
            "Nothing to do: the next run registers it in Entra. You can also upload its public_key.pem yourself."
        )
    if is_sent and condition is Condition.NOT_YET_KNOWN:
        advice = _("Nothing to do: this PBX has sent it to Entra, and uses it as soon as Entra knows it.")
    state, severity = _describe(condition, certificate, history, now_utc), _SEVERITIES[condition]
    if not with_thumbprint:
        return Fact(label=label, value=state, severity=severity, help=advice)
    return Fact(
        label=label,
        # Translators: {state} is such as “valid until 2027-11-26 (365 days)”.
        value=_("{thumbprint}, {state}", thumbprint=certificate.thumbprint_sha1, state=state),
        severity=severity,
        copyable=True,
        help=sentences(_THUMBPRINT, advice),
    )


def _describe(condition: Condition, certificate: Certificate, history: KeyHistory, now_utc: datetime) -> str:
    until = show_utc_day(certificate.not_after_utc)
    if condition is Condition.EXPIRED:
        return _("expired on {day}", day=until)
    if condition is Condition.NOT_YET_KNOWN:
        return _("not yet known to Entra, valid until {day}", day=until)
    if condition is Condition.NO_LONGER_KNOWN and history.refused_at_utc:
        since = show_utc_day(history.refused_at_utc)
        return _("refused by Entra since {since}, valid until {day}", since=since, day=until)
    if condition is Condition.NO_LONGER_KNOWN:
        return _("refused by Entra, valid until {day}", day=until)
    days = certificate.days_left(now_utc)
    return _n("valid until {day} ({n} day)", "valid until {day} ({n} days)", days, day=until)
