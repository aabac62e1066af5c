"""The simulator refuses what Microsoft refuses of an app that rolls its own keys."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from portsip_m365_plugin.entra.keypair import KeyPair, make_key_pair
from tests.support.lab import Lab, shared_key_pair
from tests.support.sim_client import Client, unpadded


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def coming(days: int = 365, days_old: float = 0) -> KeyPair:
    begins = datetime.now(timezone.utc) - timedelta(days=days_old)
    return make_key_pair(begins, valid_days=days, private_key_pem=shared_key_pair().private_key_pem)


def proof(client: Client, pair: KeyPair | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    pair, now = pair or shared_key_pair(), int(time.time())
    certificate = x509.load_pem_x509_certificate(pair.certificate.pem.encode())
    claims = {
        "aud": "00000002-0000-0000-c000-000000000000",
        "iss": client.lab.register().object_id,
        "nbf": now,
        "exp": now + 600,
        **changes,
    }
    named = {"x5t": unpadded(certificate.fingerprint(hashes.SHA1()))} if header is None else header
    algorithm = named.pop("alg", "RS256")
    return jwt.encode(claims, pair.private_key_pem, algorithm, headers=named)


def add(client: Client, given: str, pair: KeyPair | None = None, object_id: str = "", **changes: Any) -> Any:
    der = x509.load_pem_x509_certificate((pair or coming()).certificate.pem.encode()).public_bytes(Encoding.DER)
    credential = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": base64.b64encode(der).decode(),
        **changes,
    }
    body = {"keyCredential": credential, "passwordCredential": None, "proof": given}
    return client.post(f"/applications/{object_id or client.lab.register().object_id}/addKey", body)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


MALFORMED = (401, "Authentication_MissingOrMalformed")


def test_a_key_is_added_and_removed_without_any_permission(client: Client) -> None:
    app = client.lab.register(permissions=())
    answer = add(client, proof(client))
    assert answer.status_code == 200
    shape = answer.json()
    assert (shape["type"], shape["usage"], shape["key"]) == ("AsymmetricX509Cert", "Verify", None)
    assert [each.key_id for each in app.certificates][1:] == [shape["keyId"]]
    body = {"keyId": shape["keyId"], "proof": proof(client)}
    path = f"/applications/{app.object_id}/removeKey"
    assert client.post(path, body).status_code == 204
    assert len(app.certificates) == 1
    assert code(client.post(path, body)) == (400, "Request_BadRequest")
    own = {"keyId": app.certificates[0].key_id, "proof": proof(client)}
    assert code(client.post(path, own)) == MALFORMED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: proof(c, aud="00000003-0000-0000-c000-000000000000"),
        lambda c: proof(c, iss=c.lab.register().client_id),
        lambda c: proof(c, iss=c.lab.register().service_principal_id),
        lambda c: proof(c, exp=int(time.time()) + 601),
        lambda c: proof(c, nbf=int(time.time()) - 700, exp=int(time.time()) - 100),
        lambda c: proof(c, nbf=int(time.time()) + 900, exp=int(time.time()) + 1000),
        lambda c: proof(c, nbf=None),
        lambda c: proof(c, pair=make_key_pair(datetime.now(timezone.utc))),
        lambda c: proof(c, pair=coming(days_old=400)),
        lambda c: proof(c, header={}),
        lambda c: proof(c, header={"x5t": "AAAA"}),
        lambda c: proof(c, header={"alg": "PS256"}),
        lambda c: proof(c) + "=",
        lambda c: "not a token",
        lambda c: None,
    ],
)
def test_a_proof_that_is_not_right_has_one_vague_answer(client: Client, spoil: Callable[[Client], Any]) -> None:
    app = client.lab.register()
    assert code(add(client, spoil(client))) == MALFORMED
    assert len(app.certificates) == 1


def test_an_expired_key_proves_nothing(client: Client) -> None:
    old = coming(days_old=400)
    client.lab.register()
    client.lab.register(old.certificate.pem)
    assert code(add(client, proof(client, pair=old))) == MALFORMED


def test_an_app_without_a_valid_key_cannot_begin(client: Client) -> None:
    assert client.token, "from a time when there was one"
    client.lab.register().certificates.clear()
    assert code(add(client, proof(client))) == MALFORMED


def test_other_ids_are_other_objects(client: Client) -> None:
    app = client.lab.register()
    for wrong in (app.service_principal_id, app.client_id, "00000000-0000-0000-0000-000000000009"):
        assert code(add(client, proof(client, iss=wrong), object_id=wrong)) == (404, "Request_ResourceNotFound")


def test_another_apps_keys_need_a_permission_and_a_proof_is_always_needed(client: Client) -> None:
    other = client.lab.tenant().register_app(shared_key_pair().certificate.pem)
    foreign = proof(client, iss=other.object_id)
    assert code(add(client, foreign, object_id=other.object_id)) == (403, "Authorization_RequestDenied")
    path, app = "/applications/{}/addKey", client.lab.register()
    answer = client.post(path.format(app.object_id), {"keyCredential": {}})
    assert code(answer) == (403, "Authorization_RequestDenied")
    client.lab.tenant().key_rules.needs_permission = True
    assert code(add(client, proof(client))) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"type": "Symmetric"}, (400, "Request_BadRequest")),
        ({"usage": "Sign"}, (400, "Request_BadRequest")),
        ({"key": "AAAA"}, (400, "Request_BadRequest")),
        ({"key": None}, (400, "Request_BadRequest")),
        ({"thumb": "x"}, (400, "RequestBodyRead")),
    ],
)
def test_a_credential_of_another_kind(client: Client, changes: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert code(add(client, proof(client), **changes)) == refusal


def test_policies_of_the_tenant_bite_when_a_key_is_added(client: Client) -> None:
    assert client.token, "uploads fall under a policy, too"
    rules = client.lab.tenant().key_rules
    rules.max_life_days = 180
    assert code(add(client, proof(client))) == (400, "CredentialInvalidLifetimeAsPerAppPolicy")
    assert add(client, proof(client), coming(180)).status_code == 200
    rules.only_from_authorities = True
    assert code(add(client, proof(client), coming(90))) == (400, "CredentialTypeNotAllowedAsPerAppPolicy")
    expired = coming(days=10, days_old=20)
    assert code(add(client, proof(client), expired)) == (400, "KeyCredentialsInvalidEndDate")


def test_a_new_key_is_known_later_and_at_first_only_here_and_there(client: Client) -> None:
    assert client.token, "the first key was there long before"
    rules = client.lab.tenant().key_rules
    rules.known_after_s, rules.certain_after_s = 300.0, 900.0
    add(client, proof(client))
    added, clock = client.lab.register().certificates[1], client.lab.realm().clock
    assert not any(added.is_known_at(clock.time_s()) for _ in range(4))
    clock.shift(400)
    assert {added.is_known_at(clock.time_s()) for _ in range(4)} == {True, False}
    clock.shift(600)
    assert all(added.is_known_at(clock.time_s()) for _ in range(4))
