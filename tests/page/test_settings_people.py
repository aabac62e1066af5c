"""People and the page with Microsoft behind it: one person outside of the sync, lists of names, mailboxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pbx_plugin_api import (
    DeliveryStatus,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Saved,
    SaveRefused,
    Scope,
    TickReason,
    UserLink,
)
from portsip_m365_plugin.config.reader import read_config
from portsip_m365_plugin.signin_health import remember_test
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair
from tests.support.mail_samples import make_note
from tests.support.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


def person(lab: Lab, kind: str = "ordinary", n: int = 0) -> Any:
    return [p for p in lab.tenant().directory.order if p.kind == kind][n]


def graph_requests(lab: Lab) -> int:
    return sum(n for name, n in lab.realm().journal.counts().items() if "/users" in name or "batch" in name)


def test_one_person_is_described_by_name_by_id_and_after_a_sign_in(hand: Hand, lab: Lab) -> None:
    someone = person(lab)
    link = UserLink(authority=lab.tenant().id, subject=someone.id)
    upn = someone.props["userPrincipalName"]
    asked = [
        ProvisionRequest(reason=ProvisionReason.ADMIN, typed=upn),
        ProvisionRequest(reason=ProvisionReason.ADMIN, typed=someone.id),
        ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=link),
    ]
    lab.realm().journal.reset()
    for request in asked:
        outcome = hand.provision(request)
        assert isinstance(outcome, Provisioned), outcome
        assert outcome.draft.link == link
    assert graph_requests(lab) == 3
    assert hand.host.users.counts().linked == 0, "only described"


def test_one_person_comes_with_their_photo_where_the_tenant_wants_photos(hand: Hand, lab: Lab) -> None:
    with_photo = next(p for p in lab.tenant().directory.order if p.kind == "ordinary" and p.photo_seed > 0)
    without = next(p for p in lab.tenant().directory.order if p.kind == "ordinary" and p.photo_seed == 0)
    hand.save(sync_photo="true")
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=with_photo.id))
    assert isinstance(outcome, Provisioned)
    assert outcome.photo is not None
    assert outcome.photo.content_type == "image/jpeg"
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=without.id))
    assert isinstance(outcome, Provisioned)
    assert outcome.photo is None


@pytest.mark.parametrize(
    ("kind", "reason"), [("guest", "guest"), ("disabled", "account_disabled"), ("both_names_empty", "no_name")]
)
def test_whom_the_sync_leaves_out_is_refused_for_the_same_reason(hand: Hand, lab: Lab, kind: str, reason: str) -> None:
    upn = person(lab, kind).props["userPrincipalName"]
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=upn))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == reason
    assert outcome.sentence
    link = UserLink(authority=lab.tenant().id, subject=person(lab, kind).id)
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=link))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == reason
    assert "Ask your administrator" in outcome.sentence, "whom to ask, in the words of who has just signed in"


def test_people_of_nowhere_and_of_another_directory(hand: Hand) -> None:
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed="nobody@contoso.example"))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == "not_found"
    foreign = UserLink(authority="72f988bf-86f1-41af-91ab-2d7cd011db47", subject="x")
    answer = hand.plugins.provision_user(
        hand.tenant, ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=foreign)
    )
    assert answer.value is None
    assert answer.sentence == "No plugin knows where to look for people."


def test_a_person_is_found_by_an_address_that_is_no_sign_in_name(hand: Hand, lab: Lab) -> None:
    someone, other = [each for each in lab.tenant().directory.order if each.kind == "ordinary"][:2]
    before = list(someone.props["proxyAddresses"])
    lab.admin().change_user(someone.id, proxyAddresses=[*before, "smtp:ann.alias@contoso.example"])
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed="Ann.Alias@contoso.example"))
    assert isinstance(outcome, Provisioned)
    assert outcome.draft.link.subject == someone.id
    lab.admin().change_user(other.id, mail="ann.alias@contoso.example")
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed="Ann.Alias@contoso.example"))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == "ambiguous_match"
    assert someone.id in outcome.sentence
    assert other.id in outcome.sentence


def test_an_outage_is_no_missing_person(hand: Hand, lab: Lab) -> None:
    lab.realm().faults.add(
        Fault("status", match="GET /v1.0/users/", status=403, code="Authorization_RequestDenied", times=None)
    )
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed="nobody@contoso.example"))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == "not_reachable"


def test_people_on_the_sign_in_list_are_looked_up_when_saved(hand: Hand, lab: Lab) -> None:
    someone = person(lab)
    upn = str(someone.props["userPrincipalName"])
    assert isinstance(hand.save(sign_in_mode="only", sign_in_users=upn), Saved)
    assert hand.host.settings.read().values["sign_in_users"] == [{"name": upn, "entra_object_id": someone.id}]
    outcome = hand.save(sign_in_users=f"{upn}\nnobody@contoso.example", sync_time="7")
    assert isinstance(outcome, SaveRefused)
    told = {error.field: error.message for error in outcome.errors}
    assert set(told) == {"sign_in_users", "sync_time"}, "what has to be looked up is told with the rest"
    assert told["sign_in_users"].startswith("nobody@contoso.example: nobody has this sign-in name")


def test_people_and_the_mailbox_are_found_by_an_alias_and_kept_by_object_id(hand: Hand, lab: Lab) -> None:
    someone, admin = person(lab), lab.admin()
    alias, before = "Ann.Alias@contoso.example", list(someone.props["proxyAddresses"])
    admin.change_user(someone.id, proxyAddresses=[*before, f"smtp:{alias.lower()}"])
    assert isinstance(hand.save(sign_in_mode="only", sign_in_users=alias, mail_mailbox=alias), Saved)
    stored = hand.host.settings.read().values
    assert stored["sign_in_users"] == [{"name": alias, "entra_object_id": someone.id}]
    assert stored["mail_mailbox"] == alias
    # The alias goes to somebody else: mail still goes out by the mailbox that was meant.
    other = next(each for each in lab.tenant().directory.order if each.id != someone.id and each.mailbox == "user")
    admin.change_user(someone.id, proxyAddresses=before)
    admin.change_user(other.id, proxyAddresses=[f"smtp:{alias}"])
    note = make_note()
    answer = hand.plugins.send_notification(hand.tenant, note)
    assert answer.value is not None
    assert answer.value.status is DeliveryStatus.ACCEPTED
    assert lab.tenant().sent[0]["mailbox_id"] == someone.id


def test_a_mailbox_that_nobody_or_two_have_is_refused_beside_its_field(hand: Hand, lab: Lab) -> None:
    outcome = hand.save(mail_mailbox="nobody@contoso.example")
    assert isinstance(outcome, SaveRefused)
    (error,) = outcome.errors
    assert (error.field, error.message.split(":")[0]) == ("mail_mailbox", "nobody@contoso.example")
    first, second = [each for each in lab.tenant().directory.order if each.mailbox == "user"][:2]
    for each in (first, second):
        lab.admin().change_user(each.id, mail="both@contoso.example")
    outcome = hand.save(mail_mailbox="both@contoso.example", sign_in_mode="only", sign_in_users="both@contoso.example")
    assert isinstance(outcome, SaveRefused)
    told = {error.field: error.message for error in outcome.errors}
    assert told == dict.fromkeys(
        ("mail_mailbox", "sign_in_users"),
        "both@contoso.example: several accounts have this address. Use the object id.",
    )


def test_a_mailbox_is_saved_unseen_where_the_directory_cannot_be_asked(hand: Hand, lab: Lab) -> None:
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users", status=403, code="Authorization_RequestDenied"))
    assert isinstance(hand.save(mail_mailbox="pbx@contoso.example"), Saved)


def test_disconnecting_with_users_kept_leaves_them_their_passwords(hand: Hand) -> None:
    hand.tick(confirm_first_plan=True)
    remember_test(hand.host, read_config(hand.host.settings.read().values).connection, "ada@contoso.example")
    assert isinstance(hand.save(sign_in_mode="all", password_policy="refused"), Saved)
    hand.press("disconnect")
    values = hand.host.settings.read().values
    assert hand.host.users.counts().linked > 0
    assert "sign_in_mode" not in values
    assert "password_policy" not in values


@pytest.mark.parametrize("typed", [".", "..", " . ", "delta", "Delta", "$count"])
def test_what_is_typed_never_becomes_another_call(hand: Hand, lab: Lab, typed: str) -> None:
    lab.realm().journal.reset()
    outcome = hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=typed))
    assert isinstance(outcome, ProvisionRefused)
    assert outcome.reason == "not_found"
    assert graph_requests(lab) == 0


def test_the_systems_certificate_is_looked_after_at_night(hand: Hand) -> None:
    hand.tenant = replace(hand.tenant, scope=Scope.SYSTEM)
    hand.host.clock.move(days=340)
    report = hand.tick(reason=TickReason.DUE)
    assert report.next_due_at_utc is not None
    assert [notice.subject for notice in hand.host.notices] == ["The certificate for Microsoft 365 expires soon"]
