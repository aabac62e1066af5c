"""The portal on PostgreSQL: a short version of the same tests."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx_plugin_api import CreateUser
from tests.portal.test_portal_pages import PAGES
from tests.support.native_app import NativeApp
from tests.support.portal_plugin import Script, draft
from tests.support.portal_signin import answer_to
from tests.support.portal_world import WEB, World, make_world, sent_to
from tests.support.postgres import run_cluster

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with run_cluster() as cluster, cluster.database() as address:
        yield address


@pytest.fixture
def pg(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("PBX_DEVHOST_KEY", base64.b64encode(bytes(range(32))).decode())
    world = make_world(tmp_path, url=url)
    Script(may_create=True).install(world)
    world.apply(CreateUser(draft=draft(1)))
    try:
        yield world
    finally:
        world.close()


def test_walks(pg: World) -> None:
    admin = pg.browser()
    assert admin.log_in(password="wrong wrong").status_code == 401
    assert admin.log_in().status_code == 303
    for path in (*PAGES, "/users?q=person", "/contacts/company?q=x", "/mail?state=held", "/runs?page=2"):
        assert admin.get(path).status_code == 200, path
    for code in ("1", "5"):  # an existing user, and one that the first sign-in creates
        browser = pg.browser()
        assert browser.come_back(answer_to(browser.begin(), code=code)).status_code == 303
        assert browser.is_signed_in()
    app = NativeApp(WEB, redirect_uri="http://127.0.0.1:50123/x")
    browser = pg.browser()
    browser.get("/app/sign-in", query_string=app.request())
    sent = browser.come_back(answer_to(sent_to(browser.post("/sign-in/m365/ms365", app.request()))))
    form = app.exchange_form(app.code_from(sent.headers["Location"]))
    client = pg.app.test_client()
    assert client.post("/app/token", data=form, base_url=WEB).status_code == 200
    assert client.post("/app/token", data=form, base_url=WEB).status_code == 400
    for name in ("domain", "username", "password"):
        form = {"domain": "contoso.example", "username": "admin", "password": "x" * 12, name: "a\0b"}
        assert pg.browser().post("/login", form).status_code in (400, 403)
    assert pg.browser().get("/login?domain=a%00b").status_code == 400
    assert admin.get("/users/a%00b").status_code == 400
