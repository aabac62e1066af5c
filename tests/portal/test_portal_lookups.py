"""Finding values for a list: the JSON for the script, and the page that needs none."""

from __future__ import annotations

import html

import pytest

from pbx_plugin_api import FieldError, LookedUp, LookUpRequest, LookUpResult, ProvisionRefused, Refused
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_world import Browser, World

ANNA = LookedUp(value="anna@x.example", label="Anna", detail=EVIL)
JSON, PAGE = "/plugins/m365/main/look-up/note", "/plugins/m365/main/find/note"


@pytest.fixture
def admin(world: World, script: Script) -> Browser:
    script.found = LookUpResult(found=(ANNA, LookedUp(value="ann@x.example", label="Ann")), has_more=True)
    browser = world.browser()
    browser.log_in()
    return browser


def test_the_script_gets_values_and_sends_the_page_number(admin: Browser, script: Script) -> None:
    answer = admin.get(f"{JSON}?q=+an%26'+&page=2")
    assert answer.json == {
        "found": [
            {"value": "anna@x.example", "label": "Anna", "detail": EVIL},
            {"value": "ann@x.example", "label": "Ann", "detail": ""},
        ],
        "has_more": True,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert script.looked_up == [LookUpRequest(field="note", text="an&'", page=2)]


def test_a_refusal_says_why_and_is_no_empty_list(admin: Browser, script: Script) -> None:
    script.found = Refused(message="The permission is missing.", remedy="Grant it.")
    answer = admin.get(f"{JSON}?q=a")
    assert (answer.status_code, answer.json) == (409, {"error": "The permission is missing.", "remedy": "Grant it."})
    assert "The permission is missing." in admin.get(f"{PAGE}?q=a").text


@pytest.mark.parametrize("field", ["name", "nothing", "who"])
def test_a_field_that_offers_no_search_has_none(admin: Browser, script: Script, field: str) -> None:
    assert admin.get(f"/plugins/m365/main/look-up/{field}?q=a").status_code == 409
    assert admin.get(f"/plugins/m365/main/find/{field}?q=a").status_code == 404
    assert script.looked_up == []


@pytest.mark.parametrize("query", ["", "q=", "q=+", "q=%00", "q=%0A"])
def test_nothing_typed_asks_nobody(admin: Browser, script: Script, query: str) -> None:
    assert admin.get(f"{JSON}?{query}").status_code in (400, 409)
    assert script.looked_up == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "9999999", "١"])
def test_a_strange_page_number_and_a_long_text_are_cut(admin: Browser, script: Script, page: str) -> None:
    assert admin.get(f"{JSON}?q={'a' * 500}&page={page}").status_code == 200
    assert 1 <= script.looked_up[0].page <= 10
    assert script.looked_up[0].text == "a" * 128


def test_attack_only_administrators_search_and_no_other_site_can_make_them(
    world: World, admin: Browser, script: Script
) -> None:
    assert world.browser().get(f"{JSON}?q=a").status_code == 303
    assert admin.get(f"{JSON}?q=a", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert script.looked_up == []


def test_searches_of_a_tenant_are_limited(admin: Browser, script: Script) -> None:
    answers = [admin.get(f"{JSON}?q=a").status_code for _ in range(125)]
    assert answers == [200] * 120 + [429] * 5
    assert len(script.looked_up) == 120
    assert "Too many searches" in admin.get(f"{PAGE}?q=a").text


def test_without_a_script_ticked_lines_are_added_and_saved(admin: Browser, script: Script) -> None:
    script.values["note"] = "ann@x.example\nbert@x.example"
    assert f'href="{PAGE}"' in admin.get("/plugins/m365/main").text
    text = admin.get(f"{PAGE}?q=an").text
    assert html.escape(EVIL) in text.replace("&#39;", "&#x27;")
    assert EVIL not in text
    assert 'value="ann@x.example" checked disabled' in text
    assert "?q=an&amp;page=2" in text
    answer = admin.post(f"{PAGE}?q=an", {"line": ["anna@x.example", "ANN@x.example"]})
    assert answer.status_code == 303
    assert script.values["note"] == "ann@x.example\nbert@x.example\nanna@x.example"
    assert script.values["name"] == "Old", "other fields keep their values"


def test_without_a_script_a_fault_saves_nothing_and_a_forged_form_is_refused(admin: Browser, script: Script) -> None:
    script.errors = (FieldError(field="note", message="Nobody has this name."),)
    admin.get(f"{PAGE}?q=an")
    answer = admin.post(f"{PAGE}?q=an", {"line": "anna@x.example"})
    assert answer.status_code == 409
    assert "Nobody has this name." in answer.text
    assert admin.post(PAGE, {"line": "anna@x.example"}, csrf=False).status_code == 403
    assert script.values["note"] == ""


def test_a_button_of_the_plugin_adds_one_person_by_the_rules_of_provisioning(
    world: World, admin: Browser, script: Script
) -> None:
    admin.get("/plugins/m365/main")
    added = admin.post("/plugins/m365/main/do/add", {"p-who": "7"})
    assert added.status_code == 200
    assert "Person 7 has extension" in added.text
    again = admin.post("/plugins/m365/main/do/add", {"p-who": "7"})
    assert "Person 7 has extension" in again.text, "it may be repeated"
    assert [row.display_name for row in world.users().values()].count("Person 7") == 1
    script.provisioned = ProvisionRefused(reason="guest", sentence="Guests get no extension.")
    refused = admin.post("/plugins/m365/main/do/add", {"p-who": "8"})
    assert refused.status_code == 409
    assert "Guests get no extension." in refused.text
    assert [line.outcome for line in world.audit("user.pick")] == ["refused", "ok", "ok"]
