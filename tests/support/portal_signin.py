"""A sign-in with the scripted provider: its callback, and the checks after a refusal."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from pbx_devhost.portal.signin.flow_cookies import FLOW_COOKIE
from pbx_devhost.store.signin.flows import label_of
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


def flow_cookie_of(url: str) -> str:
    """The name of the cookie in which a browser keeps the sign-in that sent it to this address."""
    return FLOW_COOKIE + label_of(state_of(url))


def everything(world: World) -> list[Any]:
    """Every row of every table."""
    from sqlalchemy import select

    from pbx_devhost.store.sql.schema import metadata

    with world.pbx.stores.database.read() as connection:
        return [tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
