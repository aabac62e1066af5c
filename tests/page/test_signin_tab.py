"""The SIGN IN tab shows what is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from pbx_plugin_api import LoginTest, PasswordPolicy, Saved, SaveRefused, UserLink
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import Config, read_config
from portsip_m365_plugin.config.writer import read_texts
from portsip_m365_plugin.entra.aadsts import explain_token_error
from portsip_m365_plugin.page.tabs.signin import draw_signin_tab
from portsip_m365_plugin.signin import offer_sign_in
from portsip_m365_plugin.signin_health import find_fault, forget_fault, remember_test, report_fault
from tests.support.idtoken_forge import OBJECT_ID, TENANT_ID
from tests.support.lab import shared_key_pair
from tests.support.page_view import view_of
from tests.support.pbx_hand import Hand
from tests.support.signin_host import LinkedUsers, user

OTHER_ID = "0b1ec700-0000-4000-8000-00000000beef"
ADELE = {"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}


class Host:
    users = LinkedUsers(user())
    state = FakeHost().state


def test_tab_shows_what_is_stored() -> None:
    values: dict[str, Any] = {
        "sign_in_mode": "only",
        "sign_in_users": [ADELE, {"name": "x", "entra_object_id": OTHER_ID}],
    }
    view = view_of({**values, "directory_id": TENANT_ID}, FakeHost())
    tab = draw_signin_tab(replace(view, host=cast(Any, Host())))
    shown = {field.name: field.value for field in tab.fields}
    assert tuple(shown) == (
        "sign_in_mode", "sign_in_users", "password_policy", "first_sign_in_creates", "administrators_sign_in",
        "sign_in_response_mode",
    )  # fmt: skip
    assert shown["sign_in_mode"] == "only"
    assert shown["sign_in_users"] == "adele@contoso.example\nx"
    assert tab.tables[0].rows == (
        ("adele@contoso.example", "Adele Vance", "adele@contoso.example", OBJECT_ID),
        ("x", "(not a user of this PBX)", "", OTHER_ID),
    )
    # What is drawn can be saved as it stands.
    draft, faults = read_texts(shown, Config())
    assert faults == []
    assert [entry.name for entry in draft.config.signin.people] == ["adele@contoso.example", "x"]


CONNECTION = {"application_id": "0b1ec700-0000-4000-8000-00000000abcd", "directory_id": TENANT_ID}
REFUSED = {"sign_in_mode": "all", "password_policy": "refused"}


@pytest.fixture
def hand() -> Hand:
    hand = Hand()
    hand.set_up(CONNECTION, shared_key_pair())
    return hand


def faults(outcome: Any) -> dict[str, str]:
    assert isinstance(outcome, SaveRefused), outcome
    return {error.field: error.message for error in outcome.errors}


def remember(hand: Hand) -> None:
    remember_test(hand.host, read_config(hand.host.settings.read().values).connection, "ada@contoso.example")


def test_an_empty_list_with_only_is_a_fault_beside_the_list(hand: Hand) -> None:
    assert "would let nobody in" in faults(hand.save(sign_in_mode="only"))["sign_in_users"]
    assert isinstance(hand.save(sign_in_mode="except"), Saved)
    assert isinstance(hand.save(sign_in_mode="only", sign_in_users=OBJECT_ID), Saved)
    assert set(faults(hand.save(sign_in_users=""))) == {"sign_in_users"}


def test_passwords_are_refused_only_after_a_test_sign_in(hand: Hand) -> None:
    assert "Test sign-in" in faults(hand.save(**REFUSED))["password_policy"]
    hand.save(sign_in_mode="all")
    assert isinstance(hand.press("test_sign_in"), LoginTest)
    remember(hand)
    assert "ada@contoso.example" in hand.fact("Test sign-in").value
    assert "Switch" in faults(hand.save(sign_in_mode="off", password_policy="refused"))["password_policy"]
    assert isinstance(hand.save(**REFUSED), Saved)


def test_a_test_counts_for_the_application_that_was_tested(hand: Hand) -> None:
    remember(hand)
    hand.save(application_id="0b1ec700-0000-4000-8000-00000000ffff")
    assert set(faults(hand.save(**REFUSED))) == {"password_policy"}
    assert hand.fact("Test sign-in").value == "none has succeeded yet"


def test_passwords_are_refused_to_the_admitted_alone(hand: Hand) -> None:
    remember(hand)
    hand.save(sign_in_mode="only", sign_in_users=OBJECT_ID, password_policy="refused")
    (provider,) = offer_sign_in(hand.host)
    assert provider.password_policy is PasswordPolicy.REFUSED
    assert provider.admits is not None
    assert provider.admits(UserLink(authority=TENANT_ID, subject=OBJECT_ID))
    assert not provider.admits(UserLink(authority=TENANT_ID, subject=OTHER_ID))
    assert not provider.admits(UserLink(authority=OTHER_ID, subject=OBJECT_ID)), "a directory from before"


def test_the_refusal_is_suspended_and_resumed_with_one_press_each(hand: Hand) -> None:
    remember(hand)
    hand.save(**REFUSED)
    for action, policy in (
        ("suspend_password_refusal", PasswordPolicy.ALLOWED),
        ("resume_password_refusal", PasswordPolicy.REFUSED),
    ):
        hand.press(action)
        (provider,) = offer_sign_in(hand.host)
        assert provider.password_policy is policy
    names = [action.name for action in hand.tab("sign_in").actions]
    assert names == ["test_sign_in", "suspend_password_refusal"]


def test_a_fault_for_everybody_is_shown_and_notified_until_somebody_signs_in(hand: Hand) -> None:
    remember(hand)
    hand.save(**REFUSED)
    config = read_config(hand.host.settings.read().values).signin
    report_fault(hand.host, config, explain_token_error({"error_codes": [700027]}).sentence)
    (notice,) = hand.host.notices
    assert "certificate" in notice.text
    assert "Suspend the refusal" in notice.text
    assert "certificate" in hand.fact("Microsoft signs in").value
    forget_fault(hand.host)
    assert find_fault(hand.host) is None
