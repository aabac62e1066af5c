"""Plugins in the portal: the switch, the settings page, buttons."""

from __future__ import annotations

import pytest

from pbx_plugin_api import (
    FieldError,
)
from tests.support.portal_plugin import Script
from tests.support.portal_world import World


def test_plugins_are_switched_for_the_tenant(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    assert "Loaded" in browser.get("/plugins").text
    asked = browser.post("/plugins/m365/switch", {"on": "0"})
    assert "Switch m365 off for Contoso." in asked.text
    assert "Nobody is signed in with it now." in asked.text
    assert "Loaded" in browser.get("/plugins").text
    browser.agree("/plugins/m365/switch", {"on": "0"})
    text = browser.get("/plugins").text
    assert "It is off: it is switched off for this tenant. For the PBX it is on." in text
    assert browser.get("/plugins/m365/main").status_code == 404
    browser.get("/plugins")
    browser.post("/plugins/m365/switch", {"on": "1"})
    assert browser.get("/plugins/m365/main").status_code == 200
    browser.get("/plugins")
    assert browser.post("/plugins/nothing/switch", {"on": "1"}).status_code == 404
    assert [line.event for line in world.audit("plugin.disabled")] == ["plugin.disabled"]


def test_a_plugin_that_raises_says_so_on_its_page(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    script.raises = "on_settings_page"
    response = browser.get("/plugins/m365/main")
    assert response.status_code == 502
    assert "failed in on_settings_page" in response.text
    assert browser.get("/").status_code == 200


def test_save_keeps_fields_of_other_tabs_and_boxes_that_are_not_ticked(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    form = {"version": "3", "f-name": " New ", "f-note": "a\r\nb", "f-level": "high", "f-fixed": "8"}
    response = browser.post("/plugins/m365/main", form)
    assert response.status_code == 303
    assert script.values == {"name": "New", "note": "a\nb", "level": "high", "on": "false"}
    assert "Stored." in browser.get(response.headers["Location"]).text
    assert world.audit("settings.save")[0].outcome == "saved"


def test_all_faults_at_once_beside_their_fields_and_nothing_lost(world: World, script: Script) -> None:
    script.errors = (
        FieldError(field="name", message="Too short."),
        FieldError(field="level", message="Not this one."),
        FieldError(field="elsewhere", message="Fix it there."),
        FieldError(field="", message="The whole thing is odd."),
    )
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    response = browser.post("/plugins/m365/main", {"version": "3", "f-name": "N", "f-note": "typed", "f-level": "low"})
    assert response.status_code == 422
    text = response.text
    assert text.index('id="f-name"') < text.index("Too short.") < text.index('id="f-note"')
    assert text.index('id="f-level"') < text.index("Not this one.") < text.index('id="f-on"')
    assert 'href="/plugins/m365/other">Elsewhere</a>: Fix it there.' in text
    assert "The whole thing is odd." in text
    assert "typed</textarea>" in text
    assert script.values["name"] == "Old"


def test_conflict_keeps_what_was_typed_and_shows_what_is_stored(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    script.values["name"], script.version = "Theirs", 4
    response = browser.post("/plugins/m365/main", {"version": "3", "f-name": "Mine", "f-level": "low", "f-on": "true"})
    assert response.status_code == 409
    assert 'value="Mine"' in response.text
    assert "Stored now: <b>Theirs</b>" in response.text
    assert script.values["name"] == "Theirs"
    assert browser.post("/plugins/m365/main", {"version": "4", "f-name": "Mine"}).status_code == 303
    assert script.values["name"] == "Mine"


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "١"])
def test_version_is_a_number(world: World, script: Script, version: str) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    response = browser.post("/plugins/m365/main", {"version": version, "f-name": "N"})
    assert response.status_code in (400, 409)
    assert script.values["name"] == "Old"


def test_actions_answer_on_the_page(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    done = browser.post("/plugins/m365/main/do/ping", {"p-who": "me"})
    assert done.status_code == 200
    for word in ("Pong to me.", "3 ms", "Hops", "one"):
        assert word in done.text
    asked = browser.post("/plugins/m365/main/do/wipe")
    assert "Really wipe?" in asked.text
    assert [request.action for request in script.pressed] == ["ping"]
    assert "Really wipe?" in browser.post("/plugins/m365/main/do/wipe", {"confirmed": "1"}).text
    refused = browser.agree("/plugins/m365/main/do/wipe")
    assert refused.status_code == 409
    assert "It cannot be wiped." in refused.text
    assert "Unplug it." in refused.text
    file = browser.post("/plugins/m365/main/do/key")
    assert file.data == b"-----"
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert "cl%C3%A9.pem" in file.headers["Content-Disposition"]
    browser.get("/plugins/m365/main")
    assert "Not now." in browser.post("/plugins/m365/main/do/off").text
    assert browser.post("/plugins/m365/main/do/gone").status_code == 409
