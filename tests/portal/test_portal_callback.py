"""Attacks on the callback of a sign-in: state and cookie, other origins and modes, malformed parameters."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import time_machine

from pbx_devhost.core import Pbx
from pbx_devhost.portal.app import create_app
from pbx_devhost.portal.signin.flow_cookies import FLOW_COOKIE, FLOW_COOKIE_S, FLOWS_MAX_PER_BROWSER
from pbx_plugin_api import (
    LoginFlow,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    ResponseMode,
)
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_signin import BACK, answer_to, flow_cookie_of, refused, state_of
from tests.support.portal_world import SBC, WEB, Answer, World

# ---------------------------------------------------------------------- the state and the cookie


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
    kept = str(browser.cookie(flow_cookie_of(url)))
    assert browser.come_back(answer_to(url)).status_code == 303
    thief = world.browser()
    thief.put_cookie(flow_cookie_of(url), kept)
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
        two.put_cookie(flow_cookie_of(url), cookie)
    refused(world, two, answer_to(url), "flow_unknown")


def test_attack_sealed_flow_moved_or_changed(world: World, script: Script) -> None:
    """Under another label, of another tenant, with one bit changed, cut off, sealed under another key."""
    elsewhere = "https://other.example"
    other = world.pbx.stores.tenants.add("Other", sip_domain="other.example", web_origin=elsewhere).pbx_tenant_id
    browser = world.browser()
    url, second = browser.begin(), browser.begin()
    kept, of_second = str(browser.cookie(flow_cookie_of(url))), str(browser.cookie(flow_cookie_of(second)))
    tenant_id, _, sealed = kept.partition(".")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for value in (of_second, f"{other}.{sealed}", f"{tenant_id}.{changed}", f"{tenant_id}.{sealed[:40]}", f".{sealed}"):
        browser.put_cookie(flow_cookie_of(url), value)
        refused(world, browser, answer_to(url), "flow_unknown")
    assert script.completed == []
    browser.put_cookie(flow_cookie_of(url), kept)
    world.pbx.stores.vault.rotate()
    refused(world, browser, answer_to(url), "flow_unknown")
    assert browser.come_back(answer_to(browser.begin())).status_code == 303


def test_attack_two_answers_of_one_flow_at_once(world: World, script: Script) -> None:
    """Two workers get the same callback: the code is redeemed once."""
    browser = world.browser()
    url = browser.begin()
    kept = str(browser.cookie(flow_cookie_of(url)))
    barrier = threading.Barrier(8)

    def send(_: int) -> int:
        copy = world.browser()
        copy.put_cookie(flow_cookie_of(url), kept)
        barrier.wait()
        return copy.come_back(answer_to(url)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [303, *[403] * 7]
    assert len(script.completed) == 1


def test_a_used_flow_is_remembered_until_it_has_expired(world: World, script: Script) -> None:
    flows = world.pbx.stores.flows
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        browser = world.browser()
        url = browser.begin()
        name = flow_cookie_of(url)
        kept = str(browser.cookie(name))
        begun = flows.open(kept, name.removeprefix(FLOW_COOKIE))
        assert begun is not None
        assert flows.use(begun)
        clock.shift(599)
        world.pbx.plugins.set_enabled("m365", False)
        assert not flows.use(begun), "neither by time nor by a plugin that is switched off"
        clock.shift(2)
        assert flows.open(kept, name.removeprefix(FLOW_COOKIE)) is None
    assert FLOW_COOKIE_S >= 600


def test_attack_used_flow_after_the_keys_were_rotated(world: World, script: Script) -> None:
    """A worker that still holds the old key opens it: it stays used."""
    browser = world.browser()
    url = browser.begin()
    name = flow_cookie_of(url)
    kept = str(browser.cookie(name))
    assert browser.come_back(answer_to(url)).status_code == 303
    worker = Pbx(world.pbx.stores.database.url)
    try:
        worker.stores.vault.rotate()
    finally:
        worker.close()
    thief = world.browser()
    thief.put_cookie(name, kept)
    refused(world, thief, answer_to(url), "flow_unknown")
    assert len(script.completed) == 1


def test_another_worker_finishes_what_one_began(world: World, script: Script) -> None:
    worker = Pbx(world.pbx.stores.database.url)
    there = World(worker, world.tenant, create_app(worker))
    script.install(there)
    try:
        for begins, ends in ((world.browser(), there.browser()), (there.browser(), world.browser())):
            url = begins.begin()
            ends.put_cookie(flow_cookie_of(url), str(begins.cookie(flow_cookie_of(url))))
            assert ends.come_back(answer_to(url)).status_code == 303
    finally:
        there.close()


def test_a_browser_keeps_its_newest_sign_ins(world: World, script: Script) -> None:
    browser = world.browser()
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        urls = []
        for _ in range(FLOWS_MAX_PER_BROWSER + 3):
            urls.append(browser.begin())
            clock.shift(1)
        kept = [url for url in urls if browser.cookie(flow_cookie_of(url)) is not None]
        assert kept == urls[3:]
        assert browser.come_back(answer_to(kept[0])).status_code == 303


def test_attack_login_csrf_with_the_attackers_answer(world: World, script: Script) -> None:
    """The attacker sends a victim to the callback with the attacker's state and code."""
    attacker, victim = world.browser(), world.browser()
    answer = answer_to(attacker.begin(), code="3", is_form=False)
    victim.get("/login?domain=contoso.example")
    refused(world, victim, answer, "flow_unknown")


def test_attack_flow_cookie_is_not_reused_after_sign_in(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    browser.come_back(answer_to(url))
    assert browser.cookie(flow_cookie_of(url)) is None


def test_attack_refused_answer_does_not_end_the_other_tabs_sign_in(world: World, script: Script) -> None:
    browser = world.browser()
    first, second = browser.begin(), browser.begin()
    refused(world, browser, answer_to(first, code="nobody"), "no_code")
    assert browser.come_back(answer_to(second)).status_code == 303
    assert browser.is_signed_in()
    assert browser.cookie(flow_cookie_of(second)) is None


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
    """The sign-in began at the web domain, the answer comes at the SBC domain. Also with the cookie it is refused."""
    browser, at_sbc = world.browser(WEB), world.browser(SBC)
    url = browser.begin()
    at_sbc.put_cookie(flow_cookie_of(url), str(browser.cookie(flow_cookie_of(url))))
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

    from pbx_devhost.store.sql.schema import tenants

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
    """The person reads our sentence, and the page has no text or markup of the callback."""
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
