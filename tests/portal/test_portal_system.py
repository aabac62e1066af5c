"""System administrators: the PBX's own address, its tenants, and the way into a tenant. Attacks on that way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from pbx_devhost.store.signin.sessions import SESSION_S
from pbx_devhost.store.tenants import SYSTEM_TENANT
from tests.support.portal_plugin import Script
from tests.support.portal_world import ADMIN_PASSWORD, WEB, Browser, World, worlds_of

SYSTEM = "https://pbx.operator.example"
ROOT_PASSWORD = "root battery staple"  # a test's
SYSTEM_PAGES = ("/system/tenants", "/system/tenants/new")


@pytest.fixture
def system(world: World, script: Script) -> World:
    """A PBX with a second tenant and a system administrator, `root`."""
    stores = world.pbx.stores
    stores.tenants.set_system_origin(SYSTEM)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", ROOT_PASSWORD)
    other = stores.tenants.add("Fabrikam", sip_domain="fabrikam.example", web_origin="https://fabrikam.example")
    stores.accounts.set_admin_password(other.pbx_tenant_id, "admin", "another battery staple")
    return world


def log_in(world: World, password: str = ROOT_PASSWORD, username: str = "root") -> tuple[Browser, TestResponse]:
    browser = world.browser(SYSTEM)
    browser.get("/system/login")
    response = browser.post("/system/login", {"username": username, "password": password})
    if response.status_code == 303:
        browser.get("/")
    return browser, response


def id_of(world: World, name: str) -> str:
    return world.pbx.stores.tenants.find(name).pbx_tenant_id


def enter(world: World, browser: Browser, name: str) -> TestResponse:
    browser.get("/system/tenants")
    return browser.post(f"/system/tenants/{id_of(world, name)}/enter")


def events(world: World, tenant_id: str) -> list[tuple[str, str, str]]:
    return [(line.actor, line.event, line.subject) for line in world.pbx.stores.audit.lines(tenant_id)]


# ---------------------------------------------------------------------- what it is for


def test_a_system_administrator_enters_a_tenant_and_leaves_it(system: World) -> None:
    browser, signed_in = log_in(system)
    assert signed_in.headers["Location"] == "/"
    assert "This PBX" in browser.get("/").text
    tenants = browser.get("/system/tenants").text
    assert "Contoso" in tenants
    assert "Fabrikam" in tenants
    assert enter(system, browser, "Contoso").headers["Location"] == "/"
    for path in ("/", "/users", "/plugins", "/plugins/m365/main", "/runs", "/mail", "/notices", "/audit", "/account"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "You are in the tenant <b><bdi>Contoso</bdi></b>" in page.text, path
        assert "as the system administrator <b>root</b>" in page.text, path
    browser.get("/plugins/m365/main")
    assert browser.post("/plugins/m365/main", {"version": "3", "f-name": "By root"}).status_code == 303
    assert browser.post("/system/leave").headers["Location"] == "/system/tenants"
    assert browser.get("/users").status_code == 404
    assert events(system, system.tenant_id)[:3] == [
        ("system:root", "system.leave", "Contoso"),
        ("system:root", "settings.save", "m365"),
        ("system:root", "system.enter", "Contoso"),
    ]
    assert [event for _, event, _ in events(system, SYSTEM_TENANT.pbx_tenant_id)] == [
        "system.leave",
        "system.enter",
        "sign_in",
    ]


def test_the_pbx_itself_has_plugins_mail_and_an_audit_log(system: World) -> None:
    browser, _ = log_in(system)
    for path in ("/plugins", "/plugins/m365/main", "/mail", "/notices", "/audit", "/runs", "/account"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "You are in the tenant" not in page.text
    for path in ("/users", "/contacts/company", "/contacts/mine", "/users/x"):
        assert browser.get(path).status_code == 404, path
    assert browser.post("/runs", {"plugin": "m365"}).status_code == 404
    assert "Sign in without a password" not in browser.get("/account").text


def test_five_thousand_tenants_are_paged_and_searched(system: World) -> None:
    from sqlalchemy import insert

    from pbx_devhost.store.sql.schema import tenants

    rows = [
        {"id": f"t{n}", "name": f"Customer {n:04}", "sip_domain": f"c{n}.example", "time_zone": "UTC", "country": "US",
         "web_origin": "https://shared.example", "rest_days": 30, "created_at": 0.0}
        for n in range(5_000)
    ]  # fmt: skip
    with system.pbx.stores.database.write() as connection:
        connection.execute(insert(tenants), rows)
    browser, _ = log_in(system)
    first = browser.get("/system/tenants").text
    assert "5,002 in all" in first
    assert "Customer 0048" in first
    assert "Customer 0049" not in first
    assert "Customer 0049" in browser.get("/system/tenants?page=2").text
    found = browser.get("/system/tenants?q=customer+421").text
    assert "10 found" in found
    assert "Customer 4213" in found
    assert "Contoso" not in found
    assert "Nothing found" in browser.get("/system/tenants?q=100%25").text
    assert "c4999.example" in browser.get("/system/tenants?q=C4999.EXAMPLE").text


def test_a_tenant_is_added_with_its_first_administrator(system: World) -> None:
    browser, _ = log_in(system)
    browser.get("/system/tenants/new")
    form = {"name": "Tailspin", "sip_domain": "", "time_zone": "Europe/Berlin", "country": "DE",
            "web_origin": "https://tailspin.example", "sbc_origin": "", "user_limit": "25", "rest_days": "30",
            "username": "boss", "password": "tailspin battery", "password_again": "tailspin battery"}  # fmt: skip
    added = browser.post("/system/tenants/new", form)
    assert added.status_code == 303
    assert "signs in at https://tailspin.example/login?domain=tailspin.pbx.local" in browser.get(
        added.headers["Location"]
    ).text.replace("&#39;", "'")
    boss = system.browser("https://tailspin.example")
    boss.get("/login")
    assert boss.post("/login", {"domain": "tailspin.pbx.local", "username": "boss", "password": "tailspin battery"})
    assert boss.is_signed_in()
    tenant = system.pbx.stores.tenants.find("Tailspin")
    assert (tenant.user_limit, tenant.time_zone) == (25, "Europe/Berlin")


def test_all_errors_of_a_new_tenant_at_once_and_nothing_is_added(system: World) -> None:
    browser, _ = log_in(system)
    browser.get("/system/tenants/new")
    form = {"name": "", "sip_domain": "x" * 300, "time_zone": "Mars/Olympus", "country": "de",
            "web_origin": "http://pbx.example", "sbc_origin": "nonsense", "user_limit": "-1", "rest_days": "x",
            "username": "a:b", "password": "short", "password_again": "other"}  # fmt: skip
    page = browser.post("/system/tenants/new", form)
    assert page.status_code == 422
    assert "10 fields have an error" in page.text
    assert page.text.count('class="error"') == 10
    assert 'value="Mars/Olympus"' in page.text
    assert "short" not in page.text
    good = form | {"name": "contoso", "sip_domain": "", "time_zone": "UTC", "country": "DE", "web_origin": WEB,
                   "sbc_origin": "", "user_limit": "", "rest_days": "30", "username": "a",
                   "password": "long enough", "password_again": "long enougH"}  # fmt: skip
    assert "The two passwords differ." in browser.post("/system/tenants/new", good).text
    taken = browser.post("/system/tenants/new", good | {"password_again": "long enough"})
    assert "is taken by another tenant (Contoso" in taken.text
    for name in ("system", "System"):
        reserved = browser.post("/system/tenants/new", good | {"password_again": "long enough", "name": name})
        assert "is the PBX itself" in reserved.text
    new = good | {"password_again": "long enough", "name": "Tailspin", "web_origin": "https://tailspin.example"}
    for field in ("user_limit", "rest_days"):
        refused = browser.post("/system/tenants/new", new | {field: "0000000" + "9" * 30})
        assert "a whole number" in refused.text
    assert system.pbx.stores.tenants.count() == 2


def test_who_is_not_signed_in_is_asked_at_the_right_place(system: World) -> None:
    browser = system.browser(SYSTEM)
    assert browser.get("/").headers["Location"].startswith("/login")
    assert browser.get("/login").headers["Location"] == "/system/login"
    assert browser.get("/system/tenants").headers["Location"] == "/system/login"
    signed_in, _ = log_in(system)
    assert signed_in.get("/system/login").headers["Location"] == "/"
    signed_in.get("/")
    assert 'href="/system/login"' in signed_in.post("/logout").text
    assert signed_in.get("/system/tenants").headers["Location"] == "/system/login"


def test_at_an_address_that_a_tenant_shares_both_sign_in(system: World) -> None:
    system.pbx.stores.tenants.set_system_origin(WEB)
    browser = system.browser()
    assert 'href="/system/login"' in browser.get("/login").text
    browser.log_in()
    assert browser.get("/system/tenants").status_code == 403
    assert "System administrator of this PBX" in browser.get("/system/login").text
    assert browser.post("/system/login", {"username": "root", "password": ROOT_PASSWORD}).status_code == 303
    assert browser.get("/system/tenants").status_code == 200


def test_the_systems_mailbox_is_set_on_the_plugins_own_page(world: World) -> None:
    """The real plugin: its page for the PBX itself has the mailbox, and the switch that lets tenants use it."""
    stores = world.pbx.stores
    stores.tenants.set_system_origin(SYSTEM)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", ROOT_PASSWORD)
    browser, _ = log_in(world)
    assert 'href="/plugins/m365/mail"' in browser.get("/").text
    page = browser.get("/plugins/m365/mail").text
    assert "Tenants without a mailbox of their own use this one" in page
    form = {"version": "0", "f-mail_mailbox": "pbx@operator.example", "f-mail_for_tenants": "true"}
    assert browser.post("/plugins/m365/mail", form).status_code == 303
    stored = stores.settings("system", "m365")
    assert (stored["mail_mailbox"], stored["mail_for_tenants"]) == ("pbx@operator.example", True)
    assert stores.settings(world.tenant_id, "m365") == {}
    line = next(line for line in stores.audit.lines("system") if line.event == "settings.save")
    assert (line.actor, "pbx@operator.example" in line.changes) == ("system:root", True)


# ---------------------------------------------------------------------- attacks


def test_attack_system_pages_by_a_tenants_administrator_or_user(system: World) -> None:
    """At the tenant's address there are no system pages, whatever the session."""
    visitors = [system.browser()]
    visitors[0].log_in()
    stores = system.pbx.stores
    stores.users.add(system.tenant_id, "ada", display_name="Ada")
    stores.accounts.set_user_password(system.tenant_id, "ada", "ada battery staple")
    visitors.append(system.browser())
    visitors[1].log_in("ada", "ada battery staple")
    target = id_of(system, "Fabrikam")
    for browser in [*visitors, system.browser()]:
        for path in (*SYSTEM_PAGES, "/system/login"):
            assert browser.get(path).status_code == 404, path
        browser.get("/")
        for path in ("/system/tenants/new", f"/system/tenants/{target}/enter", "/system/login"):
            assert browser.post(path, {"username": "root", "password": ROOT_PASSWORD}).status_code in (403, 404), path
    for browser in visitors:
        browser.get("/")
        assert browser.post("/system/leave").status_code == 403
        assert browser.is_signed_in()
    assert not [line for line in events(system, target) if line[1].startswith("system.")]


def test_attack_tenants_session_at_the_pbxs_address(system: World) -> None:
    """The session of a tenant's administrator is no session at the PBX's own address, and the other way round."""
    admin = system.browser()
    admin.log_in()
    stolen = system.browser(SYSTEM)
    stolen.put_cookie("__Host-pbx_session", admin.cookie("__Host-pbx_session") or "")
    assert stolen.get("/system/tenants").headers["Location"] == "/system/login"
    root, _ = log_in(system)
    enter(system, root, "Contoso")
    moved = system.browser()
    moved.put_cookie("__Host-pbx_session", root.cookie("__Host-pbx_session") or "")
    assert not moved.is_signed_in()


def test_attack_form_of_a_tab_in_another_tenant(system: World) -> None:
    """A tab still shows Contoso while another one has entered Fabrikam: its form changes nothing there."""
    browser, _ = log_in(system)
    enter(system, browser, "Contoso")
    browser.get("/plugins/m365/main")
    old_tab = browser.token
    browser.post("/system/leave")
    enter(system, browser, "Fabrikam")
    for path, form in (
        ("/plugins/m365/main", {"version": "3", "f-name": "Wrong tenant"}),
        ("/plugins/m365/switch", {"on": "0"}),
        ("/system/leave", {}),
        ("/logout", {}),
    ):
        assert browser.post(path, {**form, "csrf": old_tab}).status_code == 403, path
    assert "Fabrikam" in browser.get("/").text
    assert not [line for line in events(system, id_of(system, "Fabrikam")) if line[1] == "settings.save"]


def test_attack_system_page_from_within_a_tenant(system: World) -> None:
    """Within a tenant there is one scope: what is asked of the PBX itself is refused until the tenant is left."""
    browser, _ = log_in(system)
    enter(system, browser, "Contoso")
    for path in SYSTEM_PAGES:
        assert browser.get(path).status_code == 403
    browser.get("/")
    assert browser.post(f"/system/tenants/{id_of(system, 'Fabrikam')}/enter").status_code == 403
    browser.agree("/plugins/m365/switch", {"on": "0"})
    assert system.pbx.stores.switches.is_enabled("m365", None)
    assert not system.pbx.stores.switches.is_enabled("m365", system.tenant_id)


def test_attack_entering_without_a_form_token_or_from_another_site(system: World) -> None:
    browser, _ = log_in(system)
    browser.get("/system/tenants")
    path = f"/system/tenants/{system.tenant_id}/enter"
    assert browser.post(path, csrf=False).status_code == 403
    assert browser.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get(path).status_code == 405
    assert browser.post("/system/tenants/new", {"name": "Evil"}, csrf=False).status_code == 403
    for odd in ("system", "Contoso", "contoso.example", "nothing", "%00"):
        browser.get("/system/tenants")
        assert browser.post(f"/system/tenants/{odd}/enter").status_code in (400, 404), odd


def test_attack_guessing_a_system_administrators_password(system: World) -> None:
    """Five wrong passwords at one address make it rest; the password of a tenant's administrator opens nothing."""
    assert log_in(system, ADMIN_PASSWORD, "admin")[1].status_code == 401
    for _ in range(5):
        page = log_in(system, "wrong")[1]
        assert page.status_code == 401
    assert log_in(system)[1].status_code == 401, "the account rests"
    reference = re.search(r"Reference ([0-9A-Z]{8})", page.text)
    assert reference is not None
    lines = [line for line in system.pbx.stores.audit.lines("system") if line.reference == reference[1]]
    assert [(line.actor, line.outcome) for line in lines] == [("root", "refused")]
    system.pbx.stores.accounts.set_admin_password("system", "root", ROOT_PASSWORD)
    assert log_in(system)[1].status_code == 303


def test_attack_session_after_a_new_password(system: World) -> None:
    """A new password ends every session, in whatever tenant; so does signing out everywhere."""
    browser, _ = log_in(system)
    enter(system, browser, "Contoso")
    elsewhere, _ = log_in(system)
    browser.get("/account")
    browser.post("/account/sign-out-everywhere")
    assert not browser.is_signed_in()
    assert not elsewhere.is_signed_in()
    browser, _ = log_in(system)
    enter(system, browser, "Contoso")
    system.pbx.stores.accounts.set_admin_password("system", "root", "yet another staple")
    assert not browser.is_signed_in()
    late, _ = log_in(system, "yet another staple")
    system.pbx.stores.database.now, real = (lambda: real() + SESSION_S + 1), system.pbx.stores.database.now
    assert not late.is_signed_in()


def test_attack_session_token_is_new_at_every_change_of_scope(system: World) -> None:
    browser, _ = log_in(system)
    tokens = [browser.cookie("__Host-pbx_session")]
    enter(system, browser, "Contoso")
    tokens.append(browser.cookie("__Host-pbx_session"))
    browser.get("/")
    browser.post("/system/leave")
    tokens.append(browser.cookie("__Host-pbx_session"))
    assert len(set(tokens)) == 3
    for old in tokens[:2]:
        assert system.pbx.stores.sessions.find(old or "") is None


def test_attack_account_of_a_tenant_linked_to_a_system_administrator(system: World, script: Script) -> None:
    """Who controls a tenant's directory could otherwise sign in to the PBX."""
    script.for_administrators = True
    browser, _ = log_in(system)
    enter(system, browser, "Contoso")
    browser.get("/account")
    form = {"plugin": "m365", "provider": "ms365", "password": ROOT_PASSWORD}
    assert browser.post("/account/link", form).status_code == 403
    assert browser.post("/account/unlink").status_code == 403
    assert not script.begun


def test_attack_administrator_of_a_tenant_named_like_a_system_administrator(system: World) -> None:
    """The audit log names who did it: no tenant's administrator can look like a system administrator or a plugin."""
    from pbx_devhost.store.signin.accounts import AccountError

    for name in ("system:root", "plugin:m365", "", " admin", "a\nb"):
        with pytest.raises(AccountError, match="username"):
            system.pbx.stores.accounts.set_admin_password(system.tenant_id, name, "long enough")


def test_attack_system_pages_before_an_address_is_set(tmp_path: Path) -> None:
    """A PBX that has no address of its own has no system pages at any, also not at the usual one."""
    worlds: Iterator[World] = worlds_of(tmp_path, web="https://localhost:8887")
    for world in worlds:
        world.pbx.stores.accounts.set_admin_password("system", "root", ROOT_PASSWORD)
        browser = world.browser("https://localhost:8887")
        for path in (*SYSTEM_PAGES, "/system/login"):
            assert browser.get(path).status_code == 404
