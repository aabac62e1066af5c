"""*Erase this person* on the page of a user."""

from __future__ import annotations

import pytest

from pbx_devhost.runs.upkeep import Upkeep
from pbx_plugin_api import DraftContact, PersonalBook
from tests.support.database_dump import dump_text
from tests.support.portal_plugin import Script, link
from tests.support.portal_world import Browser, World


@pytest.fixture
def browser(world: World, script: Script) -> Browser:
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    return browser


def test_the_page_says_what_goes_and_the_clock_erases(world: World, browser: Browser) -> None:
    user = world.users()["person1"]
    world.pbx.stores.audit.record(world.tenant.pbx_tenant_id, "admin", "note", subject="Old Name of person1")
    assert f'href="/users/{user.id}/erase"' in browser.get(f"/users/{user.id}").text
    asked = browser.get(f"/users/{user.id}/erase")
    assert "This cannot be undone." in asked.text
    assert "Take this person out of the directory" in asked.text
    sent = browser.post(f"/users/{user.id}/erase", {"also": "Old Name\r\n\r\n"})
    assert sent.status_code == 303
    assert "The person is erased within minutes" in browser.get(sent.headers["Location"]).text
    assert world.audit("person.erase")[0].subject == world.pbx.stores.erasures.waiting()[0]
    Upkeep(world.pbx).work()
    assert world.pbx.stores.erasures.waiting() == []
    assert "person1" not in world.users()
    left = dump_text(world.pbx.stores)
    assert "person1" not in left
    assert "Old Name" not in left
    assert browser.get(f"/users/{user.id}/erase").status_code == 404
    assert browser.post(f"/users/{user.id}/erase").status_code == 404


def test_what_still_names_them_is_a_notice(world: World, browser: Browser) -> None:
    stores, user = world.pbx.stores, world.users()["person1"]
    book = PersonalBook(owner=link(2))
    stores.contacts.add(world.tenant_id, book, DraftContact(name=user.display_name))
    browser.post(f"/users/{user.id}/erase")
    Upkeep(world.pbx).work()
    [kept] = stores.notices.open_ones(world.tenant_id)
    assert kept.notice.subject == "A person was erased, and something of others still names them"
    assert "Contacts in address books that have this name, address or number: 1." in kept.notice.text
    assert world.audit("person.erase")[0].subject in kept.notice.text
    assert user.display_name not in kept.notice.text


def test_the_notice_ends_when_nothing_names_them_any_more(world: World, browser: Browser) -> None:
    stores, user = world.pbx.stores, world.users()["person1"]
    book = PersonalBook(owner=link(2))
    contact_id = stores.contacts.add(world.tenant_id, book, DraftContact(name=user.display_name))
    other = stores.contacts.add(world.tenant_id, book, DraftContact(name="Somebody else"))
    browser.post(f"/users/{user.id}/erase")
    upkeep = Upkeep(world.pbx)

    def look() -> list[str]:
        for chore in ("erasures", "remains", "retention"):
            stores.chores.put_off(chore, by_s=0.0)
        upkeep.work()
        return [kept.notice.kind for kept in stores.notices.open_ones(world.tenant_id)]

    assert look() == ["erasure"]
    [kept] = stores.notices.open_ones(world.tenant_id)
    stores.notices.dismiss(world.tenant_id, kept.id, "admin")
    stores.contacts.delete(world.tenant_id, other)
    assert look() == ["erasure"], "it was put away, and its cause lasts"
    stores.contacts.delete(world.tenant_id, contact_id)
    assert look() == []
    [over] = stores.notices.over(world.tenant_id, limit=5)
    assert (over.notice.kind, over.notice.is_open) == ("erasure", False)
    assert stores.erasures.without_remains() == [], "it is not watched any more"


def test_attack_only_an_administrator_erases_and_no_other_site_can_make_them(world: World, browser: Browser) -> None:
    user = world.users()["person1"]
    path = f"/users/{user.id}/erase"
    assert browser.post(path, csrf=False).status_code == 403
    assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert world.browser().post(path).status_code in (303, 403)
    assert world.pbx.stores.erasures.waiting() == []
