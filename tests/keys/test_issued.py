"""A certificate that an authority issued: what is taken, and what is refused with which words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from pbx_plugin_api import Done, Download, Refused
from portsip_m365_plugin.entra.assertion import load_signer
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, REQUESTED_KEY, load_key_pair, store_key_pair
from tests.support.lab import shared_key_pair
from tests.support.pbx_hand import Hand


def request(hand: Hand) -> x509.CertificateSigningRequest:
    answer = hand.press("download_certificate_request")
    assert isinstance(answer, Download)
    assert b"PRIVATE" not in answer.content
    found = x509.load_pem_x509_csr(answer.content)
    assert found.is_signature_valid
    return found


def issue(csr: x509.CertificateSigningRequest, *, starts_in_days: int = -1, life_days: int = 90) -> str:
    """What an authority would give back."""
    begins = datetime.now(timezone.utc) + timedelta(days=starts_in_days)
    authority = load_pem_private_key(shared_key_pair().private_key_pem, password=None)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(csr.subject)
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Contoso CA")]))
        .public_key(csr.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=life_days))
        .sign(authority, hashes.SHA256())  # type: ignore[arg-type]  # an RSA key
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def test_an_issued_certificate_waits_for_its_upload_like_one_made_here() -> None:
    hand = Hand()
    store_key_pair(hand.host, ACTIVE_KEY, shared_key_pair())
    csr = request(hand)
    assert request(hand).public_key() == csr.public_key(), "asked again, the key stays the same"
    pem = issue(csr)
    answer = hand.press("import_certificate", {"certificate": pem})
    assert isinstance(answer, Done)
    waiting = load_key_pair(hand.host, NEXT_KEY)
    assert waiting is not None
    assert waiting.certificate.pem.split() == pem.split()
    load_signer(waiting.private_key_pem, waiting.certificate.pem.encode())  # certificate and key belong together
    assert hand.host.secrets.get(REQUESTED_KEY) is None
    assert load_key_pair(hand.host, ACTIVE_KEY) == shared_key_pair()
    again = hand.press("import_certificate", {"certificate": pem})
    assert isinstance(again, Done)
    assert [line.event for line in hand.host.audit.lines] == ["key_pair.requested", "key_pair.imported"]


def test_a_chain_may_be_pasted_as_a_whole() -> None:
    hand = Hand()
    pem = issue(request(hand))
    bundle = shared_key_pair().certificate.pem + "\n" + pem
    assert isinstance(hand.press("import_certificate", {"certificate": bundle}), Done)
    active = load_key_pair(hand.host, ACTIVE_KEY)
    assert active is not None, "the first pair is used at once"
    assert active.certificate.pem.split() == pem.split()


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("nothing", "not a certificate in PEM form"),
        ("garbage", "not a certificate in PEM form"),
        ("huge", "not a certificate in PEM form"),
        ("private key", "contains a private key"),
        ("of another key", "not issued for a key of this PBX"),
        ("expired", "expired on"),
        ("not yet valid", "not valid before"),
    ],
)
def test_attack_unusable_certificates_change_nothing(case: str, sentence: str) -> None:
    hand = Hand()
    csr = request(hand)
    pasted = {
        "nothing": "",
        "garbage": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "huge": "A" * 100_000,
        "private key": shared_key_pair().private_key_pem.decode(),
        "of another key": shared_key_pair().certificate.pem,
        "expired": issue(csr, starts_in_days=-100),
        "not yet valid": issue(csr, starts_in_days=2),
    }[case]
    answer = hand.press("import_certificate", {"certificate": pasted})
    assert isinstance(answer, Refused)
    assert sentence in answer.message
    assert answer.remedy
    assert hand.host.secrets.names() == [REQUESTED_KEY]


UNREADABLE_AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUTAMMl1sIQ89DpbgK0iSUkxFCx0kwCgYIKoEcz1UBg3Uw
GTEXMBUGA1UEAwwOQ29udG9zbyBTTTIgQ0EwIBcNMjYxMTI2MTQ1NjI0WhgPMjEy
NjExMDIxNDU2MjRaMBkxFzAVBgNVBAMMDkNvbnRvc28gU00yIENBMFkwEwYHKoZI
zj0CAQYIKoEcz1UBgi0DQgAED+mtuBTk00q03CfHoRyI4erL9VYn4YuZmQjV8TJD
0qJci/DF/taEGL9JZQ2IKKCd2m6EE/SoMlCOeywHVrzLLqNTMFEwHQYDVR0OBBYE
FMoc//0AWJZhYWaY7gjTTResc5T1MB8GA1UdIwQYMBaAFMoc//0AWJZhYWaY7gjT
TResc5T1MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoEcz1UBg3UDSQAwRgIhALOhRWC4
KFI45mQ3qx53GVF5eGIcp/frovC3nuB6N/0PAiEA7F4IHfp+JKZetLmYljWMHlkX
+oQVDpXEaIQH4Opv2nk=
-----END CERTIFICATE-----
"""
"""Its key is on the curve SM2, as authorities in China have it; `cryptography` cannot read such a key."""


def test_an_authority_whose_own_key_cannot_be_read_does_not_stand_in_the_way() -> None:
    hand = Hand()
    refused = hand.press("import_certificate", {"certificate": UNREADABLE_AUTHORITY})
    assert isinstance(refused, Refused)
    assert "not issued for a key of this PBX" in refused.message
    chain = UNREADABLE_AUTHORITY + issue(request(hand))
    assert isinstance(hand.press("import_certificate", {"certificate": chain}), Done)
