"""The token endpoint checks everything: each wrong assertion is refused with Entra's code."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from portsip_m365_plugin.entra.keypair import make_key_pair
from tests.support.lab import Lab, shared_key_pair
from tests.support.sim_client import Client, make_assertion, random_guid, unpadded


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def codes(answer: Any) -> tuple[int, str, int]:
    body = answer.json()
    return answer.status_code, body["error"], body["error_codes"][0]


def test_a_right_assertion_gets_a_token_that_graph_takes(client: Client) -> None:
    answer = client.post_token()
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == body["ext_expires_in"] == 3599
    assert client.call("GET", "/users?$top=1").status_code == 200


def test_rs256_with_the_old_thumbprint_is_still_taken(client: Client) -> None:
    certificate = x509.load_pem_x509_certificate(shared_key_pair().certificate.pem.encode())
    header = {"x5t": unpadded(certificate.fingerprint(hashes.SHA1()))}
    assertion = make_assertion(client.app.client_id, client.token_url, algorithm="RS256", header=header)
    assert client.post_token(client_assertion=assertion).status_code == 200


def test_a_padded_thumbprint_is_taken_as_msal_writes_it(client: Client) -> None:
    certificate = x509.load_pem_x509_certificate(shared_key_pair().certificate.pem.encode())
    header = {"x5t#S256": unpadded(certificate.fingerprint(hashes.SHA256())) + "="}
    assertion = make_assertion(client.app.client_id, client.token_url, header=header)
    assert client.post_token(client_assertion=assertion).status_code == 200


def test_the_audience_may_name_the_tenant_by_its_domain(client: Client) -> None:
    domain_url = f"{client.origin}/{client.lab.tenant().domain}/oauth2/v2.0/token"
    assertion = make_assertion(client.app.client_id, domain_url)
    assert client.post_token(client_assertion=assertion).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://login.microsoftonline.com/x/oauth2/v2.0/token"}, 700023),
        ({"aud": None}, 700023),
        ({"iss": "someone-else"}, 50048),
        ({"iss": "other", "sub": "other"}, 700021),
        ({"exp": int(time.time()) - 3600, "nbf": int(time.time()) - 7200}, 700024),
        ({"nbf": int(time.time()) + 3600, "exp": int(time.time()) + 7200}, 700024),
        ({"exp": None}, 50027),
        ({"exp": "soon"}, 50027),
        ({"jti": None}, 50027),
    ],
)
def test_a_claim_that_is_wrong(client: Client, changes: dict[str, Any], code: int) -> None:
    assertion = make_assertion(client.app.client_id, client.token_url, **changes)
    assert codes(client.post_token(client_assertion=assertion))[2] == code


def test_a_clock_that_is_off_by_less_than_five_minutes_does_no_harm(client: Client) -> None:
    now = int(time.time())
    for shift in (-280, 280):
        assertion = make_assertion(client.app.client_id, client.token_url, nbf=now + shift, exp=now + shift + 1)
        assert client.post_token(client_assertion=assertion).status_code == 200, shift


def test_a_key_that_was_not_uploaded(client: Client) -> None:
    stranger = make_key_pair(datetime.now(timezone.utc))
    certificate = x509.load_pem_x509_certificate(stranger.certificate.pem.encode())
    header = {"x5t#S256": unpadded(certificate.fingerprint(hashes.SHA256()))}
    assertion = make_assertion(client.app.client_id, client.token_url, key=stranger.private_key_pem, header=header)
    answer = client.post_token(client_assertion=assertion)
    assert codes(answer) == (401, "invalid_client", 700027)
    assert "The key was not found" in answer.json()["error_description"]
    # The right thumbprint with a wrong signature is refused too.
    assertion = make_assertion(client.app.client_id, client.token_url, key=stranger.private_key_pem)
    assert codes(client.post_token(client_assertion=assertion)) == (401, "invalid_client", 700027)
    # With a second certificate both are valid: that is how a key is rolled over.
    client.lab.register(stranger.certificate.pem)
    assertion = make_assertion(client.app.client_id, client.token_url, key=stranger.private_key_pem, header=header)
    assert client.post_token(client_assertion=assertion).status_code == 200
    assert client.post_token().status_code == 200


def test_an_expired_certificate(client: Client) -> None:
    old = make_key_pair(datetime.now(timezone.utc) - timedelta(days=400))
    client.lab.register(old.certificate.pem)
    certificate = x509.load_pem_x509_certificate(old.certificate.pem.encode())
    header = {"x5t#S256": unpadded(certificate.fingerprint(hashes.SHA256()))}
    assertion = make_assertion(client.app.client_id, client.token_url, key=old.private_key_pem, header=header)
    answer = client.post_token(client_assertion=assertion)
    assert codes(answer)[2] == 700027
    assert "expired" in answer.json()["error_description"]


def test_no_algorithm_and_a_symmetric_one(client: Client) -> None:
    none = make_assertion(client.app.client_id, client.token_url, algorithm="none", key="")
    assert codes(client.post_token(client_assertion=none))[2] == 50012
    symmetric = make_assertion(client.app.client_id, client.token_url, algorithm="HS256", key="k" * 64)
    assert codes(client.post_token(client_assertion=symmetric))[2] == 50012


def test_a_signature_of_one_algorithm_under_the_name_of_the_other(client: Client) -> None:
    assertion = make_assertion(client.app.client_id, client.token_url, algorithm="RS256")
    head, claims, signature = assertion.split(".")
    forged = make_assertion(client.app.client_id, client.token_url).split(".")[0]
    assert head != forged
    assert codes(client.post_token(client_assertion=f"{forged}.{claims}.{signature}"))[2] == 700027


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "e30.e30.e30", "🦀.🦀.🦀"])
def test_something_that_is_no_token(client: Client, text: str) -> None:
    assert codes(client.post_token(client_assertion=text))[2] in (50027, 50012, 7000218)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"grant_type": None}, (400, "invalid_request", 900144)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
        ({"client_id": "00000000-0000-0000-0000-000000000009"}, (400, "unauthorized_client", 700016)),
        ({"client_assertion": None}, (401, "invalid_client", 7000218)),
        ({"client_assertion_type": "urn:other"}, (401, "invalid_client", 7000218)),
        ({"client_assertion": None, "client_secret": "hunter2"}, (401, "invalid_client", 7000215)),
        ({"scope": None}, (400, "invalid_request", 900144)),
        ({"scope": "User.Read"}, (400, "invalid_scope", 1002012)),
        ({"scope": "https://microsoftgraph.chinacloudapi.cn/.default"}, (400, "invalid_resource", 500011)),
    ],
)
def test_a_parameter_that_is_wrong(client: Client, form: dict[str, Any], expected: tuple[int, str, int]) -> None:
    assert codes(client.post_token(**form)) == expected


def test_an_error_has_microsofts_shape(client: Client) -> None:
    correlation = random_guid()
    client.http.headers["client-request-id"] = correlation
    body = client.post_token(scope="User.Read").json()
    assert set(body) == {
        *("error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"),
    }
    assert body["correlation_id"] == correlation
    assert body["error_description"].startswith("AADSTS1002012: ")
    assert body["error_description"].endswith(
        f" Trace ID: {body['trace_id']} Correlation ID: {correlation} Timestamp: {body['timestamp']}"
    )
    datetime.strptime(body["timestamp"], "%Y-%m-%d %H:%M:%SZ")  # noqa: DTZ007  the Z says it


def test_the_app_and_the_tenant(client: Client) -> None:
    client.app.blocked_by_policy = True
    assert codes(client.post_token())[2] == 53003
    client.app.enabled = False
    assert codes(client.post_token()) == (400, "unauthorized_client", 7000112)
    unknown = f"{client.origin}/{random_guid()}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": client.app.client_id}
    assert codes(client.http.post(unknown, form)) == (400, "invalid_tenant", 90002)
    assert codes(client.http.post(f"{client.origin}/common/oauth2/v2.0/token", form))[2] == 90130
    assert codes(client.http.get(client.token_url))[2] == 900561


def test_a_tenant_of_the_other_cloud(make_lab: Any) -> None:
    lab = make_lab(clouds=("GLOBAL", "CHINA"))
    client = Client(lab)
    url = f"{lab.sim.origin('CHINA')}/{lab.tenant('GLOBAL').id}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": client.app.client_id}
    assert codes(client.http.post(url, form)) == (400, "invalid_request", 900382)


def test_without_consent_the_token_can_do_nothing(client: Client) -> None:
    client.app.consent_given = False
    assert client.get("/users?$top=1").status_code == 403


def test_permissions_are_those_of_the_moment_of_issue(client: Client) -> None:
    client.lab.register(permissions=("User.Read.All",))
    mine = client.token
    client.lab.register(permissions=("Contacts.Read",))
    assert client.get("/users?$top=1").status_code == 200
    client.token = client.post_token().json()["access_token"]
    assert client.token != mine
    assert client.get("/users?$top=1").json()["error"]["code"] == "Authorization_RequestDenied"


def test_a_token_ends(client: Client) -> None:
    assert client.get("/users?$top=1").status_code == 200
    client.lab.realm().clock.shift(3700)
    assert client.refusal("/users?$top=1") == (401, "InvalidAuthenticationToken")
