"""The STATUS tab in a browser: one line, a chart under the policy, a run that is stopped, a preview approved."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from pbx_plugin_api import Severity, TickReport, TickStatus
from tests.browser.conftest import EVERYWHERE, Site

STATUS = "/plugins/m365/status"


def press(site: Site, label: str) -> None:
    """Press the first button or link with this label."""
    found = site.driver.find_elements(By.XPATH, f"//*[self::button or self::a][normalize-space()='{label}']")
    assert found, f"there is no {label} on {site.driver.current_url}"
    site.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
    found[0].click()


def test_the_page_opens_on_status_and_its_chart_can_be_seen_and_read(site: Site) -> None:
    for _ in range(3):
        site.world.tick()
    site.log_in_as_admin()
    site.open(f"{site.web}{STATUS}")
    assert site.find(".headline .value").text == "All is well."
    try:
        for width in (1280, 375):
            site.driver.set_window_size(width, 860)
            sizes = site.driver.execute_script(
                "return [...document.querySelectorAll('.chart rect')].map(each => each.getBoundingClientRect())"
                ".map(box => [box.width, box.height, getComputedStyle(document.querySelector('.chart rect')).fill])"
            )
            assert any(wide > 1 and high > 20 for wide, high, _ in sizes), "some bar is a bar"
            assert sizes[0][2] not in ("none", "rgb(0, 0, 0)"), "coloured by the style sheet"
            wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert site.driver.execute_script(wider) <= 0, width
    finally:
        site.driver.set_window_size(1280, 860)
    site.find(".chart summary").click()
    rows = site.driver.find_elements(By.CSS_SELECTOR, ".chart tbody tr")
    assert len(rows) == len(site.driver.find_elements(By.CSS_SELECTOR, ".chart figure:first-of-type rect"))
    assert rows[0].text.startswith("20")
    assert site.complaints() == []


def test_a_run_is_watched_and_stopped_where_the_page_is(site: Site) -> None:
    site.log_in_as_admin()
    runs = site.world.pbx.stores.runs
    run_id = runs.begin(site.world.tenant_id, "m365", "due", None)
    runs.report(run_id, "photos", 10, 40)
    site.open(f"{site.web}{STATUS}")
    site.wait_for_text("10 of 40")
    runs.report(run_id, "photos", 30, 40)
    site.wait_for_text("30 of 40")
    press(site, "Stop at the next safe place")
    site.wait_for_text("The run stops at the next safe place.")
    assert runs.is_asked_to_stop(run_id)
    site.open(f"{site.web}{STATUS}")
    site.wait_for_text("A run is in progress")
    runs.finish(run_id, TickReport(status=TickStatus.STOPPED, message="Stopped."))
    WebDriverWait(site.driver, 20).until(lambda _: "A run is in progress" not in site.text())
    assert site.complaints() == []


@pytest.mark.parametrize("tls_site", EVERYWHERE, indirect=True)
def test_a_preview_names_the_extension_and_leads_to_its_approval(site: Site) -> None:
    world = site.world
    assert world.lab is not None
    world.lab.admin().create_user(displayName="Zora Newhire", givenName="Zora", surname="Newhire")
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/user_sync")
    press(site, site.says("Preview"))
    site.wait_for_text(site.says("If this plan is right, approve it"))
    line = next(row.text for row in site.driver.find_elements(By.CSS_SELECTOR, ".plan tr") if "Zora" in row.text)
    press(site, site.says("Approve and sync"))
    site.wait_for_text(site.says("Apply this plan, and sync now."))
    site.find("main form button:not(.quiet)").click()
    site.find(".badge.good")
    linked = world.pbx.stores.linked_users(world.tenant_id).linked()
    (number,) = {user.extension_number for user in linked if user.display_name == "Zora Newhire"}
    assert number in re.findall(r"\d+", line)


def test_what_needs_an_administrator_is_read_and_dismissed(site: Site) -> None:
    world = site.world
    world.pbx.stores.notices.begin(
        world.tenant_id, "k", "Something needs you", "Do this about it.", Severity.BAD, plugin="m365"
    )
    site.log_in_as_admin()
    site.open(f"{site.web}{STATUS}")
    assert site.find(".headline .value").text.startswith("One thing needs you: Something needs you.")
    assert "Do this about it." in site.find(".headline").text
    site.open(f"{site.web}/notices")
    site.find("button[aria-label='Dismiss: Something needs you']").click()
    site.wait_for_text("Nothing needs you")
    site.open(f"{site.web}{STATUS}")
    assert site.find(".headline .value").text.startswith("Nothing is new.")
    world.pbx.stores.notices.end(world.tenant_id, "k", plugin="m365")
    assert site.complaints() == []
