"""A real browser at a real portal: Chromium, TLS, two origins, and the simulator's own sign-in page."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.ui import WebDriverWait

from pbx_devhost.portal.server import make_server
from pbx_devhost.portal.serving.listener import WebServer
from pbx_devhost.store.signin import passwords
from pbx_plugin_api import TextValue
from portsip_m365_plugin.simulator import Simulator
from tests.support.lab import Lab, forget_microsoft
from tests.support.page_words import ENGLISH, in_page
from tests.support.portal_world import ADMIN_PASSWORD, World, connect_m365, make_world

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,860",
)


@dataclass(frozen=True)
class Place:
    """Where a customer is: in which cloud of Microsoft's, and what is spoken there."""

    cloud: str = "GLOBAL"
    language: str = ENGLISH
    browser_asks_for: str = "en-US,en"

    def __str__(self) -> str:
        return f"{self.language}-{self.cloud}"


IN_ENGLISH, IN_CHINESE = Place(), Place("CHINA", "zh-Hans", "zh-CN,zh")
EVERYWHERE = [pytest.param(each, id=str(each or IN_ENGLISH)) for each in (None, IN_CHINESE)]
"""For a fixture of a site or an office. None: as for a test that names no place, so that both share one."""
# Names of another site than the simulator's 127.0.0.1, so that its form really is posted across sites.
WEB_NAME, SBC_NAME = "pbx.portal.test", "sbc.gateway.test"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
    # A file goes to the other place last, and so once: what its tests share is made once for each place.
    files = groupby(items, key=lambda item: item.path)
    items[:] = [item for _, group in files for item in sorted(group, key=_is_elsewhere)]


def _is_elsewhere(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and IN_CHINESE in call.params.values()


@dataclass
class Site:
    """A served portal and the browser that looks at it."""

    world: World
    web: str
    sbc: str
    driver: webdriver.Chrome
    place: Place = IN_ENGLISH

    def says(self, english: str, /, **values: TextValue) -> str:
        """Return what a page says here instead of this English."""
        return in_page(self.place.language, english, **values)

    def open(self, address: str) -> None:
        self.driver.get(address)

    def find(self, css: str) -> WebElement:
        found: WebElement = WebDriverWait(self.driver, 20).until(
            expected.presence_of_element_located((By.CSS_SELECTOR, css))
        )
        return found

    def speak(self, language: str) -> None:
        """Let the browser ask for pages in this language from now on."""
        agent = self.driver.execute_script("return navigator.userAgent")
        self.driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})

    def text(self) -> str:
        return str(self.driver.execute_script("return document.body ? document.body.innerText : ''"))

    def wait_for_path(self, path: str) -> None:
        WebDriverWait(self.driver, 20).until(lambda driver: driver.current_url.partition("?")[0].endswith(path))

    def wait_for_text(self, text: str) -> None:
        WebDriverWait(self.driver, 30).until(lambda _: text in self.text())

    def log_in_as_admin(self, domain: str = "contoso.example") -> None:
        self.open(f"{self.web}/login?domain={domain}")
        self.find("#username").send_keys("admin")
        self.find("#password").send_keys(ADMIN_PASSWORD)
        self.find("button.primary").click()
        self.wait_for_path("/")

    def complaints(self) -> list[str]:
        """What the browser's console says: violations of the policy show here."""
        return [entry["message"] for entry in self.driver.get_log("browser") if "favicon" not in entry["message"]]


def need_browser() -> None:
    if CHROMIUM and DRIVER:
        return
    if os.environ.get("PBX_REQUIRE_BROWSER"):
        pytest.fail("Chromium and its driver are demanded, and not installed")
    pytest.skip("needs Chromium and its driver")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(server: WebServer) -> Iterator[None]:
    server.listen()
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextmanager
def connected_world(folder: Path, web: str, sbc: str | None, place: Place = IN_ENGLISH) -> Iterator[World]:
    """A PBX connected to a simulator of 40 people, synced. Its language is the browser's, or the place's own."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setitem(passwords._COST, "n", 16)
        forget_microsoft()
        sim = stack.enter_context(Simulator(users=40, seed=1, clouds=(place.cloud,)))
        clouds = folder / "clouds.json"
        sim.write_clouds_file(clouds)
        patch.setenv("PORTSIP_M365_CLOUDS", str(clouds))
        patch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_path))
        world = make_world(folder, web=web, sbc=sbc)
        stack.callback(world.close)
        if place.language != ENGLISH:
            world.pbx.stores.languages.set_of_tenant(world.tenant, place.language)
        yield connect_m365(world, Lab(sim, clouds, home=place.cloud))
        forget_microsoft()


@contextmanager
def browsing(folder: Path, *more: str, place: Place = IN_ENGLISH) -> Iterator[webdriver.Chrome]:
    """Chromium with a profile of its own, in the language of a place."""
    need_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, *more, f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": place.browser_asks_for})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def tls_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal at two origins, each with TLS. The browser trusts this one server key and nothing else.

    A test may name another place: `@pytest.mark.parametrize("tls_site", EVERYWHERE, indirect=True)`.
    """
    place: Place = getattr(request, "param", None) or IN_ENGLISH
    need_browser()
    folder = tmp_path_factory.mktemp("tls")
    certificate = trustme.CA().issue_cert(WEB_NAME, SBC_NAME)
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(str(key))
    leaf = x509.load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes())
    spki = leaf.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    ports = free_port(), free_port()
    web, sbc = f"https://{WEB_NAME}:{ports[0]}", f"https://{SBC_NAME}:{ports[1]}"
    with ExitStack() as stack:
        world = stack.enter_context(connected_world(folder, web, sbc, place))
        for port in ports:
            server = make_server(world.app, "127.0.0.1", port, tls_cert=str(chain), tls_key=str(key))
            stack.enter_context(serving(server))
        rules = f"--host-resolver-rules=MAP {WEB_NAME} 127.0.0.1, MAP {SBC_NAME} 127.0.0.1"
        trust = f"--ignore-certificate-errors-spki-list={pin}"
        driver = stack.enter_context(browsing(folder, rules, trust, place=place))
        yield Site(world, web, sbc, driver, place)


@pytest.fixture
def site(tls_site: Site) -> Site:
    """The portal, with a browser that has forgotten everything."""
    tls_site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    tls_site.driver.get("about:blank")
    tls_site.driver.get_log("browser")
    return tls_site
