"""The pages that an administrator and a user can see, and what they can do there."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import update

from pbx_devhost.store.sql.schema import outbox
from pbx_plugin_api import (
    CompanyBook,
    ContactSource,
    DisableReason,
    DisableUser,
    DraftContact,
    Notification,
    NotificationKind,
    PersonalBook,
    Photo,
    Provisioned,
    ProvisionRefused,
    PutContact,
    Severity,
)
from tests.support.portal_plugin import EVIL, Script, draft, link
from tests.support.portal_world import ADMIN_PASSWORD, WEB, World

PAGES = ("/", "/users", "/contacts/company", "/plugins", "/plugins/m365/main", "/runs", "/mail", "/notices", "/audit")
SOURCES = (ContactSource(mailbox_id="m", folder_id="f", contact_id="c"),)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_who_is_signed_in(world: World, script: Script, path: str) -> None:
    browser = world.browser()
    away = browser.get(path)
    assert away.status_code == 303
    assert away.headers["Location"].startswith("/login?return_to=")
    browser.log_in()
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_markup_of_others(world: World, script: Script, path: str) -> None:
    stores = world.pbx.stores
    stores.users.add(world.tenant_id, "evil", display_name=EVIL, email="e@x.example")
    stores.contacts.add(world.tenant_id, CompanyBook(), DraftContact(name=EVIL))
    stores.audit.record(world.tenant_id, EVIL, EVIL, subject=EVIL, detail=EVIL)
    stores.notices.begin(world.tenant_id, "k", EVIL, EVIL, Severity.BAD)
    browser = world.browser()
    browser.log_in()
    text = browser.get(path).text
    assert EVIL not in text
    assert path in ("/plugins", "/runs", "/mail") or "&lt;script&gt;" in text


def test_headers_on_every_answer(world: World, script: Script) -> None:
    browser = world.browser()
    for response in (
        browser.get("/login"),
        browser.get("/nowhere"),
        browser.get("/static/portal.css"),
        browser.log_in(),
    ):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")
        assert response.headers["Referrer-Policy"] == "same-origin"
        is_asset = response.request.path.startswith("/static/")
        assert response.headers["Cache-Control"] == ("no-cache" if is_asset else "no-store")
        response.close()


def test_hsts_never_for_this_machines_own_names(tmp_path: Any) -> None:
    from tests.support.portal_world import worlds_of

    for world in worlds_of(tmp_path, web="https://localhost:8887", sbc=None):
        assert "Strict-Transport-Security" not in world.browser("https://localhost:8887").get("/login").headers


def test_pages_need_nothing_from_elsewhere_and_no_inline_code(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    for path in PAGES:
        text = browser.get(path).text
        assert "style=" not in text
        assert "onclick" not in text
        assert "<script>" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")


def test_users_with_photo_state_search_and_pages(world: World, script: Script) -> None:
    stores = world.pbx.stores
    stores.linked_users(world.tenant_id).set_photo(link(1), Photo(content=PNG, content_type="image/png"))
    world.apply(DisableUser(link=link(2), reason=DisableReason.DEPARTED))
    for n in range(60):
        stores.users.add(world.tenant_id, f"hand{n}", display_name=f"Hand {n:02}")
    browser = world.browser()
    browser.log_in()
    text = browser.get("/users").text
    assert "63 in all" in text
    assert "has left the directory" in text
    assert 'href="?page=2"' in text
    assert "Hand 59" not in text
    assert "Hand 59" in browser.get("/users?page=2").text
    found = browser.get("/users?q=hand+07").text
    assert "Hand 07" in found
    assert "Hand 08" not in found
    assert "Nothing found" in browser.get("/users?q=zzzz").text
    user = world.users()["person1"]
    assert f"/users/{user.id}/photo" in text
    photo = browser.get(f"/users/{user.id}/photo")
    assert photo.data == PNG
    assert photo.mimetype == "image/png"
    detail = browser.get(f"/users/{user.id}").text
    assert user.extension_number in detail
    assert link(1).subject in detail


def test_another_tenants_people_and_runs_are_not_found(world: World, script: Script) -> None:
    stores = world.pbx.stores
    other = stores.tenants.add("Other", sip_domain="other.example", web_origin=WEB)
    stores.users.add(other.pbx_tenant_id, "stranger", display_name="Stranger")
    stranger = next(iter(stores.users.rows(other.pbx_tenant_id)))
    run_id = stores.runs.begin(other.pbx_tenant_id, "m365", "due", None)
    browser = world.browser()
    browser.log_in()
    assert browser.get("/").status_code == 200
    for path in (f"/users/{stranger.id}", f"/users/{stranger.id}/photo", f"/runs/{run_id}", f"/runs/{run_id}/progress"):
        assert browser.get(path).status_code == 404
    assert "Stranger" not in browser.get("/users?q=stranger").text


def test_users_see_their_own_and_nothing_more(world: World, script: Script) -> None:
    stores = world.pbx.stores
    stores.accounts.set_user_password(world.tenant_id, "person1", "long enough word")
    put = PutContact(external_id="c1", draft=DraftContact(name="Aunt Ada"), sources=SOURCES)
    for book in (PersonalBook(owner=link(1)), CompanyBook()):
        world.synced_contacts().apply(book, [put])
    browser = world.browser()
    browser.log_in("person1", "long enough word")
    assert "Person 1" in browser.get("/").text
    assert "Aunt Ada" in browser.get("/contacts/mine").text
    assert "Aunt Ada" in browser.get("/contacts/company").text
    for path in ("/users", "/plugins", "/plugins/m365/main", "/runs", "/audit"):
        assert browser.get(path).status_code == 403
    other = world.users()["person2"]
    assert browser.get(f"/users/{other.id}/photo").status_code == 404
    browser.get("/")
    assert browser.post("/contacts/company", {"name": "Mine"}).status_code == 403
    assert browser.post("/runs", {"plugin": "m365"}).status_code == 403


def test_company_contacts_by_hand_and_synced_ones_read_only(world: World, script: Script) -> None:
    stores = world.pbx.stores
    put = PutContact(external_id="c1", draft=DraftContact(name="From Outlook"), sources=SOURCES)
    world.synced_contacts().apply(CompanyBook(), [put])
    browser = world.browser()
    browser.log_in()
    browser.get("/contacts/company")
    assert browser.post("/contacts/company", {"name": "Reception", "business": "+49 30 1234-567"}).status_code == 303
    (caller,) = stores.contacts.find_callers(world.tenant_id, "+49301234567")
    assert caller.name == "Reception"
    rows = {row["name"]: row for row in stores.contacts.rows(world.tenant_id, CompanyBook())}
    browser.get("/contacts/company")
    assert browser.post(f"/contacts/company/{rows['From Outlook']['id']}/delete").status_code == 404
    browser.get("/contacts/company")
    assert "Delete the contact Reception." in browser.post(f"/contacts/company/{rows['Reception']['id']}/delete").text
    assert browser.agree(f"/contacts/company/{rows['Reception']['id']}/delete").status_code == 303
    assert [row["name"] for row in stores.contacts.rows(world.tenant_id, CompanyBook())] == ["From Outlook"]
    browser.get("/contacts/company")
    refused = browser.post("/contacts/company", {"name": "x" * 99})
    assert refused.status_code == 400
    assert "characters" in refused.text


def test_audit_log_pages(world: World, script: Script) -> None:
    for n in range(70):
        world.pbx.stores.audit.record(world.tenant_id, "me", f"event.{n:02}")
    browser = world.browser()
    browser.log_in()
    first = browser.get("/audit").text
    assert "<td>Event: 69</td>" in first
    assert "<td>Event: 05</td>" not in first
    assert "<td>Event: 05</td>" in browser.get("/audit?page=2").text


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-3", "?page=abc", "?page=99999999999", "?page=%00", "?q=%00%ff", "?q=%ff", "?q=%25"]
)
def test_odd_queries_do_no_harm(world: World, script: Script, query: str) -> None:
    browser = world.browser()
    browser.log_in()
    for path in ("/users", "/audit", "/runs", "/contacts/company"):
        assert browser.get(path + query).status_code == (400 if "%00" in query else 200)


def test_info_tells_apps_what_a_domain_offers(world: World, script: Script) -> None:
    browser = world.browser()
    info = browser.get("/info?domain=contoso.example").json
    assert info is not None
    assert info["enable_ms365_integration"] is True
    assert info["providers"] == [{"id": "ms365", "label": "Sign in with Microsoft", "icon": "microsoft"}]
    assert browser.get("/api/info?domain=contoso.example").json == info
    assert browser.get("/info?domain=nobody.example").status_code == 404
    script.offers_login = False
    info = browser.get("/info?domain=contoso.example").json
    assert info is not None
    assert info["enable_ms365_integration"] is False


def test_domain_chooses_among_the_tenants_of_this_address(world: World, script: Script) -> None:
    stores = world.pbx.stores
    stores.tenants.add("Second", sip_domain="second.example", web_origin=WEB)
    stores.tenants.add("Elsewhere", sip_domain="elsewhere.example", web_origin="https://elsewhere.example")
    browser = world.browser()
    text = browser.get("/login").text
    assert "Domain of your PBX" in text
    assert "second.example" not in text
    assert "Second" in browser.get("/login?domain=SECOND.example").text
    assert browser.get("/login?domain=elsewhere.example").status_code == 404
    assert browser.get("/login?domain=Second").status_code == 404
    assert browser.log_in().status_code == 303


def test_first_administrator_is_asked_for_where_there_is_none(world: World, script: Script) -> None:
    world.pbx.stores.tenants.add("Empty", sip_domain="empty.example", web_origin=WEB)
    assert "set-password Empty" in world.browser().get("/login?domain=empty.example").text


def test_draft_names_reach_the_page_as_they_are(world: World, script: Script) -> None:
    from pbx_plugin_api import CreateUser

    world.apply(CreateUser(draft=draft(9, display_name="Μαρία <b> & Çelik 鈴木")))
    browser = world.browser()
    browser.log_in(password=ADMIN_PASSWORD)
    assert "Μαρία &lt;b&gt; &amp; Çelik 鈴木" in browser.get("/users").text


def test_who_was_made_by_hand_is_linked_and_keeps_what_the_plugin_leaves_alone(world: World, script: Script) -> None:
    world.pbx.stores.users.add(world.tenant_id, "eighth", display_name="By Hand", email="p8@x.example")
    by_hand = world.users()["eighth"].id
    number = world.users()["eighth"].extension_number
    script.provisioned = Provisioned(
        draft=draft(8, email="new@x.example"), link_user_id=by_hand, fields=("display_name",)
    )
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    for _ in range(2):  # the second time they are refreshed
        sent = browser.post("/users", {"typed": "8"})
        assert f"Person 8 has extension {number}" in browser.get(sent.headers["Location"]).text
    user = world.users()["eighth"]
    assert (user.subject, user.email) == (link(8).subject, "p8@x.example")
    assert "person8" not in world.users()


def test_one_person_is_added_and_refreshed_outside_the_sync(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    sent = browser.post("/users", {"typed": "8"})
    assert "Person 8 has extension" in browser.get(sent.headers["Location"]).text
    number = world.users()["person8"].extension_number
    script.provisioned = Provisioned(draft=draft(8, display_name="Person Eight"))
    browser.post("/users", {"typed": "8"})
    assert world.users()["person8"].display_name == "Person Eight"
    assert world.users()["person8"].extension_number == number
    script.provisioned = ProvisionRefused(reason="guest", sentence="Guests get no extension.")
    refused = browser.post("/users", {"typed": "9"})
    assert "Guests get no extension." in browser.get(refused.headers["Location"]).text
    assert [line.outcome for line in world.audit("user.pick")] == ["refused", "ok", "ok"]
    script.provisioned, script.raises = None, "on_user_provision"
    failed = browser.post("/users", {"typed": "9"})
    assert "failed in on_user_provision" in browser.get(failed.headers["Location"]).text
    assert browser.post("/users", {"typed": ""}).status_code == 303


def test_notes_are_ours(world: World, script: Script) -> None:
    """A link cannot put a sentence on our pages: the sentence is signed for the session."""
    one, two = world.browser(), world.browser()
    one.log_in()
    two.log_in()
    one.get("/users")
    address = one.post("/users", {"typed": "8"}).headers["Location"]
    assert "has extension" in one.get(address).text
    assert "has extension" not in two.get(address).text
    for note in ("hello", address.partition("note=")[2][:-3]):
        assert 'role="status"' not in one.get("/users", query_string={"note": note}).text


def test_notification_queue(world: World, script: Script) -> None:
    box = world.pbx.stores.outbox
    for n in range(3):
        mail = Notification(
            notification_id=f"n{n}",
            kind=NotificationKind.OTHER,
            created_at_utc=datetime.now(timezone.utc),
            to=(f"p{n}@x.example",),
            subject=f"Subject {n} {EVIL}",
            text="The secret body",
        )
        box.put(world.tenant_id, mail)
    with world.pbx.stores.database.write() as connection:
        held = {"state": "held", "waiting": 0, "finished_at": 1.0, "reason": "It may have gone."}
        connection.execute(update(outbox).where(outbox.c.id == "n1").values(held))
    browser = world.browser()
    browser.log_in()
    text = browser.get("/mail").text
    assert EVIL not in text
    assert "secret body" not in text
    assert "It may have gone." in text
    assert "p0@x.example" in text
    assert "Subject 0" not in browser.get("/mail?state=held").text
    assert browser.get("/mail?state=nonsense").status_code == 200
    assert browser.post("/mail/n1/again").status_code == 303
    assert box.counts(world.tenant_id).get("held") is None
    refused = browser.post("/mail/n1/drop")
    assert "no held mail" in browser.get(refused.headers["Location"]).text
    assert browser.post("/mail/other/again").status_code == 303
    assert [line.subject for line in world.audit("mail.resend")] == ["n1"]


def test_a_fault_of_mail_is_on_its_page_and_the_plugins_and_is_tried_at_once(world: World, script: Script) -> None:
    lanes = world.pbx.stores.outbox.lanes
    lanes.note_fault(
        world.tenant_id,
        channel="m365",
        cause="consent",
        reason=f"Nobody consented {EVIL}.",
        remedy="Grant consent.",
        not_before=None,
        is_probe=False,
        fallback_after_s=None,
    )
    browser = world.browser()
    browser.log_in()
    for path in ("/mail", "/plugins/m365/main"):
        text = browser.get(path).text
        assert "Mail is paused: Nobody consented" in text
        assert "Grant consent." in text
        assert EVIL not in text
    done = browser.post("/mail/probe")
    assert "One mail tries now." in browser.get(done.headers["Location"]).text
    fault = lanes.fault(world.tenant_id)
    assert fault is not None
    assert fault.probe_at <= world.pbx.stores.database.now()
    assert len(list(world.audit("mail.probe"))) == 1
    lanes.end_fault(world.tenant_id)
    assert "Mail is paused" not in browser.get("/mail").text
    done = browser.post("/mail/probe")
    assert "not paused any more" in browser.get(done.headers["Location"]).text
