"""Attacks on the beginning of a sign-in: forged forms, open redirects, forged hosts, floods."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from pbx_devhost.portal.signin import refusals
from pbx_plugin_api import (
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    RateLimit,
)
from tests.support.portal_plugin import Script
from tests.support.portal_signin import BACK, answer_to, everything
from tests.support.portal_world import WEB, Browser, World


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


def test_attack_flood_of_begun_flows_fills_nothing(world: World, script: Script) -> None:
    """And pushes no honest one out: nothing is stored for a begun sign-in."""
    honest, flood = world.browser(), world.browser()
    url, before = honest.begin(), everything(world)
    flood.get("/login?domain=contoso.example")
    for _ in range(100):
        flood.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    assert everything(world) == before
    assert honest.come_back(answer_to(url)).status_code == 303


def test_a_flow_that_does_not_fit_into_a_cookie(world: World, script: Script) -> None:
    def begin(request: LoginRequest) -> LoginRedirect:
        script.begin = None
        redirect: LoginRedirect = script._begin(request)
        return replace(redirect, flow=replace(redirect.flow, secrets={"n": "x" * 3_000}))

    script.begin = begin
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    assert browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"}).status_code == 502
    assert "flow_too_large" in world.audit()[0].detail


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
    "not_offered": lambda b, n: b.post(f"/sign-in/m365/other{n}", {"domain": "contoso.example"}),
}


@pytest.mark.parametrize("reason", sorted(FLOODS))
def test_attack_flood_of_refusals_fills_no_log(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Refusals of a known tenant, caused by a stranger: limited for each minute and each day."""
    lines = (RateLimit(amount=5, window_s=60), RateLimit(amount=8, window_s=86_400))
    monkeypatch.setattr(refusals, "_LINES", lines)
    stranger = world.browser()
    stranger.get("/login?domain=contoso.example")
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        for expected in (5, 8, 8):
            for n in range(12):
                answer = FLOODS[reason](stranger, n)
                assert answer.status_code >= 400
                assert re.search("eference.{0,40}[0-9A-Z]{8}", answer.text), "the page has a reference all the same"
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
