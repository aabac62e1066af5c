"""The app's key pairs: the active one, the next one beside it, and a notice before the active one expires.

Two pairs let a change of keys cause no outage. `connect` tries the next pair first and makes it the active one as soon
as Entra accepts it; until then the active pair goes on working.
"""

from __future__ import annotations

import json
from typing import Final

from pbx_plugin_api import Host, HostRefusedError, Severity
from portsip_m365_plugin.entra.keypair import Certificate, KeyPair, read_certificate

ACTIVE_KEY: Final = "key.active"
NEXT_KEY: Final = "key.next"

EXPIRY_NOTICE_DAYS: Final = (0, 1, 3, 7, 14, 30)
"""Days before the certificate expires on which the administrators are notified."""
EXPIRY_WARNING_DAYS: Final = max(EXPIRY_NOTICE_DAYS)
"""From here on the page warns as well."""
_URGENT_DAYS: Final = 7
_NOTICE_KEY: Final = "certificate.told"


def store_key_pair(host: Host, name: str, pair: KeyPair) -> None:
    """Keep a key pair in the host's secrets, as `ACTIVE_KEY` or `NEXT_KEY`."""
    shape = {"private_key_pem": pair.private_key_pem.decode("ascii"), "certificate_pem": pair.certificate.pem}
    host.secrets.put(name, json.dumps(shape).encode())


def load_key_pair(host: Host, name: str) -> KeyPair | None:
    """Return a stored key pair, or None."""
    stored = host.secrets.get(name)
    if stored is None:
        return None
    shape = json.loads(stored)
    certificate = read_certificate(shape["certificate_pem"])
    return KeyPair(private_key_pem=shape["private_key_pem"].encode("ascii"), certificate=certificate)


def load_certificate(host: Host, name: str) -> Certificate | None:
    """Return the public half of a stored key pair, or None."""
    pair = load_key_pair(host, name)
    return pair.certificate if pair is not None else None


def promote_next(host: Host, pair: KeyPair) -> None:
    """Make the next pair the active one: Entra has accepted it."""
    try:
        store_key_pair(host, ACTIVE_KEY, pair)
        host.secrets.delete(NEXT_KEY)
    except HostRefusedError as error:
        # A tenant sends by the system's mailbox: that host is read-only here, and the pair stays the next one.
        if type(error) is not HostRefusedError:
            raise
        return
    host.audit.record("key_pair.promoted", outcome="ok", subject=pair.certificate.thumbprint_sha1)


def warn_of_expiry(host: Host) -> None:
    """Notify the administrators when the active certificate expires soon; once for each day in `EXPIRY_NOTICE_DAYS`."""
    certificate = load_certificate(host, ACTIVE_KEY)
    if certificate is None:
        return
    days = certificate.days_left(host.clock.now_utc())
    reached = next((limit for limit in EXPIRY_NOTICE_DAYS if days <= limit), None)
    if reached is None:
        return
    notified = host.state.get(_NOTICE_KEY)
    mark = f"{certificate.thumbprint_sha1} {reached}"
    if notified is not None and notified.value == mark:
        return
    until = certificate.not_after_utc.strftime("%Y-%m-%d")
    expires = f"expires on {until}, in {days} days" if days >= 0 else f"expired on {until}"
    remedy = "Generate a new key pair on the PERMISSIONS tab and upload public_key.pem to the app registration."
    if load_certificate(host, NEXT_KEY) is not None:
        remedy = "A new key pair is waiting: upload its public_key.pem to the app registration."
    host.notify_admin(
        f"m365.certificate.{reached}",
        "The certificate for Microsoft 365 expires soon",
        f"The certificate with which this PBX signs in to Microsoft 365 {expires}. {remedy}",
        severity=Severity.BAD if days <= _URGENT_DAYS else Severity.WARNING,
    )
    host.state.put(_NOTICE_KEY, mark)
