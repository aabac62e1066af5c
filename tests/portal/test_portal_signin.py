"""Sign-in with a plugin's provider, the host's half: there and back, and who may sign in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from pbx_devhost.portal.visit import SESSION_COOKIE
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_plugin_api import (
    DeleteUser,
    DisableReason,
    DisableUser,
    LoginFlow,
    LoginRefused,
    Provisioned,
    ProvisionRefused,
    ResponseMode,
    SignedIn,
)
from tests.support.portal_plugin import Script, draft, link
from tests.support.portal_signin import BACK, answer_to, everything, flow_cookie_of, refused, state_of
from tests.support.portal_world import ADMIN_PASSWORD, SBC, WEB, World, reference_of, sent_to


@pytest.mark.parametrize("origin", [WEB, SBC])
@pytest.mark.parametrize("mode", list(ResponseMode))
def test_round_trip(world: World, script: Script, origin: str, mode: ResponseMode) -> None:
    script.mode = mode
    browser = world.browser(origin)
    url = browser.begin(return_to="/contacts/mine", login_hint="person1@x.example")
    assert (script.begun[0].origin, script.begun[0].return_to) == (origin, "/contacts/mine")
    assert script.begun[0].login_hint == "person1@x.example"
    response = browser.come_back(answer_to(url, origin=origin, is_form=mode is ResponseMode.FORM_POST))
    assert response.status_code == 303
    assert response.headers["Location"] == "/contacts/mine"
    assert browser.is_signed_in()
    line = world.audit()[0]
    assert (line.actor, line.outcome) == ("person1", "ok")
    assert link(1).subject in line.detail


@pytest.mark.parametrize(("mode", "same_site"), [(ResponseMode.FORM_POST, "None"), (ResponseMode.QUERY, "Lax")])
def test_flow_cookie(world: World, script: Script, mode: ResponseMode, same_site: str) -> None:
    script.mode = mode
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    (cookie,) = [value for value in response.headers.getlist("Set-Cookie") if value.startswith("__Host-pbx_flow_")]
    for word in ("Secure", "HttpOnly", "Path=/", f"SameSite={same_site}"):
        assert word in cookie
    assert "Domain" not in cookie


def test_browsers_are_led_on_by_a_page_and_scripts_by_the_status(world: World, script: Script) -> None:
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example"}
    page = browser.post("/sign-in/m365/ms365", form, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})
    assert page.status_code == 200
    assert "Location" not in page.headers
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    redirect = browser.post("/sign-in/m365/ms365", form)
    assert redirect.status_code == 303
    assert redirect.headers["Location"] == sent_to(redirect)


def test_two_tabs_of_one_browser_both_arrive(world: World, script: Script) -> None:
    browser = world.browser()
    first, second = browser.begin(), browser.begin()
    assert browser.come_back(answer_to(second)).status_code == 303
    assert browser.come_back(answer_to(first)).status_code == 303


def test_two_tabs_of_one_browser_both_sign_in_by_password(world: World, script: Script) -> None:
    """The second tab's form was drawn before the first tab signed in."""
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example", "username": "admin", "password": ADMIN_PASSWORD, "csrf": browser.token}
    assert browser.post("/login", form).status_code == 303
    assert browser.post("/login", form).status_code == 303
    browser.get("/")
    assert browser.post("/runs", {"plugin": "m365", "csrf": form["csrf"]}).status_code == 403, "for sign-in only"


def test_refusals_give_a_sentence_and_a_number_and_the_log_the_reason(world: World, script: Script) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(), code="no number"))
    assert response.status_code == 403
    assert "Microsoft did not sign you in." in response.text
    line = world.audit()[0]
    assert line.subject == f"reference {reference_of(response)}"
    assert line.detail == "no_code: trace 77aa"
    assert "trace" not in response.text
    assert not browser.is_signed_in()


def test_a_refusal_over_who_somebody_is_leads_to_another_account(world: World, script: Script) -> None:
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(), code="9"))
    found = re.search(r'id="other-account" href="([^"]+)"', response.text)
    assert found is not None
    assert "Choose another account" in response.text
    page = browser.get(found[1].replace("&amp;", "&"))
    assert "Sign in with Microsoft with another account" in page.text
    form = {"domain": "contoso.example", "other_account": "1"}
    assert browser.come_back(answer_to(sent_to(browser.post("/sign-in/m365/ms365", form)))).status_code == 303
    assert [request.other_account for request in script.begun] == [False, True]
    stranger = world.browser()
    assert "other-account" not in stranger.come_back(answer_to(stranger.begin(), code="nobody")).text


def test_begin_refused_by_the_plugin(world: World, script: Script) -> None:
    script.begin = lambda request: LoginRefused(sentence="Not set up.", reason="not_set_up", detail="no key")
    browser = world.browser()
    browser.get("/login?domain=contoso.example")
    response = browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"})
    assert response.status_code == 403
    assert "Not set up." in response.text
    assert world.audit()[0].detail == "not_set_up: no key"


def test_begin_and_answer_while_switched_off_are_a_clear_page(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    browser.get("/login?domain=contoso.example")
    script.offers_login = False
    for response in (
        browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"}),
        browser.come_back(answer_to(url)),
    ):
        assert response.status_code == 403
        assert "may have switched it off" in response.text
        assert "not_offered" in world.audit()[0].detail


def test_a_plugin_that_raises_refuses(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    script.raises = "on_login_providers"
    assert browser.come_back(answer_to(url)).status_code == 403
    assert "plugin_failed" in world.audit()[0].detail
    assert not browser.is_signed_in()


def test_landings_believe_nothing(world: World, script: Script) -> None:
    browser = world.browser()
    for query in ("", "?admin_consent=True&tenant=evil&scope=x", "?admin_consent=True&state=zzz", "?sid=1&iss=x"):
        response = browser.get(BACK + query)
        assert response.status_code == 200
        assert "evil" not in response.text
        assert not browser.is_signed_in()
    assert "test the connection there" in browser.get(BACK + "?admin_consent=True").text
    assert script.completed == []


def test_attack_post_to_the_landing(world: World, script: Script) -> None:
    assert world.browser().post(BACK, {}, csrf=False).status_code == 400


# ---------------------------------------------------------------------- who comes in


def test_attack_a_test_sign_in_gives_no_session(world: World, script: Script) -> None:
    """Neither to the person who was identified, nor to anybody else; and a stranger cannot begin one."""
    stranger = world.browser()
    stranger.get("/login?domain=contoso.example")
    assert stranger.post("/plugins/m365/main/do/try").status_code == 303, "to the sign-in page"
    assert script.begun == []
    admin = world.browser()
    admin.log_in()
    admin.get("/plugins/m365/main")
    token = admin.cookie(SESSION_COOKIE)
    response = admin.come_back(answer_to(sent_to(admin.post("/plugins/m365/main/do/try"))))
    assert script.begun[0].is_test
    assert response.status_code == 200
    assert "succeeded" in response.text
    assert admin.cookie(SESSION_COOKIE) == token
    assert world.audit("sign_in.test")[0].detail.startswith("person1@x.example")
    url = sent_to(admin.post("/plugins/m365/main/do/try"))
    refused_test = admin.come_back(answer_to(url, code="nobody"))
    assert "did not succeed" in refused_test.text
    assert reference_of(refused_test)


def test_attack_disabled_user_is_refused_by_the_host_too(world: World, script: Script) -> None:
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "user_disabled")


def test_attack_deleted_user(world: World, script: Script) -> None:
    world.apply(DeleteUser(link=link(1)))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "not_a_user")


def test_attack_user_disabled_between_decision_and_session(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def complete(flow: LoginFlow, params: Any) -> SignedIn:
        return SignedIn(link=link(1))

    script.complete = complete
    found = world.pbx.stores.linked_users(world.tenant_id).find(link(1))
    world.apply(DisableUser(link=link(1), reason=DisableReason.DEPARTED))
    browser = world.browser()
    url = browser.begin()
    with monkeypatch.context() as patch:
        patch.setattr(LinkedUsers, "find", lambda self, wanted: found)
        refused(world, browser, answer_to(url), "user_disabled")


def test_attack_session_outlives_its_user(world: World, script: Script) -> None:
    for what in (DisableUser(link=link(1), reason=DisableReason.ACCOUNT_DISABLED), DeleteUser(link=link(2))):
        browser = world.browser()
        browser.come_back(answer_to(browser.begin(), code=what.link.subject[-1]))
        assert browser.is_signed_in()
        world.apply(what)
        assert not browser.is_signed_in()


def test_attack_same_object_id_of_another_directory(world: World, script: Script) -> None:
    stranger = replace(link(1), authority="99999999-2222-4333-8444-555555555555")
    script.complete = lambda flow, params: SignedIn(link=stranger, login_name="person1@x.example")
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin()), "not_a_user")


def test_first_sign_in_creates_where_the_tenant_allows_it(world: World, script: Script) -> None:
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "not_a_user")
    assert "person7" not in world.users()
    script.may_create = True
    assert browser.come_back(answer_to(browser.begin(), code="7")).status_code == 303
    user = world.users()["person7"]
    assert user.role == "StandardUser"
    assert user.subject == link(7).subject
    assert world.audit("user.create")[0].subject == "person7"
    again = world.browser()
    assert again.come_back(answer_to(again.begin(), code="7")).status_code == 303
    assert len(world.audit("user.create")) == 1


def test_first_sign_in_of_somebody_the_rules_leave_out(world: World, script: Script) -> None:
    script.may_create = True
    script.provisioned = ProvisionRefused(reason="guest", sentence="Guests get no extension.")
    browser = world.browser()
    response = browser.come_back(answer_to(browser.begin(), code="7"))
    assert "Guests get no extension." in response.text
    assert "guest" in world.audit()[0].detail
    assert "person7" not in world.users()


def test_attack_provisioning_describes_somebody_else(world: World, script: Script) -> None:
    script.may_create, script.provisioned = True, Provisioned(draft=draft(8))
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "provisioned_another")
    assert "person8" not in world.users()


def test_attack_a_first_sign_in_takes_over_a_user_by_address(world: World, script: Script) -> None:
    """Anybody may have this address at Microsoft. Only an administrator or a sync links a user made by hand."""
    world.pbx.stores.users.add(world.tenant_id, "boss", display_name="By Hand", email="p7@x.example")
    by_hand = world.users()["boss"].id
    script.may_create, script.provisioned = True, Provisioned(draft=draft(7), link_user_id=by_hand)
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "link_at_sign_in")
    assert world.users()["boss"].subject is None
    assert "person7" not in world.users()


def test_first_sign_in_at_the_limit_of_users(world: World, script: Script) -> None:
    from sqlalchemy import update

    from pbx_devhost.store.sql.schema import tenants

    with world.pbx.stores.database.write() as connection:
        connection.execute(update(tenants).values(user_limit=3))
    script.may_create = True
    browser = world.browser()
    refused(world, browser, answer_to(browser.begin(), code="7"), "user_limit")


def test_sign_out_offers_microsofts(world: World, script: Script) -> None:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    browser.get("/")
    text = browser.post("/logout").text
    assert "https://idp.example/logout?to=https%3A%2F%2Fpbx.example.com%3A8887%2Fms365%2Fcallback&amp;h=h1" in text
    assert not browser.is_signed_in()


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "http://evil.example/"])
def test_attack_sign_out_link_of_another_kind(world: World, script: Script, url: str | None) -> None:
    script.sign_out_url = url
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    browser.get("/")
    text = browser.post("/logout").text
    assert "signed out of the PBX" in text
    assert "provider-sign-out" not in text


def test_attack_sign_out_forged(world: World, script: Script) -> None:
    browser = world.browser()
    browser.come_back(answer_to(browser.begin()))
    assert browser.post("/logout", {}, csrf=False, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/logout").status_code == 405
    assert browser.is_signed_in()


def test_attack_session_fixation_at_the_callback(world: World, script: Script) -> None:
    browser = world.browser()
    url = browser.begin()
    planted = "p" * 43
    browser.put_cookie(SESSION_COOKIE, planted)
    browser.come_back(answer_to(url))
    assert browser.cookie(SESSION_COOKIE) not in (None, planted)
    assert world.pbx.stores.sessions.find(planted) is None


@pytest.mark.parametrize("mode", list(ResponseMode))
def test_attack_the_browsers_earlier_session_stays(world: World, script: Script, mode: ResponseMode) -> None:
    """A form that Microsoft's page posts does not bring the session's cookie; it ends all the same."""
    script.mode = mode
    browser = world.browser()
    browser.log_in()
    earlier = str(browser.cookie(SESSION_COOKIE))
    url = sent_to(browser.post("/sign-in/m365/ms365", {"domain": "contoso.example"}))
    if mode is ResponseMode.FORM_POST:
        browser.client.delete_cookie(SESSION_COOKIE, domain="pbx.example.com")
    assert browser.come_back(answer_to(url, is_form=mode is ResponseMode.FORM_POST)).status_code == 303
    assert world.pbx.stores.sessions.find(earlier) is None


def test_attack_stolen_database_signs_nobody_in(world: World, script: Script) -> None:
    """Tokens, states and codes are stored as hashes or encrypted."""
    browser = world.browser()
    url = browser.begin()
    secrets = [state_of(url), str(browser.cookie(flow_cookie_of(url)))]
    dump = "\n".join(str(row) for row in everything(world))
    browser.come_back(answer_to(url))
    secrets.append(str(browser.cookie(SESSION_COOKIE)))
    dump += "\n".join(str(row) for row in everything(world))
    assert all(secret not in dump for secret in secrets)
