"""App-only tokens by certificate, against an Entra that verifies them."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from portsip_m365_plugin.connect import AppSettings, credential_for
from portsip_m365_plugin.entra import tokens
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.keypair import make_key_pair, read_certificate
from portsip_m365_plugin.entra.tokens import AppCredential, AppToken, acquire_app_token
from tests.support.lab import Lab, shared_key_pair


def credential(lab: Lab, cloud: str = "GLOBAL") -> AppCredential:
    app = lab.apps.get(cloud) or lab.register(cloud=cloud)
    settings = AppSettings(cloud=lab.cloud(cloud), entra_tenant_id=lab.tenant(cloud).id, client_id=app.client_id)
    return credential_for(settings, shared_key_pair())


class Listening(tokens._EntraSession):
    """Keeps the requests."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        assert kwargs["timeout"] == (10.0, 30.0)
        assert kwargs["allow_redirects"] is False
        self.sent.append(request)
        return super().send(request, **kwargs)


def test_a_token_is_got_once_and_kept(lab: Lab) -> None:
    first = acquire_app_token(credential(lab))
    again = acquire_app_token(credential(lab))
    assert isinstance(first, AppToken)
    assert isinstance(again, AppToken)
    assert (first.is_from_cache, again.is_from_cache) == (False, True)
    assert first.access_token == again.access_token
    assert lab.realm().journal.counts().get("POST /oauth2/v2.0/token", 1) == 1


def test_the_assertion_is_ps256_with_the_sha256_thumbprint(lab: Lab) -> None:
    kept: list[Listening] = []

    def make(*args: Any) -> Listening:
        kept.append(Listening(*args))
        return kept[0]

    assert isinstance(acquire_app_token(credential(lab), fresh=True, make_session=make), AppToken)
    posted = next(request for request in kept[0].sent if request.method == "POST")
    body = posted.body if isinstance(posted.body, str) else (posted.body or b"").decode()
    form = {name: values[0] for name, values in parse_qs(body).items()}
    head, claims, _ = (
        json.loads(_unpad(part)) if n < 2 else {} for n, part in enumerate(form["client_assertion"].split("."))
    )
    assert head["alg"] == "PS256"
    thumbprint = bytes.fromhex(shared_key_pair().certificate.thumbprint_sha256)
    assert head["x5t#S256"].rstrip("=") == base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
    assert "x5t" not in head
    assert claims["aud"].endswith("/oauth2/v2.0/token")
    assert claims["iss"] == claims["sub"] == form["client_id"]
    assert form["scope"] == f"{lab.cloud().graph}/.default"
    assert "client_secret" not in form


def _unpad(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_key_pair_is_rsa_self_signed_and_valid_one_year() -> None:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    pair = make_key_pair(now)
    certificate = read_certificate(pair.certificate.pem)
    assert certificate.not_after_utc - now == timedelta(days=365)
    assert certificate.not_before_utc <= now
    assert certificate.days_left(now) == 365
    assert "PRIVATE" not in pair.certificate.pem
    assert b"PRIVATE KEY" in pair.private_key_pem
    assert "PRIVATE" not in repr(pair)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda c: replace(c, client_id="99999999-9999-4999-8999-999999999999"), RefusalKind.APPLICATION),
        (lambda c: replace(c, entra_tenant_id="99999999-9999-4999-8999-999999999999"), RefusalKind.TENANT),
        (lambda c: with_other_key(c), RefusalKind.CERTIFICATE),
    ],
    ids=["application", "tenant", "certificate"],
)
def test_refusals_are_typed(lab: Lab, spoil: Any, kind: RefusalKind) -> None:
    refusal = acquire_app_token(spoil(credential(lab)))
    assert isinstance(refusal, EntraRefusal)
    assert refusal.kind is kind
    assert refusal.sentence
    assert refusal.remedy
    if kind is not RefusalKind.TENANT:  # msal's discovery does not pass on Entra's ids
        assert refusal.trace_id
        assert refusal.correlation_id


def with_other_key(given: AppCredential) -> AppCredential:
    pair = make_key_pair(datetime.now(timezone.utc))
    return replace(
        given,
        private_key_pem=pair.private_key_pem,
        certificate_pem=pair.certificate.pem,
        thumbprint_sha256=pair.certificate.thumbprint_sha256,
    )


def test_a_test_of_the_connection_is_not_answered_by_yesterdays_refusal(lab: Lab) -> None:
    """msal keeps a 400 for 60 seconds, even after the cause is fixed."""
    wrong = with_other_key(credential(lab))
    assert isinstance(acquire_app_token(wrong), EntraRefusal)
    lab.register(wrong.certificate_pem)
    assert isinstance(acquire_app_token(wrong, fresh=True), AppToken)


def test_a_clock_that_is_an_hour_wrong_is_named(lab: Lab) -> None:
    lab.realm().clock.shift(3600)
    refusal = acquire_app_token(credential(lab), fresh=True)
    assert isinstance(refusal, EntraRefusal)
    assert refusal.kind is RefusalKind.CLOCK


def test_nobody_there_is_told_from_the_causes(lab: Lab) -> None:
    given = credential(lab)
    refused = acquire_app_token(replace(given, cloud=replace(given.cloud, authority="https://127.0.0.1:9")), fresh=True)
    assert isinstance(refused, EntraRefusal)
    assert refused.kind is RefusalKind.UNREACHABLE
    unknown = acquire_app_token(
        replace(given, cloud=replace(given.cloud, authority="https://login.invalid")), fresh=True
    )
    assert isinstance(unknown, EntraRefusal)
    assert "login.invalid" in unknown.sentence


def test_a_proxy_is_used_and_its_failure_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    given = credential(lab)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    elsewhere = replace(given, cloud=replace(given.cloud, authority="https://login.example.com"))
    refused = acquire_app_token(elsewhere, fresh=True)
    assert isinstance(refused, EntraRefusal)
    assert "proxy" in refused.sentence.lower()


_TOKEN = '{"token_type": "Bearer", "access_token": "x", "expires_in": 3599, '


@pytest.mark.parametrize(
    "body",
    [
        *(
            "<html>",
            "[]",
            '"x"',
            "{}",
            '{"access_token": 5}',
            '{"access_token": "\\u202e"}',
            '{"error": ["x"]}',
            "",
            "null",
        ),
        *(_TOKEN + '"refresh_in": null}', _TOKEN + '"refresh_in": "1800"}', _TOKEN + '"ext_expires_in": null}'),
        *(_TOKEN + '"scope": 5}', _TOKEN + '"id_token": "x"}', _TOKEN + '"expires_on": 1e999}'),
    ],
    ids=repr,
)
def test_an_answer_that_is_not_entras_is_no_crash(lab: Lab, body: str) -> None:
    from portsip_m365_plugin.simulator.faults import Fault

    lab.realm().faults.add(
        Fault("replace", "oauth2/v2.0/token", body=body, content_type="application/json", times=None)
    )
    answer = acquire_app_token(credential(lab), fresh=True)
    assert isinstance(answer, EntraRefusal)
    assert answer.sentence


@pytest.mark.parametrize("status", [429, 500, 503])
def test_entras_own_troubles(lab: Lab, status: int) -> None:
    from portsip_m365_plugin.simulator.faults import Fault

    lab.realm().faults.add(Fault("status", "oauth2/v2.0/token", status=status, retry_after="5", times=None))
    answer = acquire_app_token(credential(lab), fresh=True)
    assert isinstance(answer, EntraRefusal)
    assert answer.kind is RefusalKind.TRANSIENT


def test_threads_share_one_token_request(lab: Lab) -> None:
    from concurrent.futures import ThreadPoolExecutor

    given = credential(lab)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: acquire_app_token(given), range(40)))
    assert all(isinstance(answer, AppToken) for answer in answers)
    assert sum(not answer.is_from_cache for answer in answers if isinstance(answer, AppToken)) == 1


def test_both_clouds_give_tokens_for_their_own_graph(make_lab: Any) -> None:
    lab = make_lab(clouds=("GLOBAL", "CHINA"))
    for cloud in ("GLOBAL", "CHINA"):
        assert isinstance(acquire_app_token(credential(lab, cloud)), AppToken)


def test_nothing_secret_is_logged_or_shown(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    given = credential(lab)
    answer = acquire_app_token(given, fresh=True)
    assert isinstance(answer, AppToken)
    acquire_app_token(with_other_key(given), fresh=True)
    shown = caplog.text + repr(given) + repr(answer)
    for secret in (answer.access_token, "PRIVATE KEY", "client_assertion=", "eyJ"):
        assert secret not in shown
