"""What a browser does on a bad day: a form after signing out, no cookies, a button's address, a list that shrank."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

import pytest

from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.portal.jobs import Jobs
from pbx_devhost.runs.work import Slots, Work
from pbx_plugin_api import Tick, TickReason, TickReport, TickStatus
from tests.support.mail_samples import make_note
from tests.support.portal_plugin import Script
from tests.support.portal_world import WEB, World

TAB = "/plugins/m365/main"
SAME_SITE = {"Origin": WEB, "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("path", "page"),
    [(TAB, f"{TAB}?a=1&b=2"), ("/runs", "/runs"), ("/logout", "/users?q=x"), ("/account/sign-out-everywhere", "")],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    world: World, script: Script, path: str, page: str
) -> None:
    browser = world.browser()
    browser.log_in()
    world.pbx.stores.sessions.end(browser.cookie("__Host-pbx_session") or "")
    sent = browser.post(path, {"plugin": "m365"}, headers={**SAME_SITE, "Referer": WEB + page})
    assert sent.status_code == 403
    assert "You are signed out" in sent.text
    assert "Nothing was changed." in sent.text
    found = re.search(r'href="(/login\?return_to=[^"]+)"', sent.text)
    assert found is not None, sent.text
    browser.get(found[1])
    again = browser.post("/login", _form_of(browser.get(found[1]).text) | _ADMIN)
    assert again.headers["Location"] == (page or "/")


def test_attack_the_way_back_leaves_the_portal(world: World, script: Script) -> None:
    for said in ("https://evil.example//evil.example/x", "https://evil.example/\\evil", "javascript:alert(1)", "//e.x"):
        sent = world.browser().post("/runs", {"plugin": "m365"}, headers={**SAME_SITE, "Referer": said})
        assert 'href="/login?return_to=%2F"' in sent.text, said


def test_a_browser_without_cookies_reads_so(world: World, script: Script) -> None:
    browser = world.browser()
    page = browser.get("/login?domain=contoso.example").text
    browser.client.delete_cookie("__Host-pbx_browser", domain="pbx.example.com")
    headers = {**SAME_SITE, "Referer": f"{WEB}/login?domain=contoso.example"}
    for path in ("/login", "/sign-in/m365/ms365"):
        sent = browser.post(path, _form_of(page) | _ADMIN, headers=headers)
        assert sent.status_code == 403
        assert "Allow cookies for this address" in sent.text
        assert 'href="/login?domain=contoso.example"' in sent.text


@pytest.mark.parametrize(
    ("button", "page"),
    [(f"{TAB}/do/long", TAB), ("/mail/x/again", "/mail"), ("/contacts/company/x/delete", "/contacts/company")],
)
def test_the_address_of_a_button_leads_to_its_page(world: World, script: Script, button: str, page: str) -> None:
    """A browser that was restored, or its address line, asks for it again by GET."""
    browser = world.browser()
    browser.log_in()
    opened = browser.get(button)
    assert opened.status_code == 405
    assert f'href="{page}"' in opened.text
    assert "address of a button" in opened.text
    assert script.pressed == []


@pytest.mark.parametrize("path", ["/users", "/runs", "/audit", "/mail", "/notices", "/contacts/company"])
def test_a_page_after_the_last_one_is_no_empty_list(world: World, script: Script, path: str) -> None:
    browser = world.browser()
    browser.log_in()
    beyond = browser.get(f"{path}?page=9&q=person+1&event=sign_in&state=dead")
    assert beyond.status_code == 303
    assert beyond.headers["Location"] == f"{path}?page=1&q=person+1&event=sign_in&state=dead"
    assert browser.get(beyond.headers["Location"]).status_code == 200


def test_a_button_that_could_not_start_its_run_says_so(world: World, script: Script) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def tick(_host: Any, tick: Tick) -> TickReport:
        assert tick.reason is TickReason.JOB
        reached.set()
        assert go_on.wait(20)
        return TickReport(status=TickStatus.DONE, message="Finished.")

    script.tick = tick
    browser = world.browser()
    browser.log_in()
    browser.get(TAB)
    first = browser.post(f"{TAB}/do/long").headers["Location"]
    try:
        assert reached.wait(20)
        browser.get(first)
        assert browser.post(f"{TAB}/do/long").headers["Location"] == first, "a double click: it is the one in progress"
        other = browser.post("/runs", {"plugin": "m365"}).headers["Location"]
        assert other.startswith(f"{first}?note=")
        assert "was not started. When it has ended, press the button again." in browser.get(other).text
    finally:
        go_on.set()


class _OneMomentLater:
    """A queue in which something else begins its run in the same moment."""

    def __init__(self, begin_other: Callable[[], str], *, is_added: bool) -> None:
        self.slots: Slots = {}
        self._begin_other, self._is_added = begin_other, is_added

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def knows(self, work: Work) -> bool:
        return True

    def offer(self, works: Iterable[Work]) -> int:
        self._begin_other()
        return int(self._is_added)


@pytest.mark.parametrize(
    ("reason", "job", "is_added", "sentence"),
    [
        ("job", "refresh", False, "was not started. When it has ended, press the button again."),
        ("due", None, True, "The run starts when the current ones have ended."),
        ("forced", None, False, ""),
    ],
)
def test_another_run_that_was_a_moment_quicker_is_not_shown_as_ones_own(
    world: World, script: Script, reason: str, job: str | None, is_added: bool, sentence: str
) -> None:
    runs, tenant = world.pbx.stores.runs, world.pbx.stores.tenants.find(world.tenant_id)
    queue = _OneMomentLater(lambda: runs.begin(world.tenant_id, "m365", reason, job), is_added=is_added)
    started = Jobs(world.pbx, queue).start(tenant, "m365", TickReason.FORCED)
    assert started.run_id == runs.newest_id(world.tenant_id, "m365")
    assert sentence in started.sentence
    assert bool(sentence) == bool(started.sentence)


def test_stop_on_the_page_of_a_run_that_ended_stops_no_other(world: World, script: Script) -> None:
    runs = world.pbx.stores.runs
    ended, running = (runs.begin(world.tenant_id, "m365", "forced", None) for _ in range(2))
    runs.finish(ended, TickReport(status=TickStatus.DONE, message="Finished."))
    browser = world.browser()
    browser.log_in()
    sent = browser.post(f"/runs/{ended}/stop")
    assert "This run has ended already." in browser.get(sent.headers["Location"]).text
    assert not runs.is_asked_to_stop(running)
    browser.post(f"/runs/{running}/stop")
    assert runs.is_asked_to_stop(running)


def test_what_is_said_after_a_command_is_no_part_of_it(world: World, script: Script) -> None:
    world.pbx.stores.outbox.put(world.tenant_id, make_note(created_at_utc=datetime.now(timezone.utc)))
    Delivery(world.pbx).deliver()
    browser = world.browser()
    browser.log_in()
    assert "set a fallback channel (“pbx-devhost smtp set”)." in browser.get("/mail").text


def test_a_number_that_is_too_long_is_named_beside_its_field(world: World, script: Script) -> None:
    browser = world.browser()
    browser.log_in()
    browser.get("/contacts/company")
    sent = browser.post("/contacts/company", {"name": "Ada", "business": "1", "mobile_phone": "1" * 300})
    assert sent.status_code == 400
    assert re.search(r'id="c-mobile_phone"[^>]*><p class="error">1 to 128 characters', sent.text), sent.text
    assert "Ada" not in browser.get("/contacts/company").text


_ADMIN = {"username": "admin", "password": "correct horse battery"}


def _form_of(page: str) -> dict[str, str]:
    """The hidden inputs of the form for passwords."""
    form = page.partition('action="/login"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.replace("&amp;", "&")))
