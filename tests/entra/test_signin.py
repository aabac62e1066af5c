"""Sign-in on the plugin's side: a normal sign-in, and everything that is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from pbx_plugin_api import (
    LinkedUser,
    LoginClient,
    LoginFlow,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    ResponseMode,
    SignedIn,
    UserLink,
    Users,
    WebOrigins,
    dump,
    load,
)
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.stores import FakeRateBudget
from portsip_m365_plugin.clouds import load_clouds
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.signin import SignInConfig, SignInMode
from portsip_m365_plugin.entra.identity_provider import IdentityProvider
from portsip_m365_plugin.entra.idtoken import PERSONAL_TENANT_ID
from portsip_m365_plugin.entra.signin import SignIn, SignInApp
from portsip_m365_plugin.entra.tokens import AppCredential
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer
from tests.support.entra_peer import AUTHORITY, CORRELATION_ID, DISCOVERY_URL, TRACE_ID, EntraPeer, refusal, signer
from tests.support.idtoken_forge import CLIENT_ID, NOW_UTC, OBJECT_ID, OTHER_TENANT_ID, TENANT_ID, private_key, sign
from tests.support.lab import shared_key_pair
from tests.support.signin_host import HostClock, LinkedUsers, user

WEB, SBC = "https://pbx.example.com:8887", "https://sbc.example.com:8887"
GUEST_ID = "0b1ec700-0000-4000-8000-00000000beef"


def sign_in(peer: EntraPeer, *users: LinkedUser, **changes: Any) -> SignIn:
    app = SignInApp(discovery_url=DISCOVERY_URL, entra_tenant_id=TENANT_ID, client_id=CLIENT_ID, signer=signer())
    decided = {name: changes.pop(name) for name in ("mode", "people") if name in changes}
    made = SignIn(
        app=app,
        admits=SignInConfig(**{"mode": SignInMode.ALL, **decided}).admits,
        provider=IdentityProvider(peer),
        origins=WebOrigins(web=WEB, sbc=SBC),
        users=cast(Users, LinkedUsers(*users)),
        clock=HostClock(),
        budget=FakeRateBudget(FakeClock()),
    )
    return replace(made, **changes)


def names(*object_ids: str) -> NameList:
    return NameList.of(Listed(name=object_id, entra_object_id=object_id) for object_id in object_ids)


def begun(signing: SignIn, **request: Any) -> LoginRedirect:
    redirect = signing.begin(LoginRequest(**{"origin": WEB, **request}))
    assert isinstance(redirect, LoginRedirect), redirect
    return redirect


def completed(signing: SignIn, peer: EntraPeer) -> SignedIn | LoginRefused:
    redirect = begun(signing)
    return signing.complete(redirect.flow, peer.authorize(redirect.url))


def refused(signing: SignIn, peer: EntraPeer) -> LoginRefused:
    outcome = completed(signing, peer)
    assert isinstance(outcome, LoginRefused), outcome
    return outcome


# ---------------------------------------------------------------------- the honest way


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


# ---------------------------------------------------------------------- policy


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


def test_attack_nobody_of_this_pbx() -> None:
    peer = EntraPeer()
    outcome = refused(sign_in(peer), peer)
    assert outcome.reason == "not_synced"
    assert "administrator" in outcome.sentence


def test_attack_disabled_user() -> None:
    peer = EntraPeer()
    assert refused(sign_in(peer, user(enabled=False)), peer).reason == "user_disabled"
    assert refused(sign_in(peer, user(enabled=False), first_sign_in_creates=True), peer).reason == "user_disabled"


# ---------------------------------------------------------------------- who it is


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


# ---------------------------------------------------------------------- the flow


@pytest.mark.parametrize("state", [None, "", "of-somebody-else", "é" * 43])
def test_attack_missing_or_foreign_state(state: str | None) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    params = {**peer.authorize(redirect.url), "state": state}
    outcome = signing.complete(redirect.flow, {name: value for name, value in params.items() if value is not None})
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "state_mismatch"
    assert not peer.forms, "nothing is asked of Microsoft for it"


def test_attack_code_of_another_session() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    mine, theirs = begun(signing), begun(signing)
    params = {**peer.authorize(mine.url), "code": peer.authorize(theirs.url)["code"]}
    outcome = signing.complete(mine.flow, params)
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "aadsts_501481"


def test_attack_code_reuse() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    params = peer.authorize(redirect.url)
    assert isinstance(signing.complete(redirect.flow, params), SignedIn)
    again = signing.complete(redirect.flow, params)
    assert isinstance(again, LoginRefused)
    assert again.reason == "aadsts_54005"


def test_attack_made_up_codes_reach_microsoft_at_a_bounded_rate() -> None:
    """Anybody can begin sign-ins and come back with a code that Microsoft does not know."""
    peer, budget_clock = EntraPeer(), FakeClock(NOW_UTC)
    signing = sign_in(peer, user(), budget=FakeRateBudget(budget_clock))
    reasons = []
    for n in range(300):
        redirect = begun(signing)
        outcome = signing.complete(redirect.flow, {**peer.authorize(redirect.url), "code": f"made-up-{n}"})
        assert isinstance(outcome, LoginRefused)
        reasons.append(outcome.reason)
    assert len(peer.forms) == 60
    assert set(reasons[60:]) == {"too_many_failures"}
    budget_clock.move(minutes=10)
    assert isinstance(completed(signing, peer), SignedIn)


def test_sign_ins_that_succeed_take_nothing_from_the_budget_of_failures() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    assert all(isinstance(completed(signing, peer), SignedIn) for _ in range(100))


@pytest.mark.parametrize("verifier", ["", "another-verifier-of-the-right-length-0123456789"])
def test_attack_missing_or_wrong_verifier(verifier: str) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    flow = replace(redirect.flow, secrets={**redirect.flow.secrets, "code_verifier": verifier})
    outcome = signing.complete(flow, peer.authorize(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "aadsts_501481"


def test_attack_flow_kept_too_long() -> None:
    peer = EntraPeer()
    clock = HostClock()
    signing = sign_in(peer, user(), clock=clock)
    redirect = begun(signing)
    clock.moment += timedelta(minutes=10)
    outcome = signing.complete(redirect.flow, peer.authorize(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "flow_expired"


def test_attack_flow_of_another_provider() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    outcome = signing.complete(replace(redirect.flow, provider_id="google"), peer.authorize(redirect.url))
    assert isinstance(outcome, LoginRefused)


@pytest.mark.parametrize("field", ["client_id", "entra_tenant_id", "discovery_url"])
def test_attack_settings_changed_under_a_flow(field: str) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    changed = replace(signing, app=replace(signing.app, **{field: "0a1b2c3d-0000-4000-8000-00000000cccc"}))
    outcome = changed.complete(redirect.flow, peer.authorize(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "settings_changed"


@pytest.mark.parametrize("origin", ["https://evil.example", "https://pbx.example.com", "http://localhost:8887"])
def test_attack_foreign_origin(origin: str) -> None:
    outcome = sign_in(EntraPeer(), user()).begin(LoginRequest(origin=origin))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "origin_unknown"


def test_attack_redirect_uri_that_is_not_ours_any_more() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing, origin=SBC)
    moved = replace(signing, origins=WebOrigins(web=WEB))
    outcome = moved.complete(redirect.flow, peer.authorize(redirect.url))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "origin_unknown"


def test_attack_answer_of_another_issuer() -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    outcome = signing.complete(redirect.flow, {**peer.authorize(redirect.url), "iss": "https://evil.example"})
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "answer_of_another_issuer"
    assert not peer.forms


@pytest.mark.parametrize("code", [None, "", "x" * 8193, "with space", "line\nend", "é"])
def test_attack_oversized_and_malformed_codes(code: str | None) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    params = {"state": redirect.flow.state} | ({} if code is None else {"code": code})
    outcome = signing.complete(redirect.flow, params)
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "malformed_callback"
    assert not peer.forms


# ---------------------------------------------------------------------- Microsoft says no

CALLBACK_ERRORS = [
    (65001, "consent_required", "consent"),
    (90094, "access_denied", "consent"),
    (65004, "access_denied", "cancelled"),
    (50105, "interaction_required", "assigned"),
    (53003, "access_denied", "Conditional Access"),
    (50020, "invalid_request", "does not belong"),
    (50057, "access_denied", "disabled"),
    (50076, "interaction_required", "who you are"),
    (90033, "server_error", "temporary problem"),
    (50011, "invalid_request", "not set up"),
    (999999, "access_denied", "cancelled"),
    (999999, "brand_new_error", "did not sign you in"),
]


@pytest.mark.parametrize(("code", "error", "word"), CALLBACK_ERRORS)
@pytest.mark.parametrize("where", ["callback", "token request"])
def test_errors_are_explained(code: int, error: str, word: str, where: str) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    said = refusal(code, error, "Text of Microsoft's.")
    redirect = begun(signing)
    if where == "callback":
        params = {"state": redirect.flow.state, "error": error, "error_description": said.body["error_description"]}
    else:
        peer.answer = said
        params = peer.authorize(redirect.url)
    outcome = signing.complete(redirect.flow, params)
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == f"aadsts_{code}"
    assert word in outcome.sentence
    for fact in (where, f"AADSTS{code}", TRACE_ID, CORRELATION_ID):
        assert fact in outcome.detail
    assert "Text of Microsoft's" not in outcome.detail + outcome.sentence


@pytest.mark.parametrize(
    ("error", "description"),
    [
        ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"),
        ("access_denied\r\nSet-Cookie: a=b", "Trace ID: ../../etc AADSTS<b>50105</b>"),
        ("x" * 100_000, "AADSTS" + "9" * 100_000),
        ("access_denied", "Call +1 900 555 0199 to unlock your account"),
        ("", "\u202eAADSTS٥٠١٠٥"),
    ],
)
def test_attack_error_text_injection(error: str, description: str) -> None:
    signing = sign_in(EntraPeer(), user())
    redirect = begun(signing)
    params = {"state": redirect.flow.state, "error": error, "error_description": description}
    outcome = signing.complete(redirect.flow, params)
    assert isinstance(outcome, LoginRefused)
    said = outcome.sentence + outcome.reason + outcome.detail
    assert not set("<>\r\n\u202e+") & set(said)
    assert len(said) < 500
    assert outcome.reason in {"oauth_access_denied", "provider_error"}


@pytest.mark.parametrize("place", ["discovery", "token"])
def test_microsoft_cannot_be_reached(place: str) -> None:
    peer = EntraPeer()
    signing = sign_in(peer, user())
    redirect = begun(signing)
    if place == "token":
        peer.answer = EntraUnreachableError("token endpoint: ReadTimeout")
        outcome = signing.complete(redirect.flow, peer.authorize(redirect.url))
    else:
        nowhere = replace(signing.app, discovery_url="https://login.microsoftonline.com/nowhere")
        outcome = replace(signing, app=nowhere).begin(LoginRequest(origin=WEB))  # type: ignore[assignment]
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "microsoft_unreachable"
    assert "try again" in outcome.sentence


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"issuer": f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0"},
        {"issuer": f"https://evil.example/?{TENANT_ID}"},
        {"token_endpoint": "http://login.microsoftonline.com/token"},
        {"token_endpoint": "http://127.0.0.1:8080/token"},
        {"jwks_uri": "http://127.0.0.1:8080/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://login.microsoftonline.com/authorize"},
        {"authorization_endpoint": "https://user@evil.example/"},
        {"authorization_endpoint": "https://login.microsoftonline.com/a\r\nb"},
        {"token_endpoint": None},
        {"end_session_endpoint": 5},
    ],
)
def test_attack_discovery_document_of_another_kind(change: dict[str, Any]) -> None:
    peer = EntraPeer()
    peer.discovery = {**peer.discovery, **change}
    outcome = sign_in(peer, user()).begin(LoginRequest(origin=WEB))
    assert isinstance(outcome, LoginRefused)
    assert outcome.reason == "microsoft_unreachable"


def test_simulator_on_this_machine_may_show_its_sign_in_page_without_tls() -> None:
    peer = EntraPeer()
    peer.discovery = {**peer.discovery, "authorization_endpoint": "http://127.0.0.1:8443/authorize"}
    assert begun(sign_in(peer)).url.startswith("http://127.0.0.1:8443/authorize?")


@pytest.mark.parametrize(
    "answer", [FormAnswer(200, {}), FormAnswer(200, {"id_token": 5}), FormAnswer(200, {"id_token": None})]
)
def test_attack_answers_without_a_token(answer: FormAnswer) -> None:
    peer = EntraPeer(answer=answer)
    assert refused(sign_in(peer, user()), peer).reason == "no_id_token"


# ---------------------------------------------------------------------- signing out


def test_sign_out() -> None:
    signing = sign_in(EntraPeer())
    address = signing.sign_out(f"{WEB}/ms365/callback", "O.Ci&x=1")
    assert address is not None
    assert address.startswith(f"{AUTHORITY}/oauth2/v2.0/logout?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["post_logout_redirect_uri"] == [f"{WEB}/ms365/callback"]
    assert asked["logout_hint"] == ["O.Ci&x=1"]
    assert "logout_hint" not in str(signing.sign_out(f"{SBC}/ms365/callback", ""))


def test_attack_sign_out_to_a_foreign_address() -> None:
    signing = sign_in(EntraPeer())
    for address in ("https://evil.example/ms365/callback", f"{WEB}/ms365/callback/../x", WEB, ""):
        assert signing.sign_out(address, "") is None


def test_sign_out_where_the_provider_has_none_or_is_down() -> None:
    peer = EntraPeer()
    peer.discovery.pop("end_session_endpoint")
    assert sign_in(peer).sign_out(f"{WEB}/ms365/callback", "") is None
    peer.discovery.clear()
    assert sign_in(peer).sign_out(f"{WEB}/ms365/callback", "") is None
