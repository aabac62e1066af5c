"""From an empty PBX to an approved first sync, by the page's own primary buttons: by mouse, and by keyboard alone.

The PBX is made as the README says. Only what the page shows and what an administrator does in Entra is used. The two
in English share one simulator, one PBX and one browser; a third is in Chinese, in the cloud of 21Vianet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.ui import WebDriverWait

from pbx_plugin_api import TextValue
from portsip_m365_plugin.simulator import Simulator
from portsip_m365_plugin.simulator.world.apps import AppRegistration
from tests.browser.conftest import EVERYWHERE, IN_ENGLISH, Place, browsing, free_port, need_browser
from tests.support.empty_pbx import PASSWORD, run, serving_empty_pbx
from tests.support.hands import Hands, Keyboard, Mouse
from tests.support.lab import CLOUD_NAMES
from tests.support.page_words import ENGLISH, in_page

ORDER = ["register", "ids", "key_pair", "upload", "permissions", "consent", "test", "scope", "preview", "approve"]
"""For `localhost` the addresses need no word of the administrator."""
TITLES = {
    "register": "Register an application in Entra",
    "ids": "Enter the two IDs and the region",
    "key_pair": "Generate a key pair",
    "upload": "Upload the public key",
    "permissions": "Add the permissions",
    "consent": "Give admin consent",
    "test": "Test the connection",
    "scope": "Choose who becomes a user",
    "preview": "Look at what the first sync would do",
    "approve": "Approve the first sync",
}


@dataclass
class Office:
    """What the tests of a place share."""

    place: Place
    sim: Simulator
    portal: str
    driver: webdriver.Chrome
    downloads: Path
    run: Callable[..., None]


@pytest.fixture(scope="module")
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    need_browser()
    place: Place = getattr(request, "param", None) or IN_ENGLISH
    folder = tmp_path_factory.mktemp("empty")
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(users=20, seed=1, clouds=(place.cloud,)))
        sim.write_clouds_file(folder / "clouds.json")
        environment = {"PORTSIP_M365_CLOUDS": f"{folder}/clouds.json", "REQUESTS_CA_BUNDLE": str(sim.ca_path)}
        portal = stack.enter_context(serving_empty_pbx(folder, free_port(), environment))
        driver = stack.enter_context(browsing(folder, place=place))
        downloads = {"behavior": "allow", "downloadPath": str(folder)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", downloads)

        def run_here(*commands: str) -> None:
            run(*commands, environment={**environment, "PBX_DEVHOST_DB": f"sqlite:///{folder}/pbx.db"})

        yield Office(place, sim, portal, driver, folder, run_here)


@dataclass
class Administrator:
    """Somebody who has never seen the page: reads it, and presses what is primary."""

    office: Office
    hands: Hands
    app: AppRegistration | None = None
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.driver = self.office.driver
        self.tenant = self.office.sim.tenant(self.office.place.cloud)

    # ------------------------------------------------------------------ reading

    def wait(self, css: str, seconds: float = 30) -> WebElement:
        found: WebElement = WebDriverWait(self.driver, seconds).until(
            expected.presence_of_element_located((By.CSS_SELECTOR, css))
        )
        return found

    def says(self, english: str, /, **values: TextValue) -> str:
        return in_page(self.office.place.language, english, **values)

    def next_step(self) -> str:
        return str(self.wait("li[aria-current=step]").get_attribute("id")).removeprefix("step-")

    def copied(self) -> list[str]:
        return [
            each.text
            for each in self.wait("li[aria-current=step]").find_elements(By.CSS_SELECTOR, ".value[data-copy-source]")
        ]

    def primary(self) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, ".button.primary")

    # ------------------------------------------------------------------ doing

    def press(self, button: WebElement) -> None:
        self.hands.press(button)
        WebDriverWait(self.driver, 30).until(expected.staleness_of(button))

    def press_primary(self) -> None:
        (button,) = self.primary()
        self.press(button)

    def sign_in(self, domain: str) -> None:
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.get(f"{self.office.portal}/login?domain={domain}")
        self.hands.enter(self.wait("#username"), "admin")
        self.hands.enter(self.wait("#password"), PASSWORD)
        self.press_primary()
        self.press_primary()  # the overview leads to the next step

    def set_up(self) -> list[str]:
        """Do the next step until there is none. Return the steps as they came."""
        while self.driver.find_elements(By.CSS_SELECTOR, "li[aria-current=step]"):
            step = self.next_step()
            assert step not in self.done, f"{step} does not end: {self.wait('li[aria-current=step]').text}"
            assert f"#step-{step}" in self.driver.current_url or step in ("upload", "scope"), "the page opens there"
            self.done.append(step)
            assert self.says(TITLES[step]) in self.wait("li[aria-current=step]").text
            getattr(self, f"do_{step}", self.press_primary)()
        return self.done

    def do_register(self) -> None:
        _name, *uris = self.copied()
        self.app = self.tenant.register_app(redirect_uris=uris, permissions=())
        self.press_primary()

    def do_ids(self) -> None:
        assert self.app is not None
        self.hands.enter(self.wait("#f-application_id"), self.app.client_id)
        self.hands.enter(self.wait("#f-directory_id"), self.tenant.domain)
        self.hands.choose(self.wait("#f-national_cloud"), CLOUD_NAMES[self.office.place.cloud])
        self.press_primary()

    def do_upload(self) -> None:
        """The answer to “Generate new key pair” offers the download first."""
        assert self.app is not None
        download, confirm = self.primary()
        assert download.text == self.says("Download {file}", file="public_key.pem")
        assert confirm.text == self.says("I have uploaded it")
        self.hands.press(download)
        file = self.office.downloads / "public_key.pem"
        # Chromium makes an empty file of this name first.
        WebDriverWait(self.driver, 30).until(lambda _: file.exists() and file.stat().st_size)
        pem = file.read_text()
        file.unlink()
        assert "PRIVATE" not in pem
        self.tenant.register_app(certificate_pem=pem, client_id=self.app.client_id)
        self.press(confirm)

    def do_consent(self) -> None:
        assert self.app is not None
        self.tenant.register_app(permissions=["User.Read.All"], client_id=self.app.client_id)
        self.press_primary()

    def do_permissions(self) -> None:
        assert "User.Read.All" in self.copied()
        self.press_primary()

    def do_preview(self) -> None:
        """The result leads to the approval: on the page of the run, or back to the step."""
        self.press_primary()
        self.wait_for_the_run()
        if self.driver.find_elements(By.CSS_SELECTOR, ".card.approve"):
            self.done.append("approve")
            self.do_approve()
        else:
            self.press_primary()

    def do_approve(self) -> None:
        self.press_primary()  # asks first
        self.press_primary()
        self.wait_for_the_run()
        self.driver.get(f"{self.office.portal}/plugins/m365")

    def wait_for_the_run(self) -> None:
        assert "/runs/" in self.driver.current_url
        self.wait(".tiles.small")


@pytest.mark.parametrize("office", EVERYWHERE, indirect=True)
def test_by_mouse(office: Office) -> None:
    if office.place.language != ENGLISH:
        office.run(f".venv/bin/pbx-devhost tenant set Contoso --language {office.place.language}")
    somebody = Administrator(office, Mouse())
    somebody.sign_in("contoso.example")
    assert somebody.set_up() == ORDER
    check_synced(somebody)


def test_by_keyboard_alone(office: Office) -> None:
    added = f"tenant add Fabrikam --sip-domain fabrikam.example --web-origin {office.portal}"
    command = ".venv/bin/pbx-devhost"
    office.run(f"{command} {added}", f"{command} admin set-password Fabrikam --password '{PASSWORD}'")
    somebody = Administrator(office, Keyboard(office.driver))
    somebody.sign_in("fabrikam.example")
    assert somebody.set_up() == ORDER
    check_synced(somebody)


def check_synced(somebody: Administrator) -> None:
    """The page opens on STATUS, every step is behind, and people of the directory are users."""
    driver = somebody.driver
    assert driver.current_url.endswith("/plugins/m365/status")
    assert somebody.wait(".headline .value").text == somebody.says("All is well.")
    driver.get(f"{somebody.office.portal}/plugins/m365/permissions")
    summary = somebody.wait("details.set-up > summary").text
    assert summary == somebody.says("Step by step: {settled} of {total} steps are done", settled=11, total=11)
    driver.get(f"{somebody.office.portal}/users")
    assert len(driver.find_elements(By.CSS_SELECTOR, "a.person")) > 5
