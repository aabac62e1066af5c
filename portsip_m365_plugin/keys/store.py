"""Where the app's key pairs are kept: the active one, the next one beside it, and the one before.

Two pairs let a change of keys cause no outage. `connect` tries the next pair first and makes it the active one as soon
as Entra accepts it; until then the active pair goes on working. The pair before stays for some days: Entra's servers
learn of a new certificate one after the other.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Final

from pbx_plugin_api import Host, HostRefusedError
from portsip_m365_plugin.entra.keypair import Certificate, KeyPair, read_certificate
from portsip_m365_plugin.keys.history import change_history, forget_history, list_histories, read_history

_log = logging.getLogger(__name__)

ACTIVE_KEY: Final = "key.active"
NEXT_KEY: Final = "key.next"
PREVIOUS_KEY: Final = "key.previous"
REQUESTED_KEY: Final = "key.requested"
"""A private key whose certificate an authority is to issue."""
KEY_NAMES: Final = (ACTIVE_KEY, NEXT_KEY, PREVIOUS_KEY, REQUESTED_KEY)

DROPPED_AFTER: Final = timedelta(days=7)
SETTLED_AFTER: Final = timedelta(days=1)
"""For so long after a switch the pair before signs where nothing can be tried twice."""


def store_key_pair(host: Host, name: str, pair: KeyPair) -> None:
    """Keep a key pair in the host's secrets, as `ACTIVE_KEY`, `NEXT_KEY` or `PREVIOUS_KEY`."""
    shape = {"private_key_pem": pair.private_key_pem.decode("ascii"), "certificate_pem": pair.certificate.pem}
    host.secrets.put(name, json.dumps(shape).encode())


def load_key_pair(host: Host, name: str) -> KeyPair | None:
    """Return a stored key pair, or None. One that cannot be read counts as missing, so that another can be made."""
    stored = host.secrets.get(name)
    if stored is None:
        return None
    try:
        shape = json.loads(stored)
        certificate = read_certificate(shape["certificate_pem"])
        return KeyPair(private_key_pem=shape["private_key_pem"].encode("ascii"), certificate=certificate)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Without the traceback: it could show a part of the key.
        _log.error("The key pair %s among the PBX's secrets cannot be read (%s)", name, type(error).__name__)
        return None


def load_certificate(host: Host, name: str) -> Certificate | None:
    """Return the public half of a stored key pair, or None."""
    pair = load_key_pair(host, name)
    return pair.certificate if pair is not None else None


def load_waiting(host: Host) -> Certificate | None:
    """Return the certificate that waits for its upload: the next, or the first while Entra has never accepted it."""
    waiting = load_certificate(host, NEXT_KEY)
    if waiting is not None:
        return waiting
    active = load_certificate(host, ACTIVE_KEY)
    if active is None:
        return None
    history = read_history(host, active.thumbprint_sha1)
    is_unproven = history.made_at_utc is not None and history.accepted_at_utc is None
    return active if is_unproven and active.not_after_utc > host.clock.now_utc() else None


def keep_new_pair(host: Host, pair: KeyPair) -> None:
    """Keep a pair that was just made: the first is used at once, a later one waits beside the active one.

    A waiting pair is replaced; so is an active one that Entra never accepted.
    """
    certificate, active = pair.certificate, load_certificate(host, ACTIVE_KEY)
    waiting = load_waiting(host)
    # The history first: a pair without one counts as a pair of an earlier version, which may have worked.
    change_history(host, certificate.thumbprint_sha1, made_at_utc=host.clock.now_utc())
    if waiting is not None and waiting != certificate:
        change_history(host, waiting.thumbprint_sha1, replaced_at_utc=host.clock.now_utc())
    is_first = active is None or (waiting is not None and waiting == active)
    store_key_pair(host, ACTIVE_KEY if is_first else NEXT_KEY, pair)


def promote_next(host: Host, pair: KeyPair) -> None:
    """Make the next pair the active one: Entra has accepted it. Idempotent, and continues where it was cut off."""
    try:
        active, thumbprint = load_key_pair(host, ACTIVE_KEY), pair.certificate.thumbprint_sha1
        if active is not None and active.certificate != pair.certificate:
            store_key_pair(host, PREVIOUS_KEY, active)
            change_history(host, active.certificate.thumbprint_sha1, replaced_at_utc=host.clock.now_utc())
            store_key_pair(host, ACTIVE_KEY, pair)
        elif active is None:
            store_key_pair(host, ACTIVE_KEY, pair)
        if load_certificate(host, NEXT_KEY) == pair.certificate:  # another process may have promoted it already
            host.secrets.delete(NEXT_KEY)
    except HostRefusedError as error:
        # A tenant sends by the system's mailbox: that host is read-only here, and the pair stays the next one.
        if type(error) is not HostRefusedError:
            raise
        return
    host.audit.record("key_pair.promoted", outcome="ok", subject=thumbprint)


def choose_single(host: Host) -> KeyPair | None:
    """Return the pair for what can be tried only once, such as redeeming a code; None where none is valid.

    Just after a switch that is the pair before: each of Entra's servers knows that one.
    """
    now_utc = host.clock.now_utc()
    before = load_key_pair(host, PREVIOUS_KEY)
    if before is not None and before.certificate.not_after_utc > now_utc:
        replaced_at_utc = read_history(host, before.certificate.thumbprint_sha1).replaced_at_utc
        if replaced_at_utc is not None and now_utc - replaced_at_utc < SETTLED_AFTER:
            return before
    for name in (ACTIVE_KEY, NEXT_KEY):
        pair = load_key_pair(host, name)
        if pair is not None and pair.certificate.not_after_utc > now_utc:
            return pair
    return None


def choose_signing(host: Host, active: KeyPair) -> KeyPair:
    """Return the pair that signs a proof: the active one, or the one before it while Entra refuses the active one."""
    before = load_key_pair(host, PREVIOUS_KEY)
    if before is None or before.certificate.not_after_utc <= host.clock.now_utc():
        return active
    is_refused = read_history(host, active.certificate.thumbprint_sha1).refused_at_utc is not None
    return before if is_refused else active


def tidy_pairs(host: Host) -> None:
    """Drop the pair before, a week after the switch, and what is known about pairs that are gone. Idempotent.

    The pair before stays while Entra refuses the active one: it may be the only one that works.
    What is known of a certificate that still has to be removed at Entra stays.
    """
    before, now_utc = load_certificate(host, PREVIOUS_KEY), host.clock.now_utc()
    active = load_certificate(host, ACTIVE_KEY) if before is not None else None
    is_in_use = active is not None and read_history(host, active.thumbprint_sha1).refused_at_utc is not None
    if before is not None and not is_in_use:
        replaced_at_utc = read_history(host, before.thumbprint_sha1).replaced_at_utc
        if replaced_at_utc is None or now_utc - replaced_at_utc >= DROPPED_AFTER:
            host.secrets.delete(PREVIOUS_KEY)
    kept = {each.thumbprint_sha1 for each in (load_certificate(host, name) for name in KEY_NAMES[:3]) if each}
    for thumbprint, history in list_histories(host):
        if thumbprint not in kept and not history.key_id:
            forget_history(host, thumbprint)
