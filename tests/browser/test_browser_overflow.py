"""Every text of every page fits where it stands, on a phone and on a desk, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest

from tests.browser.addresses import ANSWERS, Address, addresses, become, furnish, get_answer
from tests.browser.conftest import Site, free_port, need_browser
from tests.browser.furnished import NEW, furnished_site, need_approval
from tests.browser.overflow import PHONE_PX, WIDTHS_PX, find_overflow
from tests.browser.screens import LANGUAGES
from tests.support.page_words import ENGLISH

NEW_CUSTOMER = "the administrator of a tenant that is not set up"
FOR_NEW_CUSTOMERS = ("/plugins/m365/status", "/plugins/m365/permissions")


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The PBX of the pictures with a plan that waits."""
    need_browser()
    with furnished_site(tmp_path_factory.mktemp("phone"), free_port()) as site:
        furnish(site.world)
        need_approval(site.world)
        yield site


def every_page(site: Site) -> Iterator[Address]:
    yield from addresses(site.world)
    yield from (Address("", path, NEW_CUSTOMER) for path in FOR_NEW_CUSTOMERS)


def test_every_text_fits(screen: Site) -> None:
    faults = []
    for role, pages in groupby(every_page(screen), lambda each: each.role):
        if role == NEW_CUSTOMER:
            screen.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
            screen.log_in_as_admin(NEW)
        else:
            become(screen, role)
        paths = [each.path for each in pages]
        for language in LANGUAGES:
            screen.speak(language)
            for path in paths:
                screen.open(screen.web + path)
                assert screen.find("html").get_attribute("lang") == language, path
                for width_px in WIDTHS_PX:
                    where = f"{path} for {role} in {language} at {width_px}"
                    faults += [f"{where}: {each}" for each in find_overflow(screen, width_px)]
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_every_answer_fits(screen: Site) -> None:
    faults = []
    become(screen, "admin")
    for language in LANGUAGES:
        screen.speak(language)
        for answer in (each for each in ANSWERS if not each.only_once):
            get_answer(screen, answer)
            for width_px in WIDTHS_PX:
                where = f"{answer} in {language} at {width_px}"
                faults += [f"{where}: {each}" for each in find_overflow(screen, width_px)]
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("find('.button').textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(3)", "wider than its place"),
        ("find('.button').style = 'max-width: 3rem; height: 1rem; overflow: hidden'", "is cut at its end"),
        ("find('#username').placeholder = 'what is looked for here is '.repeat(5)", "wider than its field"),
        ("find('main').style.width = '500px'", "makes the page"),
    ],
)
def test_a_text_that_does_not_fit_is_found(screen: Site, change: str, says: str) -> None:
    screen.speak(ENGLISH)
    become(screen, "nobody")
    screen.open(f"{screen.web}/login?domain=contoso.example")
    assert find_overflow(screen, PHONE_PX) == []
    screen.driver.execute_script(f"const find = (css) => document.querySelector(css); {change}")
    assert says in " ".join(find_overflow(screen, PHONE_PX))
