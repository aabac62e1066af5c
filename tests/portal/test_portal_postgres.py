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
from tests.support.portal_world import ADMIN_PASSWORD, WEB, World, make_world, reference_of, sent_to
from tests.support.postgres import Cluster, run_cluster

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with run_cluster() as cluster:
        yield cluster


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    with cluster.database() as address:
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
    for path in (*PAGES, "/users?q=person", "/contacts/company?q=x", "/mail?state=held", "/runs?page=1"):
        assert admin.get(path).status_code == 200, path
    assert admin.get("/runs?page=2").headers["Location"] == "/runs?page=1", "there is no second page"
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


def test_the_audit_log_and_the_system_are_searched(pg: World) -> None:
    """Texts of any length fit into the indexes, and a search is the same as on SQLite."""
    stores = pg.pbx.stores
    stores.tenants.set_system_origin(WEB)
    stores.accounts.set_admin_password("system", "root", ADMIN_PASSWORD)
    for n in range(3):
        stores.audit.record(pg.tenant_id, "grace", "user.edit", subject="😀" * 2_000, changes=[("a", None, f"{n}")])
    refused = pg.browser().get("/ms365/callback?state=nothing")
    admin = pg.browser()
    admin.log_in()
    assert admin.get(f"/audit?reference={reference_of(refused)}").text.count("Flow unknown") == 1
    assert admin.get("/audit?who=Grace&event=user.edit").text.count("<ins>") == 3
    assert "Nothing found" in admin.get("/audit?who=grace&day=2020-01-01").text
    root = pg.browser()
    root.get("/system/login")
    assert root.post("/system/login", {"username": "root", "password": ADMIN_PASSWORD}).status_code == 303
    assert "Contoso" in root.get("/system/tenants?q=CONTOSO").text
    root.get("/system/tenants")
    assert root.post(f"/system/tenants/{pg.tenant_id}/enter").status_code == 303
    assert "You are in the tenant" in root.get("/users").text
