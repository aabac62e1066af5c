"""A web or SBC domain that changed is noticed: a task on the page, and a notice; a missing SBC domain is said."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import Fact, Severity, StepState, TickReason, WebOrigins
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.redirects import read_redirects, remember_proven
from tests.support.pbx_hand import Hand

OLD = WebOrigins(web="https://pbx.contoso.example:8887", sbc="https://sbc.contoso.example:10443")
NEW_WEB = WebOrigins(web="https://tel.contoso.example", sbc=OLD.sbc)
NEW_SBC = WebOrigins(web=OLD.web, sbc="https://edge.contoso.example")
NO_SBC = WebOrigins(web=OLD.web)
BACK = "/ms365/callback"
APP = {
    "directory_id": "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "application_id": "11111111-2222-4333-8444-555555555555",
    "national_cloud": "GLOBAL",
    "sign_in_mode": "all",
}


@pytest.fixture
def hand() -> Hand:
    """Set up at the old domains, where somebody signed in once."""
    hand = Hand()
    hand.host.web_origins = OLD
    hand.host.settings.write(dict(APP), expected_version=0)
    prove(hand, OLD.web)
    return hand


def prove(hand: Hand, origin: str) -> None:
    remember_proven(hand.host, load_config(hand.host).connection, origin + BACK)


def facts(hand: Hand, label: str) -> list[Fact]:
    return [fact for fact in hand.tab("permissions").facts if fact.label == label]


def task(hand: Hand) -> str:
    return " ".join(fact.value for fact in facts(hand, "To do in Entra"))


def notices(hand: Hand) -> list[Any]:
    """After the daily look."""
    hand.tick(TickReason.DUE)
    return [notice for notice in hand.host.open_notices() if notice.kind == "m365.redirect_uris"]


def test_nothing_changed(hand: Hand) -> None:
    assert task(hand) == ""
    assert notices(hand) == []
    proven, other = facts(hand, "Redirect URI")
    assert (proven.value, proven.severity) == (OLD.web + BACK, Severity.GOOD)
    assert "Proven on 20" in proven.help
    assert other.severity is Severity.PLAIN


@pytest.mark.parametrize(
    ("origins", "new", "gone"),
    [
        (NEW_WEB, "https://tel.contoso.example", "https://pbx.contoso.example:8887"),
        (NEW_SBC, "https://edge.contoso.example", "https://sbc.contoso.example:10443"),
    ],
)
def test_a_changed_domain_is_a_task_and_a_notice_until_it_is_proven(
    hand: Hand, origins: WebOrigins, new: str, gone: str
) -> None:
    hand.host.web_origins = origins
    text = task(hand)
    assert f"Register {new}{BACK} in Entra" in text
    assert f"The PBX does not use {gone}{BACK} any more" in text
    (notice,) = notices(hand)
    assert notice.text == text
    register = next(step for step in hand.tab("permissions").steps if step.name == "register")
    assert register.state is StepState.FAILED
    prove(hand, new)
    assert task(hand) == ""
    assert hand.host.open_notices() == [] or notices(hand) == []


def test_both_domains_changed(hand: Hand) -> None:
    hand.host.web_origins = WebOrigins(web=NEW_WEB.web, sbc=NEW_SBC.sbc)
    prove(hand, NEW_WEB.web)
    assert NEW_WEB.web not in task(hand)
    assert f"{NEW_SBC.sbc}{BACK}" in task(hand)
    (notice,) = notices(hand)
    assert notice.values["new"] == f"{NEW_SBC.sbc}{BACK}"


def test_an_sbc_domain_that_is_added_later_is_a_task() -> None:
    hand = Hand()
    hand.host.web_origins = NO_SBC
    hand.host.settings.write(dict(APP), expected_version=0)
    prove(hand, NO_SBC.web)
    hand.host.web_origins = OLD
    assert f"Register {OLD.sbc}{BACK} in Entra" in task(hand)
    assert "does not use" not in task(hand)


def test_a_missing_sbc_domain_is_said(hand: Hand) -> None:
    assert facts(hand, "Redirect URI of the SBC") == []
    hand.host.web_origins = NO_SBC
    (fact,) = facts(hand, "Redirect URI of the SBC")
    assert "no SBC domain" in fact.value
    assert "cannot sign in with Microsoft" in fact.help
    assert task(hand) == "", "nothing has to be registered"


def test_before_anything_is_proven_nothing_is_a_change() -> None:
    hand = Hand()
    hand.host.settings.write(dict(APP), expected_version=0)
    hand.host.web_origins = OLD
    assert task(hand) == ""
    assert notices(hand) == []


def test_without_sign_in_there_is_no_notice(hand: Hand) -> None:
    """But the page says it: the consent page comes back there as well."""
    hand.host.settings.write({**APP, "sign_in_mode": "off"}, expected_version=1)
    hand.host.web_origins = NEW_WEB
    assert notices(hand) == []
    assert NEW_WEB.web in task(hand)


def test_another_application_begins_from_nothing(hand: Hand) -> None:
    hand.host.settings.write({**APP, "application_id": APP["directory_id"]}, expected_version=1)
    hand.host.web_origins = NEW_WEB
    assert task(hand) == ""
    assert read_redirects(hand.host, load_config(hand.host).connection).proven == {}


def test_a_uri_that_is_not_ours_is_not_remembered(hand: Hand) -> None:
    prove(hand, "https://evil.example")
    assert "https://evil.example" + BACK not in read_redirects(hand.host, load_config(hand.host).connection).proven


def test_many_sign_ins_write_once_a_day(hand: Hand) -> None:
    version = hand.host.state.get("redirects")
    prove(hand, OLD.web)
    assert hand.host.state.get("redirects") == version
    hand.host.clock.move(days=2)
    prove(hand, OLD.web)
    assert hand.host.state.get("redirects") != version
