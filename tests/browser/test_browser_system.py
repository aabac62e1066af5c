"""A system administrator in Chromium: signs in, adds a tenant, enters one, and is never in two at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By

from pbx_devhost.store.tenants import SYSTEM_TENANT
from tests.browser.conftest import Site

PASSWORD = "system battery staple"  # a test's


@pytest.fixture
def root(site: Site) -> Iterator[Site]:
    """A system administrator who is signed in, at the address that a tenant uses, too."""
    stores = site.world.pbx.stores
    stores.tenants.set_system_origin(site.web)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", PASSWORD)
    site.open(f"{site.web}/system/login")
    site.find("#username").send_keys("root")
    site.find("#password").send_keys(PASSWORD)
    site.find("button.primary").click()
    site.wait_for_text("Mail of the PBX")
    yield site
    site.driver.set_window_size(1280, 860)


def enter(site: Site, name: str) -> None:
    site.open(f"{site.web}/system/tenants?q={name}")
    site.find(f'button[aria-label="Enter {name}"]').click()
    site.wait_for_text(f"You are in the tenant {name}")


def test_a_tenant_is_added_entered_and_left_by_its_buttons(root: Site) -> None:
    root.find('a[href="/system/tenants/new"]').click()
    for name, text in (("name", "Tailspin"), ("password", "tailspin battery"), ("password_again", "another one")):
        root.find(f"#{name}").send_keys(text)
    root.find("form.card button.primary").click()
    root.wait_for_text("Nothing was added.")
    assert root.find("#password_again-error").text == "The two passwords differ."
    for name in ("password", "password_again"):
        root.find(f"#{name}").send_keys("tailspin battery")
    root.find("form.card button.primary").click()
    root.wait_for_text("Tailspin was added.")
    enter(root, "Tailspin")
    root.find('a[href="/plugins"]').click()
    root.wait_for_text("You are in the tenant Tailspin")
    root.find(".plugin form button").click()
    root.wait_for_text("Switch m365 off for Tailspin.")
    root.find("form.confirm button.danger").click()
    root.wait_for_text("m365 is switched off for Tailspin.")
    root.find(".scope button").click()
    root.wait_for_text("Add a tenant")
    assert "You are in the tenant" not in root.text()
    assert [line for line in root.complaints() if "status of 422" not in line] == []


def test_every_page_of_the_system_fits_and_keeps_the_policy(root: Site) -> None:
    pages = (
        "/",
        "/system/tenants",
        "/system/tenants/new",
        "/plugins",
        "/plugins/m365/mail",
        "/mail",
        "/audit",
        "/account",
    )
    for width in (1280, 375):
        root.driver.set_window_size(width, 860)
        for path in pages:
            root.open(root.web + path)
            wider = root.driver.execute_script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{path} is {wider} pixels too wide at {width}"
    enter(root, "Contoso")
    for path in ("/", "/users", "/plugins", "/plugins/m365/user_sync", "/runs", "/audit", "/account"):
        root.open(root.web + path)
        assert "You are in the tenant Contoso" in root.text(), path
    assert root.complaints() == []


def test_a_tab_that_shows_another_tenant_changes_nothing(root: Site) -> None:
    """Two tabs share one session: the form of the older one is refused."""
    enter(root, "Contoso")
    root.open(f"{root.web}/plugins")
    first = root.driver.current_window_handle
    root.driver.switch_to.new_window("tab")
    root.open(f"{root.web}/")
    root.find(".scope button").click()
    root.wait_for_text("Add a tenant")
    root.driver.close()
    root.driver.switch_to.window(first)
    root.driver.find_element(By.CSS_SELECTOR, ".plugin form button").click()
    root.wait_for_text("That did not work")
    assert root.world.pbx.stores.switches.is_enabled("m365", root.world.tenant_id)
    assert root.world.pbx.stores.switches.is_enabled("m365", None)
