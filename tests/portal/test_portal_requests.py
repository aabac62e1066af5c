"""What every request to the portal must pass: its form token, its host, its size; and where a redirect may lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.portal_plugin import Script
from tests.support.portal_world import ADMIN_PASSWORD, WEB, World, worlds_of

RETURNS = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aLocation:https://evil.example".replace("%0d%0a", "\r\n"),
    "javascript:alert(1)",
    "/\t/evil.example",
    "https:evil.example",
    "/" + "x" * 2000,
    "///evil.example",
    "/ö",
)


@pytest.mark.parametrize("target", RETURNS)
def test_attack_open_redirect_after_password(world: World, script: Script, target: str) -> None:
    response = world.browser().log_in(return_to=target)
    assert response.status_code == 303
    assert response.headers["Location"] == "/"


def test_return_to_a_page_of_ours(world: World, script: Script) -> None:
    away = world.browser().get("/users?q=a%26b&page=2")
    assert away.headers["Location"] == "/login?return_to=%2Fusers%3Fq%3Da%2526b%26page%3D2"
    assert world.browser().log_in(return_to="/users?q=a").headers["Location"] == "/users?q=a"


@pytest.mark.parametrize("path", ["/login", "/logout", "/runs", "/plugins/m365/switch", "/plugins/m365/main"])
@pytest.mark.parametrize(
    "how", ["no token", "wrong token", "another's token", "other origin", "cross-site", "null origin"]
)
def test_attack_forged_forms(world: World, script: Script, path: str, how: str) -> None:
    browser, other = world.browser(), world.browser()
    if path != "/login":
        browser.log_in()
        other.log_in()
    else:
        browser.get("/login?domain=contoso.example")
        other.get("/login?domain=contoso.example")
    token = {"no token": "", "wrong token": "x" * 32, "another's token": other.token}.get(how, browser.token)
    headers = {
        "other origin": {"Origin": "https://evil.example"},
        "cross-site": {"Sec-Fetch-Site": "cross-site"},
        "null origin": {"Origin": "null"},
    }.get(how, {})
    form = {
        "csrf": token,
        "domain": "contoso.example",
        "username": "admin",
        "password": ADMIN_PASSWORD,
        "plugin": "m365",
    }
    assert (
        browser.post(path, {**form, "on": "0", "version": "3", "f-name": "Forged"}, headers=headers).status_code == 403
    )
    assert world.pbx.plugins.plugins(world.tenant)[0].status == "loaded"
    assert script.values["name"] == "Old"
    assert browser.is_signed_in() == (path != "/login")


def test_honest_forms_pass_with_the_headers_browsers_send(world: World, script: Script) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example", "username": "admin", "password": ADMIN_PASSWORD}
    headers = {"Origin": WEB, "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/login", form, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "pbx.example.com",
        "pbx.example.com:8888",
        "pbx.example.com:8887.evil.example",
        "",
        "pbx.example.com:x",
        "[::1",
        "a@pbx.example.com:8887",
    ],
)
def test_attack_host_header(world: World, script: Script, host: str) -> None:
    browser = world.browser()
    assert browser.get("/login?domain=contoso.example", headers={"Host": host}).status_code in (400, 421)


def test_attack_forwarded_headers_say_nothing(world: World, script: Script) -> None:
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-For": "10.0.0.1",
        "Forwarded": "host=evil.example;proto=http",
        "X-Original-URL": "/audit",
        "X-Rewrite-URL": "/audit",
        "X-Forwarded-Prefix": "/evil",
    }
    browser = world.browser()
    response = browser.get("/login?domain=contoso.example", headers=forwarded)
    assert response.status_code == 200
    assert "evil" not in response.text
    assert "evil" not in str(response.headers)
    assert browser.get("/users", headers=forwarded).headers["Location"].startswith("/login?")


def test_attack_oversized_requests(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    assert browser.post("/plugins/m365/main", {"version": "3", "f-note": "x" * 1_100_000}).status_code == 413
    assert browser.get("/users?q=" + "x" * 20_000).status_code == 414
    assert browser.post("/plugins/m365/main", {f"f-{n}": "" for n in range(5)}).status_code == 400


def test_default_ports_may_be_written_out(tmp_path: Path) -> None:
    for world in worlds_of(tmp_path, web="https://pbx.example.com:443", sbc=None):
        Script().install(world)
        browser = world.browser("https://pbx.example.com")
        browser.get("/login?domain=contoso.example")
        form = {"domain": "contoso.example", "username": "admin", "password": ADMIN_PASSWORD}
        assert browser.post("/login", form, headers={"Origin": "https://pbx.example.com"}).status_code == 303
