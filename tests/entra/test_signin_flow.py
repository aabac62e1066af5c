"""The flow of a sign-in under attack, what is said where Microsoft says no, and signing out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pbx_plugin_api import (
    LoginRefused,
    LoginRequest,
    SignedIn,
    WebOrigins,
)
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.stores import FakeRateBudget
from portsip_m365_plugin.entra.transport import EntraUnreachableError, FormAnswer
from tests.support.entra_peer import AUTHORITY, CORRELATION_ID, TRACE_ID, EntraPeer, refusal
from tests.support.idtoken_forge import NOW_UTC, OTHER_TENANT_ID, TENANT_ID
from tests.support.signin_host import HostClock, user
from tests.support.signing import SBC, WEB, begun, completed, refused, sign_in


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
