"""The colleague who administers Entra: gets an address, consents in another browser, and the PBX's page changes."""

from __future__ import annotations

import os
from pathlib import Path

from selenium.webdriver.common.by import By

from tests.browser.conftest import Site
from tests.support.axe import find_violations, read_axe

TAB = "/plugins/m365/permissions"
SHOTS = os.environ.get("PBX_SHOTS", "")


def photograph(site: Site, name: str) -> None:
    """For a person who wants to look: PBX_SHOTS names the folder."""
    if not SHOTS:
        return
    for width in (1280, 375):
        site.driver.set_window_size(width, 900)
        height = site.driver.execute_script("return document.documentElement.scrollHeight")
        site.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        site.driver.save_screenshot(f"{SHOTS}/{name}-{width}.png")
        site.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    site.driver.set_window_size(1280, 860)


def press(site: Site, action: str) -> None:
    site.find(f"form[action$='/do/{action}'] button").click()


def be_somebody_else(site: Site) -> None:
    """Another browser: no cookie of the PBX, and one that trusts the simulator's certificate."""
    site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    site.driver.get("about:blank")


def test_the_colleague_consents_and_the_page_changes(site: Site) -> None:
    assert site.world.lab is not None
    site.world.lab.register(consent_given=False)
    site.log_in_as_admin()
    site.open(f"{site.web}{TAB}")
    assert "Microsoft reported on" not in site.text()
    photograph(site, "permissions")
    press(site, "for_colleague")
    site.wait_for_text("/adminconsent?client_id=")
    photograph(site, "for-colleague")
    site.driver.execute_script(read_axe())
    assert list(find_violations(site.driver)) == []
    address = next(word for word in site.text().split() if "/adminconsent?" in word)
    assert site.complaints() == []

    be_somebody_else(site)
    site.driver.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": True})
    site.open(address)
    site.wait_for_text("Permissions requested")
    assert site.world.lab.apps["GLOBAL"].client_id in site.text()
    site.driver.get_log("browser")
    site.find("#idSIButton9").click()
    site.wait_for_path("/ms365/callback")
    site.wait_for_text("Microsoft reports that consent was given")
    assert site.driver.current_url.startswith(site.web)
    assert site.driver.get_cookie("__Host-pbx_session") is None
    assert site.driver.find_elements(By.CSS_SELECTOR, "form[action$='/logout']") == []
    assert site.complaints() == []
    photograph(site, "landed")
    site.driver.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": False})

    be_somebody_else(site)
    site.log_in_as_admin()
    site.open(f"{site.web}{TAB}")
    site.wait_for_text("Microsoft reported on")
    assert "that it was given." in site.text()
    assert "Microsoft sent a browser back to it" in site.text()
    photograph(site, "permissions-after")
    press(site, "test_connection")
    site.wait_for_text("It works: read the first people")
