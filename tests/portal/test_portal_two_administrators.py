"""Two administrators at one settings page: different fields are both kept, the same field is a conflict."""

from __future__ import annotations

import re
import threading
from html.parser import HTMLParser

import pytest

from pbx_devhost.portal.pages.merging import mark_value, merge
from pbx_devhost.store.plugins.plugin_data import PluginSettings
from pbx_plugin_api import Field, FieldError, FieldKind
from tests.support.portal_plugin import Script
from tests.support.portal_world import Browser, World

MAIN = "/plugins/m365/main"


class _Form(HTMLParser):
    """What a browser would send back of the form that has a version."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._held: dict[str, str] = {}
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._held = {}
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self._held[name] = given.get("value", "")
        elif tag in ("select", "textarea"):
            self._name = name
            self._held[name] = ""
        elif tag == "option" and "selected" in given:
            self._held[self._name] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._name and self.lasttag == "textarea":
            self._held[self._name] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._name = ""
        elif tag == "form" and "version" in self._held:
            self.values = self._held


def open_form(browser: Browser, path: str = MAIN) -> dict[str, str]:
    """Open a page and return the inputs of its settings form."""
    form = _Form()
    form.feed(browser.get(path).text)
    return form.values


@pytest.fixture
def two(world: World, script: Script) -> tuple[Browser, Browser]:
    browsers = world.browser(), world.browser()
    for browser in browsers:
        browser.log_in()
    return browsers


def test_different_tabs_do_not_collide(two: tuple[Browser, Browser], script: Script) -> None:
    first, second = two
    mine, theirs = open_form(first), open_form(second, "/plugins/m365/other")
    assert second.post("/plugins/m365/other", theirs | {"f-elsewhere": "theirs"}).status_code == 303
    saved = first.post(MAIN, mine | {"f-name": "mine"})
    assert saved.status_code == 303
    assert (script.values["name"], script.values["elsewhere"]) == ("mine", "theirs")
    assert (
        "Another person has changed other fields meanwhile; both are kept." in first.get(saved.headers["Location"]).text
    )


def test_different_fields_of_one_tab_do_not_collide(two: tuple[Browser, Browser], script: Script) -> None:
    first, second = two
    mine, theirs = open_form(first), open_form(second)
    del theirs["f-on"]
    assert second.post(MAIN, theirs | {"f-level": "high", "f-note": "a\r\nb"}).status_code == 303
    assert first.post(MAIN, mine | {"f-name": "mine"}).status_code == 303
    assert script.values == {"name": "mine", "level": "high", "note": "a\nb", "on": "false"}


def test_the_same_field_is_a_conflict_and_shows_both_values(two: tuple[Browser, Browser], script: Script) -> None:
    first, second = two
    mine, theirs = open_form(first), open_form(second)
    second.post(MAIN, theirs | {"f-name": "theirs", "f-level": "high"})
    conflict = first.post(MAIN, mine | {"f-name": "mine", "f-note": "my note"})
    assert conflict.status_code == 409
    assert "Another person changed the same field after you opened this page." in conflict.text
    assert conflict.text.count("Stored now:") == 1
    assert "Stored now: <b>theirs</b>" in conflict.text
    assert 'value="mine"' in conflict.text
    assert "my note</textarea>" in conflict.text
    assert '<option value="high" selected>' in conflict.text
    assert script.values["note"] == ""
    again = re.search(r'name="version" value="(\d+)"', conflict.text)
    marks = dict(re.findall(r'name="(was-[a-z]+)" value="([0-9a-f]+)"', conflict.text))
    assert again is not None
    form = mine | marks | {"version": again[1], "f-name": "mine", "f-note": "my note", "f-level": "high"}
    assert first.post(MAIN, form).status_code == 303
    assert script.values == {"name": "mine", "note": "my note", "level": "high", "on": "true"}


def test_both_typing_the_same_is_no_conflict(two: tuple[Browser, Browser], script: Script) -> None:
    first, second = two
    mine, theirs = open_form(first), open_form(second)
    second.post(MAIN, theirs | {"f-name": "same"})
    assert first.post(MAIN, mine | {"f-name": "same"}).status_code == 303
    assert script.values["name"] == "same"


def test_an_error_does_not_put_back_what_the_other_one_changed(two: tuple[Browser, Browser], script: Script) -> None:
    """A refused form shows their value in the fields that this person left alone."""
    first, second = two
    mine, theirs = open_form(first), open_form(second)
    second.post(MAIN, theirs | {"f-level": "high"})
    script.errors = (FieldError(field="name", message="Too short."),)
    refused = first.post(MAIN, mine | {"f-name": "m"})
    assert refused.status_code == 422
    assert '<option value="high" selected>' in refused.text
    assert 'value="m"' in refused.text


def test_the_real_page_keeps_what_three_save_at_once(world: World) -> None:
    """Twenty-four saves of three administrators, each of another setting: none is lost, and none is a conflict."""
    fields = {
        "sync_time": ("permissions", "0{}:00"),
        "mail_reply_to": ("mail", "a{}@x.example"),
        "sync_mode": ("user_sync", ("manual", "automatic")),
    }
    barrier, statuses = threading.Barrier(len(fields)), []

    def work(name: str) -> None:
        browser = world.browser()
        browser.log_in()
        tab, pattern = fields[name]
        barrier.wait()
        for n in range(8):
            form = open_form(browser, f"/plugins/m365/{tab}")
            form[f"f-{name}"] = pattern[n % 2] if isinstance(pattern, tuple) else pattern.format(n)
            statuses.append(browser.post(f"/plugins/m365/{tab}", form).status_code)

    threads = [threading.Thread(target=work, args=(name,)) for name in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = PluginSettings(world.pbx.stores.scope(world.tenant_id, "m365")).read().values
    assert set(statuses) == {303}
    assert (stored["sync_time"], stored["mail_reply_to"], stored["sync_mode"]) == ("07:00", "a7@x.example", "automatic")


def test_merging_in_a_table() -> None:
    def field(value: str, kind: FieldKind = FieldKind.TEXT) -> Field:
        return Field(name="x", label="X", value=value, kind=kind)

    for shown, now, typed, values, is_conflict in (
        ("a", "a", "a", {}, False),
        ("a", "a", "b", {"x": "b"}, False),
        ("a", "b", "a", {}, False),
        ("a", "b", "c", {"x": "c"}, True),
        ("a", "b", "b", {}, False),
        ("a\n", "a", "a\r\n", {}, False),
    ):
        merged = merge([field(now)], {"x": typed}, {"x": mark_value(shown)})
        assert (dict(merged.values), bool(merged.conflicts)) == (values, is_conflict), (shown, now, typed)
    assert merge([field("", FieldKind.TOGGLE)], {"x": "false"}, {}).conflicts == ()
    assert merge([field("a")], {"x": "b"}, {}).conflicts == ("x",)
    assert merge([field("a")], {}, {}).values == {}
