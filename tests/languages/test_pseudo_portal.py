"""Every page of the portal speaks by the catalogue alone: in a language of no people it shows no plain English.

What the scripted plugin says is data here; the real plugin's page has a test of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx_devhost import core
from pbx_devhost.portal import event_words
from pbx_devhost.store.signin import passwords
from pbx_plugin_api import (
    CompanyBook,
    Confirmation,
    FieldError,
    LoginRefused,
    ProvisionRefused,
    RateLimit,
    Refused,
)
from portsip_m365_plugin.permissions import PERMISSIONS
from tests.conftest import MakeLab
from tests.support.portal_plugin import Script
from tests.support.portal_world import ADMIN, ADMIN_PASSWORD, WEB, World, connect_m365, worlds_of
from tests.support.pseudo_pages import mark, speak_pseudo
from tests.support.pseudo_reader import FIXED
from tests.support.pseudo_scene import Reader, check, fill, install

HOST = Path(__file__).parents[2] / "hooks" / "pbx_devhost"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(passwords._COST, "n", 16)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    speak_pseudo(monkeypatch)
    yield from worlds_of(tmp_path)


@pytest.fixture
def script(world: World) -> Script:
    return install(world)


def administrator(world: World) -> Reader:
    reader = Reader(world, world.browser())
    reader.browser.log_in()
    return reader


def system_administrator(world: World) -> Reader:
    world.pbx.stores.tenants.set_system_origin(WEB)
    world.pbx.stores.accounts.set_admin_password("system", "root", ADMIN_PASSWORD)
    reader = Reader(world, world.browser())
    reader.get("/system/login")
    assert reader.post("/system/login", {"username": "root", "password": ADMIN_PASSWORD}).status_code == 303
    return reader


def plain_paths(world: World) -> set[str]:
    rules = (rule for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return {str(rule) for rule in rules if "<" not in str(rule)}


def test_pages_of_an_administrator(world: World, script: Script) -> None:
    runs, reader = fill(world), administrator(world)
    reader.post("/tenant/language", {"language": "de"})
    people = [f"/users/{row.id}" for row in world.users().values()]
    main = "/plugins/m365/main"
    more = {main, "/plugins/m365/other", f"{main}/find/note", f"{main}/find/note?q=p", "/nowhere", "/users?q=nobody"}
    more |= {"/contacts/company?q=nobody", "/audit?who=nobody", "/audit?day=x", "/mail?state=held", "/runs?page=9"}
    for path in sorted({*plain_paths(world), *more, *runs, *people, f"{people[0]}/erase"}):
        reader.get(path)
    script.charts, script.steps, script.host_parts = (), (), ()
    reader.get(main)
    script.raises = "on_settings_page"
    reader.get(main)
    check(reader)


def test_empty_pages_of_an_administrator(world: World) -> None:
    Script().install(world)
    reader = administrator(world)
    for path in sorted(plain_paths(world)):
        reader.get(path)
    check(reader)


def test_what_an_administrator_does(world: World, script: Script) -> None:
    reader, main = administrator(world), "/plugins/m365/main"
    fill(world)
    people = [f"/users/{row.id}" for row in world.users().values()]
    reader.post("/contacts/company", {"name": ""})
    reader.post("/contacts/company", {"name": "Ann", "business": "1"})
    reader.get("/contacts/company")
    contact = next(iter(world.pbx.stores.contacts.rows(world.tenant_id, CompanyBook())))
    reader.post(f"/contacts/company/{contact['id']}/delete")
    reader.post("/plugins/m365/switch", {"on": "0"})
    reader.browser.agree("/plugins/m365/switch", {"on": "0"})
    reader.get("/plugins")
    reader.get(main)
    reader.post("/plugins/m365/switch", {"on": "1"})
    script.asks = lambda _request: Confirmation(sentence="Really.", details=("Do this.",), typed="Ann")
    asked = reader.post(f"{main}/do/wipe")
    assert mark("Type <b>{word}</b> to go on").split("{")[0] in asked.text
    reader.post(
        f"{main}/do/wipe", {"confirmed": asked.text.partition('name="confirmed" value="')[2][:64], "typed": "x"}
    )
    reader.post(f"{main}/do/wipe", {"confirmed": "0" * 64})
    script.asks = lambda _request: None
    for action in ("ping", "wipe", "add", "agree", "gone", "long"):
        reader.post(f"{main}/do/{action}", {"p-who": "1", "p-sum": "abc", "p-of": "people"})
    form = {"version": "3", "f-name": "New", "was-name": "0"}
    reader.post(main, form | {"version": "2"})
    script.errors = (
        FieldError(field="name", message="Too short."),
        FieldError(field="elsewhere", message="Too short."),
    )
    reader.post(main, form)
    reader.post(f"{main}/find/note", {"line": "x.example"})
    script.errors = ()
    reader.post(f"{main}/find/note", {"line": "x.example"})
    reader.post(f"{main}/find/note", {})
    for typed in ("", "7"):
        reader.post("/users", {"typed": typed})
    script.provisioned = ProvisionRefused(reason="not_reachable", sentence="Do this.")
    reader.post("/users", {"typed": "8"})
    reader.post(f"{people[0]}/sync")
    script.provisioned = None
    reader.post(f"{people[0]}/sync")
    reader.post(f"{people[0]}/erase")
    for path in (
        "/mail/n1/again",
        "/mail/n1/drop",
        "/mail/n0/drop",
        "/mail/probe",
        "/mail/probe",
        "/notices/1/dismiss",
    ):
        reader.post(path)
    reader.post("/account/notices", {"email": "Ann"})
    reader.post("/account/notices", {"email": "ann@x.example"})
    reader.post("/account/language", {"language": "de"})
    reader.post("/runs", {"plugin": "m365"})
    reader.post("/account/link", {"plugin": "m365", "provider": "ms365", "password": "x"})
    reader.get("/audit")
    check(reader)


def test_answers_for_scripts_are_in_the_readers_language(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "_LOOK_UPS", (RateLimit(amount=1, window_s=60),))
    reader, runs = administrator(world), fill(world)
    shown = reader.get(f"{runs[-2]}/progress").get_json()
    assert shown["label"] == mark("Reading photos")
    script.found = Refused(message="Do this.")
    reader.get("/plugins/m365/main/look-up/note?q=p")
    asked = reader.get("/plugins/m365/main/look-up/note?q=p")
    assert asked.get_json()["error"] == mark("Too many searches within a minute.")


def test_pages_of_a_system_administrator(world: World, script: Script) -> None:
    fill(world)
    reader = system_administrator(world)
    for path in sorted(plain_paths(world) | {"/system/tenants?q=nobody"}):
        reader.get(path)
    reader.get("/system/tenants/new")
    wrong = {"name": "", "time_zone": "x", "country": "x", "web_origin": "x", "sbc_origin": "x", "user_limit": "x"}
    reader.post("/system/tenants/new", wrong | {"rest_days": "", "username": "a:b", "password": "x", "language": "x"})
    right = {"name": "Fabrikam", "time_zone": "UTC", "country": "DE", "web_origin": WEB, "rest_days": "3"}
    right |= {"username": "admin", "password": ADMIN_PASSWORD, "password_again": ADMIN_PASSWORD}
    reader.post("/system/tenants/new", right | {"password_again": "x"})
    reader.post("/system/tenants/new", right)
    reader.post("/system/tenants/new", right)
    reader.get("/plugins")
    reader.post("/plugins/m365/switch", {"on": "0"})
    reader.browser.agree("/plugins/m365/switch", {"on": "0"})
    reader.post("/plugins/m365/switch", {"on": "1"})
    reader.post(f"/system/tenants/{world.tenant_id}/enter")
    reader.get("/")
    reader.get("/plugins/m365/main")
    reader.post("/plugins/m365/main/do/try")
    check(reader)


def test_pages_of_a_user(world: World, script: Script) -> None:
    del script
    name = sorted(world.users())[0]
    world.pbx.stores.accounts.set_user_password(world.tenant_id, name, ADMIN_PASSWORD)
    reader = Reader(world, world.browser())
    reader.browser.log_in(name)
    for path in sorted(plain_paths(world)):
        reader.get(path)
    reader.post("/logout")
    check(reader)


def test_pages_before_sign_in(world: World, script: Script) -> None:
    reader, login = Reader(world, world.browser()), "/login?domain=contoso.example"
    for path in (
        login,
        f"{login}&other_account=1",
        "/login?domain=x.example",
        "/login?choose=1",
        "/nowhere",
        "/app/sign-in",
    ):
        reader.get(path)
    app = "redirect_uri=http://127.0.0.1:5000/&code_challenge_method=S256&app_state=12345678&code_challenge=" + "a" * 43
    reader.get(f"/app/sign-in?domain=contoso.example&{app}")
    reader.get(f"/app/sign-in?domain=contoso.example&other_account=1&{app}")
    form = {"domain": "contoso.example", "username": "ann", "password": "x"}
    reader.get(login)
    for __ in range(2):
        reader.post("/login", form)
    reader.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    reader.post("/sign-in/m365/ms365", {"domain": "x.example"})
    for query in ("", "?admin_consent=True", "?state=x&code=1", "?code=1&code=2", "?error=x"):
        reader.get(f"/ms365/callback{query}")
    script.begin = lambda _request: LoginRefused(sentence="Do this.", reason="no")
    reader.get(login)
    reader.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    script.raises = "on_login_providers"
    reader.get(login)
    reader.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    reader.browser.origin = "https://nobody.example"
    reader.get("/")
    check(reader)


def test_pages_with_the_real_plugin(world: World, make_lab: MakeLab) -> None:
    """The same with what a sync left behind. The plugin's own page has a longer test in test_pseudo_page."""
    lab = make_lab(users=12)
    connect_m365(world, lab)
    lab.admin().disable_user(world.synced().subject)
    world.tick()
    reader, tenant_id = administrator(world), world.tenant_id
    runs = [f"/runs/{row.id}" for row in world.pbx.stores.runs.rows(tenant_id)]
    page = world.pbx.page(world.tenant, ADMIN, plugin="m365").value
    assert page is not None
    tabs = [f"/plugins/m365/{tab.name}" for tab in page.tabs]
    typed = (line for tab in page.tabs for field in tab.fields for line in field.value.splitlines())
    reader.data |= {*typed, *FIXED, *(each.name for each in PERMISSIONS), *lab.settings().values()}
    reader.data |= {"LAB", "MailboxSettings.Read", "portsip-m365-plugin", "The portsip-m365-plugin maintainers"}
    for path in sorted({*plain_paths(world), *runs, *(f"{run}/plan" for run in runs), *tabs}):
        reader.get(path)
    for action, tab in (("test_connection", "permissions"), ("explain", "user_sync"), ("preview", "user_sync")):
        reader.post(f"/plugins/m365/{tab}/do/{action}", {"p-who": "x"})
    reader.get("/audit")
    check(reader)


def test_every_event_of_the_host_has_words() -> None:
    events = set()
    for path in HOST.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_record = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"
            )
            if is_record and len(node.args) > 2 and isinstance(node.args[2], ast.Constant):
                events.add(node.args[2].value)
    assert len(events) > 20
    assert not events - set(event_words._EVENTS)
