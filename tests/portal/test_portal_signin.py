"""Signing in with somebody else's account: the host's half, with a plugin that answers as scripted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from werkzeug.test import TestResponse

from pbx_devhost.portal.signin import refusals
from pbx_devhost.portal.signin.providers import FLOW_COOKIE
from pbx_devhost.portal.visit import SESSION_COOKIE
from pbx_devhost.store import sessions
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_plugin_api import (
    DeleteUser,
    DisableReason,
    DisableUser,
    LoginFlow,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    Provisioned,
    ProvisionRefused,
    RateLimit,
    ResponseMode,
    SignedIn,
)
from tests.support.portal_plugin import EVIL, Script, draft, link
from tests.support.portal_world import SBC, WEB, Answer, Browser, World, reference_of, sent_to

BACK = "/ms365/callback"


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def answer_to(url: str, code: str = "1", *, origin: str = WEB, is_form: bool = True, **more: str) -> Answer:
    return Answer(origin + BACK, {"state": state_of(url), "code": code, **more}, is_form)


@pytest.mark.parametrize("origin", [WEB, SBC])
@pytest.mark.parametrize("mode", list(ResponseMode))
def test_round_trip(world: World, script: Script, origin: str, mode: ResponseMode) -> None:
    script.mode = mode
    browser = world.browser(origin)
    url = browser.begin(return_to="/contacts/mine", login_hint="person1@x.example")
    assert (script.begun[0].origin, script.begun[0].return_to) == (origin, "/contacts/mine")
    assert script.begun[0].login_hint == "person1@x.example"
    response = browser.come_back(answer_to(url, origin=origin, is_form=mode is ResponseMode.FORM_POST))
    assert response.status_code == 303
    assert response.headers["Location"] == "/contacts/mine"
    assert browser.is_signed_in()
    line = world.audit()[0]
    assert (line.actor, line.outcome) == ("person1", "ok")
    assert link(1).subject in line.detail


@pytest.mark.parametrize(("mode", "same_site"), [(ResponseMode.FORM_POST, "None"), (ResponseMode.QUERY, "Lax")])
def test_flow_cookie(world: World, script: Script, mode: ResponseMode, same_site: str) -> None:
    script.mode = mode
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    (cookie,) = [value for value in response.headers.getlist("Set-Cookie") if value.startswith("__Host-pbx_flow=")]
    for word in ("Secure", "HttpOnly", "Path=/", f"SameSite={same_site}"):
        assert word in cookie
    assert "Domain" not in cookie


def test_browsers_are_led_on_by_a_page_and_scripts_by_the_status(world: World, script: Script) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example"}
    page = browser.post("/sign-in/m365/ms365", form, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})
    assert page.status_code == 200
    assert "Location" not in page.headers
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    redirect = browser.post("/sign-in/m365/ms365", form)
    assert redirect.status_code == 303
    assert redirect.headers["Location"] == sent_to(redirect)


def test_two_tabs_of_one_browser_both_arrive(world: World, script: Script) -> None:
    browser = world.browser()
    first, second = browser.begin(), browser.begin()
    assert browser.cookie(FLOW_COOKIE) is not None
    flow_cookie = browser.cookie(FLOW_COOKIE)
    assert browser.come_back(answer_to(second)).status_code == 303
    browser.put_cookie(FLOW_COOKIE, str(flow_cookie))
    assert browser.come_back(answer_to(first)).status_code == 303


def test_refusals_give_a_sentence_and_a_number_and_the_log_the_reason(world: World, script: Script) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(), code="no number"))
    assert response.status_code == 403
    assert "Microsoft did not sign you in." in response.text
    line = world.audit()[0]
    assert line.subject == f"reference {reference_of(response)}"
    assert line.detail == "no_code: trace 77aa"
    assert "trace" not in response.text
    assert not browser.is_signed_in()


def test_begin_refused_by_the_plugin(world: World, script: Script) -> None:
    script.begin = lambda request: LoginRefused(sentence="Not set up.", reason="not_set_up", detail="no key")
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    assert response.status_code == 403
    assert "Not set up." in response.text
    assert world.audit()[0].detail == "not_set_up: no key"


def test_a_plugin_that_raises_refuses(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    script.raises = "on_login_providers"
    assert browser.come_back(answer_to(url)).status_code == 403
    assert "plugin_failed" in world.audit()[0].detail
    assert not browser.is_signed_in()


# ---------------------------------------------------------------------- the state and the cookie


def refused(world: World, browser: Browser, answer: Answer, reason: str, script: Script | None = None) -> None:
    response = browser.come_back(answer)
    assert response.status_code in (400, 403), response.text
    assert reference_of(response)
    assert not browser.is_signed_in()
    assert reason in world.audit()[0].detail


@pytest.mark.parametrize("state", [None, "", "x", "z" * 40, "z" * 5000, "stäte" + "x" * 30])
def test_attack_state_missing_or_foreign(world: World, script: Script, state: str | None) -> None:
    browser = world.browser()
    browser.begin()
    params = {"code": "1"} if state is None else {"code": "1", "state": state}
    refused(world, browser, Answer(WEB + BACK, params, True), "flow_unknown")
    assert script.completed == []


def test_attack_callback_replayed(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    flow_cookie = str(browser.cookie(FLOW_COOKIE))
    assert browser.come_back(answer_to(url)).status_code == 303
    thief = world.browser()
    thief.put_cookie(FLOW_COOKIE, flow_cookie)
    refused(world, thief, answer_to(url), "flow_unknown")
    assert len(script.completed) == 1


def test_attack_states_of_two_browsers_swapped(world: World, script: Script) -> None:
    one, two = world.browser(), world.browser()
    url_one, url_two = one.begin(), two.begin()
    refused(world, one, answer_to(url_two), "flow_unknown")
    refused(world, two, answer_to(url_one), "flow_unknown")
    assert one.come_back(answer_to(url_one)).status_code == 303


def test_attack_flow_cookie_of_another_browser(world: World, script: Script) -> None:
    one, two = world.browser(), world.browser()
    url = one.begin()
    two.begin()
    refused(world, two, answer_to(url), "flow_unknown")


@pytest.mark.parametrize("cookie", [None, "", "x" * 43, "y" * 4000])
def test_attack_flow_cookie_missing_or_made_up(world: World, script: Script, cookie: str | None) -> None:
    one, two = world.browser(), world.browser()
    url = one.begin()
    if cookie is not None:
        two.put_cookie(FLOW_COOKIE, cookie)
    refused(world, two, answer_to(url), "flow_unknown")


def test_attack_login_csrf_with_the_attackers_answer(world: World, script: Script) -> None:
    """A victim is sent to the callback with the attacker's state and code, to work in the attacker's account."""
    attacker, victim = world.browser(), world.browser()
    answer = answer_to(attacker.begin(), code="3", is_form=False)
    victim.get("/login?domain=contoso.example")
    refused(world, victim, answer, "flow_unknown")


def test_attack_flow_cookie_is_not_reused_after_sign_in(world: World, script: Script) -> None:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    assert browser.cookie(FLOW_COOKIE) is None


def test_attack_refused_answer_does_not_end_the_other_tabs_sign_in(world: World, script: Script) -> None:
    browser = world.browser()
    first, second = browser.begin(), browser.begin()
    refused(world, browser, answer_to(first, code="nobody"), "no_code")
    assert browser.come_back(answer_to(second)).status_code == 303
    assert browser.is_signed_in()
    assert browser.cookie(FLOW_COOKIE) is None


def test_attack_expired_flow(world: World, script: Script) -> None:
    def begin(request: LoginRequest) -> LoginRedirect:
        flow = LoginFlow(
            state="s" * 30,
            provider_id="ms365",
            redirect_uri=request.origin + BACK,
            response_mode=ResponseMode.FORM_POST,
            expires_at_utc=datetime.now(timezone.utc) - timedelta(seconds=1),
        )
        return LoginRedirect(url="https://idp.example/?state=" + "s" * 30, flow=flow)

    script.begin = begin
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "flow_unknown")


def test_attack_answer_at_the_other_origin(world: World, script: Script) -> None:
    """Begun at the web domain, answered at the SBC's: even with the cookie, that is not where the code was sent."""
    browser, at_sbc = world.browser(WEB), world.browser(SBC)
    url = browser.begin()
    at_sbc.put_cookie(FLOW_COOKIE, str(browser.cookie(FLOW_COOKIE)))
    refused(world, at_sbc, answer_to(url, origin=SBC), "redirect_uri_mismatch")
    assert script.completed == []


def test_attack_answer_at_another_providers_callback(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    answer = replace(answer_to(url), target=WEB + "/google/callback")
    refused(world, browser, answer, "redirect_uri_mismatch")


def test_attack_answer_in_the_other_response_mode(world: World, script: Script) -> None:
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), is_form=False), "response_mode_mismatch")
    script.mode = ResponseMode.QUERY
    refused(world, browser, answer_to(browser.begin(), is_form=True), "response_mode_mismatch")
    assert script.completed == []


def test_attack_tenant_moved_away_meanwhile(world: World, script: Script) -> None:
    from sqlalchemy import update

    from pbx_devhost.store.schema import tenants

    other = world.pbx.stores.tenants.add("Other", sip_domain="other.example", web_origin=WEB)
    browser = world.browser()
    url = browser.begin()
    with world.pbx.stores.database.write() as connection:
        moved = {"web_origin": "https://moved.example", "sbc_origin": None}
        connection.execute(update(tenants).where(tenants.c.id == world.tenant_id).values(moved))
    assert other.pbx_tenant_id != world.tenant_id
    refused(world, browser, answer_to(url), "origin_unknown")
    assert script.completed == []


# ---------------------------------------------------------------------- malformed callbacks


@pytest.mark.parametrize(
    "query",
    [
        "state=a&state=b&code=1",
        "code=1&code=2&state={state}",
        "state={state}&code=" + "x" * 17_000,
        "state={state}&" + "&".join(f"p{n}=1" for n in range(30)),
        "state={state}&code=1&" + "n" * 100 + "=1",
        "state={state}&code=1&n%C3%A4me=1",
    ],
)
@pytest.mark.parametrize("is_form", [True, False])
def test_attack_malformed_callbacks(world: World, script: Script, query: str, is_form: bool) -> None:
    script.mode = ResponseMode.FORM_POST if is_form else ResponseMode.QUERY
    browser = world.browser()
    text = query.format(state=state_of(browser.begin()))
    if is_form:
        kind = "application/x-www-form-urlencoded"
        response = browser.client.post(BACK, data=text, content_type=kind, base_url=WEB)
    else:
        response = browser.client.get(f"{BACK}?{text}", base_url=WEB)
    assert response.status_code in (400, 414)
    assert script.completed == []
    assert not browser.is_signed_in()


def test_attack_posted_answer_with_a_query_too(world: World, script: Script) -> None:
    browser = world.browser()
    state = state_of(browser.begin())
    response = browser.client.post(f"{BACK}?state={state}", data={"state": state, "code": "1"}, base_url=WEB)
    assert response.status_code == 400
    assert script.completed == []


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "application/xml"]
)
def test_attack_posted_answer_of_another_type(world: World, script: Script, kind: str) -> None:
    browser = world.browser()
    state = state_of(browser.begin())
    body = f"state={state}&code=1"
    assert browser.client.post(BACK, data=body, content_type=kind, base_url=WEB).status_code == 400
    assert script.completed == []


def test_attack_oversized_callback_body(world: World, script: Script) -> None:
    browser = world.browser()
    state = state_of(browser.begin())
    response = browser.client.post(BACK, data={"state": state, "code": "1", "pad": "x" * 2_000_000}, base_url=WEB)
    assert response.status_code in (400, 413)


def test_attack_error_text_injection(world: World, script: Script) -> None:
    """Whatever the callback says, the person reads our sentence, and the page carries none of its markup."""
    script.complete = lambda flow, params: LoginRefused(sentence=f"No. {EVIL}", reason="odd", detail=EVIL)
    browser = world.browser()
    url = browser.begin()
    params = {"state": state_of(url), "error": EVIL, "error_description": f"{EVIL} call +1 900 555", "error_uri": EVIL}
    response = browser.come_back(Answer(WEB + BACK, params, True))
    assert EVIL not in response.text
    assert "900" not in response.text
    unasked = world.browser().get(BACK, query_string={"error": EVIL, "error_description": "call +1 900 555"})
    assert unasked.status_code == 403
    assert EVIL not in unasked.text
    assert "900" not in unasked.text
    world_admin = world.browser()
    world_admin.log_in()
    assert EVIL not in world_admin.get("/audit").text


def test_landings_believe_nothing(world: World, script: Script) -> None:
    browser = world.browser()
    for query in ("", "?admin_consent=True&tenant=evil&scope=x", "?admin_consent=True&state=zzz", "?sid=1&iss=x"):
        response = browser.get(BACK + query)
        assert response.status_code == 200
        assert "evil" not in response.text
        assert not browser.is_signed_in()
    assert "test the connection there" in browser.get(BACK + "?admin_consent=True").text
    assert script.completed == []


def test_attack_post_to_the_landing(world: World, script: Script) -> None:
    assert world.browser().post(BACK, {}, csrf=False).status_code == 400


# ---------------------------------------------------------------------- beginning


@pytest.mark.parametrize("how", ["no token", "another's token", "other origin", "cross-site", "by GET"])
def test_attack_begin_forged(world: World, script: Script, how: str) -> None:
    browser, other = world.browser(), world.browser()
    browser.get("/login?domain=contoso.example")
    other.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example", "csrf": browser.token}
    headers = {}
    if how == "no token":
        form["csrf"] = ""
    if how == "another's token":
        form["csrf"] = other.token
    if how == "other origin":
        headers["Origin"] = "https://evil.example"
    if how == "cross-site":
        headers["Sec-Fetch-Site"] = "cross-site"
    if how == "by GET":
        response = browser.get("/sign-in/m365/ms365", query_string=form)
    else:
        response = browser.post("/sign-in/m365/ms365", form, headers=headers)
    assert response.status_code in (403, 405)
    assert script.begun == []


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_attack_open_redirect_by_return_to(world: World, script: Script, target: str) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(return_to=target)))
    assert response.status_code == 303
    assert response.headers["Location"] == "/"


def test_attack_open_redirect_kept_in_the_flow(world: World, script: Script) -> None:
    def begin(request: LoginRequest) -> Any:
        script.begin = None
        redirect = script._begin(request)
        return replace(redirect, flow=replace(redirect.flow, return_to="https://evil.example/"))

    script.begin = begin
    browser = world.browser()
    assert browser.come_back(answer_to(browser.begin())).headers["Location"] == "/"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://evil.example/",
        "//evil.example",
        "https://u:p@evil.example/",
        "x",
    ],
)
def test_attack_plugin_names_an_address_browsers_must_not_be_sent_to(world: World, script: Script, url: str) -> None:
    script.url = url
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    assert response.status_code == 502
    assert url not in response.text or url == "x"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8887", "pbx.example.com"])
def test_attack_host_header_makes_no_redirect_uri(world: World, script: Script, host: str) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example"}
    assert browser.post("/sign-in/m365/ms365", form, headers={"Host": host}).status_code == 421
    assert script.begun == []


def test_attack_forwarded_headers_make_no_redirect_uri(world: World, script: Script) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"}, headers=headers)
    assert [request.origin for request in script.begun] == [WEB]


def test_attack_flood_of_begun_flows_fills_nothing(world: World, script: Script, monkeypatch: Any) -> None:
    monkeypatch.setattr(sessions, "FLOWS_MAX_PER_TENANT", 25)
    honest = world.browser()
    flood = world.browser()
    for _ in range(40):
        flood.begin()
    assert world.pbx.stores.flows.count(world.tenant_id) == 25
    assert honest.come_back(answer_to(honest.begin())).status_code == 303


def test_attack_flood_of_strange_callbacks_fills_no_log(world: World, script: Script) -> None:
    browser = world.browser()
    for n in range(130):
        browser.get(BACK, query_string={"state": f"{n:030}", "code": "1"})
    assert len(world.audit()) == 120
    honest = world.browser()
    honest.come_back(answer_to(honest.begin(), code="nobody"))
    assert world.audit()[0].detail.startswith("no_code")


FLOODS: dict[str, Callable[[Browser, int], TestResponse]] = {
    "wrong_password": lambda b, n: b.log_in(f"nobody{n}", "wrong wrong"),
    "malformed_app_request": lambda b, n: b.get("/app/sign-in", query_string={"domain": "contoso.example", "x": n}),
    "malformed_begin": lambda b, n: b.post(
        "/sign-in/m365/ms365", {"domain": "contoso.example", "code_challenge": f"{n}"}
    ),
    "plugin_failed": lambda b, n: b.post(f"/sign-in/m365/other{n}", {"domain": "contoso.example"}),
}


@pytest.mark.parametrize("reason", sorted(FLOODS))
def test_attack_flood_of_refusals_fills_no_log(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Of a known tenant, by somebody who is not signed in: bounded by the minute and by the day."""
    lines = (RateLimit(amount=5, window_s=60), RateLimit(amount=8, window_s=86_400))
    monkeypatch.setattr(refusals, "_LINES", lines)
    stranger = world.browser()
    stranger.get("/login?domain=contoso.example")
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        for expected in (5, 8, 8):
            for n in range(12):
                answer = FLOODS[reason](stranger, n)
                assert answer.status_code >= 400
                assert re.search("eference.{0,40}[0-9A-Z]{8}", answer.text), "a number is told all the same"
            assert len(world.audit()) == expected
            clock.shift(61)
        assert {line.detail.partition(":")[0] for line in world.audit()} == {reason}
        honest = world.browser()
        honest.come_back(answer_to(honest.begin(), code="nobody"))
        assert world.audit()[0].detail.startswith("no_code"), "a flood of one kind hides no other"


def test_attack_strangers_words_in_the_audit_log(world: World, script: Script) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    for path in ("/sign-in/" + "x" * 3000 + "/ms365", "/sign-in/<script>/ms365", "/sign-in/m365/" + "x" * 3000):
        answer = browser.post(path, {"domain": "contoso.example"})
        assert answer.status_code == 404
        assert "xxx" not in answer.text
    assert world.audit() == []
    script.begin = lambda request: LoginRefused(sentence="No.", reason="no", detail="y" * 5000)
    browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    assert len(world.audit()[0].detail) == 500


# ---------------------------------------------------------------------- who comes in


def test_attack_disabled_user_is_refused_by_the_host_too(world: World, script: Script) -> None:
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "user_disabled")


def test_attack_deleted_user(world: World, script: Script) -> None:
    world.apply(DeleteUser(link=link(1)))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "not_a_user")


def test_attack_user_disabled_between_decision_and_session(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def complete(flow: LoginFlow, params: Any) -> SignedIn:
        return SignedIn(link=link(1))

    script.complete = complete
    found = world.pbx.stores.linked_users(world.tenant_id).find(link(1))
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    browser = world.browser()
    url = browser.begin()
    with monkeypatch.context() as patch:
        patch.setattr(LinkedUsers, "find", lambda self, wanted: found)
        refused(world, browser, answer_to(url), "user_disabled")


def test_attack_session_outlives_its_user(world: World, script: Script) -> None:
    for what in (DisableUser(link=link(1), reason=DisableReason.ACCOUNT_DISABLED), DeleteUser(link=link(2))):
        browser = world.browser()
        browser.come_back(answer_to(browser.begin(), code=what.link.subject[-1]))
        assert browser.is_signed_in()
        world.apply(what)
        assert not browser.is_signed_in()


def test_attack_same_object_id_of_another_directory(world: World, script: Script) -> None:
    stranger = replace(link(1), authority="99999999-2222-4333-8444-555555555555")
    script.complete = lambda flow, params: SignedIn(link=stranger, login_name="person1@x.example")
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "not_a_user")


def test_first_sign_in_creates_where_the_tenant_allows_it(world: World, script: Script) -> None:
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "not_a_user")
    assert "person7" not in world.users()
    script.may_create = True
    assert browser.come_back(answer_to(browser.begin(), code="7")).status_code == 303
    user = world.users()["person7"]
    assert user.role == "StandardUser"
    assert user.subject == link(7).subject
    assert world.audit("user.create")[0].subject == "person7"
    again = world.browser()
    assert again.come_back(answer_to(again.begin(), code="7")).status_code == 303
    assert len(world.audit("user.create")) == 1


def test_first_sign_in_of_somebody_the_rules_leave_out(world: World, script: Script) -> None:
    script.may_create = True
    script.provisioned = ProvisionRefused(reason="guest", sentence="Guests get no extension.")
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(), code="7"))
    assert "Guests get no extension." in response.text
    assert "guest" in world.audit()[0].detail
    assert "person7" not in world.users()


def test_attack_provisioning_describes_somebody_else(world: World, script: Script) -> None:
    script.may_create, script.provisioned = True, Provisioned(draft=draft(8))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "provisioned_another")
    assert "person8" not in world.users()


def test_first_sign_in_at_the_limit_of_users(world: World, script: Script) -> None:
    from sqlalchemy import update

    from pbx_devhost.store.schema import tenants

    with world.pbx.stores.database.write() as connection:
        connection.execute(update(tenants).values(user_limit=3))
    script.may_create = True
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "user_limit")


def test_sign_out_offers_microsofts(world: World, script: Script) -> None:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    browser.get("/")
    text = browser.post("/logout").text
    assert "https://idp.example/logout?to=https%3A%2F%2Fpbx.example.com%3A8887%2Fms365%2Fcallback&amp;h=h1" in text
    assert not browser.is_signed_in()


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "http://evil.example/"])
def test_attack_sign_out_link_of_another_kind(world: World, script: Script, url: str | None) -> None:
    script.sign_out_url = url
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    browser.get("/")
    text = browser.post("/logout").text
    assert "signed out of the PBX" in text
    assert "provider-sign-out" not in text


def test_attack_sign_out_forged(world: World, script: Script) -> None:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    assert browser.post("/logout", {}, csrf=False, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/logout").status_code == 405
    assert browser.is_signed_in()


def test_attack_session_fixation_at_the_callback(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    planted = "p" * 43
    browser.put_cookie(SESSION_COOKIE, planted)
    browser.come_back(answer_to(url))
    assert browser.cookie(SESSION_COOKIE) not in (None, planted)
    assert world.pbx.stores.sessions.find(planted) is None


def test_attack_stolen_database_signs_nobody_in(world: World, script: Script) -> None:
    """Tokens, states and codes are stored hashed or sealed."""
    browser = world.browser()
    url = browser.begin()
    secrets = [state_of(url), str(browser.cookie(FLOW_COOKIE))]
    dump = "\n".join(str(row) for row in _everything(world))
    browser.come_back(answer_to(url))
    secrets.append(str(browser.cookie(SESSION_COOKIE)))
    dump += "\n".join(str(row) for row in _everything(world))
    assert all(secret not in dump for secret in secrets)


def _everything(world: World) -> list[Any]:
    from sqlalchemy import select

    from pbx_devhost.store.schema import metadata

    with world.pbx.stores.database.read() as connection:
        return [tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
