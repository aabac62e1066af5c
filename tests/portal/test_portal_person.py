"""*Sync this person now* on the page of a user."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_devhost.portal.signin import admission
from pbx_devhost.portal.signin.admission import add_person
from pbx_plugin_api import (
    ApplyResult,
    ApplyStatus,
    CreateUser,
    DisableReason,
    DisableUser,
    Photo,
    Provisioned,
    ProvisionRefused,
)
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.portal_plugin import Script, draft, link
from tests.support.portal_world import Browser, World, connect_m365

LABEL = "Sync this person now"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def browser(world: World, script: Script) -> Browser:
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    return browser


def press(world: World, browser: Browser, username: str = "person1") -> str:
    """Press the button. Return the page that it leads to."""
    sent = browser.post(f"/users/{world.users()[username].id}/sync")
    assert sent.status_code == 303, sent.text
    return str(browser.get(sent.headers["Location"]).text)


def last_line(world: World) -> tuple[str, str, str]:
    line: Any = world.audit("user.sync")[0]
    return line.outcome, line.subject, line.detail


def test_what_changed_is_said_and_a_second_time_nothing(world: World, script: Script, browser: Browser) -> None:
    number = world.users()["person1"].extension_number
    photo = Photo(content=PNG, content_type="image/png")
    script.provisioned = Provisioned(draft=draft(1, display_name="Ada", email="ada@x.example"), photo=photo)
    assert "Synced now. Changed: name, e-mail, photo." in press(world, browser)
    user = world.users()["person1"]
    assert (user.display_name, user.email, user.extension_number) == ("Ada", "ada@x.example", number)
    assert last_line(world) == ("ok", "person1", "name, e-mail, photo")
    assert "Synced now. Nothing has changed." in press(world, browser)
    assert last_line(world) == ("ok", "person1", "nothing changed")


@pytest.mark.parametrize(
    ("answer", "sentence", "reason"),
    [
        (ProvisionRefused(reason="guest", sentence="A guest."), "A guest. Nothing was changed.", "guest"),
        (
            ProvisionRefused(reason="not_reachable", sentence="Status 503."),
            "The directory could not be asked: Status 503. Nothing was changed.",
            "not_reachable",
        ),
        (Provisioned(draft=draft(2, display_name="Else")), "described another person", "provisioned_another"),
        ("raises", "failed in on_user_provision", "provisioning_failed"),
    ],
)
def test_a_refusal_and_an_outage_change_nothing(
    world: World, script: Script, browser: Browser, answer: Any, sentence: str, reason: str
) -> None:
    if answer == "raises":
        script.raises = "on_user_provision"
    else:
        script.provisioned = answer
    before = {name: tuple(row) for name, row in world.users().items()}
    assert sentence in press(world, browser)
    assert {name: tuple(row) for name, row in world.users().items()} == before
    assert last_line(world) == ("refused", "person1", reason)


def test_who_is_covered_again_is_enabled_but_not_against_an_administrator(
    world: World, script: Script, browser: Browser
) -> None:
    world.apply(DisableUser(link=link(1), reason=DisableReason.OUT_OF_SCOPE))
    assert "Changed: enabled again." in press(world, browser)
    assert world.users()["person1"].enabled
    world.pbx.stores.users.edit(world.tenant_id, "person2", {"enabled": "no"})
    assert "Nothing has changed." in press(world, browser, "person2")
    assert not world.users()["person2"].enabled


def test_only_for_linked_users_and_only_by_an_administrators_own_page(
    world: World, script: Script, browser: Browser
) -> None:
    world.pbx.stores.users.add(world.tenant_id, "hand", display_name="By Hand")
    by_hand, linked = (f"/users/{world.users()[name].id}" for name in ("hand", "person1"))
    assert LABEL in browser.get(linked).text
    assert LABEL not in browser.get(by_hand).text
    assert browser.post(f"{by_hand}/sync").status_code == 404
    assert browser.post("/users/nobody/sync").status_code == 404
    assert browser.post(f"{linked}/sync", {"csrf": "wrong"}).status_code == 403
    assert world.browser().post(f"{linked}/sync").status_code in (302, 303, 403)
    assert not world.audit("user.sync")


def test_the_real_plugin_asks_microsoft_about_this_person(world: World, make_lab: MakeLab) -> None:
    lab = make_lab(users=10)
    connect_m365(world, lab)
    browser = world.browser()
    browser.log_in()
    browser.get("/users")
    user = world.synced()
    lab.admin().change_user(user.subject, department="Repairs")
    assert "Changed: department." in press(world, browser, user.username)
    assert world.users()[user.username].department == "Repairs"
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users/", status=503, times=None))
    assert "The directory could not be asked" in press(world, browser, user.username)
    lab.realm().faults.clear()
    lab.admin().change_user(user.subject, accountEnabled=False)
    assert "Nothing was changed." in press(world, browser, user.username)
    assert world.users()[user.username].enabled, "who leaves is decided by a whole sync, under its guard"


@pytest.mark.parametrize("way", ["users", "action"])
def test_who_is_picked_by_name_is_enabled_too(world: World, script: Script, browser: Browser, way: str) -> None:
    """The other two ways to ask for one person follow the rules of the button."""
    script.provisioned = Provisioned(draft=draft(1, display_name="Ada"))

    def pick() -> str:
        if way == "action":
            answer = add_person(world.pbx, world.tenant, "1", "admin")
            return str(answer.message)
        return str(browser.get(browser.post("/users", {"typed": "1"}).headers["Location"]).text)

    world.apply(DisableUser(link=link(1), reason=DisableReason.OUT_OF_SCOPE))
    assert "Ada has extension" in pick()
    assert world.users()["person1"].enabled
    world.pbx.stores.users.edit(world.tenant_id, "person1", {"enabled": "no"})
    assert "and stays disabled: an administrator disabled this user" in pick()
    assert not world.users()["person1"].enabled


def test_a_pick_that_the_pbx_cannot_store_says_so(world: World, script: Script, browser: Browser) -> None:
    world.apply(CreateUser(draft=draft(5)), DisableUser(link=link(5), reason=DisableReason.OUT_OF_SCOPE))
    script.provisioned = Provisioned(draft=draft(5, display_name="Ada"))
    refused = ApplyResult(link=link(5), status=ApplyStatus.REFUSED, reason="No room for it.", code="x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "apply_to_linked", lambda *_: [refused])
        answer = add_person(world.pbx, world.tenant, "5", "admin")
    assert answer.message == "No room for it."
