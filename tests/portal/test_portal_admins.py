"""Administrators who sign in with a linked account of a provider."""

from __future__ import annotations

import pytest

from pbx_devhost.portal.visit import SESSION_COOKIE
from pbx_devhost.store.signin.admin_links import AdminLinkStore
from pbx_plugin_api import UserLink
from tests.support.native_app import NativeApp
from tests.support.portal_plugin import Script, link
from tests.support.portal_signin import answer_to
from tests.support.portal_world import ADMIN_PASSWORD, WEB, Browser, World, sent_to

FORM = {"plugin": "m365", "provider": "ms365", "password": ADMIN_PASSWORD}


@pytest.fixture
def admin(world: World, script: Script) -> Browser:
    script.for_administrators = True
    browser = world.browser()
    browser.log_in()
    browser.get("/account")
    return browser


def link_it(browser: Browser, code: str = "9") -> int:
    response = browser.come_back(answer_to(sent_to(browser.post("/account/link", FORM)), code=code))
    return response.status_code


def sign_in(world: World, code: str = "9") -> Browser:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin(), code=code))
    return browser


def is_admin(browser: Browser) -> bool:
    return browser.get("/users").status_code == 200


def test_links_and_signs_in_and_keeps_the_password(world: World, script: Script, admin: Browser) -> None:
    assert not is_admin(sign_in(world)), "not linked yet"
    token = admin.cookie(SESSION_COOKIE)
    assert link_it(admin) == 200
    assert script.begun[-1].other_account
    assert admin.cookie(SESSION_COOKIE) == token
    assert world.audit("account.link")[0].actor == "admin"
    assert is_admin(sign_in(world))
    assert "administrator, with ms365" in world.audit()[0].detail
    assert is_admin(admin)
    by_password = world.browser()
    by_password.log_in()
    assert is_admin(by_password)


def test_a_person_who_is_a_user_too_gets_the_app_as_a_user(world: World, script: Script, admin: Browser) -> None:
    assert link_it(admin, "1") == 200
    assert is_admin(sign_in(world, "1"))
    assert not is_admin(sign_in(world, "2"))
    app, browser = NativeApp(WEB, redirect_uri="http://127.0.0.1:50123/x"), world.browser()
    browser.get("/app/sign-in", query_string=app.request())
    back = browser.come_back(answer_to(sent_to(browser.post("/sign-in/m365/ms365", app.request())), code="1"))
    form = app.exchange_form(app.code_from(back.headers["Location"]))
    assert world.app.test_client().post("/app/token", data=form, base_url=WEB).status_code == 200


def test_unlinking_ends_the_sessions_that_began_with_it(world: World, script: Script, admin: Browser) -> None:
    link_it(admin)
    linked = sign_in(world)
    assert is_admin(linked)
    admin.get("/account")
    admin.post("/account/unlink")
    assert not is_admin(linked)
    assert is_admin(admin)
    assert not is_admin(sign_in(world))


def test_attack_linked_account_where_the_tenant_does_not_allow_it(world: World, script: Script, admin: Browser) -> None:
    link_it(admin)
    script.for_administrators = False
    assert not is_admin(sign_in(world))
    admin.get("/account")
    assert admin.post("/account/link", FORM).status_code == 404


def test_attack_linking_while_the_tenant_stops_allowing_it(world: World, script: Script, admin: Browser) -> None:
    url = sent_to(admin.post("/account/link", FORM))
    script.for_administrators = False
    assert admin.come_back(answer_to(url, code="9")).status_code == 403
    assert world.pbx.stores.admin_links.of(world.tenant_id, "admin") is None


def test_attack_stolen_session_links_no_account(world: World, script: Script, admin: Browser) -> None:
    """A link is a way in that outlives the session: the password is asked for."""
    assert admin.post("/account/link", {**FORM, "password": "wrong wrong"}).status_code == 303
    assert script.begun == []
    user = sign_in(world, "1")
    user.get("/account")
    assert user.post("/account/link", FORM).status_code == 403


def test_attack_linked_account_outlives_a_changed_password(world: World, script: Script, admin: Browser) -> None:
    link_it(admin)
    linked = sign_in(world)
    world.pbx.stores.accounts.set_admin_password(world.tenant_id, "admin", "another long word")
    assert not is_admin(linked)
    assert not is_admin(sign_in(world))


@pytest.mark.parametrize("what", ["new password", "signed out everywhere"])
def test_attack_link_finished_after_its_session_has_ended(
    world: World, script: Script, admin: Browser, what: str
) -> None:
    """Who knew the old password begins, and comes back after the owner has changed it."""
    url = sent_to(admin.post("/account/link", FORM))
    if what == "new password":
        world.pbx.stores.accounts.set_admin_password(world.tenant_id, "admin", "another long word")
    else:
        admin.get("/account")
        admin.post("/account/sign-out-everywhere")
    answer = admin.come_back(answer_to(url, code="9"))
    assert answer.status_code == 403
    assert "Sign in and try again" in answer.text
    assert world.pbx.stores.admin_links.of(world.tenant_id, "admin") is None
    assert not is_admin(sign_in(world))


def test_attack_link_removed_between_decision_and_session(
    world: World, script: Script, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_it(admin)
    find = AdminLinkStore.find

    def find_and_lose(self: AdminLinkStore, tenant_id: str, wanted: UserLink) -> str | None:
        found = find(self, tenant_id, wanted)
        world.pbx.stores.accounts.set_admin_password(world.tenant_id, "admin", "another long word")
        return found

    monkeypatch.setattr(AdminLinkStore, "find", find_and_lose)
    late = world.browser()
    assert late.come_back(answer_to(late.begin(), code="9")).status_code == 403
    assert not is_admin(late)
    assert "link_removed" in world.audit()[0].detail


def test_attack_one_account_for_two_administrators(world: World, script: Script, admin: Browser) -> None:
    stores = world.pbx.stores
    stores.accounts.set_admin_password(world.tenant_id, "second", ADMIN_PASSWORD)
    link_it(admin)
    second = world.browser()
    second.log_in("second")
    second.get("/account")
    assert link_it(second) == 403
    assert stores.admin_links.find(world.tenant_id, link(9)) == "admin"
