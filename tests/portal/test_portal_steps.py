"""The numbered steps of a plugin's page: where the page opens, what the next step holds, and what a save changes."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from pbx_plugin_api import Fact, FieldError, Link, Step, StepState
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_world import Browser, World

PAGE = "/plugins/m365/main"
PROVEN = datetime(2026, 11, 26, 12, 30, tzinfo=timezone.utc)
DONE = Step(name="before", title="Before", state=StepState.DONE, fields=("level",), actions=("ping",))


@pytest.fixture
def admin(world: World, script: Script) -> Browser:
    browser = world.browser()
    browser.log_in()
    return browser


def steps_of(text: str) -> dict[str, str]:
    """The drawing of each step, by its name."""
    found = re.split(r'<li id="step-', text)[1:]
    return {each.partition('"')[0]: each.partition("</li>")[0] for each in found}


def following(**more: object) -> Step:
    return Step(name="now", title="Now", is_next=True, **more)  # type: ignore[arg-type]


def test_the_page_opens_at_the_next_step(admin: Browser, script: Script) -> None:
    assert admin.get("/plugins/m365").headers["Location"] == PAGE
    script.steps = (DONE, following(fields=("name",)))
    assert admin.get("/plugins/m365").headers["Location"] == f"{PAGE}#step-now"


def test_the_overview_of_a_pbx_without_synced_people_leads_to_the_next_step(world: World) -> None:
    script = Script(steps=(DONE, following(fields=("name",))))
    script.install(world)
    browser = world.browser()
    browser.log_in()
    text = browser.get("/").text
    assert "Scripted: 1 of 2 steps are done" in text
    assert f'href="{PAGE}#step-now">Continue with Scripted' in text
    script.steps = (DONE,)
    assert "Continue with" not in browser.get("/").text
    script.steps, script.raises = (following(fields=("name",)),), "on_settings_page"
    assert browser.get("/").status_code == 200, "a plugin that fails does not take the overview with it"


def test_each_state_is_a_word_and_a_mark(admin: Browser, script: Script) -> None:
    script.steps = (
        DONE,
        Step(name="proven", title="Proven one", state=StepState.PROVEN, proven_at_utc=PROVEN),
        Step(name="wrong", title="Wrong", state=StepState.FAILED, detail=f"No: {EVIL}", remedy="Do it again."),
        Step(name="wait", title="Wait", state=StepState.WAITING, detail="Entra needs some minutes."),
        Step(name="later", title="Later"),
    )
    text = admin.get(PAGE).text
    drawn = {name: re.sub(r"<[^>]*>|\s+", " ", each) for name, each in steps_of(text).items()}
    assert list(drawn) == ["before", "proven", "wrong", "wait", "later"]
    for name, mark, word in (
        ("before", "✓", "Done"),
        ("proven", "✓", "Proven 2026-11-26 13:30"),
        ("wrong", "✕", "Failed"),
        ("wait", "…", "Waits"),
        ("later", "○", "To do"),
    ):
        assert f"{mark} {word}" in re.sub(" +", " ", drawn[name])
    assert "Do it again." in drawn["wrong"]
    assert "<script>alert" not in text
    assert "2 of 5 steps are done" in text
    assert "<details" in text.partition("Step by step")[0], "nothing is next: the list is folded"
    assert re.search(r'<button class="button primary ?">Save</button>', text)


def test_the_next_step_holds_its_fields_and_buttons_and_nothing_else_is_primary(admin: Browser, script: Script) -> None:
    link = Link(label="Open Entra", url="https://entra.example/apps")
    facts = (Fact(label="Redirect URI", value="https://pbx.example/cb", copyable=True),)
    script.steps = (
        DONE,
        following(text="Copy this.", fields=("name", "elsewhere"), actions=("ping",), facts=facts, link=link),
    )
    text = admin.get(PAGE).text
    drawn = steps_of(text)
    for inside in (
        'id="f-name"',
        'id="f-elsewhere"',
        'id="do-ping"',
        "https://pbx.example/cb",
        'rel="noopener noreferrer"',
    ):
        assert inside in drawn["now"]
        assert text.count(inside) == 1, f"{inside} is drawn once"
    assert 'aria-current="step"' in drawn["now"]
    assert len(re.findall(r'class="button primary', text)) == 1
    assert "Save and continue" in drawn["now"]
    assert 'id="f-level"' in text.partition("</ol>")[2], "the field of another step stays in the form"
    assert f'href="{PAGE}#f-level"' in drawn["before"]
    assert f'href="{PAGE}#do-ping"' in drawn["before"]


def test_the_first_action_is_primary_where_no_field_has_to_be_filled_in(admin: Browser, script: Script) -> None:
    script.steps = (following(actions=("key", "ping")),)
    drawn = steps_of(admin.get(PAGE).text)["now"]
    assert re.findall(r'class="button (primary)?[^"]*"[^>]*>([^<]+)<', drawn) == [("primary", "Get key"), ("", "Ping")]


def test_a_step_saves_its_own_fields_on_any_tab_and_leads_to_the_next(admin: Browser, script: Script) -> None:
    script.steps = (following(fields=("name", "elsewhere", "on")),)
    script.values["on"] = "true"
    admin.get(PAGE)
    form = {"version": "3", "step": "now", "f-name": "New", "f-elsewhere": "there", "f-level": "high"}
    response = admin.post(PAGE, form)
    assert response.status_code == 303
    assert response.headers["Location"].startswith(f"{PAGE}?note=")
    assert response.headers["Location"].endswith("#step-now")
    assert script.values == {"name": "New", "elsewhere": "there", "note": "", "level": "low", "on": "false"}


def test_a_button_of_a_step_leads_to_the_next_unless_it_has_more_to_show(admin: Browser, script: Script) -> None:
    script.steps = (following(actions=("agree", "ping")),)
    drawn = steps_of(admin.get(PAGE).text)["now"]
    assert drawn.count('name="step" value="now"') == 2
    went_on = admin.post(f"{PAGE}/do/agree", {"step": "now", "p-sum": "abc", "p-of": "people"})
    assert went_on.status_code == 303
    assert went_on.headers["Location"].endswith("#step-now")
    assert "Agreed." in admin.get(went_on.headers["Location"]).text
    shown = admin.post(f"{PAGE}/do/ping", {"step": "now", "p-who": "me"})
    assert shown.status_code == 200
    assert "Took" in shown.text


def test_the_other_form_leaves_a_switch_of_the_next_step_alone(admin: Browser, script: Script) -> None:
    script.steps = (following(fields=("on",)),)
    text = admin.get(PAGE).text
    assert '<input type="hidden" name="without" value="now">' in text
    admin.post(PAGE, {"version": "3", "without": "now", "f-name": "New"})
    assert (script.values["name"], script.values["on"]) == ("New", "true")


def test_a_fault_is_shown_in_the_step_and_nothing_that_was_typed_is_lost(admin: Browser, script: Script) -> None:
    script.steps = (following(fields=("elsewhere",)),)
    script.errors = (FieldError(field="elsewhere", message="Too short."),)
    admin.get(PAGE)
    response = admin.post(PAGE, {"version": "3", "step": "now", "f-elsewhere": "typed"})
    assert response.status_code == 422
    drawn = steps_of(response.text)["now"]
    assert 'value="typed"' in drawn
    assert 'id="f-elsewhere-error">Too short.' in drawn


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://entra.example/", "https://x@entra.example/"])
def test_attack_a_link_that_runs_a_script(admin: Browser, script: Script, url: str) -> None:
    link = Link(label="Open Entra", url="https://entra.example/")
    object.__setattr__(link, "url", url)  # as a plugin with a contract of its own could
    script.steps = (following(link=link, fields=("name",)),)
    assert "Open Entra" not in admin.get(PAGE).text


@pytest.mark.parametrize("step", ["gone", "<b>", "now"])
def test_a_step_that_is_not_there_or_has_no_field_saves_nothing(admin: Browser, script: Script, step: str) -> None:
    script.steps = (following(actions=("ping",)),)
    admin.get(PAGE)
    assert admin.post(PAGE, {"version": "3", "step": step, "f-name": "New"}).status_code == 400
    assert script.values["name"] == "Old"
