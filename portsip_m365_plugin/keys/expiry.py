"""Notices before the active certificate expires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Host, Severity, Text, sentences
from portsip_m365_plugin.keys.condition import EXPIRY_WARNING_DAYS, warning_days
from portsip_m365_plugin.keys.history import read_history
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_utc_day

EXPIRY_NOTICE_DAYS: Final = (0, 1, 3, 7, 14, EXPIRY_WARNING_DAYS)
"""Days before the certificate expires on which the administrators are notified."""
_URGENT_DAYS: Final = 7
_REFUSED_FOR: Final = timedelta(hours=36)
"""Two nights: just after a switch some of Entra's servers do not know a certificate yet."""


def read_valid_until(host: Host) -> datetime | None:
    """Return when the active certificate ends; None where there is none."""
    certificate = load_certificate(host, ACTIVE_KEY)
    return None if certificate is None else certificate.not_after_utc


def warn_of_expiry(host: Host, why_not_renewed: str = "", *, renews_itself: bool = False) -> None:
    """Notify the administrators while the active certificate expires soon, again at each day in `EXPIRY_NOTICE_DAYS`.

    Args:
        host: The tenant's.
        why_not_renewed: Where the plugin renews the certificate itself and could not: why, and what to do.
        renews_itself: Whether the plugin is busy renewing it, so that nobody has to do anything yet.
    """
    certificate = load_certificate(host, ACTIVE_KEY)
    if certificate is None:
        host.resolve_notice(NoticeKind.CERTIFICATE)
        return
    now_utc = host.clock.now_utc()
    days = certificate.days_left(now_utc)
    refused_at_utc = read_history(host, certificate.thumbprint_sha1).refused_at_utc
    if days >= 0 and refused_at_utc is not None and now_utc - refused_at_utc >= _REFUSED_FOR:
        _warn_of_refusal(host, certificate.thumbprint_sha1, refused_at_utc)
        return
    reached = next((limit for limit in EXPIRY_NOTICE_DAYS if days <= limit), None)
    if reached is None or days > warning_days(certificate) or (renews_itself and days > _URGENT_DAYS):
        host.resolve_notice(NoticeKind.CERTIFICATE)
        return
    until = show_utc_day(certificate.not_after_utc)
    if why_not_renewed:
        remedy = _("It could not be renewed: {why}", why=why_not_renewed)
    elif load_certificate(host, NEXT_KEY) is not None:
        remedy = _("A new key pair is waiting: upload its public_key.pem to the app registration.")
    else:
        remedy = _("Generate a new key pair on the PERMISSIONS tab and upload public_key.pem to the app registration.")
    host.notify_admin(
        NoticeKind.CERTIFICATE,
        _("The certificate for Microsoft 365 expires soon"),
        sentences(_say_end(until, days), remedy),
        severity=Severity.BAD if days <= _URGENT_DAYS else Severity.WARNING,
        level=len(EXPIRY_NOTICE_DAYS) - EXPIRY_NOTICE_DAYS.index(reached),
        values={"until": until, "days": days, "why_not_renewed": why_not_renewed},
    )


def _say_end(until: Text, days: int) -> Text:
    if days < 0:
        return _("The certificate with which this PBX signs in to Microsoft 365 expired on {day}.", day=until)
    return _n(
        "The certificate with which this PBX signs in to Microsoft 365 expires on {day}, in {n} day.",
        "The certificate with which this PBX signs in to Microsoft 365 expires on {day}, in {n} days.",
        days,
        day=until,
    )


def _warn_of_refusal(host: Host, thumbprint_sha1: str, refused_at_utc: datetime) -> None:
    """Runs may go on with the pair before, so that nothing else shows it."""
    since = show_utc_day(refused_at_utc)
    host.notify_admin(
        NoticeKind.CERTIFICATE,
        _("Microsoft Entra refuses the certificate of this PBX"),
        _(
            "Entra has refused the certificate {thumbprint} since {day}. Look for this thumbprint in the app"
            " registration under Certificates & secrets. If it is missing, download public_key.pem on the PERMISSIONS"
            " tab and upload it there, then press Test connection.",
            thumbprint=thumbprint_sha1,
            day=since,
        ),
        severity=Severity.BAD,
        level=len(EXPIRY_NOTICE_DAYS),
        values={"since": since, "thumbprint": thumbprint_sha1},
    )
