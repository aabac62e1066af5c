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
from pbx_devhost.store import passwords
from portsip_m365_plugin.simulator import Simulator
from tests.support.lab import Lab, forget_microsoft
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
# Names of another site than the simulator's 127.0.0.1, so that its form really is posted across sites.
WEB_NAME, SBC_NAME = "pbx.portal.test", "sbc.gateway.test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A served portal and the browser that looks at it."""

    world: World
    web: str
    sbc: str
    driver: webdriver.Chrome

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
def connected_world(folder: Path, web: str, sbc: str | None) -> Iterator[World]:
    """A PBX connected to a simulator of 40 people, synced."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setitem(passwords._COST, "n", 16)
        forget_microsoft()
        sim = stack.enter_context(Simulator(users=40, seed=1, clouds=("GLOBAL",)))
        clouds = folder / "clouds.json"
        sim.write_clouds_file(clouds)
        patch.setenv("PORTSIP_M365_CLOUDS", str(clouds))
        patch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_path))
        world = make_world(folder, web=web, sbc=sbc)
        stack.callback(world.close)
        yield connect_m365(world, Lab(sim, clouds))
        forget_microsoft()


@contextmanager
def browsing(folder: Path, *more: str) -> Iterator[webdriver.Chrome]:
    """Chromium with a profile of its own."""
    need_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, *more, f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def tls_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal at two origins, each with TLS. The browser trusts this one server key and nothing else."""
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
        world = stack.enter_context(connected_world(folder, web, sbc))
        for port in ports:
            server = make_server(world.app, "127.0.0.1", port, tls_cert=str(chain), tls_key=str(key))
            stack.enter_context(serving(server))
        rules = f"--host-resolver-rules=MAP {WEB_NAME} 127.0.0.1, MAP {SBC_NAME} 127.0.0.1"
        driver = stack.enter_context(browsing(folder, rules, f"--ignore-certificate-errors-spki-list={pin}"))
        yield Site(world, web, sbc, driver)


@pytest.fixture
def site(tls_site: Site) -> Site:
    """The portal, with a browser that has forgotten everything."""
    tls_site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    tls_site.driver.get("about:blank")
    tls_site.driver.get_log("browser")
    return tls_site
