"""The picker of lists as Chromium shows it: by mouse, by keyboard, and without JavaScript."""

from __future__ import annotations

import os

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import Site

SIGN_IN = "/plugins/m365/sign_in"
PICKER = "#f-sign_in_users-picker"


def type_name(site: Site, text: str) -> WebElement:
    box = site.find(PICKER)
    box.clear()
    box.send_keys(text)
    WebDriverWait(site.driver, 20).until(lambda d: d.find_elements(By.CSS_SELECTOR, f"{PICKER}-list li"))
    return box


def lines(site: Site) -> list[str]:
    return (site.find("#f-sign_in_users").get_attribute("value") or "").splitlines()


def first_name(site: Site) -> str:
    users = site.world.users().values()
    return str(next(user.display_name for user in users if user.subject)).split()[0]


@pytest.mark.parametrize("width", [1280, 375])
def test_by_mouse_a_person_is_added_and_taken_off_and_the_list_is_saved(site: Site, width: int) -> None:
    site.log_in_as_admin()
    try:
        site.driver.set_window_size(width, 860)
        site.open(site.web + SIGN_IN)
        type_name(site, first_name(site))
        option = site.find(f"{PICKER}-list li")
        option.click()
        site.wait_for_text("1 on the list")
        chosen = lines(site)
        assert len(chosen) == 1
        assert option.get_attribute("aria-selected") == "true"
        shots = os.environ.get("PICKER_SHOTS")
        if shots:
            site.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", option)
            site.driver.save_screenshot(f"{shots}/picker-{width}.png")
        option.click()
        site.wait_for_text("0 on the list")
        assert lines(site) == []
        option.click()
        wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert site.driver.execute_script(wider) <= 0
        # One click is enough, though the list is still open: nothing may move away from under the pointer.
        site.find("form.card .actions button.primary").click()
        site.wait_for_text("Saved")
        assert lines(site) == chosen
    finally:
        site.driver.set_window_size(1280, 860)
        site.world.save(sign_in_users="")
    assert site.complaints() == []


def test_by_keyboard_alone(site: Site) -> None:
    site.log_in_as_admin()
    site.open(site.web + SIGN_IN)
    box = type_name(site, first_name(site))
    box.send_keys(Keys.ARROW_DOWN)
    active = box.get_attribute("aria-activedescendant")
    assert active
    assert box.get_attribute("aria-expanded") == "true"
    box.send_keys(Keys.ENTER)
    site.wait_for_text("1 on the list")
    assert len(lines(site)) == 1
    box.send_keys(Keys.ESCAPE)
    assert box.get_attribute("aria-expanded") == "false"
    assert site.driver.current_url.endswith(SIGN_IN), "Enter in the picker does not send the form"
    assert site.complaints() == []


def test_two_thousand_lines_stay_usable(site: Site) -> None:
    site.log_in_as_admin()
    ids = "\n".join(f"0b1ec700-0000-4000-8000-{n:012}" for n in range(2_000))
    site.world.save(sign_in_users=ids)
    try:
        site.open(site.web + SIGN_IN)
        assert len(site.driver.page_source) < 300_000
        assert site.driver.execute_script("return document.querySelectorAll('*').length") < 3_000
        type_name(site, first_name(site)).send_keys(Keys.ARROW_DOWN, Keys.ENTER)
        site.wait_for_text("2,001 on the list")
    finally:
        site.world.save(sign_in_users="")


def test_a_missing_permission_is_said_in_the_picker(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/user_sync")
    assert site.world.lab is not None
    site.world.lab.register(permissions=("User.Read.All",))
    try:
        box = site.find("#f-sync_groups-picker")
        box.send_keys("Sal")
        site.wait_for_text("GroupMember.Read.All, or no administrator")
    finally:
        site.world.lab.register(permissions=None)
    assert all("409" in line for line in site.complaints()), "only the browser's own line about the answer"


def test_without_javascript_a_page_adds_lines(site: Site) -> None:
    site.log_in_as_admin()
    site.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        site.open(site.web + SIGN_IN)
        site.find("a[href$='find/sign_in_users']").click()
        site.find("input[name=q]").send_keys(first_name(site), Keys.ENTER)
        site.find(".tick").click()
        shots = os.environ.get("PICKER_SHOTS")
        if shots:
            site.driver.save_screenshot(f"{shots}/find.png")
        site.find("form.found button.primary").click()
        assert "Added to “People”" in site.find(".note").text
        assert len(lines(site)) == 1
    finally:
        site.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        site.world.save(sign_in_users="")


def test_one_person_is_picked_and_added(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/user_sync")
    box = site.find("#p-person-picker")
    box.send_keys(first_name(site))
    site.find("#p-person-picker-list li")
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert "@" in (site.find("#p-person").get_attribute("value") or "")
    site.find("form[action$='do/add_person'] button").click()
    site.wait_for_text("has extension")
    assert site.complaints() == []
