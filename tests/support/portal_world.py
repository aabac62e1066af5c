"""A PBX with its portal, for tests: with the real plugin and the simulator, or with a scripted plugin."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from pbx_devhost.core import Pbx
from pbx_devhost.portal.app import create_app
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.contacts.synced import SyncedContacts
from pbx_devhost.store.plugins.plugin_data import PluginSettings
from pbx_plugin_api import Saved, Tenant, TickReason, UserChange, Viewer
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from tests.support.lab import Lab, shared_key_pair

WEB, SBC = "https://pbx.example.com:8887", "https://sbc.example.com:10443"
ADMIN_PASSWORD = "correct horse battery"
ADMIN = Viewer(username="admin")


@dataclass
class World:
    """One PBX, one tenant, its portal."""

    pbx: Pbx
    tenant: Tenant
    app: Flask
    lab: Lab | None = None

    @property
    def tenant_id(self) -> str:
        return self.tenant.pbx_tenant_id

    def browser(self, origin: str = WEB) -> Browser:
        return Browser(self.app.test_client(), origin)

    def system_browser(self) -> Browser:
        """A browser in which a system administrator has signed in."""
        self.pbx.stores.tenants.set_system_origin(WEB)
        self.pbx.stores.accounts.set_admin_password("system", "root", ADMIN_PASSWORD)
        browser = self.browser()
        browser.get("/system/login")
        assert browser.post("/system/login", {"username": "root", "password": ADMIN_PASSWORD}).status_code == 303
        return browser

    def audit(self, event: str = "sign_in") -> list[Any]:
        """The lines of an event, newest first."""
        return [line for line in self.pbx.stores.audit.lines(self.tenant_id) if line.event == event]

    def apply(self, *changes: UserChange) -> None:
        """Change linked users as a plugin does."""
        self.pbx.stores.linked_users(self.tenant_id).apply(changes)

    def synced_contacts(self) -> SyncedContacts:
        return SyncedContacts(self.pbx.stores.scope(self.tenant_id, "m365"))

    def save(self, **values: str) -> None:
        version = PluginSettings(self.pbx.stores.scope(self.tenant_id, "m365")).read().version
        answer = self.pbx.save("m365", self.tenant, ADMIN, values, version)
        assert isinstance(answer.value, Saved), answer

    def tick(self) -> None:
        result = Runner(self.pbx).run(self.tenant, "m365", TickReason.FORCED, confirm_first_plan=True)
        assert result.is_done, result

    def users(self) -> dict[str, Any]:
        return {row.username: row for row in self.pbx.stores.users.rows(self.tenant_id)}

    def synced(self, n: int = 0) -> Any:
        """One of the enabled users that a sync has created."""
        rows = [row for row in self.users().values() if row.subject and row.enabled]
        return rows[n]

    def upn(self, user: Any) -> str:
        assert self.lab is not None
        return str(self.lab.tenant().directory.people[user.subject].props["userPrincipalName"])

    def close(self) -> None:
        self.app.extensions["jobs"].close()
        self.pbx.close()


def make_world(folder: Path, *, web: str = WEB, sbc: str | None = SBC, url: str | None = None) -> World:
    """A PBX with one tenant, one administrator, and the installed plugins."""
    pbx = Pbx(url or f"sqlite:///{folder}/pbx.db")
    tenant = pbx.stores.tenants.add(
        "Contoso", sip_domain="contoso.example", time_zone="Europe/Berlin", country="DE", web_origin=web, sbc_origin=sbc
    )
    pbx.stores.accounts.set_admin_password(tenant.pbx_tenant_id, "admin", ADMIN_PASSWORD)
    app = create_app(pbx)
    app.jinja_env.bytecode_cache = compiled_templates()
    return World(pbx, tenant, app)


@cache
def compiled_templates() -> FileSystemBytecodeCache:
    """Compile templates once for the test process: this takes most of a test's time."""
    return FileSystemBytecodeCache(tempfile.mkdtemp(prefix="portal-templates-"))


def connect_m365(world: World, lab: Lab, **settings: str) -> World:
    """Connect the tenant to the simulator, enable sign-in, and sync."""
    origins = world.pbx.stores.tenants.origins(world.tenant).all()
    lab.register(redirect_uris=tuple(f"{origin}/ms365/callback" for origin in origins))
    with world.pbx.open("m365", world.tenant, hook="on_settings_page", run_id=None) as host:
        store_key_pair(host, ACTIVE_KEY, shared_key_pair())
    world.save(**lab.settings(), **{"sign_in_mode": "all", **settings})
    world.lab = lab
    world.tick()
    return world


@dataclass
class Browser:
    """A browser at the portal, with its cookies. `EntraVisitor` fetches pages of other sites."""

    client: FlaskClient
    origin: str = WEB
    token: str = field(default="", repr=False)
    """The form token of the last page."""

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self._look(self.client.get(path, base_url=self.origin, **kwargs))

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, *, csrf: bool = True, **kwargs: Any
    ) -> TestResponse:
        """Post a form, by default with the token of the last page."""
        form = dict(data or {})
        if csrf:
            form.setdefault("csrf", self.token)
        return self._look(self.client.post(path, data=form, base_url=self.origin, **kwargs))

    def agree(self, path: str, data: Mapping[str, Any] | None = None, *, typed: str = "") -> TestResponse:
        """Press a button that asks first, and answer yes to its question."""
        question = self.post(path, data)
        found = re.search(r'name="confirmed" value="([0-9a-f]+)"', question.text)
        assert found is not None, question.text
        return self.post(path, {**(data or {}), "confirmed": found[1], "typed": typed})

    def _look(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html":
            found = re.search(r'name="csrf" value="([^"]+)"', response.text)
            self.token = html.unescape(found[1]) if found else self.token
        return response

    def cookie(self, name: str) -> str | None:
        host = urlsplit(self.origin).hostname or ""
        found = self.client.get_cookie(name, domain=host)
        return found.value if found else None

    def put_cookie(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value, domain=urlsplit(self.origin).hostname or "", secure=True)

    def log_in(self, username: str = "admin", password: str = ADMIN_PASSWORD, **form: str) -> TestResponse:
        self.get("/login?domain=contoso.example")
        form = {"domain": "contoso.example", "username": username, "password": password, **form}
        response = self.post("/login", form)
        if response.status_code == 303:
            self.get("/")
        return response

    def begin(self, path: str = "/sign-in/m365/ms365", **form: str) -> str:
        """Press the Microsoft icon and return where the browser is sent."""
        self.get("/login?domain=contoso.example")
        return sent_to(self.post(path, {"domain": "contoso.example", **form}))

    def come_back(self, answer: Answer) -> TestResponse:
        """Follow the provider's answer to the callback."""
        parts = urlsplit(answer.target)
        if answer.is_form:
            headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
            return self.post(parts.path, answer.params, csrf=False, headers=headers)
        return self.get(parts.path, query_string=answer.params)

    def is_signed_in(self) -> bool:
        return self.client.get("/", base_url=self.origin).status_code == 200


def sent_to(response: TestResponse) -> str:
    """The address on the page that leads to the provider."""
    assert response.status_code in (200, 303), response.text
    found = re.search(r'id="go" href="([^"]+)"', response.text)
    assert found is not None, response.text
    return html.unescape(found[1])


def reference_of(response: TestResponse) -> str:
    """The reference on the page that refuses."""
    found = re.search(r'class="reference">([0-9A-Z]{8})<', response.text)
    assert found is not None, response.text
    return found[1]


@dataclass(frozen=True)
class Answer:
    """What the provider gives the browser for the callback."""

    target: str
    params: dict[str, str]
    is_form: bool


class EntraVisitor:
    """Signs in at the simulator's page, and returns its answer."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> EntraVisitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def sign_in(self, url: str, upn: str, **form: str) -> Answer:
        page = self._session.post(url, data={"loginfmt": upn, **form}, allow_redirects=False, timeout=20)
        if page.is_redirect:
            target, _, query = page.headers["Location"].partition("?")
            return Answer(target, {name: values[0] for name, values in parse_qs(query).items()}, False)
        assert page.ok, page.text
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None
        assert "hiddenform" in page.text, page.text
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return Answer(html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}, True)


def worlds_of(folder: Path, **kwargs: Any) -> Iterator[World]:
    """For fixtures: a world, closed at the end."""
    world = make_world(folder, **kwargs)
    try:
        yield world
    finally:
        world.close()
