"""The state of a certificate, by what the PBX knows: its dates, whether it ever worked, whether another one waits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pbx_plugin_api import Host
from portsip_m365_plugin.entra.aadsts import CertificateDoubt, EntraRefusal, explain_certificate
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.keys.history import KeyHistory, read_history
from portsip_m365_plugin.keys.store import NEXT_KEY, load_certificate
from portsip_m365_plugin.times import show_utc_day

EXPIRY_WARNING_DAYS: Final = 30
"""From here on the page warns, and the administrators get notices."""


class Condition(StrEnum):
    """What an administrator has to know about a certificate."""

    EXPIRED = "expired"
    NOT_YET_KNOWN = "not_yet_known"
    """It was made here and Entra never accepted it: it has to be uploaded."""
    NO_LONGER_KNOWN = "no_longer_known"
    """Entra accepted it once, and now refuses it."""
    ENDING = "ending"
    GOOD = "good"


def find_condition(certificate: Certificate, history: KeyHistory, now_utc: datetime) -> Condition:
    """Return the state of a certificate."""
    if certificate.not_after_utc <= now_utc:
        return Condition.EXPIRED
    if history.made_at_utc is not None and history.accepted_at_utc is None:
        return Condition.NOT_YET_KNOWN
    if history.refused_at_utc is not None:
        return Condition.NO_LONGER_KNOWN
    if certificate.days_left(now_utc) <= warning_days(certificate):
        return Condition.ENDING
    return Condition.GOOD


def warning_days(certificate: Certificate) -> int:
    """Return how many days before its end a certificate counts as ending: 30, or a third of a short life."""
    return min(EXPIRY_WARNING_DAYS, certificate.life_days // 3)


def explain_refused_certificate(host: Host, refusal: EntraRefusal, certificate: Certificate) -> EntraRefusal:
    """Say which of its reasons a refused certificate has. Entra's own answer does not distinguish them reliably."""
    now_utc, history = host.clock.now_utc(), read_history(host, certificate.thumbprint_sha1)
    condition = find_condition(certificate, history, now_utc)
    waiting = load_certificate(host, NEXT_KEY)
    if condition is Condition.EXPIRED:
        doubt = CertificateDoubt.EXPIRED if waiting is None else CertificateDoubt.EXPIRED_NEXT_WAITS
    elif condition is Condition.NOT_YET_KNOWN:
        doubt = CertificateDoubt.NOT_YET_KNOWN
    elif history.accepted_at_utc is not None:
        doubt = CertificateDoubt.NO_LONGER_KNOWN
    else:
        return refusal
    return explain_certificate(
        refusal,
        doubt,
        thumbprint=(waiting or certificate).thumbprint_sha1 if doubt is CertificateDoubt.EXPIRED_NEXT_WAITS
        else certificate.thumbprint_sha1,
        until=show_utc_day(certificate.not_after_utc),
        made=show_utc_day(history.made_at_utc) if history.made_at_utc else "",
        accepted=show_utc_day(history.accepted_at_utc) if history.accepted_at_utc else "",
    )  # fmt: skip
