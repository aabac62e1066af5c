"""Sign-in to the native app: its code, its session, and attacks on both."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import time_machine

from pbx_devhost.portal.visit import SESSION_COOKIE
from pbx_devhost.store.signin.flows import CODE_S
from pbx_plugin_api import DisableReason, DisableUser, LoginClient
from tests.support.native_app import NativeApp
from tests.support.portal_plugin import Script, link
from tests.support.portal_signin import answer_to
from tests.support.portal_world import WEB, Browser, World, reference_of, sent_to

LOOPBACK = "http://127.0.0.1:50123/signed-in"


def begin(browser: Browser, app: NativeApp, **changes: str) -> str:
    page = browser.get("/app/sign-in", query_string=app.request(**changes))
    assert page.status_code == 200, page.text
    return sent_to(browser.post("/sign-in/m365/ms365", app.request(**changes)))


def code_for(world: World, app: NativeApp, browser: Browser | None = None) -> str:
    browser = browser or world.browser()
    response = browser.come_back(answer_to(begin(browser, app)))
    assert response.status_code == 303
    location = response.headers["Location"]
    assert location.startswith(app.redirect_uri + "?code=")
    return app.code_from(location)


def exchange(world: World, form: dict[str, str]) -> Any:
    """Send it as the app does: without a cookie and an origin."""
    return world.app.test_client().post("/app/token", data=form, base_url=WEB)


def me(world: World, token: str) -> Any:
    return world.app.test_client().get("/app/me", base_url=WEB, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def app() -> NativeApp:
    return NativeApp(WEB, redirect_uri=LOOPBACK)


@pytest.mark.parametrize("redirect_uri", [LOOPBACK, "http://[::1]:50123/x", "com.portsip.one:/signed-in"])
def test_app_gets_its_session(world: World, script: Script, redirect_uri: str) -> None:
    app = NativeApp(WEB, redirect_uri=redirect_uri)
    browser = world.browser()
    code = code_for(world, app, browser)
    assert script.begun[0].client is LoginClient.NATIVE
    assert not browser.is_signed_in(), "the browser itself gets no session"
    answer = exchange(world, app.exchange_form(code))
    assert answer.status_code == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    who = me(world, answer.json["access_token"]).json
    assert (who["username"], who["sip_domain"]) == ("person1", "contoso.example")
    for scheme in ("bearer", "BEARER"):  # RFC 9110, section 11.1: in any case
        headers = {"Authorization": f"{scheme} {answer.json['access_token']}"}
        assert world.app.test_client().get("/app/me", base_url=WEB, headers=headers).status_code == 200
    client = world.app.test_client()
    bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
    out = client.post("/app/sign-out", base_url=WEB, headers=bearer)
    assert out.json["sign_out_url"].startswith("https://idp.example/logout?")
    assert me(world, answer.json["access_token"]).status_code == 401


def test_attack_app_sign_in_begins_nothing_by_itself(world: World, script: Script, app: NativeApp) -> None:
    assert world.browser().get("/app/sign-in", query_string=app.request()).status_code == 200
    assert script.begun == []


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "https://evil.example/",
        "http://evil.example:80/",
        "http://localhost:50123/",
        "http://127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:50123",
        "http://127.0.0.1:50123/?x=1",
        "http://127.0.0.1:50123/#x",
        "http://127.0.0.1:50123@evil.example/",
        "http://127.0.0.1.evil.example:50123/",
        "http://127.0.0.1:99999/",
        "http://2130706433:50123/",
        "com.portsip.one://evil.example/",
        "com.portsip.one.evil:/x",
        "com.evil:/x",
        "javascript:alert(1)",
        "intent://x",
        "http://127.0.0.1:50123/\\evil",
    ],
)
def test_attack_app_redirect_elsewhere(world: World, script: Script, app: NativeApp, redirect_uri: str) -> None:
    browser = world.browser()
    response = browser.get("/app/sign-in", query_string=app.request(redirect_uri=redirect_uri))
    assert response.status_code == 400
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", app.request(redirect_uri=redirect_uri))
    assert response.status_code == 400
    assert script.begun == []
    assert "malformed" in world.audit()[0].detail


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 44},
        {"code_challenge": "!" * 43},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"app_state": ""},
        {"app_state": "has spaces in it"},
        {"app_state": "x" * 300},
    ],
)
def test_attack_app_without_proof_of_itself(
    world: World, script: Script, app: NativeApp, change: dict[str, str]
) -> None:
    browser = world.browser()
    assert browser.get("/app/sign-in", query_string=app.request(**change)).status_code == 400
    browser.get("/login?domain=contoso.example")
    assert browser.post("/sign-in/m365/ms365", app.request(**change)).status_code == 400
    assert script.begun == []


@pytest.mark.parametrize("verifier", ["", "w" * 43, "x" * 42, "x" * 129, "ö" * 50])
def test_attack_stolen_code_without_the_verifier(world: World, script: Script, app: NativeApp, verifier: str) -> None:
    code = code_for(world, app)
    answer = exchange(world, app.exchange_form(code, code_verifier=verifier))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_grant")


def test_attack_guessed_verifier_uses_the_code_up(world: World, script: Script, app: NativeApp) -> None:
    code = code_for(world, app)
    assert exchange(world, app.exchange_form(code, code_verifier="w" * 43)).status_code == 400
    assert exchange(world, app.exchange_form(code)).status_code == 400


def test_attack_code_of_another_instance(world: World, script: Script, app: NativeApp) -> None:
    """An app gets the code of another person's sign-in. Its verifier does not fit."""
    other = NativeApp(WEB, redirect_uri=LOOPBACK)
    assert exchange(world, app.exchange_form(code_for(world, other))).status_code == 400


def test_attack_app_code_reuse(world: World, script: Script, app: NativeApp) -> None:
    code = code_for(world, app)
    assert exchange(world, app.exchange_form(code)).status_code == 200
    assert exchange(world, app.exchange_form(code)).status_code == 400


def test_attack_app_code_for_another_address(world: World, script: Script, app: NativeApp) -> None:
    code = code_for(world, app)
    assert exchange(world, app.exchange_form(code, redirect_uri="http://127.0.0.1:1/x")).status_code == 400


def test_attack_app_code_kept_too_long(world: World, script: Script, app: NativeApp) -> None:
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        code = code_for(world, app)
        clock.shift(CODE_S + 1)
        assert exchange(world, app.exchange_form(code)).status_code == 400


def test_attack_app_code_as_a_state_and_a_state_as_a_code(world: World, script: Script, app: NativeApp) -> None:
    browser = world.browser()
    url = begin(browser, app)
    state = answer_to(url).params["state"]
    assert exchange(world, app.exchange_form(state)).status_code == 400
    code = app.code_from(browser.come_back(answer_to(url)).headers["Location"])
    second = world.browser()
    second.put_cookie("__Host-pbx_flow", app.challenge)
    response = second.get("/ms365/callback", query_string={"state": f"code:{code}", "code": "1"})
    assert response.status_code == 403


def test_attack_user_disabled_before_the_exchange(world: World, script: Script, app: NativeApp) -> None:
    code = code_for(world, app)
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    assert exchange(world, app.exchange_form(code)).status_code == 400


def test_attack_apps_session_outlives_its_user(world: World, script: Script, app: NativeApp) -> None:
    token = exchange(world, app.exchange_form(code_for(world, app))).json["access_token"]
    assert me(world, token).status_code == 200
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    assert me(world, token).status_code == 401


def test_attack_apps_token_as_a_cookie_and_a_cookie_as_a_token(world: World, script: Script, app: NativeApp) -> None:
    token = exchange(world, app.exchange_form(code_for(world, app))).json["access_token"]
    browser = world.browser()
    browser.put_cookie(SESSION_COOKIE, token)
    assert not browser.is_signed_in()
    web = world.browser()
    web.log_in()
    assert me(world, str(web.cookie(SESSION_COOKIE))).status_code == 401


def test_attack_token_in_an_address(world: World, script: Script, app: NativeApp) -> None:
    token = exchange(world, app.exchange_form(code_for(world, app))).json["access_token"]
    client = world.app.test_client()
    assert client.get(f"/app/me?access_token={token}", base_url=WEB).status_code == 401
    code = code_for(world, app)
    assert client.get("/app/token", query_string=app.exchange_form(code), base_url=WEB).status_code == 405


def test_refusal_leads_back_to_the_app_with_no_reason_in_the_address(
    world: World, script: Script, app: NativeApp
) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(begin(browser, app), code="no number"))
    assert response.status_code == 403
    assert "Microsoft did not sign you in." in response.text
    assert reference_of(response)
    assert f'href="{LOOPBACK}?error=access_denied&amp;state={app.state}"' in response.text


def test_refusal_over_who_somebody_is_lets_the_app_begin_with_another_account(
    world: World, script: Script, app: NativeApp
) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(begin(browser, app), code="9"))
    found = re.search(r'id="other-account" href="(/app/sign-in[^"]+)"', response.text)
    assert found is not None
    page = browser.get(html.unescape(found[1]))
    assert "with another account" in page.text
    assert f'value="{app.challenge}"' in page.text


def test_attack_app_sign_in_forged(world: World, script: Script, app: NativeApp) -> None:
    browser = world.browser()
    browser.get("/app/sign-in", query_string=app.request())
    assert browser.post("/sign-in/m365/ms365", app.request(), csrf=False).status_code == 403
    assert script.begun == []


def test_a_mistyped_domain_is_not_taken_for_an_old_app(world: World, script: Script, app: NativeApp) -> None:
    page = world.browser().get("/app/sign-in", query_string=app.request(domain="contso.example"))
    assert page.status_code == 400
    assert "Check the SIP domain that you entered in the app." in page.text
    assert "Update the app" not in page.text
