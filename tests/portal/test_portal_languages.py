"""Which language a page speaks: the person's own choice, their tenant's, the browser's, English."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import update

from pbx_devhost.mail.languages import language_for
from pbx_devhost.portal.languages import LANGUAGE_COOKIE
from pbx_devhost.store.sql.schema import admins, tenants
from tests.support.portal_plugin import Script
from tests.support.portal_world import ADMIN_PASSWORD, WEB, Browser, World

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}
LOGIN = "/login?domain=contoso.example"


def language_of(response: Any) -> str:
    found = re.search(r'<html lang="([^"]+)">', response.text)
    assert found is not None
    assert response.headers["Content-Language"] == found[1]
    return found[1]


HEADERS = {
    "de": "de",
    "de-AT": "de",
    "zh-CN": "zh-Hans",
    "zh-Hans-SG": "zh-Hans",
    "zh-TW": "en",  # the other script
    "fr,de;q=0.3": "de",
    "en-US,de;q=0.9": "en",
    "de;q=0,zh": "zh-Hans",
    "de;q=0.2,zh;q=0.8": "zh-Hans",
    "*": "en",
    "": "en",
    "x" * 198 + ",zh-Hant": "en",  # a long header is cut, but not inside of a tag
    "fr-FR," * 2000 + "de": "en",
}


def test_the_sign_in_page_speaks_the_browsers_language(world: World) -> None:
    pages = {header: world.browser().get(LOGIN, headers={"Accept-Language": header}) for header in HEADERS}
    assert {header: language_of(page) for header, page in pages.items()} == HEADERS
    assert {"Accept-Language", "Cookie"} <= set(pages["de"].headers["Vary"].replace(",", " ").split())


def test_the_links_at_the_foot_lead_back_to_the_same_page_in_another_language(world: World) -> None:
    browser = world.browser()
    page = browser.get("/login?domain=contoso.example&return_to=/users%3Fpage%3D2", headers=GERMAN)
    assert re.search(r'<span lang="de" aria-current="true">Deutsch</span>', page.text)
    link = re.search(r'<a lang="zh-Hans" hreflang="zh-Hans" href="([^"]+)">简体中文</a>', page.text)
    assert link is not None
    chosen = browser.get(link[1].replace("&amp;", "&"))
    assert chosen.status_code == 303
    assert chosen.location == "/login?domain=contoso.example&return_to=/users%3Fpage%3D2"
    assert language_of(browser.get(chosen.location, headers=GERMAN)) == "zh-Hans"


def test_every_page_before_sign_in_offers_the_languages(world: World) -> None:
    world.pbx.stores.tenants.set_system_origin(WEB)
    for page in ("/login?choose=1", "/system/login", LOGIN):
        text = world.browser().get(page).text
        assert "English" in text
        assert 'href="/language/de?return_to=/' in text


def test_a_persons_own_choice_comes_before_their_tenants_and_that_before_the_browsers(world: World) -> None:
    admin = world.browser()
    admin.log_in()
    assert language_of(admin.get("/account", headers=CHINESE)) == "zh-Hans"
    saved = admin.post("/tenant/language", {"language": "de"})
    assert saved.status_code == 303
    page = admin.get("/account", headers=CHINESE)
    assert language_of(page) == "de"
    assert "Vary" not in page.headers  # it does not depend on the browser any more
    admin.post("/account/language", {"language": "en"})
    assert language_of(admin.get("/account", headers=CHINESE)) == "en"
    admin.post("/account/language", {"language": ""})
    assert language_of(admin.get("/account", headers=CHINESE)) == "de"
    admin.post("/tenant/language", {"language": ""})
    assert language_of(admin.get("/account", headers=CHINESE)) == "zh-Hans"


def test_a_chosen_language_that_is_no_longer_offered_makes_way_for_the_next_choice(world: World) -> None:
    """An older version of the PBX does not have every language that somebody chose in the newer one."""
    stores, admin = world.pbx.stores, world.browser()
    admin.log_in()
    admin.get("/account")
    stores.accounts.set_admin_email(world.tenant_id, "admin", "ann@contoso.example")
    admin.post("/account/language", {"language": "zh-Hans"})
    admin.post("/tenant/language", {"language": "de"})
    with stores.database.write() as connection:
        connection.execute(update(admins).values(language="tlh"))
    page = admin.get("/account", headers=CHINESE)
    assert language_of(page) == "de"
    assert "selected" not in str(re.findall(r"<option[^>]*>(?:English|Deutsch|简体中文)", page.text))
    tenant = stores.tenants.find(world.tenant_id)
    assert language_for(stores, tenant, ["ann@contoso.example"]) == "de"
    with stores.database.write() as connection:
        connection.execute(update(tenants).values(language="tlh"))
    assert language_of(admin.get("/account", headers=CHINESE)) == "zh-Hans"


def test_the_choices_are_stored_where_plugins_and_mails_read_them(world: World) -> None:
    admin = world.browser()
    admin.log_in()
    admin.post("/tenant/language", {"language": "de"})
    assert world.pbx.stores.tenants.find(world.tenant_id).language == "de"
    admin.post("/tenant/language", {"language": ""})
    assert world.pbx.stores.tenants.find(world.tenant_id).language == "en"
    lines = world.audit("tenant.language")
    assert [line.changes for line in lines] == ['[["language", "de", null]]', '[["language", null, "de"]]']


def test_a_user_chooses_too_and_only_for_themselves(world: World, script: Script) -> None:
    del script
    users = sorted(world.users())[:2]
    for name in users:
        world.pbx.stores.accounts.set_user_password(world.tenant_id, name, ADMIN_PASSWORD)
    first, second = world.browser(), world.browser()
    for browser, name in ((first, users[0]), (second, users[1])):
        assert browser.log_in(name).status_code == 303
    first.get("/account")
    assert first.post("/account/language", {"language": "zh-Hans"}).status_code == 303
    assert language_of(first.get("/")) == "zh-Hans"
    assert language_of(second.get("/")) == "en"
    assert first.post("/tenant/language", {"language": "de"}).status_code == 403


def test_a_system_administrator_keeps_their_language_in_every_tenant(world: World) -> None:
    world.pbx.stores.tenants.set_system_origin(WEB)
    world.pbx.stores.accounts.set_admin_password("system", "root", ADMIN_PASSWORD)
    world.pbx.stores.languages.set_of_tenant(world.tenant, "zh-Hans")
    root = world.browser()
    root.get("/system/login")
    root.post("/system/login", {"username": "root", "password": ADMIN_PASSWORD})
    assert language_of(root.get("/")) == "en"
    root.post(f"/system/tenants/{world.tenant_id}/enter")
    assert language_of(root.get("/account")) == "zh-Hans"
    root.post("/account/language", {"language": "de"})
    assert language_of(root.get("/account")) == "de"
    root.post("/system/leave")
    root.get("/")
    assert language_of(root.get("/")) == "de"
    assert root.post("/tenant/language", {"language": "de"}).status_code == 404  # the PBX itself has none


def test_a_new_tenant_gets_its_language(world: World) -> None:
    world.pbx.stores.tenants.set_system_origin(WEB)
    world.pbx.stores.accounts.set_admin_password("system", "root", ADMIN_PASSWORD)
    root = world.browser()
    root.get("/system/login")
    root.post("/system/login", {"username": "root", "password": ADMIN_PASSWORD})
    root.get("/system/tenants/new")
    form = {"name": "Neu", "time_zone": "UTC", "country": "DE", "web_origin": WEB, "rest_days": "3", "username": "a"}
    form |= {"password": ADMIN_PASSWORD, "password_again": ADMIN_PASSWORD}
    refused = root.post("/system/tenants/new", form | {"language": "<b>"})
    assert refused.status_code == 422
    assert 'id="language-error"' in refused.text
    assert root.post("/system/tenants/new", form | {"language": "de"}).status_code == 303
    assert world.pbx.stores.tenants.find("Neu").language == "de"


def test_static_files_and_errors_are_as_before(world: World) -> None:
    style = world.browser().get("/static/portal.css", headers=GERMAN)
    assert "Vary" not in style.headers
    assert "Content-Language" not in style.headers
    style.close()
    assert language_of(world.browser().get("/nowhere", headers=GERMAN)) == "de"


def test_attack_a_tag_in_a_name_within_a_sentence_with_markup(world: World) -> None:
    """The message's own tags are drawn, and those of a value are shown."""
    with world.app.test_request_context("/", base_url=WEB):
        draw = world.app.jinja_env.from_string
        names = ("<script>", "<b>", "<a>", "</b>", "&lt;b&gt;", '"><i>', "\0other\0", "{other}")
        for name in names:
            shown = draw(
                '{{ _("<b>{name}</b> and <a>{other}</a>.", name=name, other=name)|rich("/x?a=1&b=2") }}'
            ).render(name=name)
            assert shown == f'<b>{escape(name)}</b> and <a href="/x?a=1&amp;b=2">{escape(name)}</a>.'
        bold = draw('{{ _("It is {n:,} {what}.", n=1234, what=bold)|rich }}').render(bold=Markup("<i>big</i>"))
        assert bold == "It is 1,234 <i>big</i>."


HOSTILE = (
    "<script>", '"><b>', "../../etc/passwd", "de\\..", "de_DE.UTF-8", "de\r\nSet-Cookie: a=b", "x" * 4_000, "%00", "zz",
)  # fmt: skip


def test_attack_a_language_that_is_no_language(world: World) -> None:
    """Header, cookie, address and form choose among the offered languages, and nothing of them is shown or stored."""
    admin = world.browser()
    admin.log_in()
    for value in HOSTILE:
        clean = value.replace("\r\n", "")
        browser = world.browser()
        assert language_of(browser.get(LOGIN, headers={"Accept-Language": clean})) in ("en", "de")
        browser.put_cookie(LANGUAGE_COOKIE, clean)
        page = browser.get(LOGIN)
        assert language_of(page) == "en"
        assert value not in page.text
        answer = browser.get("/language/" + clean.replace("/", "%2F").replace("%00", "%2500"))
        assert answer.status_code in (404, 414)
        assert not answer.headers.get("Set-Cookie")
        for path in ("/account/language", "/tenant/language"):
            assert admin.post(path, {"language": value}).status_code == 400
    assert world.pbx.stores.languages.of_tenant(world.tenant_id) is None


def test_attack_a_link_of_another_site_that_changes_the_language(world: World) -> None:
    browser = world.browser()
    browser.get("/language/zh-Hans", headers={"Sec-Fetch-Site": "cross-site"})
    assert browser.cookie(LANGUAGE_COOKIE) is None
    away = browser.get("/language/de?return_to=https://evil.example/")
    assert away.location == "/"
    assert browser.cookie(LANGUAGE_COOKIE) == "de"


def test_attack_a_forged_form_that_sets_the_language(world: World) -> None:
    admin = world.browser()
    admin.log_in()
    for path in ("/account/language", "/tenant/language"):
        assert admin.post(path, {"language": "de"}, csrf=False).status_code == 403


def test_attack_a_list_of_languages_without_end(world: World) -> None:
    """Only its beginning is read, so it costs no more than a short one."""
    browser: Browser = world.browser()
    header = ",".join(f"a{n}" for n in range(4_000)) + ",de"
    assert language_of(browser.get(LOGIN, headers={"Accept-Language": header})) == "en"
