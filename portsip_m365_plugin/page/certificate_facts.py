"""What the PERMISSIONS tab says about the certificates: the state of each, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Fact, Host, Severity
from portsip_m365_plugin.config.renewal import RenewalConfig
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.keys.condition import Condition, find_condition, warning_days
from portsip_m365_plugin.keys.history import KeyHistory, read_history
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.renewal import is_left_to_entra, read_renewal

_THUMBPRINT: Final = "The thumbprint is what Entra shows beside the uploaded certificate."
_UPLOAD: Final = (
    "Upload its public_key.pem to the app registration under Certificates & secrets, then press Test connection."
)
_ADVICE: Final = {
    Condition.GOOD: "",
    Condition.ENDING: "Generate a new key pair and upload it: the old one works until Entra knows the new one.",
    Condition.EXPIRED: "Generate a new key pair and upload it. Uploading the expired one again does not help.",
    Condition.NOT_YET_KNOWN: f"{_UPLOAD} Entra needs a few minutes to accept it.",
    Condition.NO_LONGER_KNOWN: "It was removed from the app registration, or the application ID was changed. Check the"
    " application ID, and upload public_key.pem again if this thumbprint is missing there.",
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
        return (Fact(label="Certificate", value="none yet: generate a key pair", severity=Severity.WARNING),)
    facts: list[Fact] = []
    if active is not None:
        history = read_history(host, active.thumbprint_sha1)
        facts.append(_draw("Certificate", active, history, now_utc, has_next=waiting is not None))
    if waiting is not None:
        history = read_history(host, waiting.thumbprint_sha1)
        is_sent = is_left_to_entra(host, waiting.thumbprint_sha1)
        if history.sends and history.registered_at_utc is not None:
            label = "Next certificate, registered by this PBX"
        else:
            label = f"Next certificate, {'sent by this PBX' if is_sent else 'waiting for its upload'}"
        renews = renewal.is_on and not read_renewal(host).problem
        facts.append(_draw(label, waiting, history, now_utc, renews=renews, is_sent=is_sent))
    return tuple(facts if with_thumbprint else map(_without_thumbprint, facts))


def _without_thumbprint(fact: Fact) -> Fact:
    _, _, value = fact.value.partition(", ")
    return replace(fact, value=value, copyable=False, help=fact.help.removeprefix(_THUMBPRINT).strip())


def draw_renewal_fact(host: Host, config: RenewalConfig) -> Fact:
    """Draw who renews the certificate, when, and what prevents it. Cost: looks at secrets and state; no network."""
    active, renewal = load_certificate(host, ACTIVE_KEY), read_renewal(host)
    if not config.is_on:
        return Fact(label="Renewal", value="by hand", help="The PBX can also renew the certificate by itself.")
    if renewal.problem:
        return Fact(label="Renewal", value=renewal.problem, severity=Severity.BAD)
    if active is not None and active.not_after_utc <= host.clock.now_utc():
        value = "not possible: the certificate has expired, and only a valid one can register the next"
        return Fact(label="Renewal", value=value, severity=Severity.BAD)
    begins = active.not_after_utc - timedelta(days=warning_days(active)) if active is not None else None
    value = f"by itself, from {begins:%Y-%m-%d} on" if begins is not None else "by itself"
    last = f"Last renewed on {renewal.renewed_at_utc:%Y-%m-%d}." if renewal.renewed_at_utc is not None else ""
    return Fact(label="Renewal", value=value, severity=Severity.GOOD, help=last)


def _draw(
    label: str,
    certificate: Certificate,
    history: KeyHistory,
    now_utc: datetime,
    *,
    has_next: bool = False,
    renews: bool = False,
    is_sent: bool = False,
) -> Fact:
    condition = find_condition(certificate, history, now_utc)
    advice = _ADVICE[condition]
    if has_next and condition in (Condition.ENDING, Condition.EXPIRED):
        advice = "A new key pair is waiting: upload its public_key.pem to the app registration."
    if renews and condition is Condition.NOT_YET_KNOWN:
        advice = "Nothing to do: the next run registers it in Entra. You can also upload its public_key.pem yourself."
    if is_sent and condition is Condition.NOT_YET_KNOWN:
        advice = "Nothing to do: this PBX has sent it to Entra, and uses it as soon as Entra knows it."
    return Fact(
        label=label,
        value=f"{certificate.thumbprint_sha1}, {_describe(condition, certificate, history, now_utc)}",
        severity=_SEVERITIES[condition],
        copyable=True,
        help=f"{_THUMBPRINT} {advice}".strip(),
    )


def _describe(condition: Condition, certificate: Certificate, history: KeyHistory, now_utc: datetime) -> str:
    until = f"{certificate.not_after_utc:%Y-%m-%d}"
    if condition is Condition.EXPIRED:
        return f"expired on {until}"
    if condition is Condition.NOT_YET_KNOWN:
        return f"not yet known to Entra, valid until {until}"
    if condition is Condition.NO_LONGER_KNOWN:
        since = f" since {history.refused_at_utc:%Y-%m-%d}" if history.refused_at_utc else ""
        return f"refused by Entra{since}, valid until {until}"
    return f"valid until {until} ({certificate.days_left(now_utc)} days)"
