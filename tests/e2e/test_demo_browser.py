"""The demo's portal in an ordinary browser: no certificate warning, and both ways to sign in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.demo.show import Silent
from portsip_m365_plugin.demo.story import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def browser() -> Iterator[Any]:
    """An ordinary one: no switch that would accept what a person's would not."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        if os.environ.get("PBX_REQUIRE_BROWSER"):
            pytest.fail("Chromium and chromedriver are required here, and are not installed")
        pytest.skip("Chromium and chromedriver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    opened.implicitly_wait(10)
    yield opened
    opened.quit()


def test_the_demos_portal_opens_without_warnings_and_lets_both_in(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support import expected_conditions
    from selenium.webdriver.support.ui import WebDriverWait

    def press(text: str) -> None:
        """Press a button and wait until its page is left: Chromium returns from the click before that."""
        button = browser.find_element(By.XPATH, f"//button[normalize-space()='{text}']")
        button.click()
        WebDriverWait(browser, 20).until(expected_conditions.staleness_of(button))

    with Demo(tmp_path, Silent(), users=60) as play:
        summary = play.play()
        play.serve()
        somebody = play.somebody()
        login = f"{play.portal}/login?domain=demo.pbx.local"

        browser.get(login)
        assert "Sign in" in browser.title
        browser.find_element(By.NAME, "username").send_keys("admin")
        browser.find_element(By.NAME, "password").send_keys(play.password)
        press("Sign in")
        shown = browser.find_element(By.TAG_NAME, "main").text
        assert f"{summary.users}" in shown

        browser.delete_all_cookies()
        browser.get(login)
        press("Sign in with Microsoft")
        # A page leads on to Microsoft, so the click may return before the browser is there.
        on_plain_loopback = expected_conditions.url_contains(play.microsoft.pages)
        WebDriverWait(browser, 10).until(on_plain_loopback, "Microsoft's page is on plain loopback")
        browser.find_element(By.NAME, "loginfmt").send_keys(somebody)
        browser.find_element(By.ID, "idSIButton9").click()
        WebDriverWait(browser, 10).until(expected_conditions.url_contains(play.portal))
        browser.find_element(By.XPATH, "//*[contains(text(), 'PBX portal')]")
        assert browser.current_url.startswith(play.portal)
        assert "/login" not in browser.current_url
        assert browser.find_elements(By.CSS_SELECTOR, "nav"), "signed in"
