"""The set-up through the hook: from an empty PBX to an approved first sync by the next step's own buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from pbx_plugin_api import Done, Refused, Scope, Step, StepState, Tenant, TickStatus, Viewer
from portsip_m365_plugin.keys.store import ACTIVE_KEY, load_certificate
from portsip_m365_plugin.page.set_up.confirming import confirm_step
from tests.support.lab import Lab
from tests.support.page_view import view_of
from tests.support.pbx_hand import TENANT, Hand

LOOKER = Viewer(username="looker", may_edit=False)


def hand_of_now(tenant: Tenant = TENANT) -> Hand:
    """Here the plugin makes the key pair: it must be valid by the clock of Microsoft, which is the real one."""
    return Hand(tenant=tenant, now_utc=datetime.now(timezone.utc))


def following(hand: Hand) -> Step:
    found = hand.page().next_step()
    assert found is not None
    assert found[0].name == "permissions"
    return found[1]


def press_next(hand: Hand, name: str, **values: str) -> Any:
    """Press the first button of the next step, as it is drawn."""
    step = following(hand)
    assert step.name == name
    action = next(each for tab in hand.page().tabs for each in tab.actions if each.name == step.actions[0])
    drawn = {item.name: item.value for item in action.parameters}
    return hand.press(action.name, {**drawn, **values})


def test_from_nothing_to_an_approved_sync_by_the_next_step_alone(lab: Lab) -> None:
    hand = hand_of_now()
    assert isinstance(press_next(hand, "prerequisites"), Done)
    press_next(hand, "register")
    app = lab.tenant().register_app(redirect_uris=("https://pbx.example/ms365/callback",), permissions=())
    assert following(hand).name == "ids"
    hand.save(application_id=app.client_id, directory_id=lab.tenant().id, national_cloud="LAB")
    press_next(hand, "key_pair")
    certificate = load_certificate(hand.host, ACTIVE_KEY)
    assert certificate is not None
    press_next(hand, "upload")
    press_next(hand, "permissions")
    press_next(hand, "consent")
    refused = press_next(hand, "test")
    assert isinstance(refused, Refused)
    failed = following(hand)
    assert (failed.name, failed.state) == ("upload", StepState.FAILED)
    lab.tenant().register_app(certificate_pem=certificate.pem, client_id=app.client_id)
    press_next(hand, "upload")
    assert (following(hand).name, following(hand).state) == ("consent", StepState.FAILED)
    assert "User.Read.All" in following(hand).detail
    lab.tenant().register_app(permissions=("User.Read.All",), client_id=app.client_id)
    assert isinstance(press_next(hand, "consent"), Done)
    assert following(hand).name == "scope"
    hand.save(sync_users_mode="all")
    press_next(hand, "preview")
    assert press_next(hand, "approve").status is TickStatus.DONE
    page = hand.page()
    assert page.next_step() is None
    assert {step.state for step in hand.tab("permissions").steps} <= {StepState.PROVEN, StepState.DONE}
    assert hand.host.users.counts().linked > 0


def test_a_feature_that_is_switched_on_later_asks_for_its_permission(lab: Lab) -> None:
    hand = connected(lab, ("User.Read.All",))
    assert hand.page().next_step() is None
    hand.save(contact_personal="true")
    assert following(hand).name == "permissions"
    assert "Contacts.Read" in [fact.value for fact in following(hand).facts]


def connected(lab: Lab, permissions: tuple[str, ...]) -> Hand:
    hand = hand_of_now()
    for _ in range(2):
        press_next(hand, following(hand).name)
    app = lab.tenant().register_app(permissions=permissions)
    hand.save(application_id=app.client_id, directory_id=lab.tenant().id, national_cloud="LAB")
    press_next(hand, "key_pair")
    certificate = load_certificate(hand.host, ACTIVE_KEY)
    assert certificate is not None
    lab.tenant().register_app(certificate_pem=certificate.pem, client_id=app.client_id)
    for name in ("upload", "permissions", "consent", "test"):
        press_next(hand, name)
    hand.save(sync_users_mode="all")
    for name in ("preview", "approve"):
        press_next(hand, name)
    return hand


def test_somebody_who_may_only_look_sees_the_steps_and_no_next_one() -> None:
    hand = Hand()
    page = hand.page(LOOKER)
    assert page.next_step() is None
    assert len(page.tabs[0].steps) == 11
    assert isinstance(hand.press("confirm_step", {"step": "register"}, viewer=LOOKER), Refused)


def test_only_a_step_outside_of_the_pbx_can_be_confirmed() -> None:
    refused = confirm_step(view_of(), "test")
    assert isinstance(refused, Refused)
    assert "prerequisites" in refused.remedy


def test_the_system_is_led_to_its_mailbox(lab: Lab) -> None:
    hand = hand_of_now(tenant=replace(TENANT, scope=Scope.SYSTEM))
    app = lab.tenant().register_app(permissions=("Mail.Send",))
    for name in ("prerequisites", "register"):
        press_next(hand, name)
    hand.save(application_id=app.client_id, directory_id=lab.tenant().id, national_cloud="LAB")
    press_next(hand, "key_pair")
    certificate = load_certificate(hand.host, ACTIVE_KEY)
    assert certificate is not None
    lab.tenant().register_app(certificate_pem=certificate.pem, client_id=app.client_id)
    press_next(hand, "upload")
    assert following(hand).name == "test", "without a mailbox nothing needs a permission"
    press_next(hand, "test")
    assert following(hand).fields == ("mail_mailbox",)
    mailbox = next(each for each in lab.tenant().directory.people.values() if each.has_mailbox)
    hand.save(mail_mailbox=str(mailbox.props["userPrincipalName"]))
    names = [step.name for step in hand.tab("permissions").steps]
    assert names[-2:] == ["test", "mail"]
    while (step := following(hand)).name != "mail":
        press_next(hand, step.name)
    press_next(hand, "mail", to="ada@contoso.example")
    assert hand.page().next_step() is None
