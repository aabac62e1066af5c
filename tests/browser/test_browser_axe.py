"""Every page, on a phone and on a desk, light and dark: axe finds nothing, and nothing is out of view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.addresses import ANSWERS, addresses, become, furnish, get_answer
from tests.browser.conftest import Site
from tests.support.axe import find_violations, read_axe

WIDTHS_PX = (375, 1280)
TOO_WIDE = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > width + 1)
  .map((each) => each.outerHTML.slice(0, 120)).slice(-3);
"""


@pytest.fixture
def screen(site: Site) -> Iterator[Site]:
    """A window of any width. It is as wide as before when the test ends."""
    furnish(site.world)
    yield site
    site.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    site.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


HIDDEN = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll("nav [aria-current]")].filter((each) => {
  const place = each.getBoundingClientRect();
  return place.left < 0 || place.right > width;
}).map((each) => each.textContent);
"""

# A word of the machine, such as `account_disabled`, that is no address, file or script of ours.
CODES = """
const found = document.body.innerText.match(/(?<![\\w@.#/?&=-])[a-z]+(_[a-z0-9]+)+(?![\\w@.#])/g) || [];
return [...new Set(found)];
"""

# A moment in another form than 2026-11-26 09:12, in the time zone of the tenant.
TIMES = """
const moment = /\\d{4}-\\d\\d-\\d\\dT|\\d\\d:\\d\\d:\\d\\d|\\b\\d{1,2}[./]\\d{1,2}[./]\\d{4}\\b|\\d UTC\\b/g;
const found = document.body.innerText.match(moment) || [];
return [...new Set(found)];
"""


def look(site: Site, width_px: int, scheme: str) -> None:
    metrics = {"width": width_px, "height": 860, "deviceScaleFactor": 1, "mobile": False}
    site.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    site.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def check(site: Site, axe: str, name: str) -> list[str]:
    """What is wrong with the page that is shown, at both widths, light and dark."""
    faults = [f"{name}: a code: {each}" for each in site.driver.execute_script(CODES)]
    faults += [f"{name}: a time: {each}" for each in site.driver.execute_script(TIMES)]
    site.driver.execute_script(axe)
    for width_px in WIDTHS_PX:
        look(site, width_px, "light")
        where = f"{name} at {width_px}"
        faults += [f"{where}: too wide: {each}" for each in site.driver.execute_script(TOO_WIDE)]
        faults += [f"{where}: out of view: {each}" for each in site.driver.execute_script(HIDDEN)]
        faults += [f"{where}: {each}" for each in find_violations(site.driver)]
        look(site, width_px, "dark")  # where only colours are others
        faults += [f"{where}, dark: {each}" for each in find_violations(site.driver, "color-contrast")]
    look(site, WIDTHS_PX[0], "light")
    return faults


def test_axe_finds_nothing_and_every_page_fits(screen: Site) -> None:
    axe, role, faults = read_axe(), "", []
    look(screen, WIDTHS_PX[0], "light")
    for address in addresses(screen.world):
        if address.role != role:
            role = address.role
            become(screen, role)
        screen.open(screen.web + address.path)
        faults += check(screen, axe, f"{address.path} for {role}")
    assert not faults, "\n".join(faults)


def test_axe_finds_nothing_on_answers(screen: Site) -> None:
    axe, faults = read_axe(), []
    look(screen, WIDTHS_PX[0], "light")
    screen.open(f"{screen.web}/login?domain=contoso.example")
    for css, text in (("#username", "ada"), ("#password", "wrong wrong wrong")):
        screen.find(css).send_keys(text)
    screen.find("button.primary").click()
    screen.wait_for_text("The user name or the password is wrong.")
    faults += check(screen, axe, "a refused sign-in")
    become(screen, "admin")
    for answer in ANSWERS:
        get_answer(screen, answer)
        faults += check(screen, axe, str(answer))
    assert not faults, "\n".join(faults)


def test_settings_come_before_buttons_on_a_phone(screen: Site) -> None:
    become(screen, "admin")
    look(screen, 375, "light")
    screen.open(f"{screen.web}/plugins/m365/contact_sync")
    tops = [screen.find(css).rect["y"] for css in ("form.card .field", "form.card button.primary", "form.action")]
    assert tops == sorted(tops)
