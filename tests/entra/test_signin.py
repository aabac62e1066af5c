"""Sign-in on the plugin's side: a normal sign-in, and everything that is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pbx_plugin_api import (
    LinkedUser,
    LoginClient,
    LoginFlow,
    LoginRefused,
    ResponseMode,
    SignedIn,
    UserLink,
    dump,
    load,
)
from portsip_m365_plugin.clouds import load_clouds
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.entra.idtoken import PERSONAL_TENANT_ID
from portsip_m365_plugin.entra.signin import SignInApp
from portsip_m365_plugin.entra.tokens import AppCredential
from tests.support.entra_peer import AUTHORITY, DISCOVERY_URL, EntraPeer, refusal
from tests.support.idtoken_forge import CLIENT_ID, OBJECT_ID, OTHER_TENANT_ID, TENANT_ID, private_key, sign
from tests.support.lab import shared_key_pair
from tests.support.signin_host import user
from tests.support.signing import SBC, WEB, begun, completed, refused, sign_in

GUEST_ID = "0b1ec700-0000-4000-8000-00000000beef"


def names(*object_ids: str) -> NameList:
    return NameList.of(Listed(name=object_id, entra_object_id=object_id) for object_id in object_ids)


@pytest.mark.parametrize("origin", [WEB, SBC])
@pytest.mark.parametrize("mode", list(ResponseMode))
@pytest.mark.parametrize("client", list(LoginClient))
def test_sign_in(origin: str, mode: ResponseMode, client: LoginClient) -> None:
    peer = EntraPeer(change_claims={"login_hint": "O.Ci"})
    signing = sign_in(peer, user(), response_mode=mode)
    redirect = begun(signing, origin=origin, client=client, login_hint="adele@contoso.example", return_to="/me")
    asked = parse_qs(urlsplit(redirect.url).query)
    assert asked["response_mode"] == [mode.value]
    assert asked["redirect_uri"] == [f"{origin}/ms365/callback"] == [redirect.flow.redirect_uri]
    assert asked["login_hint"] == ["adele@contoso.example"]
    assert asked["scope"] == ["openid profile"]
    assert (redirect.flow.client, redirect.flow.return_to) == (client, "/me")
    # The flow goes to another process as JSON.
    flow = load(LoginFlow, json.loads(json.dumps(dump(redirect.flow))))
    assert signing.complete(flow, peer.authorize(redirect.url)) == SignedIn(
        link=UserLink(authority=TENANT_ID, subject=OBJECT_ID),
        display_name="Adele Vance",
        login_name="adele@contoso.example",
        session_hint="O.Ci",
    )


def test_another_account_is_asked_for_after_a_refusal_over_who_somebody_is() -> None:
    redirect = begun(sign_in(EntraPeer()), other_account=True, login_hint="adele@contoso.example")
    asked = parse_qs(urlsplit(redirect.url).query)
    assert asked["prompt"] == ["select_account"]
    assert "login_hint" not in asked, "it would choose the account again"
    assert "prompt" not in parse_qs(urlsplit(begun(sign_in(EntraPeer())).url).query)


def test_a_hint_that_is_half_a_character_keeps_nobody_out() -> None:
    asked = parse_qs(urlsplit(begun(sign_in(EntraPeer()), login_hint="ade\ud800").url).query)
    assert asked["login_hint"] == ["ade?"]


@pytest.mark.parametrize(
    ("peer", "users", "may"),
    [
        (EntraPeer(), (), True),
        (EntraPeer(), (user(enabled=False),), True),
        (EntraPeer(change_claims={"tid": OTHER_TENANT_ID}), (user(),), True),
        (EntraPeer(change_claims={"tid": PERSONAL_TENANT_ID}), (user(),), True),
        (EntraPeer(change_claims={"nonce": "another"}), (user(),), False),
        (EntraPeer(answer=refusal(700027, "invalid_client", "No.")), (user(),), False),
    ],
)
def test_only_refusals_over_who_somebody_is_offer_another_account(
    peer: EntraPeer, users: tuple[LinkedUser, ...], may: bool
) -> None:
    assert refused(sign_in(peer, *users), peer).may_use_another_account is may


def test_documents_are_asked_for_by_application() -> None:
    """An application with claims mapping has a signing key of its own, which only such a document leads to."""
    pair = shared_key_pair()
    credential = AppCredential(
        cloud=load_clouds({})["GLOBAL"],
        entra_tenant_id=TENANT_ID,
        client_id=CLIENT_ID,
        private_key_pem=pair.private_key_pem,
        certificate_pem=pair.certificate.pem,
        thumbprint_sha256=pair.certificate.thumbprint_sha256,
    )
    assert SignInApp.of(credential).discovery_url == f"{DISCOVERY_URL}?appid={CLIENT_ID}"


def test_one_token_request_when_keys_are_cached() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    assert isinstance(completed(signing, peer), SignedIn)
    assert len(peer.requests) == 3, "discovery, token, keys"
    peer.requests.clear()
    for _ in range(5):
        assert isinstance(completed(signing, peer), SignedIn)
    assert peer.requests == [f"{AUTHORITY}/oauth2/v2.0/token"] * 5


def test_keys_roll_over_between_two_sign_ins() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    assert isinstance(completed(signing, peer), SignedIn)
    peer.kid = "k2"
    assert isinstance(completed(signing, peer), SignedIn)


def test_state_nonce_and_verifier_are_long_and_new_each_time() -> None:
    peer = EntraPeer()
    flows = [begun(sign_in(peer)).flow for _ in range(50)]
    for values in (
        {flow.state for flow in flows},
        {flow.secrets["nonce"] for flow in flows},
        {flow.secrets["code_verifier"] for flow in flows},
    ):
        assert len(values) == 50
        assert min(map(len, values)) >= 43


def test_flow_shows_no_secret() -> None:
    flow = begun(sign_in(EntraPeer())).flow
    assert flow.secrets["code_verifier"] not in repr(flow)
    assert flow.secrets["nonce"] not in repr(flow)


def test_verifier_and_its_hash_never_meet_in_the_browser() -> None:
    redirect = begun(sign_in(EntraPeer()))
    assert redirect.flow.secrets["code_verifier"] not in redirect.url


def test_two_hundred_at_once() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda _: completed(signing, peer), range(200)))
    assert all(isinstance(outcome, SignedIn) for outcome in outcomes)
    assert sum("keys" in url for url in peer.requests) == 1


@pytest.mark.parametrize(
    ("mode", "listed", "admitted"),
    [
        (SignInMode.ALL, set(), True),
        (SignInMode.OFF, set(), False),
        (SignInMode.OFF, {OBJECT_ID}, False),
        (SignInMode.ONLY, {OBJECT_ID}, True),
        (SignInMode.ONLY, {GUEST_ID}, False),
        (SignInMode.ONLY, set(), False),
        (SignInMode.EXCEPT, {OBJECT_ID}, False),
        (SignInMode.EXCEPT, {GUEST_ID}, True),
        (SignInMode.EXCEPT, set(), True),
    ],
)
def test_policy(mode: SignInMode, listed: set[str], admitted: bool) -> None:
    peer = EntraPeer()
    outcome = completed(sign_in(peer, user(), mode=mode, people=names(*listed)), peer)
    assert isinstance(outcome, SignedIn) is admitted
    if isinstance(outcome, LoginRefused):
        assert outcome.reason == "not_admitted"


def test_first_sign_in_may_create_where_the_tenant_allows_it() -> None:
    peer = EntraPeer()
    outcome = completed(sign_in(peer, first_sign_in_creates=True), peer)
    assert isinstance(outcome, SignedIn)
    assert outcome.may_create


def test_first_sign_in_never_creates_whom_the_policy_leaves_out() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, first_sign_in_creates=True, mode=SignInMode.ONLY, people=names(GUEST_ID))
    assert refused(signing, peer).reason == "not_admitted"


def test_administrators_are_left_to_the_host_where_the_tenant_allows_it() -> None:
    peer = EntraPeer()
    outcome = completed(sign_in(peer, administrators_may=True, mode=SignInMode.ONLY), peer)
    assert isinstance(outcome, SignedIn)
    assert outcome.may_be_administrator
    assert outcome.refusal_as_user is not None
    assert outcome.refusal_as_user.reason == "not_admitted"
    outcome = completed(sign_in(peer, user(), administrators_may=True), peer)
    assert isinstance(outcome, SignedIn)
    assert outcome.refusal_as_user is None


def test_a_test_sign_in_identifies_and_admits_nobody() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, mode=SignInMode.OFF)
    redirect = begun(signing, is_test=True)
    outcome = signing.complete(redirect.flow, peer.authorize(redirect.url))
    assert isinstance(outcome, SignedIn)
    peer.change_claims = {"tid": OTHER_TENANT_ID}
    redirect = begun(signing, is_test=True)
    assert isinstance(signing.complete(redirect.flow, peer.authorize(redirect.url)), LoginRefused)


@pytest.mark.parametrize(
    ("code", "error", "word"),
    [
        (700027, "invalid_client", "certificate"),
        (700016, "invalid_client", "application ID"),
        (65001, "invalid_grant", "consent"),
        (54005, "invalid_grant", ""),
        (90033, "temporarily_unavailable", ""),
    ],
)
def test_what_is_wrong_for_everybody_is_reported(code: int, error: str, word: str) -> None:
    reported: list[str] = []
    peer = EntraPeer(answer=refusal(code, error, "No."))
    assert isinstance(completed(sign_in(peer, user(), report_fault=reported.append), peer), LoginRefused)
    assert bool(reported) == bool(word)
    assert word in "".join(reported)


@pytest.mark.parametrize("is_test", [False, True])
def test_attack_made_up_fault_for_everybody(is_test: bool) -> None:
    """A visitor comes back with an error, so that administrators suspend the refusal of passwords."""
    reported: list[str] = []
    peer = EntraPeer()
    signing = sign_in(peer, user(), report_fault=reported.append)
    flow = begun(signing, is_test=is_test).flow
    for error, code in (("invalid_client", 7000215), ("access_denied", 65001), ("unauthorized_client", 700016)):
        params = {"state": flow.state, "error": error, "error_description": f"AADSTS{code}: No."}
        assert isinstance(signing.complete(flow, params), LoginRefused)
    assert bool(reported) == is_test, "only an administrator begins a test"


def test_attack_nobody_of_this_pbx() -> None:
    peer = EntraPeer()
    outcome = refused(sign_in(peer), peer)
    assert outcome.reason == "not_synced"
    assert "administrator" in outcome.sentence


def test_attack_disabled_user() -> None:
    peer = EntraPeer()
    assert refused(sign_in(peer, user(enabled=False)), peer).reason == "user_disabled"
    assert refused(sign_in(peer, user(enabled=False), first_sign_in_creates=True), peer).reason == "user_disabled"


def test_attack_guest_with_a_local_users_mail() -> None:
    peer = EntraPeer(change_claims={"oid": GUEST_ID, "email": "adele@contoso.example"})
    assert refused(sign_in(peer, user()), peer).reason == "not_synced"


def test_attack_changed_upn_to_a_colleagues() -> None:
    peer = EntraPeer(change_claims={"oid": GUEST_ID, "preferred_username": "adele@contoso.example"})
    assert refused(sign_in(peer, user()), peer).reason == "not_synced"


def test_changed_upn_is_still_the_same_person() -> None:
    peer = EntraPeer(change_claims={"preferred_username": "adele.married@contoso.example"})
    outcome = completed(sign_in(peer, user()), peer)
    assert isinstance(outcome, SignedIn)
    assert outcome.link.subject == OBJECT_ID


def test_attack_link_of_the_same_object_id_in_another_tenant() -> None:
    peer = EntraPeer()
    foreign = user(link=UserLink(authority=OTHER_TENANT_ID, subject=OBJECT_ID))
    assert refused(sign_in(peer, foreign), peer).reason == "not_synced"


@pytest.mark.parametrize(
    ("change", "reason", "word"),
    [
        ({"tid": OTHER_TENANT_ID}, "tenant_mismatch", "another organisation"),
        ({"tid": PERSONAL_TENANT_ID}, "personal_account", "Personal"),
        ({"iss": f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0"}, "issuer_mismatch", "trusted"),
        ({"aud": "another-app"}, "audience_mismatch", "trusted"),
        ({"ver": "1.0"}, "version_mismatch", "trusted"),
        ({"nonce": "of-another-sign-in"}, "nonce_mismatch", "trusted"),
        ({"exp": 1}, "expired", "clock"),
        ({"nbf": 2_000_000_000}, "not_yet_valid", "clock"),
    ],
)
def test_attack_token_that_says_something_else(change: dict[str, Any], reason: str, word: str) -> None:
    peer = EntraPeer(change_claims=change)
    outcome = refused(sign_in(peer, user()), peer)
    assert outcome.reason == reason
    assert word in outcome.sentence


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda said: sign(said, alg="none"), "malformed_token"),
        (lambda said: sign(said, alg="HS256"), "algorithm_refused"),
        (lambda said: sign(said, key=private_key("attacker"), jku="https://evil.example/"), "header_refused"),
        (lambda said: sign(said, key=private_key("attacker"), kid="evil"), "unknown_key"),
        (lambda said: sign(said, key=private_key("attacker")), "bad_signature"),
        (lambda said: None, "no_id_token"),
        (lambda said: {"sub": 1}, "no_id_token"),
        (lambda said: "", "malformed_token"),
    ],
)
def test_attack_forged_token(forge: Any, reason: str) -> None:
    peer = EntraPeer(make_token=forge)
    assert refused(sign_in(peer, user()), peer).reason == reason
