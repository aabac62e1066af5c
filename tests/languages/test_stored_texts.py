"""Each sentence that the core of the plugin stores tonight can be read in any language tomorrow.

The scenes are the tables of refusals and faults that the other tests know. A text is stored, loaded and read in a
language in which every text of a catalogue is marked: an English word that is left was never in a catalogue, or was
glued to a text.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError

from pbx_plugin_api import (
    DeliveryReceipt,
    DeliveryStatus,
    FieldError,
    Notification,
    NotificationKind,
    Phone,
    Refused,
    check_mail,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin import network, provision
from portsip_m365_plugin.clouds import CLOUDS_VARIABLE
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import CloudName
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.writer import Draft
from portsip_m365_plugin.connect import NotReady, find_app
from portsip_m365_plugin.entra import aadsts, signin, signin_errors
from portsip_m365_plugin.failing import Failure
from portsip_m365_plugin.graph import bodies, errors, judge
from portsip_m365_plugin.keys import words
from portsip_m365_plugin.mail import memory, receipts, rejections
from portsip_m365_plugin.mapping import users
from portsip_m365_plugin.mapping.choices import read_source
from portsip_m365_plugin.mapping.users import SKIP_DETAILS, MappingRules, Skip, map_person
from portsip_m365_plugin.page.registration import colleague, region
from portsip_m365_plugin.photos import words as photo_words
from portsip_m365_plugin.scratch import ScratchFullError
from portsip_m365_plugin.users.match import explain_doubt
from tests.support import pseudo_language
from tests.support.lab import shared_key_pair
from tests.support.stored_texts import english_left

NOW_UTC = datetime(2026, 11, 26, 3, 0, tzinfo=timezone.utc)
IDS = {"trace_id": "1f0c2b3a-4d5e-4f60-8172-839405a6b7c8", "correlation_id": "2f0c2b3a-4d5e-4f60-8172-839405a6b7c8"}
PERSON = {
    "id": "1f0c2b3a-4d5e-4f60-8172-839405a6b7c8",
    "userPrincipalName": "ann@contoso.example",
    "displayName": "Ann Lee",
    "givenName": "Ann",
    "surname": "Lee",
    "accountEnabled": True,
    "assignedLicenses": [{"skuId": "x"}],
}


@pytest.fixture(autouse=True)
def speaks_pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    pseudo_language.install(monkeypatch)


def test_what_is_in_no_catalogue_stays_english() -> None:
    """The measure itself."""
    sentence = errors.ThrottledError().sentence
    assert english_left(sentence) == set()
    assert english_left(f"{sentence} {sentence}") != set()
    assert english_left(sentence.removesuffix(".")) != set()


# ---------------------------------------------------------------------- Entra


@pytest.mark.parametrize("code", [*aadsts._BY_CODE, 7999999, None])
def test_entra_refuses_the_app(code: int | None) -> None:
    refusal = aadsts.explain_token_error({"error": "invalid_client", "error_codes": [code] if code else [], **IDS})
    assert english_left(refusal.sentence, refusal.remedy, refusal.describe()) == set()


@pytest.mark.parametrize("doubt", aadsts.CertificateDoubt)
def test_entra_does_not_accept_a_certificate(doubt: aadsts.CertificateDoubt) -> None:
    refusal = aadsts.explain_token_error({"error": "invalid_client", "error_codes": [700027]})
    explained = aadsts.explain_certificate(refusal, doubt, until="x", made="x", accepted="x", thumbprint="AB12")
    assert explained.sentence != refusal.sentence
    assert english_left(explained.sentence, explained.remedy) == set()


@pytest.mark.parametrize("ahead_s", [-60.0, 60.0, 720.0, -720.0])
def test_the_clock_is_wrong(ahead_s: float) -> None:
    assert english_left(*aadsts.explain_clock(ahead_s)) == set()


@pytest.mark.parametrize("code", [*signin_errors._KIND_BY_CODE, 7999999])
def test_microsoft_signs_nobody_in(code: int) -> None:
    refusal = signin_errors.explain_refusal("invalid_request", f"AADSTS{code}: no", at="callback")
    assert english_left(refusal.sentence, signin_errors.find_remedy(refusal.reason)) == set()


@pytest.mark.parametrize("error", [*signin_errors._KIND_BY_ERROR, "made_up"])
def test_microsoft_answers_with_an_oauth_error(error: str) -> None:
    refusal = signin_errors.explain_refusal(error, at="callback")
    assert english_left(refusal.sentence, signin_errors.find_remedy(refusal.reason)) == set()


def test_our_own_checks_refuse_a_sign_in() -> None:
    sentences = (signin._TOO_MANY, signin._UNREACHABLE, signin._AGAIN, signin._NOT_TRUSTED)
    assert english_left(*sentences, *signin._ID_TOKEN_SENTENCES.values()) == set()


@pytest.mark.parametrize("tenant", ["", "x"])
@pytest.mark.parametrize("client", ["", "x"])
@pytest.mark.parametrize("file", ["", "/nowhere/clouds.json"])
def test_there_is_no_application_to_ask_with(tenant: str, client: str, file: str) -> None:
    connection = ConnectionConfig(entra_tenant_id=tenant, client_id=client, cloud_name="NOWHERE")
    answer = find_app(connection, {CLOUDS_VARIABLE: file} if file else {})
    assert isinstance(answer, NotReady)
    # What the system says about a file stays as it is.
    assert english_left(answer.sentence, answer.remedy, answer.describe(), data="such file directory") == set()


def test_the_file_of_clouds_is_wrong_while_settings_are_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "clouds.json"
    file.write_text('{"lab": 1}', encoding="utf-8")
    monkeypatch.setenv(CLOUDS_VARIABLE, str(file))
    with pytest.raises(ValidationError) as failed:
        CloudName("connection.cloud_name")._check("LAB")
    config = Config(connection=ConnectionConfig(entra_tenant_id="contoso.example"))
    found = region.find_region(Draft(config=config, given=frozenset({"directory_id"})), config.connection)
    assert isinstance(found, FieldError)
    refused = colleague._find_cloud(config)
    assert isinstance(refused, Refused)
    assert english_left(failed.value.messages[0], found.message, refused.message, data="lab clouds json") == set()


# ---------------------------------------------------------------------- network and Graph

CAUSES: dict[network.ConnectFault, BaseException] = {
    network.ConnectFault.NAME: socket.gaierror(),
    network.ConnectFault.PROXY_LOGIN: type("ProxyError", (OSError,), {})("Tunnel connection failed: 407 no"),
    network.ConnectFault.PROXY: type("ProxyError", (OSError,), {})(),
    network.ConnectFault.UNTRUSTED: ssl.SSLCertVerificationError(),
    network.ConnectFault.TRUST_STORE: OSError("Could not find a suitable TLS CA certificate bundle"),
    network.ConnectFault.TLS: ssl.SSLError(),
    network.ConnectFault.REFUSED: ConnectionRefusedError(),
    network.ConnectFault.TIMEOUT: TimeoutError(),
    network.ConnectFault.OTHER: OSError(),
}


@pytest.mark.parametrize("fault", network.ConnectFault)
def test_a_connection_cannot_be_made(fault: network.ConnectFault) -> None:
    cause = CAUSES[fault]
    assert network.find_connect_fault(cause) is fault
    assert english_left(*network.explain_connect_failure(cause, "graph.microsoft.com")) == set()


def kinds(kind: type[errors.GraphError] = errors.GraphError) -> Iterator[type[errors.GraphError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ in (errors.__name__, bodies.__name__):
            yield from kinds(below)


@pytest.mark.parametrize("kind", list(kinds()))
@pytest.mark.parametrize("request_id", ["", "1f0c2b3a"])
def test_graph_fails(kind: type[errors.GraphError], request_id: str) -> None:
    error = kind("x was refused", status=403, code="ErrorAccessDenied", request_id=request_id)
    if isinstance(error, errors.ConsentMissingError):
        error.name_permission("User.Read.All")
    assert english_left(error.sentence, error.describe()) == set()
    assert not error.remedy or english_left(error.remedy) == set()


@pytest.mark.parametrize("code", judge.BY_CODE)
def test_graph_refuses_with_a_code(code: str) -> None:
    kind, shown = judge.judge(403, {"error": {"code": code}})
    assert english_left(kind(code=shown).describe()) == set()


def test_a_mailbox_keeps_failing_and_a_disk_is_full() -> None:
    failure = Failure(since_utc=NOW_UTC, tried_fully_utc=NOW_UTC, what="HTTP 500 UnknownError")
    assert english_left(failure.describe(), ScratchFullError().text, data="tmp") == set()


# ---------------------------------------------------------------------- mail

MAIL = Notification(
    notification_id="n-1",
    kind=NotificationKind.OTHER,
    to=("ann@contoso.example",),
    subject="Hello",
    created_at_utc=NOW_UTC,
)


def receipts_of_errors() -> Iterator[tuple[str, DeliveryReceipt]]:
    for kind in kinds():
        yield kind.__name__, receipts.explain_error(kind(status=400, code="X"), "pbx@contoso.example", NOW_UTC)
    for code in receipts._BY_CODE:
        error = errors.RefusedError(status=403, code=code)
        yield code, receipts.explain_error(error, "pbx@contoso.example", NOW_UTC)
    unauthorized = errors.BadRequestError(status=401, code="SomethingNew")
    yield "token", receipts.explain_error(unauthorized, "pbx@contoso.example", NOW_UTC)


@pytest.mark.parametrize(("name", "receipt"), list(receipts_of_errors()))
def test_a_mail_is_not_sent(name: str, receipt: DeliveryReceipt) -> None:
    """On the receipt, on the MAIL tab, and in the notice about a refused mail."""
    host = FakeHost()
    assert english_left(receipt.reason) == set(), name
    assert not receipt.remedy or english_left(receipt.remedy) == set()
    memory.remember_failure(host, MAIL, receipt, NOW_UTC)
    (kept,) = memory.recent_failures(host)
    assert english_left(kept["reason"]) == set()
    rejections.note_rejected(host, MAIL, receipt, NOW_UTC)
    (notice,) = host.notices
    assert english_left(notice.subject, notice.text) == set()


def test_no_recipient_and_no_reply_address_is_good() -> None:
    bad = Notification(
        notification_id="n-2",
        kind=NotificationKind.OTHER,
        to=("nobody",),
        reply_to=("nowhere",),
        subject="Hello",
        created_at_utc=NOW_UTC,
    )
    checked, host = check_mail(bad), FakeHost()
    receipt = DeliveryReceipt(status=DeliveryStatus.ACCEPTED, rejected_recipients=checked.rejected)
    memory.remember_failure(host, bad, receipt, NOW_UTC)
    (kept,) = memory.recent_failures(host)
    assert english_left(kept["reason"], data="nobody") == set()
    rejections.note_reply_to(host, checked.notes)
    (notice,) = host.notices
    assert english_left(notice.subject, notice.text, data="nowhere") == set()


# ---------------------------------------------------------------------- people

BROKEN: tuple[dict[str, Any], ...] = (
    {"id": None},
    {"displayName": 4711},
    {"accountEnabled": None},
    {"businessPhones": [1]},
    {"assignedPlans": ["x"]},
)


@pytest.mark.parametrize("changes", BROKEN, ids=str)
def test_microsoft_sends_a_person_that_cannot_be_read(changes: dict[str, Any]) -> None:
    outcome = map_person({**PERSON, **changes}, RULES).outcome
    assert isinstance(outcome, Skip)
    assert english_left(outcome.detail, data="int") == set()


def test_a_person_breaks_a_limit_of_the_pbx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_draft", lambda *_: Phone(raw="1", e164="4711"))
    outcome = map_person(PERSON, RULES).outcome
    assert isinstance(outcome, Skip)
    assert english_left(outcome.detail, data="e164") == set()


RULES = MappingRules(entra_tenant_id="tenant", country="DE")


def test_the_rules_leave_somebody_out() -> None:
    assert english_left(*SKIP_DETAILS.values()) == set()
    assert english_left(*provision._FOR_THE_PERSON.values(), provision._NOT_COVERED) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"displayName": "X" * 200},
        {"department": "Y" * 200},
        {"mail": "m" * 130 + "@contoso.example"},
        {"mail": "m" * 130 + "@contoso.example", "userPrincipalName": "ann"},
        {"mobilePhone": "0" * 40},
        {"mobilePhone": "+49 (0) 30 / 123 456 78 / EXT. 12345"},
    ],
    ids=str,
)
def test_the_pbx_cannot_hold_a_value(changes: dict[str, Any]) -> None:
    (note,) = map_person({**PERSON, **changes}, RULES).notes
    assert english_left(note, data="mail") == set(), "mail is Microsoft's name of the field"


@pytest.mark.parametrize("source", ["employeeId", "businessPhones:3", "businessPhones:5"])
@pytest.mark.parametrize("value", ["", "42"])
def test_the_directory_names_no_number(source: str, value: str) -> None:
    rules = MappingRules(entra_tenant_id="tenant", country="DE", extension_source=read_source(source))
    note = map_person({**PERSON, "employeeId": value, "businessPhones": [value]}, rules).extension_note
    assert note is not None
    assert english_left(note) == set()


def test_a_user_made_by_hand_has_the_address() -> None:
    host = FakeHost()
    for name in ("Ann", "Bob"):
        host.users.add_by_hand(name, email="ann@contoso.example")
    users = list(host.users.unlinked())
    for matches, is_shared in ((users, False), (users[:1], True)):
        doubt = explain_doubt(matches, is_shared=is_shared)
        assert doubt is not None
        assert english_left(doubt[1], data="ann bob") == set()


# ---------------------------------------------------------------------- certificate and photos


def test_the_certificate_is_renewed_or_not() -> None:
    certificate = shared_key_pair().certificate
    for removes_old in (True, False):
        assert english_left(words.say_renewed(certificate, certificate, 7, removes_old=removes_old)) == set()
    said = [words.say_registered(certificate), words.say_not_accepted(NOW_UTC, "AB12")]
    for kind in (errors.NotFoundError, errors.ConsentMissingError, errors.KeyKindRefusedError):
        said += words.explain_renewal_error(kind())
    constants = [value for name, value in vars(words).items() if name.isupper()]
    assert len(constants) > 5
    assert english_left(*said, *constants) == set()


def test_photos_are_stored_or_not() -> None:
    for n in (1, 5):
        for reason in ("photo_unread", "photo_no_exchange", "photo_not_permitted"):
            problem = photo_words.say_problem(reason, n)
            assert problem is not None
            assert english_left(problem) == set()
        assert english_left(photo_words.say_done(n, n, photo_words.say_goes_on())) == set()
