"""The administrator's pages as Chromium shows them."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import Site

PAGES = (
    "/",
    "/users",
    "/contacts/company",
    "/plugins",
    "/plugins/m365/status",
    "/plugins/m365/permissions",
    "/plugins/m365/user_sync",
    "/plugins/m365/sign_in",
    "/runs",
    "/mail",
    "/notices",
    "/audit",
)


def test_every_page_keeps_the_policy_and_fits_a_telephone(site: Site) -> None:
    site.log_in_as_admin()
    try:
        for width in (1280, 390):
            site.driver.set_window_size(width, 860)
            for path in PAGES:
                site.open(site.web + path)
                wider = site.driver.execute_script(
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wider <= 0, f"{path} is {wider} pixels too wide at {width}"
    finally:
        site.driver.set_window_size(1280, 860)
    assert site.complaints() == []


def test_settings_page_shows_faults_and_saves(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/permissions")
    before = site.find("#f-application_id").get_attribute("value")
    for name in ("f-application_id", "f-directory_id"):
        field = site.find(f"#{name}")
        field.clear()
        field.send_keys("nonsense")
    site.find("form.card button.primary").click()
    site.wait_for_text("Nothing was saved.")
    for name in ("f-application_id", "f-directory_id"):
        assert site.find(f"#{name}").get_attribute("value") == "nonsense"
        assert site.find(f"#{name}-error").text
    site.open(f"{site.web}/plugins/m365/permissions")
    assert site.find("#f-application_id").get_attribute("value") == before
    site.open(f"{site.web}/plugins/m365/sign_in")
    switch = site.find("#f-first_sign_in_creates")
    assert not switch.is_selected()
    site.find("label[for=f-first_sign_in_creates]").click()
    site.find("form.card button.primary").click()
    site.wait_for_text("Saved")
    assert site.find("#f-first_sign_in_creates").is_selected()
    site.world.save(first_sign_in_creates="false")


def test_copy_button_copies(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/permissions")
    button = site.find(".columns [data-copy]")  # the steps are folded by now
    value = button.find_element(By.XPATH, "..").find_element(By.CSS_SELECTOR, "[data-copy-source]").text
    button.click()
    site.wait_for_text("Copied")
    field = site.find("#f-application_id")
    field.clear()
    field.send_keys(Keys.CONTROL, "v")
    assert field.get_attribute("value") == value
    assert "/ms365/callback" in value


def test_sync_now_is_watched_to_its_end(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/runs")
    site.find(".head button.primary").click()
    WebDriverWait(site.driver, 20).until(lambda driver: "/runs/" in driver.current_url)
    site.wait_for_text("Done")
    site.wait_for_text("created")


def test_users_are_found(site: Site) -> None:
    user = site.world.synced(2)
    site.log_in_as_admin()
    site.open(f"{site.web}/users")
    site.find("input[type=search]").send_keys(user.username + "\n")
    WebDriverWait(site.driver, 20).until(lambda driver: "q=" in driver.current_url)
    site.find("a.person").click()
    site.wait_for_text("Id in the directory")
    site.wait_for_text(user.extension_number)
