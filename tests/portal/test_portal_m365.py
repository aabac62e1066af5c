"""The portal with the real plugin, against the simulator: sign-in, settings, sync, approval."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portsip_m365_plugin.simulator.world.signing_keys import SigningKey
from tests.conftest import MakeLab
from tests.support.native_app import NativeApp
from tests.support.portal_world import SBC, WEB, Browser, EntraVisitor, World, connect_m365, reference_of, sent_to


@pytest.fixture
def entra() -> Iterator[EntraVisitor]:
    with EntraVisitor() as visitor:
        yield visitor


@pytest.fixture
def m365(world: World, make_lab: MakeLab) -> World:
    """A tenant connected to a simulated Entra of 40 people, synced."""
    return connect_m365(world, make_lab(users=40))


def sign_in(world: World, entra: EntraVisitor, upn: str, origin: str = WEB, **form: str) -> tuple[Browser, Any]:
    browser = world.browser(origin)
    return browser, browser.come_back(entra.sign_in(browser.begin(**form), upn))


@pytest.mark.parametrize("origin", [WEB, SBC])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_signs_in_by_the_real_plugin(m365: World, entra: EntraVisitor, origin: str, mode: str) -> None:
    m365.save(sign_in_response_mode=mode)
    user = m365.synced()
    browser, response = sign_in(m365, entra, m365.upn(user), origin, return_to="/contacts/company")
    assert response.status_code == 303, response.text
    assert response.headers["Location"] == "/contacts/company"
    assert user.display_name in browser.get("/").text
    assert user.subject in m365.audit()[0].detail


def test_app_signs_in_by_the_real_plugin(m365: World, entra: EntraVisitor) -> None:
    app = NativeApp(WEB, redirect_uri="http://127.0.0.1:50123/x")
    browser = m365.browser()
    browser.get("/app/sign-in", query_string=app.request())
    url = sent_to(browser.post("/sign-in/m365/ms365", app.request()))
    response = browser.come_back(entra.sign_in(url, m365.upn(m365.synced())))
    form = app.exchange_form(app.code_from(response.headers["Location"]))
    answer = m365.app.test_client().post("/app/token", data=form, base_url=WEB)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("trouble", "reason", "sentence"),
    [
        ("blocked_by_policy", "aadsts_53003", "Conditional Access|organisation|policy"),
        ("cancel", "cancel", "cancelled|again"),
        ("not_consented", "aadsts_65|cancel|consent", "administrator"),
    ],
)
def test_refusals_of_microsofts_are_explained(
    m365: World, entra: EntraVisitor, trouble: str, reason: str, sentence: str
) -> None:
    assert m365.lab is not None
    user, form = m365.synced(), {}
    if trouble == "blocked_by_policy":
        m365.lab.tenant().blocked_by_policy = True
    elif trouble == "cancel":
        form = {"cancel": "1"}
    else:
        m365.lab.register(consent_given=False)
        form = {"cancel": "1"}
    browser = m365.browser()
    response = browser.come_back(entra.sign_in(browser.begin(), m365.upn(user), **form))
    assert response.status_code == 403
    assert re.search(sentence, response.text, re.IGNORECASE)
    line = m365.audit()[0]
    assert line.subject == f"reference {reference_of(response)}"
    assert re.search(reason, line.detail), line.detail
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", line.detail), "Microsoft's ids"
    assert "AADSTS" not in response.text


def test_test_sign_in_of_an_administrator(m365: World, entra: EntraVisitor) -> None:
    """A real flow, begun by a button. Nobody is signed in by it, and then passwords may be refused."""
    browser = m365.browser()
    browser.log_in()
    browser.get("/plugins/m365/sign_in")
    assert m365.lab is not None
    guest = next(p for p in m365.lab.tenant().directory.order if p.listed and p.kind == "guest")
    url = sent_to(browser.post("/plugins/m365/sign_in/do/test_sign_in"))
    response = browser.come_back(entra.sign_in(url, guest.props["userPrincipalName"]))
    assert "The test sign-in succeeded." in response.text, response.text
    assert browser.get("/users").status_code == 200, "the administrator's session stays"
    assert "succeeded on" in browser.get("/plugins/m365/sign_in").text
    m365.save(password_policy="refused")


def test_a_fault_for_everybody_is_notified_and_the_refusal_suspended(m365: World, entra: EntraVisitor) -> None:
    assert m365.lab is not None
    user = m365.synced()
    m365.pbx.stores.accounts.set_user_password(m365.tenant_id, user.username, "a long enough word")
    test_test_sign_in_of_an_administrator(m365, entra)
    (app,) = m365.lab.tenant().apps.values()
    app.certificates.clear()
    assert m365.browser().log_in(user.username, "a long enough word").status_code == 401
    with EntraVisitor() as other:
        _, response = sign_in(m365, other, m365.upn(user))
    assert response.status_code == 403
    (notice,) = (n for n in m365.pbx.stores.notices.rows(m365.tenant_id) if "Signing in" in n.notice.subject)
    assert "Suspend the refusal" in notice.notice.text
    browser = m365.browser()
    browser.log_in()
    browser.get("/plugins/m365/sign_in")
    browser.post("/plugins/m365/sign_in/do/suspend_password_refusal")
    assert m365.browser().log_in(user.username, "a long enough word").status_code == 303


def test_policy_only_these(m365: World, entra: EntraVisitor) -> None:
    first, second = m365.synced(0), m365.synced(1)
    m365.save(sign_in_mode="only", sign_in_users=first.subject)
    assert sign_in(m365, entra, m365.upn(first))[1].status_code == 303
    with EntraVisitor() as other:
        _, response = sign_in(m365, other, m365.upn(second))
    assert response.status_code == 403
    assert "not_admitted" in m365.audit()[0].detail


def test_attack_guest_and_stranger_do_not_come_in(m365: World, entra: EntraVisitor) -> None:
    """A guest is in the directory, but not a user of the PBX. Having a user's mail address does not help."""
    assert m365.lab is not None
    guests = [p for p in m365.lab.tenant().directory.order if p.listed and p.kind == "guest"]
    guest, user = guests[0], m365.synced()
    guest.props["mail"] = user.email
    browser = m365.browser()
    response = browser.come_back(entra.sign_in(browser.begin(), guest.props["userPrincipalName"]))
    assert response.status_code == 403
    assert not browser.is_signed_in()
    assert "not_synced" in m365.audit()[0].detail


def test_disabled_at_microsoft_loses_the_session_within_one_tick(m365: World, entra: EntraVisitor) -> None:
    assert m365.lab is not None
    user = m365.synced()
    browser, _ = sign_in(m365, entra, m365.upn(user))
    assert browser.is_signed_in()
    m365.lab.admin().disable_user(user.subject)
    m365.tick()
    assert not browser.is_signed_in()
    assert not m365.users()[user.username].enabled


def test_deleted_at_microsoft_loses_the_session_within_one_tick(m365: World, entra: EntraVisitor) -> None:
    assert m365.lab is not None
    user = m365.synced(2)
    browser, _ = sign_in(m365, entra, m365.upn(user))
    assert browser.is_signed_in()
    m365.lab.admin().delete_user(user.subject)
    m365.tick()
    assert not browser.is_signed_in()


def test_first_sign_in_creates_by_the_rules_of_the_sync(m365: World, entra: EntraVisitor) -> None:
    assert m365.lab is not None
    m365.save(first_sign_in_creates="true")
    m365.lab.admin().create_user(
        displayName="Nora Newcomer",
        givenName="Nora",
        surname="Newcomer",
        userPrincipalName="nora.newcomer@contoso.onmicrosoft.com",
    )
    browser, response = sign_in(m365, entra, "nora.newcomer@contoso.onmicrosoft.com")
    assert response.status_code == 303, response.text
    assert "Nora Newcomer" in browser.get("/").text
    assert "Nora Newcomer" in {row.display_name for row in m365.users().values()}


def test_an_application_with_a_signing_key_of_its_own(m365: World, entra: EntraVisitor) -> None:
    """Claims mapping: the tenant's ordinary keys document does not have the key."""
    assert m365.lab is not None
    (app,) = m365.lab.tenant().apps.values()
    app.own_signing_key = SigningKey()
    assert sign_in(m365, entra, m365.upn(m365.synced()))[1].status_code == 303


def test_attack_first_sign_in_with_the_address_of_a_user_made_by_hand(m365: World, entra: EntraVisitor) -> None:
    """Nobody is linked and no second user is made; the administrator hears of it, and may link them by hand."""
    assert m365.lab is not None
    m365.save(first_sign_in_creates="true")
    upn = "nora.newcomer@contoso.onmicrosoft.com"
    m365.pbx.stores.users.add(m365.tenant_id, "nora", display_name="By Hand", email="Nora@contoso.example")
    before = m365.users()
    made = m365.lab.admin().create_user(
        displayName="Nora Newcomer", givenName="Nora", surname="Newcomer", userPrincipalName=upn
    )
    m365.lab.admin().change_user(made.id, proxyAddresses=[f"SMTP:{upn}", "smtp:nora@contoso.example"])
    _, response = sign_in(m365, entra, upn)
    assert response.status_code == 403
    assert "has your e-mail address already" in response.text
    assert "link_needed" in m365.audit()[0].detail
    assert set(m365.users()) == set(before)
    administrator = m365.browser()
    administrator.log_in()
    administrator.get("/users")
    sent = administrator.post("/users", {"typed": upn})
    page = administrator.get(sent.headers["Location"]).text
    assert f"has extension {before['nora'].extension_number}" in page
    assert m365.users()["nora"].subject == made.id
    _, response = sign_in(m365, entra, upn)
    assert response.status_code == 303


@pytest.mark.parametrize("doubt", ["two people", "two users", "administrator"])
def test_who_is_picked_in_doubt_gets_no_second_user(m365: World, doubt: str) -> None:
    assert m365.lab is not None
    upn = "nora.newcomer@contoso.onmicrosoft.com"
    admin = m365.lab.admin()
    made = admin.create_user(displayName="Nora", givenName="Nora", surname="Newcomer", userPrincipalName=upn)
    admin.change_user(made.id, mail="info@contoso.example")
    role = "SystemAdmin" if doubt == "administrator" else "StandardUser"
    m365.pbx.stores.users.add(m365.tenant_id, "info", display_name="Hand", email="info@contoso.example", role=role)
    if doubt == "two users":
        m365.pbx.stores.users.add(m365.tenant_id, "nora", display_name="Hand", email=upn)
    if doubt == "two people":
        other = m365.synced().subject
        admin.change_user(other, proxyAddresses=["smtp:info@contoso.example"])
    before = m365.users()
    browser = m365.browser()
    browser.log_in()
    browser.get("/users")
    sent = browser.post("/users", {"typed": upn})
    assert "inked" in browser.get(sent.headers["Location"]).text
    assert set(m365.users()) == set(before)
    assert m365.users()["info"].subject is None
    assert m365.audit("user.pick")[0].outcome == "refused"


def test_sign_out_offers_microsofts(m365: World, entra: EntraVisitor) -> None:
    assert m365.lab is not None
    browser, _ = sign_in(m365, entra, m365.upn(m365.synced()))
    browser.get("/")
    text = browser.post("/logout").text
    assert 'id="provider-sign-out"' in text
    assert (
        "/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fpbx.example.com%3A8887%2Fms365%2Fcallback" in text
    )


def test_sign_in_switched_off_has_no_icon(m365: World) -> None:
    m365.save(sign_in_mode="off")
    browser = m365.browser()
    assert "Microsoft" not in browser.get("/login?domain=contoso.example").text
    info = browser.get("/info?domain=contoso.example").json
    assert info is not None
    assert info["enable_ms365_integration"] is False


def test_settings_page_saves_and_refuses(m365: World) -> None:
    browser = m365.browser()
    browser.log_in()
    for tab in ("permissions", "user_sync", "sign_in"):
        assert browser.get(f"/plugins/m365/{tab}").status_code == 200
    text = browser.get("/plugins/m365/permissions").text
    for origin in (WEB, SBC):
        assert f"{origin}/ms365/callback" in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    wrong = {
        "version": version[1],
        "f-application_id": "nonsense",
        "f-directory_id": "nonsense too",
        "f-sync_time": "99",
    }
    refused = browser.post("/plugins/m365/permissions", wrong)
    assert refused.status_code == 422
    assert refused.text.count('class="error"') >= 3
    saved = browser.post("/plugins/m365/permissions", {"version": version[1], "f-sync_time": "02:30"})
    assert saved.status_code == 303
    assert 'value="02:30"' in browser.get("/plugins/m365/permissions").text


def _wait(world: World, path: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        row = world.pbx.stores.runs.get(path.rpartition("/")[2])
        if row.status != "running":
            return row
        time.sleep(0.05)
    raise AssertionError("the run did not end")


def test_plan_is_shown_and_approved(m365: World) -> None:
    """A third of the people are gone: the run asks, the page shows them, one click applies the plan."""
    assert m365.lab is not None
    gone = [m365.synced(n) for n in range(12)]
    for user in gone:
        m365.lab.admin().delete_user(user.subject)
    browser = m365.browser()
    browser.log_in()
    browser.get("/runs")
    path = browser.post("/runs", {"plugin": "m365"}).headers["Location"]
    assert _wait(m365, path).status == "needs_approval"
    text = browser.get(path).text
    for user in gone:
        assert user.display_name.split()[0] in text
    form = re.search(r'action="(/plugins/m365/status/do/approve)"', text)
    checksum = re.search(r'name="p-checksum" value="([0-9a-f]+)"', text)
    assert form is not None
    assert checksum is not None
    asked = browser.post(form[1], {"p-checksum": checksum[1]})
    assert "Apply this plan, and sync now." in asked.text
    assert "12 users are disabled: their telephones and sign-ins end at once." in asked.text
    sent = browser.agree(form[1], {"p-checksum": checksum[1]})
    assert sent.status_code == 303, sent.text
    assert _wait(m365, sent.headers["Location"]).status == "done"
    assert all(not m365.users()[user.username].enabled for user in gone)


def test_two_hundred_sign_in_at_once(m365: World) -> None:
    """200 browsers begin together and are answered together, with the simulator's token endpoint."""
    upns = [m365.upn(m365.synced(n % 20)) for n in range(200)]
    barrier = threading.Barrier(200, timeout=120)

    def one(upn: str) -> tuple[int, float]:
        browser = m365.browser()
        with EntraVisitor() as entra:
            answer = entra.sign_in(browser.begin(), upn)
        barrier.wait()
        began = time.perf_counter()
        response = browser.come_back(answer)
        return response.status_code, time.perf_counter() - began

    with ThreadPoolExecutor(max_workers=200) as pool:
        outcomes = list(pool.map(one, upns))
    assert [status for status, _ in outcomes] == [303] * 200
    times = sorted(seconds for _, seconds in outcomes)
    print(f"200 at once: median {times[100]:.2f} s, slowest {times[-1]:.2f} s")
    assert len(m365.audit()) == 200
