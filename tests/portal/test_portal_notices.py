"""The notices of a tenant in the portal: shown while they last, dismissed, ended."""

from __future__ import annotations

from pbx_plugin_api import Severity
from tests.support.portal_plugin import Script
from tests.support.portal_world import Browser, World


def raise_notice(world: World, key: str, subject: str, *, level: int = 0, plugin: str = "", bad: bool = False) -> None:
    severity = Severity.BAD if bad else Severity.WARNING
    world.pbx.stores.notices.begin(world.tenant_id, key, subject, "Do this.", severity, level=level, plugin=plugin)


def shown(browser: Browser, path: str = "/notices") -> str:
    """The part of the page above what is over."""
    return browser.get(path).text.partition("Dismissed or ended")[0]


def test_a_notice_is_shown_until_it_is_dismissed_and_again_when_it_is_worse(world: World, script: Script) -> None:
    raise_notice(world, "k", "The certificate expires soon")
    browser = world.browser()
    browser.log_in()
    assert "The certificate expires soon" in shown(browser)
    assert "The certificate expires soon" in browser.get("/").text
    (kept,) = world.pbx.stores.notices.rows(world.tenant_id)
    assert browser.post(f"/notices/{kept.id}/dismiss").status_code == 303
    assert "The certificate expires soon" not in shown(browser)
    assert "The certificate expires soon" not in browser.get("/").text
    assert "dismissed by admin" in browser.get("/notices").text
    assert [line.subject for line in world.audit("notice.dismiss")] == ["k"]
    raise_notice(world, "k", "The certificate expires soon")
    assert "The certificate expires soon" not in shown(browser)
    raise_notice(world, "k", "The certificate expires tomorrow", level=1)
    assert "The certificate expires tomorrow" in shown(browser)
    world.pbx.stores.notices.end(world.tenant_id, "k")
    assert "The certificate expires tomorrow" not in shown(browser)
    assert ", ended 20" in browser.get("/notices").text


def test_nobody_dismisses_a_notice_of_another_tenant(world: World, script: Script) -> None:
    other = world.pbx.stores.tenants.add("Other", web_origin="https://other.example")
    world.pbx.stores.notices.begin(other.pbx_tenant_id, "k", "Not yours", "", Severity.BAD)
    (kept,) = world.pbx.stores.notices.rows(other.pbx_tenant_id)
    browser = world.browser()
    browser.log_in()
    assert browser.post(f"/notices/{kept.id}/dismiss").status_code == 404
    assert "Not yours" not in browser.get("/notices").text
    assert [each.notice.is_shown for each in world.pbx.stores.notices.rows(other.pbx_tenant_id)] == [True]


def test_the_first_page_shows_five_and_says_that_there_are_more(world: World, script: Script) -> None:
    for n in range(5):
        raise_notice(world, f"k{n}", f"Notice {n}")
    browser = world.browser()
    browser.log_in()
    assert "All notices" not in browser.get("/").text
    raise_notice(world, "k5", "Notice 5")
    first = browser.get("/").text
    assert "All notices" in first
    assert ("Notice 5" in first, "Notice 0" in first) == (True, False)


def test_notices_of_a_plugin_that_is_off_are_not_shown(world: World, script: Script) -> None:
    raise_notice(world, "k", "The certificate expires soon", plugin="m365", bad=True)
    raise_notice(world, "k", "The mail waits")
    browser, root = world.browser(), world.system_browser()
    browser.log_in()

    def places() -> dict[str, bool]:
        return {
            "notices": "The certificate expires soon" in browser.get("/notices").text,
            "first page": "The certificate expires soon" in browser.get("/").text,
            "plugins": "The certificate expires soon" in browser.get("/plugins").text,
            "tenants": "1 open notice" in root.get("/system/tenants").text,
        }

    everywhere, nowhere = dict.fromkeys(places(), True), dict.fromkeys(places(), False)
    assert places() == everywhere
    asked = browser.post("/plugins/m365/switch", {"on": "0"}).text
    assert "Its open notices are neither shown nor mailed while it is off." in asked
    for who in (browser, root):  # for the tenant; for the whole PBX
        who.agree("/plugins/m365/switch", {"on": "0"})
        assert places() == nowhere
        assert "The mail waits" in shown(browser), "the PBX's own"
        raise_notice(world, "k", "The certificate expires soon", plugin="m365", bad=True)
        assert places() == nowhere, "a run that was in progress raised it again"
        who.post("/plugins/m365/switch", {"on": "1"})
        assert places() == everywhere, "its cause lasts"


def test_an_administrator_enters_where_notices_are_mailed_to(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    assert "has no mail server of its own" in browser.get("/account").text
    assert browser.post("/account/notices", {"email": "boss@contoso.example"}).status_code == 303
    assert 'value="boss@contoso.example"' in browser.get("/account").text
    browser.post("/account/notices", {"email": "not an address"})
    assert world.pbx.stores.accounts.notice_addresses(world.tenant_id) == {"boss@contoso.example": None}
    browser.post("/account/notices", {"email": ""})
    assert world.pbx.stores.accounts.notice_addresses(world.tenant_id) == {}
