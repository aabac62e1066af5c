"""A sign-in with the scripted provider: its callback, and the checks after a refusal."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.support.portal_plugin import Script
from tests.support.portal_world import WEB, Answer, Browser, World, reference_of

BACK = "/ms365/callback"


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def answer_to(url: str, code: str = "1", *, origin: str = WEB, is_form: bool = True, **more: str) -> Answer:
    return Answer(origin + BACK, {"state": state_of(url), "code": code, **more}, is_form)


def refused(world: World, browser: Browser, answer: Answer, reason: str, script: Script | None = None) -> None:
    response = browser.come_back(answer)
    assert response.status_code in (400, 403), response.text
    assert reference_of(response)
    assert not browser.is_signed_in()
    assert reason in world.audit()[0].detail
