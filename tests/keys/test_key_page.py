"""Key pairs on the page: made, waiting, replaced; and the state of each certificate, by what the PBX knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbx_plugin_api import Done, Download, Refused, Severity
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.keypair import KeyPair, make_key_pair
from portsip_m365_plugin.keys.condition import explain_refused_certificate
from portsip_m365_plugin.keys.history import change_history, note_answer
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_key_pair, store_key_pair
from tests.support.lab import shared_key_pair
from tests.support.pbx_hand import Hand


def generate(hand: Hand) -> Done:
    made = hand.press("generate_key_pair")
    assert isinstance(made, Done)
    return made


def kept(hand: Hand, name: str) -> KeyPair:
    pair = load_key_pair(hand.host, name)
    assert pair is not None
    return pair


def test_a_new_pair_is_answered_with_what_was_made_and_what_to_do_next() -> None:
    hand = Hand()
    assert isinstance(hand.press("download_public_key"), Refused)
    made = generate(hand)
    active = kept(hand, ACTIVE_KEY)
    assert made.message.startswith("A new key pair was made. Download public_key.pem, upload it")
    assert made.facts[0].value == active.certificate.thumbprint_sha1
    assert made.actions == ("download_public_key", "test_connection")
    assert {*made.actions} <= {action.name for action in hand.tab("permissions").actions if action.name}
    assert made.download is not None
    assert made.download.content.decode() == active.certificate.pem
    assert b"PRIVATE" not in made.download.content
    downloaded = hand.press("download_public_key")
    assert isinstance(downloaded, Download)
    assert downloaded.content == made.download.content


def test_pressing_again_offers_the_pair_that_waits_and_makes_none() -> None:
    hand = Hand()
    first = generate(hand)
    again = generate(hand)
    assert "waiting for its upload already" in again.message
    assert again.actions == ("download_public_key", "test_connection", "replace_key_pair")
    assert again.download == first.download
    assert again.data["is_new"] is False
    assert hand.host.secrets.names() == [ACTIVE_KEY]
    assert [line.event for line in hand.host.audit.lines] == ["key_pair.generated"]


def test_once_the_first_has_worked_a_later_one_waits_beside_it() -> None:
    hand = Hand()
    generate(hand)
    active = kept(hand, ACTIVE_KEY)
    note_answer(hand.host, active.certificate.thumbprint_sha1, is_accepted=True)
    second = generate(hand)
    assert second.download is not None
    assert second.download.content.decode() == kept(hand, NEXT_KEY).certificate.pem
    assert kept(hand, ACTIVE_KEY) == active
    third = generate(hand)
    assert third.download == second.download
    shown = [fact.value for fact in hand.tab("permissions").facts if "ertificate" in fact.label]
    assert active.certificate.thumbprint_sha1 in shown[0]
    assert "not yet known to Entra" in shown[1]


def test_a_replacement_is_a_second_choice_that_names_what_is_lost() -> None:
    hand = Hand()
    assert isinstance(hand.press("replace_key_pair"), Refused)
    store_key_pair(hand.host, ACTIVE_KEY, shared_key_pair())
    generate(hand)
    waiting = kept(hand, NEXT_KEY)
    (offered,) = [each for each in hand.tab("permissions").actions if each.name == "replace_key_pair"]
    assert waiting.certificate.thumbprint_sha1 in offered.confirm
    assert offered.danger
    assert isinstance(hand.press("replace_key_pair"), Done)
    assert kept(hand, NEXT_KEY) != waiting
    assert kept(hand, ACTIVE_KEY) == shared_key_pair()
    events = [(line.event, line.subject) for line in hand.host.audit.lines]
    assert events[1] == ("key_pair.discarded", waiting.certificate.thumbprint_sha1)


# ---------------------------------------------------------------------- the state of a certificate

REFUSED = EntraRefusal(kind=RefusalKind.CERTIFICATE, sentence="no", remedy="", code=700027)


def pbx_with(case: str) -> Hand:
    """A PBX whose certificate is in that state."""
    hand = Hand()
    now_utc, pair = hand.host.clock.now_utc(), shared_key_pair()
    if case.startswith("expired"):
        pair = make_key_pair(now_utc - timedelta(days=366), private_key_pem=pair.private_key_pem)
    store_key_pair(hand.host, ACTIVE_KEY, pair)
    thumbprint = pair.certificate.thumbprint_sha1
    if case == "not yet known":
        change_history(hand.host, thumbprint, made_at_utc=now_utc)
    if case in ("no longer known", "good again"):
        note_answer(hand.host, thumbprint, is_accepted=True)
        note_answer(hand.host, thumbprint, is_accepted=False)
    if case == "good again":
        note_answer(hand.host, thumbprint, is_accepted=True)
    if case == "expired, next waits":
        generate(hand)
    return hand


@pytest.mark.parametrize(
    ("case", "severity", "value", "advice", "sentence", "remedy"),
    [
        ("expired", Severity.BAD, "expired on", "does not help", "expired on", "Generate a new key pair"),
        ("expired, next waits", Severity.BAD, "expired on", "is waiting", "does not know the new one yet", "Download"),
        ("not yet known", Severity.WARNING, "not yet known", "few minutes", "does not know the", "few minutes"),
        ("no longer known", Severity.BAD, "refused by Entra", "removed", "no longer knows", "under Certificates"),
        ("good again", Severity.GOOD, "valid until", "thumbprint", "no longer knows", ""),
    ],
)
def test_each_state_of_a_certificate_has_its_own_words_and_remedy(
    case: str, severity: Severity, value: str, advice: str, sentence: str, remedy: str
) -> None:
    hand = pbx_with(case)
    fact = hand.fact("Certificate")
    assert (fact.severity, value in fact.value, advice in fact.help) == (severity, True, True)
    explained = explain_refused_certificate(hand.host, REFUSED, kept(hand, ACTIVE_KEY).certificate)
    assert sentence in explained.sentence
    assert remedy in explained.remedy
    assert "{" not in explained.describe()


def test_a_refusal_that_is_not_about_the_certificate_keeps_its_own_words() -> None:
    hand = pbx_with("expired")
    other = EntraRefusal(kind=RefusalKind.CONSENT, sentence="no", remedy="", code=65001)
    assert explain_refused_certificate(hand.host, other, kept(hand, ACTIVE_KEY).certificate) == other


def test_a_certificate_of_which_nothing_is_known_keeps_the_general_words() -> None:
    hand = Hand()
    store_key_pair(hand.host, ACTIVE_KEY, shared_key_pair())
    assert explain_refused_certificate(hand.host, REFUSED, shared_key_pair().certificate) == REFUSED
    assert hand.fact("Certificate").severity is Severity.GOOD
