"""A certificate that an authority issued for a key of this PBX: the request goes out, the certificate comes back.

For directories whose policy accepts no self-signed certificates. Source: Microsoft Entra app management policies
(2025-07-23). Entra looks at the dates only, so the chain is not needed.
"""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Host, Refused
from portsip_m365_plugin.entra.keypair import (
    Certificate,
    KeyPair,
    has_rsa_key,
    is_of_key,
    make_certificate_request,
    make_private_key,
    read_certificates,
)
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, REQUESTED_KEY, keep_new_pair, load_key_pair
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_utc_day, show_utc_time

_TEXT_MAX_CHARS: Final = 64 * 1024


def request_certificate(host: Host) -> bytes:
    """Return a certificate request as PEM. Idempotent: until its certificate comes, the key stays the same."""
    private = host.secrets.get(REQUESTED_KEY)
    if private is None:
        private = make_private_key()
        host.secrets.put(REQUESTED_KEY, private)
        host.audit.record("key_pair.requested", outcome="ok")
    return make_certificate_request(private)


def import_certificate(host: Host, text: str) -> Certificate | Refused:
    """Keep a certificate that an authority issued for a key of this PBX. Idempotent.

    Args:
        host: Its secrets hold the key.
        text: One or more certificates as PEM; the one that belongs to our key is taken.

    Returns:
        The certificate, which from now on waits for its upload; or why it cannot be used.
    """
    if "PRIVATE KEY" in text:
        return Refused(
            message=_("What you pasted contains a private key. It was not stored."),
            remedy=_(
                "Paste the certificate only: the private key of this PBX never leaves it, and no other is needed."
            ),
        )
    try:
        if len(text) > _TEXT_MAX_CHARS:
            raise ValueError
        certificates = [each for each in read_certificates(text) if has_rsa_key(each)]
    except ValueError:
        return Refused(
            message=_("What you pasted is not a certificate in PEM form."),
            remedy=_(
                "Paste the whole file, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----. If the"
                " authority gave you a DER or PKCS #7 file, ask it for PEM (Base64)."
            ),
        )
    requested = host.secrets.get(REQUESTED_KEY)
    kept = [pair for pair in (load_key_pair(host, name) for name in (NEXT_KEY, ACTIVE_KEY)) if pair is not None]
    keys = ([requested] if requested is not None else []) + [pair.private_key_pem for pair in kept]
    found = next(((each, key) for key in keys for each in certificates if is_of_key(each, key)), None)
    if found is None:
        return Refused(
            message=_("This certificate was not issued for a key of this PBX."),
            remedy=_(
                "Press “Download certificate request”, give that file to the authority, and paste the certificate"
                " that it issues for it."
            ),
        )
    certificate, private = found
    now_utc = host.clock.now_utc()
    if certificate.not_after_utc <= now_utc:
        return Refused(
            message=_("This certificate expired on {day}.", day=show_utc_day(certificate.not_after_utc)),
            remedy=_("Ask the authority for a new one; the same certificate request can be used again."),
        )
    if certificate.not_before_utc > now_utc:
        return Refused(
            message=_(
                "This certificate is not valid before {time} UTC.", time=show_utc_time(certificate.not_before_utc)
            ),
            remedy=_("Import it again then; if the date is wrong, check the clock of the PBX."),
        )
    if not any(pair.certificate.thumbprint_sha256 == certificate.thumbprint_sha256 for pair in kept):
        keep_new_pair(host, KeyPair(private_key_pem=private, certificate=certificate))
        host.audit.record("key_pair.imported", outcome="ok", subject=certificate.thumbprint_sha1)
    if private == requested:
        host.secrets.delete(REQUESTED_KEY)
    return certificate
