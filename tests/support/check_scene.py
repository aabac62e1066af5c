"""A PBX that is connected and has every feature on, to be misconfigured in one way; and how it is looked at."""

from __future__ import annotations

import json
import socketserver
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import update

from pbx_devhost.cli.main import main as devhost_main
from pbx_devhost.store.sql.schema import tenants
from pbx_plugin_api import ActionRequest, Done, Host, LoginRedirect, LoginRequest, Refused
from portsip_m365_plugin import cli, terminal
from portsip_m365_plugin.entra.keypair import KeyPair, make_key_pair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.permissions import PERMISSIONS
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.apps import AppRegistration
from tests.support.lab import Lab, forget_microsoft, shared_key_pair
from tests.support.mail_lab import shared_mailbox
from tests.support.portal_world import ADMIN, SBC, WEB, Browser, EntraVisitor, World, make_world

ALL = tuple(item.name for item in PERMISSIONS)
GROUP = "Sales of the checks"
EVERYTHING_ON = {"contact_personal": "true", "sign_in_mode": "all", "contact_shared": "found"}


@cache
def expired_key_pair() -> KeyPair:
    return make_key_pair(datetime.now(timezone.utc) - timedelta(days=400))


class InProcessDevHost:
    """`demo.devhost.DevHost`, without a process for each command."""

    def __init__(self, database: str, *, speaks: bool = False) -> None:
        self._database, self._speaks = database, speaks

    def run(self, *arguments: str) -> Any:
        answer, failure = self.try_run(*arguments)
        if failure is not None:
            raise cli.ChildError(failure)
        return answer

    def try_run(self, *arguments: str, in_english: bool = False) -> tuple[Any, str | None]:
        del in_english  # the language of this process is that of the test
        spoken = ["--spoken"] if self._speaks and terminal.IS_TRANSLATED else []
        ran = CliRunner().invoke(devhost_main, ["--db", self._database, "--json", *spoken, *arguments])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        printed = json.loads(ran.stdout) if ran.stdout.strip() else None
        return printed, ran.stderr.strip() or None if ran.exit_code else None


@dataclass
class Doctor:
    """What `portsip-m365 doctor --json` said."""

    code: int
    line: str
    """The line on stderr."""
    shape: Any

    def check(self, name: str) -> Any:
        return next(check for check in self.shape["checks"] if check["name"] == name)


@dataclass
class Scene:
    """One tenant, one app registration of its own, one shared simulator."""

    lab: Lab
    world: World
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    """What the table fills into its sentences."""
    endings: list[Callable[[], object]] = field(default_factory=list)
    """What puts the shared simulator right again."""

    def __post_init__(self) -> None:
        self.lab.apps.clear()
        origins = self.world.pbx.stores.tenants.origins(self.world.tenant).all()
        uris = tuple(f"{origin}/ms365/callback" for origin in origins)
        self.app: AppRegistration = self.lab.register(permissions=ALL, redirect_uris=uris)
        self.mailbox = shared_mailbox(self.lab)
        with self.host() as host:
            store_key_pair(host, ACTIVE_KEY, shared_key_pair())
        self.world.lab = self.lab
        self.world.save(**self.lab.settings(), **EVERYTHING_ON, mail_mailbox=self.mailbox, mail_recipients=self.mailbox)
        self.monkeypatch.setattr(cli, "DevHost", InProcessDevHost)

    @contextmanager
    def host(self) -> Iterator[Host]:
        with self.world.pbx.open("m365", self.world.tenant, hook="on_settings_page", run_id=None) as host:
            yield host

    # -- to break it ------------------------------------------------------------------------------------------------

    def save(self, **values: str) -> None:
        self.world.save(**values)

    def sign_with(self, pair: KeyPair) -> None:
        with self.host() as host:
            store_key_pair(host, ACTIVE_KEY, pair)
        forget_microsoft()

    def revoke(self, *permissions: str) -> None:
        self.app.permissions -= set(permissions)
        forget_microsoft()

    def add_fault(self, kind: str, match: str, **more: Any) -> None:
        self.lab.realm().faults.add(Fault(kind, match=match, times=None, **more))

    def sync_groups(self) -> None:
        """Limit the sync to one group with one member, who has a mailbox."""
        admin = self.lab.admin()
        group = admin.create_group(f"{GROUP} {uuid.uuid4()}")
        person = next(p for p in self.lab.tenant().directory.order if p.kind == "ordinary" and p.mailbox == "user")
        admin.set_member(group.id, person.id)
        self.save(sync_groups_mode="only", sync_groups=str(group.props["displayName"]))

    def send_test_mail(self) -> Done | Refused:
        return self.press("send_test_mail", to="ada@customer.example")

    def test_sign_in(self) -> str:
        """Press Test sign-in, sign in at Microsoft as a browser would, and return the text of the page at the end."""
        page: Any = None
        for origin in (WEB, SBC):
            request = LoginRequest(origin=origin, is_test=True)
            begun = self.world.pbx.plugins.begin_login("m365", self.world.tenant, "ms365", request).value
            assert isinstance(begun, LoginRedirect), begun
            person = next(p for p in self.lab.tenant().directory.order if p.kind == "ordinary")
            with EntraVisitor() as visitor:
                answer = visitor.sign_in(begun.url, str(person.props["userPrincipalName"]))
            done = self.world.pbx.plugins.complete_login("m365", self.world.tenant, begun.flow, answer.params)
            page = done.value
        return str(getattr(page, "sentence", ""))

    def change_tenant(self, **values: object) -> None:
        """Change the tenant's row as the PBX's operator does."""
        stores = self.world.pbx.stores
        with stores.database.write() as connection:
            connection.execute(update(tenants).where(tenants.c.id == self.world.tenant_id).values(**values))
        self.world.tenant = stores.tenants.find(self.world.tenant_id)

    def test_sign_in_page(self) -> str:
        """Press Test sign-in and return what Microsoft shows instead of sending the browser back."""
        request = LoginRequest(origin=WEB, is_test=True)
        begun = self.world.pbx.plugins.begin_login("m365", self.world.tenant, "ms365", request).value
        assert isinstance(begun, LoginRedirect), begun
        answer = requests.get(begun.url, allow_redirects=False, timeout=20)
        assert not answer.is_redirect
        return answer.text

    # -- to look at it ----------------------------------------------------------------------------------------------

    def press(self, action: str, **values: str) -> Any:
        request = ActionRequest(action=action, values=values, viewer=ADMIN.username)
        answer = self.world.pbx.press("m365", self.world.tenant, ADMIN, request)
        assert answer.ok, answer.sentence
        return answer.value

    def version(self) -> int:
        """Version of the stored settings."""
        with self.host() as host:
            return host.settings.read().version

    def devhost(self) -> InProcessDevHost:
        """`pbx-devhost` on this PBX."""
        return InProcessDevHost(self.world.pbx.stores.database.url)

    def doctor(self) -> Doctor:
        """Run `portsip-m365 doctor --json`, in this process."""
        arguments = ["doctor", self.world.tenant.name, "--json", "--db", self.world.pbx.stores.database.url]
        ran = CliRunner().invoke(cli.main, arguments)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Doctor(ran.exit_code, ran.stderr, json.loads(ran.stdout))

    def doctor_text(self) -> Result:
        """Run `portsip-m365 doctor` as a person reads it."""
        return CliRunner().invoke(cli.main, ["doctor", "Contoso", "--db", self.world.pbx.stores.database.url])

    def portal(self) -> Browser:
        browser = self.world.browser()
        browser.log_in()
        return browser


def open_scene(
    lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch, *, web: str = WEB, sbc: str | None = SBC
) -> Iterator[Scene]:
    """For a fixture: a scene, and a simulator that is as before when it ends."""
    forget_microsoft()
    realm, tenant = lab.realm(), lab.tenant()
    world = make_world(folder, web=web, sbc=sbc)
    scene = Scene(lab, world, monkeypatch, folder)
    try:
        yield scene
    finally:
        for end in scene.endings:
            end()
        world.close()
        realm.faults.clear()
        realm.clock.shift(time.time() - realm.clock.time_s())
        tenant.has_exchange = True
        forget_microsoft()


class _WantsPassword(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")


@contextmanager
def proxy_that_wants_a_password() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _WantsPassword) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
