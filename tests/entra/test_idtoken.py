"""ID-token checks: a good token passes; each forged one is refused with its own reason."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portsip_m365_plugin.entra.idtoken import (
    PERSONAL_TENANT_ID,
    SKEW_S,
    ExpectedToken,
    IdTokenClaims,
    IdTokenError,
    check_id_token,
)
from tests.support.idtoken_forge import (
    CLIENT_ID,
    ISSUER,
    NONCE,
    NOW_S,
    NOW_UTC,
    OBJECT_ID,
    OTHER_TENANT_ID,
    TENANT_ID,
    b64,
    claims,
    jwk,
    private_key,
    public_pem,
    sign,
)

EXPECTED = ExpectedToken(issuer=ISSUER, client_id=CLIENT_ID, entra_tenant_id=TENANT_ID, nonce=NONCE)


def check(token: str, *, expected: ExpectedToken = EXPECTED, later_s: float = 0) -> IdTokenClaims:
    keys = {"k1": private_key().public_key()}
    return check_id_token(token, expected, find_key=keys.get, now_utc=NOW_UTC + timedelta(seconds=later_s))


def refused(token: str, **how: Any) -> IdTokenError:
    with pytest.raises(IdTokenError) as caught:
        check(token, **how)
    return caught.value


def test_honest_token_names_the_person() -> None:
    found = check(sign(claims(login_hint="O.CiQ")))
    assert found == IdTokenClaims(
        entra_tenant_id=TENANT_ID,
        entra_object_id=OBJECT_ID,
        display_name="Adele Vance",
        upn="adele@contoso.example",
        login_hint="O.CiQ",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"aud": [CLIENT_ID]},
        {"azp": CLIENT_ID},
        {"nbf": None},
        {"tid": TENANT_ID.upper()},
        {"name": None, "preferred_username": None},
        {"exp": NOW_S - SKEW_S + 1},
        {"iat": NOW_S + SKEW_S, "nbf": NOW_S + SKEW_S},
    ],
)
def test_what_else_is_honest(change: dict[str, Any]) -> None:
    assert check(sign(claims(**change))).entra_object_id == OBJECT_ID


def test_display_text_is_made_fit_for_a_page() -> None:
    found = check(sign(claims(name="A\u202e\x00B" + "x" * 500, preferred_username="a\nb\ud800@c", login_hint="x\ny")))
    assert found.display_name == ("A B" + "x" * 500)[:128]
    assert found.upn == "a b@c"
    assert found.login_hint == ""


# ---------------------------------------------------------------------- the signature


def test_attack_alg_none() -> None:
    assert refused(sign(claims(), alg="none")).reason == "malformed_token"


def test_attack_alg_none_with_a_signature() -> None:
    token = sign(claims(), header={"alg": "none", "kid": "k1"})
    assert refused(token).reason == "algorithm_refused"


@pytest.mark.parametrize("spelling", ["None", "NONE", "rs256", "RS512", "PS256", "ES256", "", None, 256, ["RS256"]])
def test_attack_other_algorithms(spelling: object) -> None:
    assert refused(sign(claims(), header={"alg": spelling, "kid": "k1"})).reason == "algorithm_refused"


def test_attack_hs256_with_the_public_key() -> None:
    assert refused(sign(claims(), alg="HS256")).reason == "algorithm_refused"


def test_attack_hs256_under_an_rs256_header() -> None:
    honest_header = {"typ": "JWT", "alg": "RS256", "kid": "k1"}
    assert refused(sign(claims(), alg="HS256", header=honest_header)).reason == "bad_signature"


def test_attack_unknown_kid() -> None:
    assert refused(sign(claims(), key=private_key("attacker"), kid="k2")).reason == "unknown_key"


@pytest.mark.parametrize("kid", [None, "", 1, "k" * 257, {"a": 1}])
def test_attack_unusable_kid(kid: object) -> None:
    assert refused(sign(claims(), kid=kid)).reason == "unknown_key"


def test_attack_right_kid_wrong_key() -> None:
    assert refused(sign(claims(), key=private_key("attacker"))).reason == "bad_signature"


@pytest.mark.parametrize(
    "injection",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert.pem"},
        {"jwk": jwk("k1", private_key("attacker"))},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": False},
    ],
    ids=lambda injection: next(iter(injection)),
)
def test_attack_key_injection(injection: dict[str, Any]) -> None:
    assert refused(sign(claims(), key=private_key("attacker"), **injection)).reason == "header_refused"


def test_attack_nested_token_type() -> None:
    assert refused(sign(claims(), typ="at+jwt")).reason == "header_refused"


def test_attack_payload_swapped_under_a_good_signature() -> None:
    head, _, signature = sign(claims()).split(".")
    body = b64(json.dumps(claims(oid="somebody-else")).encode())
    assert refused(f"{head}.{body}.{signature}").reason == "bad_signature"


# ---------------------------------------------------------------------- whose token


@pytest.mark.parametrize(
    "issuer",
    [
        f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0",
        f"https://login.partner.microsoftonline.cn/{TENANT_ID}/v2.0",
        f"https://sts.windows.net/{TENANT_ID}/",
        ISSUER + "/",
        ISSUER.upper(),
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        None,
        [ISSUER],
    ],
)
def test_attack_wrong_issuer_or_cloud(issuer: object) -> None:
    assert refused(sign(claims(iss=issuer))).reason == "issuer_mismatch"


@pytest.mark.parametrize(
    "audience", ["another-app", [CLIENT_ID, "another-app"], [], None, "", {"aud": CLIENT_ID}, CLIENT_ID.upper()]
)
def test_attack_wrong_audience(audience: object) -> None:
    assert refused(sign(claims(aud=audience))).reason == "audience_mismatch"


def test_attack_wrong_authorized_party() -> None:
    assert refused(sign(claims(azp="another-app"))).reason == "audience_mismatch"


def test_attack_other_tenants_token_with_the_same_mail() -> None:
    assert refused(sign(claims(tid=OTHER_TENANT_ID))).reason == "tenant_mismatch"


def test_attack_personal_account() -> None:
    issuer = f"https://login.microsoftonline.com/{PERSONAL_TENANT_ID}/v2.0"
    assert refused(sign(claims(tid=PERSONAL_TENANT_ID, iss=issuer))).reason == "personal_account"
    assert refused(sign(claims(tid=PERSONAL_TENANT_ID.upper()))).reason == "personal_account"


def test_attack_personal_account_even_where_it_is_configured() -> None:
    expected = ExpectedToken(issuer=ISSUER, client_id=CLIENT_ID, entra_tenant_id=PERSONAL_TENANT_ID, nonce=NONCE)
    assert refused(sign(claims(tid=PERSONAL_TENANT_ID)), expected=expected).reason == "personal_account"


@pytest.mark.parametrize("version", ["1.0", 2.0, 2, None, "2.0 "])
def test_attack_wrong_version(version: object) -> None:
    assert refused(sign(claims(ver=version))).reason == "version_mismatch"


@pytest.mark.parametrize("nonce", ["another", None, "", NONCE + "x", NONCE[:-1], 7, "\ud800"])
def test_attack_wrong_nonce(nonce: object) -> None:
    assert refused(sign(claims(nonce=nonce))).reason == "nonce_mismatch"


def test_attack_empty_nonce_never_matches() -> None:
    expected = ExpectedToken(issuer=ISSUER, client_id=CLIENT_ID, entra_tenant_id=TENANT_ID, nonce="")
    assert refused(sign(claims(nonce="")), expected=expected).reason == "nonce_mismatch"


@pytest.mark.parametrize("oid", [None, "", "a" * 65, "../etc", "a b", 7, {"$ne": ""}])
def test_attack_unusable_object_id(oid: object) -> None:
    assert refused(sign(claims(oid=oid))).reason == "claim_missing"


# ---------------------------------------------------------------------- when


def test_attack_expired() -> None:
    assert refused(sign(claims()), later_s=3600 + SKEW_S).reason == "expired"


def test_a_clock_that_is_well_by_the_test_of_the_connection_lets_people_in() -> None:
    from portsip_m365_plugin.checks import network

    edge_s = int(network._SKEW_ALLOWED_S)
    assert check(sign(claims(iat=NOW_S + edge_s, nbf=NOW_S + edge_s))).entra_object_id == OBJECT_ID


def test_attack_not_yet_valid() -> None:
    assert refused(sign(claims(nbf=NOW_S + SKEW_S + 1))).reason == "not_yet_valid"
    assert refused(sign(claims(iat=NOW_S + SKEW_S + 1, nbf=None))).reason == "not_yet_valid"


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("moment", ["1800000000", True, -1e300, 10**400, 1e308, [1], {}])
def test_attack_impossible_times(claim: str, moment: object) -> None:
    assert refused(sign(claims(**{claim: moment}))).reason == "claim_missing"


@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_attack_times_left_out(claim: str) -> None:
    assert refused(sign(claims(**{claim: None}))).reason == "claim_missing"


# ---------------------------------------------------------------------- form


def test_attack_oversized_token() -> None:
    assert refused(sign(claims(padding="x" * 40_000))).reason == "oversized_token"


def test_attack_duplicate_claim() -> None:
    payload = json.dumps(claims())[:-1] + f', "oid": "{OBJECT_ID}-2"}}'
    assert refused(sign(payload.encode())).reason == "duplicate_claim"


def test_attack_duplicate_header() -> None:
    header = b'{"alg": "RS256", "kid": "k9", "kid": "k1"}'
    assert refused(sign(claims(), header=header)).reason == "duplicate_claim"


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "a..c", "a=.b.c", "é.b.c", "a.b.c\n", " a.b.c", "eyJ.eyJ.x" * 3],
)
def test_attack_malformed_token(token: str) -> None:
    assert refused(token).reason == "malformed_token"


@pytest.mark.parametrize("body", [b"[]", b"null", b"{", b"\xff", b'{"exp": NaN}', b"[" * 30_000 + b"]" * 2])
def test_attack_malformed_payload(body: bytes) -> None:
    assert refused(sign(body)).reason in {"malformed_token", "oversized_token"}


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b"\xff"])
def test_attack_malformed_header(body: bytes) -> None:
    assert refused(sign(claims(), header=body)).reason == "malformed_token"


def test_refusals_tell_nothing_secret() -> None:
    token = sign(claims(nonce="attacker-nonce"))
    error = refused(token)
    assert "attacker-nonce" not in str(error)
    assert NONCE not in str(error)
    assert token not in str(error)


def test_pem_of_the_public_key_is_what_hs256_would_have_used() -> None:
    assert public_pem(private_key()).startswith(b"-----BEGIN PUBLIC KEY-----")
