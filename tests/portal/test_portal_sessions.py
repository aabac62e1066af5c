"""A person's sessions: seen, ended everywhere, and renewed by the app for 30 days."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine

from pbx_devhost.portal.visit import SESSION_COOKIE
from pbx_devhost.store.signin.renewals import RENEWAL_S
from pbx_devhost.store.signin.sessions import SESSION_S
from pbx_plugin_api import DisableReason, DisableUser, EnableUser
from tests.support.native_app import NativeApp
from tests.support.portal_plugin import Script, link
from tests.support.portal_signin import answer_to, everything
from tests.support.portal_world import ADMIN_PASSWORD, WEB, Browser, World, sent_to

WORD = "long enough word"


class App(NativeApp):
    """One signed-in instance of the app."""

    def sign_in(self, world: World) -> dict[str, Any]:
        self.redirect_uri = "http://127.0.0.1:50123/x"
        browser = world.browser()
        browser.get("/app/sign-in", query_string=self.request())
        back = browser.come_back(answer_to(sent_to(browser.post("/sign-in/m365/ms365", self.request()))))
        return self.post(world, self.exchange_form(self.code_from(back.headers["Location"])), 200)

    def renew(self, world: World, token: str, status: int = 200, **changes: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": token, "code_verifier": self.verifier, **changes}
        return self.post(world, form, status)

    def post(self, world: World, form: dict[str, str], status: int) -> dict[str, Any]:
        answer = world.app.test_client().post("/app/token", data=form, base_url=WEB)
        assert answer.status_code == status, answer.text
        assert answer.json is not None
        return dict(answer.json)


@pytest.fixture
def app() -> App:
    return App(WEB)


def works(world: World, tokens: dict[str, Any]) -> bool:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return world.app.test_client().get("/app/me", base_url=WEB, headers=headers).status_code == 200


def signed_in_user(world: World) -> Browser:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    return browser


def test_the_app_renews_its_session_for_30_days(world: World, script: Script, app: App) -> None:
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        tokens = app.sign_in(world)
        for _ in range(RENEWAL_S // SESSION_S - 1):
            clock.shift(SESSION_S)
            assert not works(world, tokens)
            before, tokens = tokens, app.renew(world, tokens["refresh_token"])
            assert works(world, tokens)
            assert tokens["refresh_token"] != before["refresh_token"]
        clock.shift(SESSION_S)
        app.renew(world, tokens["refresh_token"], 400)


def test_renewing_ends_the_session_before(world: World, script: Script, app: App) -> None:
    first = app.sign_in(world)
    second = app.renew(world, first["refresh_token"])
    assert works(world, second)
    assert not works(world, first)


def test_attack_old_refresh_token_ends_the_family(world: World, script: Script, app: App) -> None:
    """A thief and the app both have it: one of them uses it second."""
    other = App(WEB)
    first, others = app.sign_in(world), other.sign_in(world)
    second = app.renew(world, first["refresh_token"])
    app.renew(world, first["refresh_token"], 400)
    assert not works(world, second)
    app.renew(world, second["refresh_token"], 400)
    assert world.audit("session.renew")[0].outcome == "refused"
    assert works(world, other.renew(world, others["refresh_token"])), "another instance goes on"


def test_attack_refresh_token_without_the_verifier(world: World, script: Script, app: App) -> None:
    tokens, thief = app.sign_in(world), App(WEB)
    thief.renew(world, tokens["refresh_token"], 400)
    thief.renew(world, tokens["refresh_token"], 400, code_verifier="")
    assert not works(world, tokens), "somebody has stolen it"


def test_attack_refresh_token_used_twice_at_once(world: World, script: Script, app: App) -> None:
    tokens = app.sign_in(world)

    def send(_: int) -> int:
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "code_verifier": app.verifier}
        return world.app.test_client().post("/app/token", data=form, base_url=WEB).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200, *[400] * 7]


@pytest.mark.parametrize("token", ["", "x", ".", "x" * 5000, "é.é"])
def test_attack_made_up_refresh_tokens(world: World, script: Script, app: App, token: str) -> None:
    tokens = app.sign_in(world)
    app.renew(world, token, 400)
    assert works(world, tokens)


def test_attack_refresh_token_outlives_its_user(world: World, script: Script, app: App) -> None:
    tokens = app.sign_in(world)
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    assert not works(world, tokens)
    world.apply(EnableUser(link=link(1)))
    app.renew(world, tokens["refresh_token"], 400)


def test_attack_refresh_token_outlives_password_plugin_and_permission(world: World, script: Script, app: App) -> None:
    tokens = app.sign_in(world)
    world.pbx.stores.accounts.set_user_password(world.tenant_id, "person1", WORD)
    app.renew(world, tokens["refresh_token"], 400)
    tokens = app.sign_in(world)
    world.pbx.plugins.set_enabled("m365", False, world.tenant)
    world.pbx.plugins.set_enabled("m365", True, world.tenant)
    app.renew(world, tokens["refresh_token"], 400)
    tokens = app.sign_in(world)
    script.admits = lambda _person: False
    app.renew(world, tokens["refresh_token"], 400)
    script.admits = None
    app.renew(world, tokens["refresh_token"], 400)
    tokens = app.sign_in(world)
    script.raises = "on_login_providers"
    app.renew(world, tokens["refresh_token"], 503)
    script.raises = ""
    assert works(world, app.renew(world, tokens["refresh_token"])), "a plugin that fails ends nothing"


def test_signing_out_of_the_app_ends_what_renews(world: World, script: Script, app: App) -> None:
    tokens = app.sign_in(world)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert world.app.test_client().post("/app/sign-out", base_url=WEB, headers=headers).status_code == 200
    app.renew(world, tokens["refresh_token"], 400)


def test_attack_stolen_database_renews_nothing(world: World, script: Script, app: App) -> None:
    tokens = app.sign_in(world)
    dump = str(everything(world))
    assert tokens["refresh_token"].partition(".")[2] not in dump
    assert app.verifier not in dump


def test_own_sessions_are_listed_and_ended_everywhere(world: World, script: Script, app: App) -> None:
    world.pbx.stores.accounts.set_user_password(world.tenant_id, "person1", WORD)
    tokens, one, two, colleague = app.sign_in(world), signed_in_user(world), world.browser(), world.browser()
    two.log_in("person1", WORD)
    colleague.come_back(answer_to(colleague.begin(), code="2"))
    text = one.get("/account").text
    assert text.count("PortSIP ONE app") == 1
    assert text.count("<td>Browser") == 2
    assert text.count("(this one)") == 1
    assert text.count('<td data-label="How">Password</td>') == 1
    response = one.post("/account/sign-out-everywhere")
    assert response.headers["Location"] == "/login"
    assert one.cookie(SESSION_COOKIE) is None
    assert not two.is_signed_in()
    assert not works(world, tokens)
    app.renew(world, tokens["refresh_token"], 400)
    assert colleague.is_signed_in()
    assert world.audit("sign_out")[0].detail == "everywhere"


def test_an_administrators_sessions_are_their_own(world: World, script: Script, app: App) -> None:
    world.pbx.stores.accounts.set_admin_password(world.tenant_id, "second", ADMIN_PASSWORD)
    one, two, second = world.browser(), world.browser(), world.browser()
    one.log_in()
    two.log_in()
    second.log_in("second")
    tokens = app.sign_in(world)
    assert one.get("/account").text.count("<td>Browser") == 2
    assert one.post("/account/sign-out-everywhere", {"csrf": second.token}).status_code == 403
    one.post("/account/sign-out-everywhere")
    assert not two.is_signed_in()
    assert second.is_signed_in()
    assert works(world, tokens)
