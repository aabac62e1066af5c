"""Sign-in by password, signing out, and attacks on both."""

from __future__ import annotations

import pytest
import time_machine

from pbx_devhost.portal.visit import KNOWN_COOKIE, SESSION_COOKIE
from pbx_devhost.store.signin.accounts import FAILURES_MAX, FAILURES_MAX_PER_ACCOUNT, FAILURES_MAX_PER_ADDRESS, LOCKED_S
from pbx_devhost.store.signin.known_browsers import MARK_S
from pbx_devhost.store.signin.sessions import SESSION_S
from pbx_plugin_api import DisableReason, DisableUser, PasswordPolicy
from pbx_plugin_api.hosting.discovery import PluginStatus
from tests.support.portal_plugin import Script, link
from tests.support.portal_signin import answer_to
from tests.support.portal_world import ADMIN_PASSWORD, WEB, World

WORD = "long enough word"


def give_password(world: World, username: str = "person1") -> None:
    world.pbx.stores.accounts.set_user_password(world.tenant_id, username, WORD)


def test_cookie_is_for_this_origin_alone(world: World, script: Script) -> None:
    set_cookie = world.browser().log_in().headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-pbx_session=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert word in set_cookie
    assert "Domain" not in set_cookie


def test_wrong_password_gives_a_sentence_and_a_number(world: World, script: Script) -> None:
    response = world.browser().log_in(password="wrong wrong wrong")
    assert response.status_code == 401
    assert "The user name or the password is wrong." in response.text
    line = world.audit()[0]
    assert line.outcome == "refused"
    assert line.subject.removeprefix("reference ") in response.text
    assert "wrong_password" in line.detail


def test_name_of_nobody_and_wrong_password_look_alike(world: World, script: Script) -> None:
    give_password(world)
    texts = [world.browser().log_in(name, "wrong wrong").text for name in ("person1", "nobodyx", "admin")]
    sentences = {text.split('role="alert">')[1].split("<small>")[0] for text in texts}
    assert len(sentences) == 1


@pytest.mark.parametrize("trouble", ["policy", "plugin fails"])
def test_attack_a_right_password_that_is_refused_reads_like_a_wrong_one(
    world: World, script: Script, trouble: str
) -> None:
    give_password(world)
    script.password_policy = PasswordPolicy.REFUSED
    script.raises = "on_login_providers" if trouble == "plugin fails" else ""
    tries = (("person1", WORD), ("person1", "wrong wrong"), ("nobodyx", "wrong wrong"), ("admin", "wrong wrong"))
    answers = [world.browser().log_in(*each) for each in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text.split('role="alert">')[1].split("<small>")[0] for answer in answers}) == 1
    assert {line.detail.partition(":")[0] for line in world.audit()} > {"wrong_password"}, "the audit log knows"


def test_attack_the_count_of_an_address_says_which_refused_password_was_right(world: World, script: Script) -> None:
    give_password(world)
    script.password_policy = PasswordPolicy.REFUSED
    for n in range(FAILURES_MAX_PER_ADDRESS - 1):
        log_in_from(world, "192.0.2.1", f"nobody{n}", "wrong wrong")
    assert log_in_from(world, "192.0.2.1", "person1", WORD) == 401, "the last one that is counted"
    log_in_from(world, "192.0.2.1", "nobodyx", "wrong wrong")
    assert "too_many_from_address" in world.audit()[0].detail


def log_in_from(world: World, address: str, name: str, password: str, mark: str = "") -> int:
    browser = world.browser()
    if mark:
        browser.put_cookie(KNOWN_COOKIE, mark)
    browser.get("/login?domain=contoso.example")
    form = {"domain": "contoso.example", "username": name, "password": password}
    return browser.post("/login", form, environ_overrides={"REMOTE_ADDR": address}).status_code


@pytest.mark.parametrize("name", ["admin", "person1"])
def test_attack_one_address_locks_the_owner_out_nowhere_else(world: World, script: Script, name: str) -> None:
    give_password(world)
    for _ in range(FAILURES_MAX * 3):
        assert log_in_from(world, "192.0.2.1", name, "wrong wrong") == 401
    assert log_in_from(world, "192.0.2.1", name, ACCOUNTS[name]) == 401
    assert log_in_from(world, "198.51.100.7", name, ACCOUNTS[name]) == 303, "a new browser elsewhere"


def test_wrong_passwords_count_for_a_day_and_until_the_password_is_set_again(world: World, script: Script) -> None:
    accounts = world.pbx.stores.accounts
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        for _ in range(FAILURES_MAX - 1):
            assert log_in_from(world, "2001:db8::1", "admin", "wrong wrong") == 401
        clock.shift(86_401)
        assert log_in_from(world, "2001:db8::1", "admin", "wrong wrong") == 401
        assert log_in_from(world, "2001:db8::1", "admin", ADMIN_PASSWORD) == 303, "those of yesterday do not count"
        for n in range(FAILURES_MAX):
            assert log_in_from(world, f"2001:db8::{n}", "admin", "wrong wrong") == 401
        assert log_in_from(world, "2001:db8::ffff", "admin", ADMIN_PASSWORD) == 401, "one network is one stranger"
        accounts.set_admin_password(world.tenant_id, "admin", ADMIN_PASSWORD)
        assert log_in_from(world, "2001:db8::1", "admin", ADMIN_PASSWORD) == 303


def test_attack_one_account_is_guessed_from_many_addresses(world: World, script: Script) -> None:
    mark = world.pbx.stores.accounts.make_mark(world.tenant_id, admin_name="admin")
    for n in range(FAILURES_MAX_PER_ACCOUNT):
        assert log_in_from(world, f"192.0.2.{n}", "admin", "wrong wrong") == 401
    assert log_in_from(world, "198.51.100.7", "admin", ADMIN_PASSWORD) == 401
    assert log_in_from(world, "198.51.100.7", "admin", ADMIN_PASSWORD, mark) == 303, "the owner's own browser"


def test_attack_one_address_guesses_at_many_accounts(world: World, script: Script) -> None:
    give_password(world)
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        mark = world.pbx.stores.accounts.make_mark(world.tenant_id, admin_name="admin")
        for n in range(FAILURES_MAX_PER_ADDRESS):
            assert log_in_from(world, "192.0.2.1", f"nobody{n}", "wrong wrong") == 401
        assert log_in_from(world, "192.0.2.1", "person1", WORD) == 401
        assert "too_many_from_address" in world.audit()[0].detail
        assert log_in_from(world, "192.0.2.1", "admin", ADMIN_PASSWORD, mark) == 303, "known browsers go on"
        assert log_in_from(world, "198.51.100.7", "person1", WORD) == 303
        clock.shift(LOCKED_S + 1)
        assert log_in_from(world, "192.0.2.1", "person1", WORD) == 303


def test_on_a_shared_name_the_tenant_is_remembered_and_another_can_be_chosen(world: World, script: Script) -> None:
    other = world.pbx.stores.tenants.add("Other", sip_domain="other.example", web_origin=WEB)
    world.pbx.stores.accounts.set_admin_password(other.pbx_tenant_id, "root", ADMIN_PASSWORD)
    browser = world.browser()
    assert "Domain of your PBX" in browser.get("/login").text
    browser.log_in()
    assert browser.get("/login?domain=contoso.example").status_code == 303, "signed in there already"
    earlier = str(browser.cookie(SESSION_COOKIE))
    assert "other.example" in browser.get("/login?domain=other.example").text
    form = {"domain": "other.example", "username": "root", "password": ADMIN_PASSWORD}
    assert browser.post("/login", form).status_code == 303
    session = world.pbx.stores.sessions.find(str(browser.cookie(SESSION_COOKIE)))
    assert session is not None
    assert session.tenant_id == other.pbx_tenant_id
    assert world.pbx.stores.sessions.find(earlier) is None
    browser.get("/")
    browser.post("/logout")
    assert 'value="other.example"' in browser.get("/login").text
    assert "Domain of your PBX" in browser.get("/login?choose=1").text


def test_account_rests_after_five_wrong_passwords(world: World, script: Script) -> None:
    give_password(world)
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        for name, word in (("admin", ADMIN_PASSWORD), ("person1", WORD)):
            for _ in range(FAILURES_MAX):
                assert world.browser().log_in(name, "wrong wrong").status_code == 401
            assert world.browser().log_in(name, word).status_code == 401
        clock.shift(LOCKED_S + 1)
        for name, word in (("admin", ADMIN_PASSWORD), ("person1", WORD)):
            assert world.browser().log_in(name, word).status_code == 303


ACCOUNTS = {"admin": ADMIN_PASSWORD, "person1": WORD}


def flood(world: World, name: str) -> None:
    """Type wrong passwords until the account is locked for unknown browsers."""
    for _ in range(FAILURES_MAX):
        assert world.browser().log_in(name, "wrong wrong").status_code == 401
    assert world.browser().log_in(name, ACCOUNTS[name]).status_code == 401


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_attack_strangers_lock_nobody_out_of_their_own_browser(world: World, script: Script, name: str) -> None:
    give_password(world)
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        owner = world.browser()
        cookie = next(
            line for line in owner.log_in(name, ACCOUNTS[name]).headers.getlist("Set-Cookie") if "pbx_known" in line
        )
        for word in ("__Host-", "Secure", "HttpOnly", "Path=/", "SameSite=Lax", f"Max-Age={MARK_S}"):
            assert word in cookie
        owner.post("/logout")
        for _ in range(3):
            flood(world, name)
            assert owner.log_in(name, ACCOUNTS[name]).status_code == 303
            owner.post("/logout")
            assert world.browser().log_in(name, ACCOUNTS[name]).status_code == 401, "for strangers it rests on"
            clock.shift(LOCKED_S + 1)


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_attack_guessing_from_a_known_browser(world: World, script: Script, name: str) -> None:
    """Its own count has the same limit, and its guesses lock no other browser out."""
    give_password(world)
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        thief = world.browser()
        thief.log_in(name, ACCOUNTS[name])
        mark = str(thief.cookie(KNOWN_COOKIE))
        thief.post("/logout")
        for _ in range(FAILURES_MAX):
            assert thief.log_in(name, "wrong wrong").status_code == 401
        assert thief.log_in(name, ACCOUNTS[name]).status_code == 401
        again = world.browser()
        again.put_cookie(KNOWN_COOKIE, mark)
        assert again.log_in(name, ACCOUNTS[name]).status_code == 401
        assert world.browser().log_in(name, ACCOUNTS[name]).status_code == 303
        clock.shift(LOCKED_S + 1)
        assert thief.log_in(name, ACCOUNTS[name]).status_code == 303


def test_attack_marks_that_are_not_this_accounts(world: World, script: Script) -> None:
    """An invented mark, another account's or tenant's, an old one, and one from before a new password do not count."""
    give_password(world)
    stores = world.pbx.stores
    accounts, tenant_id = stores.accounts, world.tenant_id
    other = stores.tenants.add("Other", sip_domain="other.example", web_origin=WEB).pbx_tenant_id
    accounts.set_admin_password(other, "admin", ADMIN_PASSWORD)
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        too_old = accounts.make_mark(tenant_id, admin_name="admin")
        clock.shift(MARK_S)
        before = accounts.make_mark(tenant_id, admin_name="admin")
        accounts.set_admin_password(tenant_id, "admin", ADMIN_PASSWORD)
        good = accounts.make_mark(tenant_id, admin_name="admin")
        flood(world, "admin")
        issued, secret, mac = good.split(".")
        of_user = accounts.make_mark(tenant_id, user_id=world.users()["person1"].id)
        marks = [too_old, before, of_user, accounts.make_mark(other, admin_name="admin")]
        marks += [
            f"{int(issued) + 1}.{secret}.{mac}",
            f"{issued}.{secret}x.{mac}",
            f"{issued}.{secret}.",
            "..",
            "",
            "ö",
        ]
        marks += [f"{good}.{mac}", "9" * 5000 + f".{secret}.{mac}", f"x.{secret}.{mac}", f"{issued}.{mac}"]
        for mark in marks:
            right = accounts.check_admin(tenant_id, "admin", ADMIN_PASSWORD, mark=mark, address="127.0.0.1")
            assert not right, mark
        assert accounts.check_admin(tenant_id, "admin", ADMIN_PASSWORD, mark=good, address="127.0.0.1")
        assert accounts.make_mark(tenant_id, admin_name="nobody") == ""


def test_attack_huge_password_is_not_hashed(world: World, script: Script) -> None:
    assert world.browser().log_in(password="x" * 100_000).status_code == 401


def test_session_ends_with_its_time_and_with_signing_out(world: World, script: Script) -> None:
    with time_machine.travel(1_790_000_000, tick=False) as clock:
        browser = world.browser()
        browser.log_in()
        clock.shift(SESSION_S - 1)
        assert browser.is_signed_in()
        clock.shift(2)
        assert not browser.is_signed_in()
    browser = world.browser()
    browser.log_in()
    token = browser.cookie(SESSION_COOKIE)
    assert token is not None
    text = browser.post("/logout").text
    assert "signed out of the PBX" in text
    assert "Microsoft" not in text
    assert browser.cookie(SESSION_COOKIE) is None
    thief = world.browser()
    thief.put_cookie(SESSION_COOKIE, token)
    assert not thief.is_signed_in()


def test_password_policy_refuses_synced_users_and_never_an_administrator(world: World, script: Script) -> None:
    give_password(world)
    world.pbx.stores.users.add(world.tenant_id, "handmade", display_name="Hand")
    give_password(world, "handmade")
    script.password_policy = PasswordPolicy.REFUSED
    refused = world.browser().log_in("person1", WORD)
    assert refused.status_code == 401
    assert "Sign in with Microsoft" in refused.text
    assert "password_refused_by_policy" in world.audit()[0].detail
    assert world.browser().log_in("handmade", WORD).status_code == 303
    assert world.browser().log_in().status_code == 303


def test_passwords_are_refused_only_to_those_whom_the_provider_admits(world: World, script: Script) -> None:
    give_password(world)
    give_password(world, "person2")
    script.password_policy, script.admits = PasswordPolicy.REFUSED, lambda person: person == link(2)
    assert world.browser().log_in("person1", WORD).status_code == 303
    assert world.browser().log_in("person2", WORD).status_code == 401


def test_attack_policy_is_not_lifted_by_a_plugin_that_fails(world: World, script: Script) -> None:
    give_password(world)
    script.password_policy, script.raises = PasswordPolicy.REFUSED, "on_login_providers"
    refused = world.browser().log_in("person1", WORD)
    assert refused.status_code == 401
    assert "password_policy_unknown" in world.audit()[0].detail
    assert world.browser().log_in().status_code == 303


@pytest.mark.parametrize("status", [PluginStatus.BROKEN, PluginStatus.INCOMPATIBLE])
def test_attack_policy_is_not_lifted_by_a_plugin_that_cannot_be_loaded(
    world: World, script: Script, status: PluginStatus
) -> None:
    """After a failed update the plugin has no hooks, so the host cannot know its policy."""
    give_password(world)
    script.password_policy = PasswordPolicy.REFUSED
    script.install(world, status=status, reason="its module does not import")
    assert world.browser().get("/login?domain=contoso.example").status_code == 200
    assert world.browser().get("/info?domain=contoso.example").get_json()["providers"] == []
    assert world.browser().log_in("person1", WORD).status_code == 401
    assert "password_policy_unknown" in world.audit()[0].detail
    assert world.browser().log_in().status_code == 303
    world.pbx.plugins.set_enabled("m365", False, world.tenant)  # the administrator decides
    assert world.browser().log_in("person1", WORD).status_code == 303


def test_attack_password_of_a_disabled_user(world: World, script: Script) -> None:
    give_password(world)
    world.apply(DisableUser(link=link(1), reason=DisableReason.ACCOUNT_DISABLED))
    assert world.browser().log_in("person1", WORD).status_code == 401


def test_attack_session_fixation(world: World, script: Script) -> None:
    victim = world.browser()
    victim.get("/login?domain=contoso.example")
    planted = "attackers-own-token-" + "x" * 30
    victim.put_cookie(SESSION_COOKIE, planted)
    assert victim.log_in().status_code == 303
    token = victim.cookie(SESSION_COOKIE)
    assert token not in (None, planted)
    thief = world.browser()
    thief.put_cookie(SESSION_COOKIE, planted)
    assert not thief.is_signed_in()


def test_attack_old_session_survives_a_new_sign_in(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    old = browser.cookie(SESSION_COOKIE)
    assert old is not None
    browser.post("/login", {"domain": "contoso.example", "username": "admin", "password": ADMIN_PASSWORD})
    assert browser.cookie(SESSION_COOKIE) != old
    assert world.pbx.stores.sessions.find(old) is None


def test_attack_session_of_a_tenant_that_is_not_reached_here(world: World, script: Script) -> None:
    other = world.pbx.stores.tenants.add("Other", sip_domain="other.example", web_origin="https://other.example")
    token = world.pbx.stores.sessions.begin(other.pbx_tenant_id, admin_name="root")
    browser = world.browser()
    browser.put_cookie(SESSION_COOKIE, token)
    assert not browser.is_signed_in()


@pytest.mark.parametrize("who", ["admin", "person1"])
def test_attack_session_outlives_a_changed_password(world: World, script: Script, who: str) -> None:
    """A password may be changed because another person knows it: that person's session must end."""
    give_password(world)
    accounts, sessions = world.pbx.stores.accounts, world.pbx.stores.sessions
    thief, colleague = world.browser(), world.browser()
    thief.log_in(who, ADMIN_PASSWORD if who == "admin" else WORD)
    colleague.log_in(*(("person1", WORD) if who == "admin" else ("admin", ADMIN_PASSWORD)))
    assert thief.is_signed_in()
    user_id = world.users()["person1"].id
    app = sessions.begin(world.tenant_id, user_id=user_id, provider="ms365", plugin="m365", prefix="app.")
    change = accounts.set_admin_password if who == "admin" else accounts.set_user_password
    change(world.tenant_id, who, "another long word")
    assert not thief.is_signed_in()
    assert (sessions.find(app) is None) == (who == "person1")
    assert colleague.is_signed_in()


@pytest.mark.parametrize("everywhere", [False, True])
def test_attack_session_outlives_the_plugin_that_vouched(world: World, script: Script, everywhere: bool) -> None:
    give_password(world)
    stores = world.pbx.stores
    other = stores.tenants.add("Other", sip_domain="other.example", web_origin=WEB)
    user_id = world.users()["person1"].id
    web = stores.sessions.begin(world.tenant_id, user_id=user_id, provider="ms365", plugin="m365")
    elsewhere = stores.sessions.begin(other.pbx_tenant_id, admin_name="x", provider="ms365", plugin="m365")
    by_password, under_way = world.browser(), world.browser()
    by_password.log_in("person1", WORD)
    url = under_way.begin()
    code = stores.flows.put_code(world.tenant_id, "m365", {"user_id": user_id}, challenge="c")
    world.pbx.plugins.set_enabled("m365", False, None if everywhere else world.tenant)
    assert stores.sessions.find(web) is None
    assert under_way.come_back(answer_to(url)).status_code == 403
    assert stores.flows.pop_code(code, challenge="c") is None
    assert (stores.sessions.find(elsewhere) is None) == everywhere
    assert by_password.is_signed_in()
    world.pbx.plugins.set_enabled("m365", True, None if everywhere else world.tenant)
    assert stores.sessions.find(web) is None
