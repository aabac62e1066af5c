"""A browser that comes back from a consent page with a state of ours, and without a sign-in."""

from __future__ import annotations

import time

import pytest

from pbx_devhost.portal.signin.flow_cookies import FLOW_COOKIE
from pbx_devhost.store.signin.flows import label_of
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import Refused
from tests.support.portal_plugin import EVIL, Script
from tests.support.portal_world import SBC, WEB, World

BACK = "/ms365/callback"


def state_of(world: World, *, keep_s: int = 3600) -> str:
    with world.pbx.open("m365", world.tenant, hook="on_settings_page", run_id=None) as host:
        return host.landing_state("consent", about="app 1", keep_s=keep_s)


def came_back(world: World, state: str, origin: str = WEB, **params: str) -> tuple[int, str]:
    response = world.browser(origin).get(BACK, query_string={"admin_consent": "True", "state": state, **params})
    return response.status_code, response.text


@pytest.mark.parametrize("origin", [WEB, SBC])
def test_a_landing_reaches_the_plugin_that_made_its_state(world: World, script: Script, origin: str) -> None:
    status, text = came_back(world, state_of(world), origin, tenant="t")
    assert status == 200
    assert "Thank you" in text
    (landing,) = script.landed
    assert (landing.purpose, landing.about, landing.address) == ("consent", "app 1", origin + BACK)
    assert landing.params == {"admin_consent": "True", "tenant": "t"}
    (line,) = world.audit("landing.consent")
    assert (line.actor, line.outcome, line.detail) == ("somebody", "ok", origin + BACK)


def test_the_consent_for_the_mail_of_the_pbx_comes_back_to_its_own_address(world: World, script: Script) -> None:
    own = "https://system.pbx.example"
    world.pbx.stores.tenants.set_system_origin(own)
    with world.pbx.open("m365", SYSTEM_TENANT, hook="on_settings_page", run_id=None) as host:
        state = host.landing_state("consent", keep_s=60)
    assert "does not know whether" in came_back(world, state)[1], "at a tenant's address"
    assert "Thank you" in came_back(world, state, own)[1]
    assert script.landed[0].address == own + BACK


def test_a_refusal_is_said_with_its_remedy(world: World, script: Script) -> None:
    script.lands = Refused(message="Consent was not given.", remedy="Open the address again.")
    status, text = came_back(world, state_of(world), error="access_denied")
    assert status == 403
    assert "Consent was not given." in text
    assert "Open the address again." in text
    assert "admin" not in world.browser().get("/").headers.get("Set-Cookie", "")
    assert world.audit("landing.consent")[0].outcome == "refused"


def test_a_plugin_that_fails_leaves_the_plain_page(world: World, script: Script) -> None:
    script.raises = "land"
    status, text = came_back(world, state_of(world))
    assert status == 200
    assert "does not know whether consent was given" in text
    assert world.audit("landing.consent")[0].outcome == "failed"


def test_a_plugin_that_is_switched_off_is_not_asked(world: World, script: Script) -> None:
    state = state_of(world)
    world.pbx.plugins.set_enabled("m365", False, world.tenant)
    assert "does not know whether" in came_back(world, state)[1]
    assert script.landed == []


def test_attack_state_that_was_not_made_here(world: World, script: Script) -> None:
    state = state_of(world)
    too_long = "landing." + "A" * 3_000
    for forged in ("landing.", "landing.AAAA", state[:-2], state + "AA", state.replace(".", "-"), too_long):
        assert "does not know whether" in came_back(world, forged)[1]
    assert script.landed == []
    assert world.audit("landing.consent") == []


def test_attack_state_of_a_tenant_elsewhere(world: World, script: Script) -> None:
    other = world.pbx.stores.tenants.add("Fabrikam", sip_domain="fabrikam.example", web_origin="https://f.example")
    with world.pbx.open("m365", other, hook="on_settings_page", run_id=None) as host:
        state = host.landing_state("consent", keep_s=60)
    assert "does not know whether" in came_back(world, state)[1]
    assert script.landed == []
    assert "Thank you" in came_back(world, state, "https://f.example")[1]


def test_attack_state_whose_time_is_over(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_of(world, keep_s=60)
    monkeypatch.setattr(world.pbx.stores.database, "now", lambda: time.time() + 61)
    assert "does not know whether" in came_back(world, state)[1]
    assert script.landed == []


def test_attack_sealed_flow_as_a_landing_state(world: World, script: Script) -> None:
    """What was sealed for another purpose does not open as a landing."""
    browser = world.browser()
    url = browser.begin()
    kept = browser.cookie(FLOW_COOKIE + label_of(url.rpartition("state=")[2])) or ""
    assert kept
    for state in (f"landing.{kept}", f"landing.{kept.partition('.')[2]}"):
        assert "does not know whether" in came_back(world, state)[1]
    assert script.landed == []


def test_attack_posted_landing(world: World, script: Script) -> None:
    answer = world.browser().post(BACK, {"admin_consent": "True", "state": state_of(world)}, csrf=False)
    assert answer.status_code == 403
    assert script.landed == []


def test_attack_flood_of_landings(world: World, script: Script) -> None:
    state = state_of(world)
    for _ in range(30):
        assert came_back(world, state)[0] == 200
    assert len(script.landed) == 20
    assert len(world.audit("landing.consent")) == 20


def test_attack_markup_in_the_answer(world: World, script: Script) -> None:
    text = came_back(world, state_of(world), x=EVIL)[1]
    assert "Consent is here" in text
    assert EVIL not in text
