"""One click, a real redirect round trip, and the person is in."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By

from pbx_devhost.portal.server import make_server
from tests.browser.conftest import EVERYWHERE, Site, browsing, connected_world, free_port, serving
from tests.support.native_app import NativeApp

everywhere = pytest.mark.parametrize("tls_site", EVERYWHERE, indirect=True)


def sign_in_at_microsoft(site: Site, upn: str) -> None:
    """On the simulator's page: type the name and go on."""
    field = site.find("#i0116")
    field.clear()
    field.send_keys(upn)
    site.find("#idSIButton9").click()


@everywhere
@pytest.mark.parametrize("mode", ["query", "form_post"])
@pytest.mark.parametrize("which", ["web", "sbc"])
def test_sign_in_round_trip(site: Site, mode: str, which: str) -> None:
    world, origin = site.world, getattr(site, which)
    world.save(sign_in_response_mode=mode)
    user = world.synced(3)
    site.open(f"{origin}/login?domain=contoso.example&return_to=/contacts/company")
    assert site.find("html").get_attribute("lang") == site.place.language
    assert site.find("h1").text == site.says("Sign in")
    button = site.find("button.provider")
    assert button.text == site.says("Sign in with Microsoft")
    button.click()
    sign_in_at_microsoft(site, world.upn(user))
    site.wait_for_path("/contacts/company")
    assert site.find("h1").text == site.says("Company contacts")
    assert site.driver.current_url.startswith(origin)
    site.wait_for_text(user.display_name)
    cookies = {cookie["name"]: cookie for cookie in site.driver.get_cookies()}
    assert cookies["__Host-pbx_session"]["secure"]
    assert cookies["__Host-pbx_session"]["httpOnly"]
    assert cookies["__Host-pbx_session"]["sameSite"] == "Lax"
    assert "__Host-pbx_flow" not in cookies
    assert site.complaints() == []


@everywhere
def test_sign_out_here_and_at_microsoft(site: Site) -> None:
    user = site.world.synced(4)
    site.open(f"{site.web}/login?domain=contoso.example")
    site.find("button.provider").click()
    sign_in_at_microsoft(site, site.world.upn(user))
    site.wait_for_path("/")
    site.find("form.who button").click()
    site.find("#provider-sign-out").click()
    site.wait_for_path("/ms365/callback")
    site.wait_for_text(site.says("Back at the PBX"))
    site.open(f"{site.web}/contacts/mine")
    site.wait_for_path("/login")


def test_second_sign_in_goes_through_without_typing(site: Site) -> None:
    """Single sign-on: Microsoft still knows the browser."""
    user = site.world.synced(5)
    for turn in range(2):
        site.open(f"{site.web}/login?domain=contoso.example")
        site.find("button.provider").click()
        if turn == 0:
            sign_in_at_microsoft(site, site.world.upn(user))
        site.wait_for_path("/")
        site.wait_for_text(user.display_name)
        site.find("form.who button").click()
        site.find("#provider-sign-out")


@everywhere
def test_cancelled_at_microsoft(site: Site) -> None:
    site.open(f"{site.web}/login?domain=contoso.example")
    site.find("button.provider").click()
    site.find("#idBtn_Back").click()
    site.wait_for_path("/ms365/callback")
    site.wait_for_text(site.says("You are not signed in"))
    assert len(site.find(".reference").text) == 8
    assert site.driver.get_cookie("__Host-pbx_session") is None


def test_native_app_by_loopback(site: Site) -> None:
    user = site.world.synced(6)
    with NativeApp(site.web) as app:
        site.open(app.address())
        site.find("button.provider").click()
        sign_in_at_microsoft(site, site.world.upn(user))
        code = app.wait_for_code()
        site.find("#done")
        assert site.driver.current_url.startswith(app.redirect_uri)
        # The app itself speaks to the portal without the browser; here through the WSGI app, TLS aside.
        client = site.world.app.test_client()
        answer = client.post("/app/token", data=app.exchange_form(code), base_url=site.web)
    assert answer.status_code == 200
    token = (answer.json or {})["access_token"]
    who = client.get("/app/me", base_url=site.web, headers={"Authorization": f"Bearer {token}"}).json or {}
    assert who["username"] == user.username
    site.open(f"{site.web}/")
    site.wait_for_path("/login")


def test_without_tls_on_this_machine_as_in_the_demo(tmp_path: Path) -> None:
    """An ordinary browser, told nothing about certificates, signs in at http://localhost with no warning."""
    port = free_port()
    origin = f"http://localhost:{port}"
    with (
        browsing(tmp_path) as driver,
        connected_world(tmp_path, origin, None) as world,
        serving(make_server(world.app, "127.0.0.1", port)),
    ):
        site = Site(world, origin, "", driver)
        user = world.synced()
        site.open(f"{origin}/login?domain=contoso.example")
        site.find("button.provider").click()
        sign_in_at_microsoft(site, world.upn(user))
        site.wait_for_path("/")
        site.wait_for_text(user.username)
        assert driver.get_cookie("__Host-pbx_session") is not None
        assert site.complaints() == []
        # Nothing about this machine is believed from elsewhere.
        strange = requests.get(f"http://127.0.0.1:{port}/login", headers={"Host": "evil.example"}, timeout=10)
        assert strange.status_code == 421
        assert driver.find_elements(By.CSS_SELECTOR, ".note.bad") == []
