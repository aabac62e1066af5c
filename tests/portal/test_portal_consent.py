"""The real plugin at the portal: a colleague without a session consents, and what comes back proves redirect URIs."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
import requests

from tests.conftest import MakeLab
from tests.support.portal_world import SBC, WEB, Browser, EntraVisitor, World, connect_m365

TAB = "/plugins/m365/permissions"


@pytest.fixture
def m365(world: World, make_lab: MakeLab) -> World:
    """A tenant that is connected and synced."""
    return connect_m365(world, make_lab(users=10))


def tab_of(admin: Browser) -> str:
    text = re.sub(r"<[^>]+>", " ", admin.get(TAB).text)
    return html.unescape(re.sub(r"\s+", " ", text))


def as_admin(world: World) -> Browser:
    browser = world.browser()
    browser.log_in()
    browser.get(TAB)
    return browser


def consent_address(admin: Browser) -> str:
    admin.get(TAB)
    answer = admin.post(f"{TAB}/do/for_colleague")
    found = re.search(r"https://127\.0\.0\.1:\d+/[^\s\"<]+/adminconsent\?[^\s\"<]+", answer.text)
    assert found is not None, answer.text
    return html.unescape(found[0])


def consents(address: str, world: World, **form: str) -> str:
    """What Entra sends the colleague's browser to."""
    assert world.lab is not None
    with requests.Session() as colleague:
        colleague.trust_env = False
        answer = colleague.post(
            address, data=form, allow_redirects=False, timeout=10, verify=str(world.lab.sim.ca_path)
        )
    return answer.headers["Location"]


def lands(world: World, location: str) -> tuple[int, str]:
    """In a browser that has never been at the PBX."""
    parts = urlsplit(location)
    stranger = world.browser(f"{parts.scheme}://{parts.netloc}")
    answer = stranger.get(parts.path, query_string=parts.query)
    assert not stranger.is_signed_in()
    return answer.status_code, answer.text


def test_the_colleague_consents_and_the_page_changes(m365: World) -> None:
    assert m365.lab is not None
    m365.lab.register(consent_given=False)
    admin = as_admin(m365)
    assert "lacks the permission" in admin.post(f"{TAB}/do/test_connection").text
    assert "Admin consent Microsoft reported" not in tab_of(admin)
    assert "Proven on" not in tab_of(admin)
    location = consents(consent_address(admin), m365, accept="1")
    assert location.startswith(f"{WEB}/ms365/callback?")
    status, text = lands(m365, location)
    assert status == 200
    assert "Microsoft reports that consent was given" in text
    assert "that it was given." in tab_of(admin)
    assert "Proven on" in tab_of(admin)
    assert "It works: read the first people" in admin.post(f"{TAB}/do/test_connection").text


def test_the_colleague_declines(m365: World) -> None:
    admin = as_admin(m365)
    status, text = lands(m365, consents(consent_address(admin), m365, cancel="1"))
    assert status == 403
    assert "consent was not given" in text
    assert "that it was not given." in tab_of(admin)


def test_attack_answer_that_the_colleague_made_up(m365: World) -> None:
    """It says that somebody came back. What the permissions are, only calls show: the table does not change."""
    admin = as_admin(m365)
    address = consent_address(admin)
    before = re.findall(r"Works\. Proven[^<]*", admin.get(TAB).text)
    state = re.search(r"state=([^&]+)", address)
    assert state is not None
    answer = m365.browser().get("/ms365/callback", query_string={"admin_consent": "True", "state": state[1]})
    assert answer.status_code == 200
    assert re.findall(r"Works\. Proven[^<]*", admin.get(TAB).text) == before


@pytest.mark.parametrize(("origin", "mode"), [(WEB, "query"), (SBC, "form_post")])
def test_a_sign_in_proves_the_redirect_uri_of_its_address(m365: World, origin: str, mode: str) -> None:
    m365.save(sign_in_response_mode=mode)
    admin = as_admin(m365)
    assert "Proven on" not in tab_of(admin)
    browser = m365.browser(origin)
    with EntraVisitor() as entra:
        answer = browser.come_back(entra.sign_in(browser.begin(), m365.upn(m365.synced())))
    assert answer.status_code == 303
    proven = re.search(r"(https://\S+)/ms365/callback[^.]*Proven on", tab_of(admin))
    assert proven is not None
    assert tab_of(admin).count("Proven on") == 1
    assert proven[1].endswith(origin)


def test_a_sign_in_that_is_refused_proves_nothing(m365: World) -> None:
    assert m365.lab is not None
    m365.lab.tenant().blocked_by_policy = True
    browser, admin = m365.browser(), as_admin(m365)
    with EntraVisitor() as entra:
        answer = browser.come_back(entra.sign_in(browser.begin(), m365.upn(m365.synced())))
    assert answer.status_code == 403
    assert "Proven on" not in tab_of(admin)
