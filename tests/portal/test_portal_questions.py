"""The question before a button: what will happen, in numbers, and only that happens."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from pbx_devhost.cli.main import main
from pbx_plugin_api import ActionRequest, Confirmation, Refused
from tests.support.portal_plugin import Script
from tests.support.portal_world import Browser, World

WIPE = "/plugins/m365/main/do/wipe"


@pytest.fixture
def browser(world: World, script: Script) -> Browser:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/main")
    return browser


def wipe(n: int, typed: str = "") -> Confirmation:
    return Confirmation(sentence=f"Delete {n} users.", details=("<b>Their voicemails too.</b>",), typed=typed)


def test_the_plugin_is_asked_with_what_was_entered(browser: Browser, script: Script) -> None:
    asked: list[ActionRequest] = []

    def ask(request: ActionRequest) -> Confirmation:
        asked.append(request)
        return Confirmation(sentence=f"Ping {request.values['who']}.")

    script.asks = ask
    page = browser.post("/plugins/m365/main/do/ping", {"p-who": "Ada & co"})
    assert page.status_code == 200
    assert "Ping Ada &amp; co." in page.text
    assert 'name="p-who" value="Ada &amp; co"' in page.text
    assert not script.pressed
    assert "Pong to Ada &amp; co." in browser.agree("/plugins/m365/main/do/ping", {"p-who": "Ada & co"}).text
    assert [dict(request.values) for request in asked] == [{"who": "Ada & co"}] * 3


def test_numbers_that_changed_are_shown_again_before_anything_happens(browser: Browser, script: Script) -> None:
    script.asks = lambda _: wipe(108)
    page = browser.post(WIPE)
    assert "Delete 108 users." in page.text
    assert "&lt;b&gt;Their voicemails too.&lt;/b&gt;" in page.text
    confirmed = re.search(r'name="confirmed" value="([0-9a-f]+)"', page.text)
    assert confirmed is not None
    script.asks = lambda _: wipe(500)
    again = browser.post(WIPE, {"confirmed": confirmed[1]})
    assert again.status_code == 409
    assert "What would happen has changed" in again.text
    assert "Delete 500 users." in again.text
    assert not script.pressed


def test_a_name_has_to_be_typed_exactly(browser: Browser, script: Script) -> None:
    script.asks = lambda _: wipe(3, typed="Contoso")
    assert "Type <b>Contoso</b> to go on" in browser.post(WIPE).text
    for typed in ("", "contoso", "Contos", "Contoso Ltd"):
        page = browser.agree(WIPE, typed=typed)
        assert page.status_code == 422
        assert "Type Contoso exactly." in page.text
    assert not script.pressed
    browser.agree(WIPE, typed=" Contoso ")
    assert [request.action for request in script.pressed] == ["wipe"]


def test_what_is_not_possible_is_said_before_it_is_asked(browser: Browser, script: Script) -> None:
    script.asks = lambda _: Refused(message="Nothing waits.", remedy="Look again.")
    page = browser.post(WIPE)
    assert page.status_code == 409
    assert "Nothing waits." in page.text
    assert not script.pressed


def test_a_plugin_that_cannot_say_what_would_happen_is_not_pressed(browser: Browser, script: Script) -> None:
    def fail(_request: ActionRequest) -> Confirmation:
        raise RuntimeError("scripted to fail")

    script.asks = fail
    page = browser.post("/plugins/m365/main/do/ping", {"p-who": "me"})
    assert "failed in on_settings_page" in page.text
    assert not script.pressed


def test_the_command_line_says_the_same_and_needs_yes_where_a_name_is_typed(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbx_devhost.cli.output.Pbx", lambda *_args, **_kwargs: world.pbx)
    monkeypatch.setattr(world.pbx, "close", lambda: None)
    url = world.pbx.stores.database.url

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--db", url, "action", "Contoso", *arguments])
        return done.exit_code, done.output

    script.asks = lambda _: wipe(3)
    assert run("ping", "who=me") == (0, "Pong to me.\nTook: 3 ms\nHop\none\n")
    script.asks = lambda _: wipe(3, typed="Contoso")
    script.pressed.clear()
    code, output = run("ping", "who=me")
    assert code == 1
    assert output == "Not done without --yes: Delete 3 users. <b>Their voicemails too.</b>\n"
    assert not script.pressed
    assert run("ping", "who=me", "--yes")[0] == 0
    assert len(script.pressed) == 1
