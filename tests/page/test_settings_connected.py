"""The page with Microsoft behind it: directories by domain, keys that roll over, plans that wait, one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from pbx_plugin_api import (
    DeliveryStatus,
    FieldKind,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Refused,
    Saved,
    SaveRefused,
    Scope,
    TickReason,
    TickStatus,
    UserLink,
)
from portsip_m365_plugin.config.reader import read_config
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.keys import ACTIVE_KEY, NEXT_KEY, load_key_pair, store_key_pair
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


# ---------------------------------------------------------------------- the directory


def test_a_verified_domain_is_resolved_and_shown_as_the_directorys_id(lab: Lab) -> None:
    hand = Hand()
    settings = lab.settings() | {"directory_id": lab.tenant().domain.upper()}
    assert isinstance(hand.save(**settings), Saved)
    shown = {field.name: field.value for field in hand.tab("permissions").fields}
    assert shown["directory_id"] == lab.tenant().id


def test_a_domain_that_is_nobodys(lab: Lab) -> None:
    outcome = Hand().save(**(lab.settings() | {"directory_id": "nobody.example", "sync_time": "7"}))
    assert isinstance(outcome, SaveRefused)
    told = {error.field: error.message for error in outcome.errors}
    assert set(told) == {"directory_id", "sync_time"}, "looked up, and told beside the other faults"
    assert told["directory_id"].startswith(
        "nobody.example cannot be turned into a directory ID: Entra does not know this directory (tenant) ID."
    )


def test_a_directory_cannot_be_exchanged_under_linked_users_and_it_says_how(hand: Hand, lab: Lab) -> None:
    assert isinstance(hand.save(directory_id="72f988bf-86f1-41af-91ab-2d7cd011db47"), Saved), "nobody is linked yet"
    hand.save(directory_id=lab.tenant().id)
    hand.tick(confirm_first_plan=True)
    linked = hand.host.users.counts().linked
    for values in ({"directory_id": "72f988bf-86f1-41af-91ab-2d7cd011db47"}, {"national_cloud": "GLOBAL"}):
        outcome = hand.save(**values)
        assert isinstance(outcome, SaveRefused)
        (error,) = outcome.errors
        assert error.field in values
        assert error.message.startswith(f"{linked} users belong to the directory that is connected now")
        assert "press Disconnect" in error.message
    assert isinstance(hand.save(directory_id=lab.tenant().id, sync_time="03:00"), Saved)


def test_disconnecting_keeps_users_and_with_them_the_directory(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    linked = hand.host.users.counts().linked
    report = hand.press("disconnect")
    assert report.status is TickStatus.DONE
    assert f"{linked} synced users stay" in report.message
    assert hand.host.users.counts().linked == linked
    assert hand.host.secrets.names() == []
    values = hand.host.settings.read().values
    assert values["directory_id"] == lab.tenant().id
    assert "application_id" not in values
    assert hand.tick().status is TickStatus.NOT_CONFIGURED


def test_disconnecting_with_the_users_frees_the_directory(hand: Hand) -> None:
    hand.tick(confirm_first_plan=True)
    linked = hand.host.users.counts().linked
    report = hand.press("disconnect", {"delete_users": "true"})
    assert (report.status, report.counts.deleted) == (TickStatus.DONE, linked)
    assert hand.host.users.counts().linked == 0
    assert "directory_id" not in hand.host.settings.read().values
    assert list(hand.host.state.items()) == []
    assert isinstance(hand.save(directory_id="72f988bf-86f1-41af-91ab-2d7cd011db47"), Saved)


# ---------------------------------------------------------------------- keys


def test_keys_roll_over_without_an_outage(hand: Hand, lab: Lab) -> None:
    old = load_key_pair(hand.host, ACTIVE_KEY)
    coming = make_key_pair(datetime.now(timezone.utc))
    store_key_pair(hand.host, NEXT_KEY, coming)
    assert hand.tick(confirm_first_plan=True).status is TickStatus.DONE, "not uploaded yet: the old one works"
    assert load_key_pair(hand.host, ACTIVE_KEY) == old

    lab.register(certificate_pem=coming.certificate.pem)
    assert hand.press("test_connection").message == "The connection works."
    assert load_key_pair(hand.host, ACTIVE_KEY) == coming, "accepted by Entra, and active from then on"
    assert load_key_pair(hand.host, NEXT_KEY) is None
    assert [line.event for line in hand.host.audit.lines if line.event.startswith("key_pair")] == ["key_pair.promoted"]
    assert hand.tick().status is TickStatus.DONE


# ---------------------------------------------------------------------- plans and runs


def test_the_first_plan_is_shown_approved_and_applied(hand: Hand) -> None:
    preview = hand.press("preview")
    assert preview.status is TickStatus.DONE
    assert preview.plan is not None
    assert hand.host.users.counts().linked == 0
    tab = hand.tab("user_sync")
    (table,) = tab.tables
    assert len(table.rows) == 61, "60 people, and a name that was cut"
    assert {row[0] for row in table.rows} >= {"create", "left out: guest", "left out: account disabled"}
    approve = next(action for action in tab.actions if action.name == "approve")
    assert approve.enabled
    assert approve.parameters[0].value == preview.plan.checksum

    assert hand.tick().status is TickStatus.NEEDS_APPROVAL
    assert hand.host.notices[-1].subject == "The Microsoft 365 sync waits for your approval"
    stale = hand.press("approve", {"checksum": "0" * 64})
    assert isinstance(stale, Refused)
    report = hand.press("approve", {"checksum": preview.plan.checksum})
    assert report.status is TickStatus.DONE
    assert hand.host.users.counts().linked == report.counts.created == preview.plan.counts.created
    assert [table.title for table in hand.tab("user_sync").tables] == ["Left out, by reason"], "nothing waits any more"


def test_a_plan_that_an_older_version_stored_shows_as_gone_and_can_still_be_approved(hand: Hand) -> None:
    preview = hand.press("preview")
    assert preview.plan is not None
    old_row = (
        b'{"action":"create","entra_object_id":"8a1f","upn":"a@b","display_name":"A","reason":null,"changes":{}}\n'
    )
    blob = hand.host.blobs.put(iter([old_row]), content_type="application/x-ndjson", keep_s=3600)
    record = hand.host.state.get("users.plan")
    assert record is not None
    stored: Any = record.value
    plan = {name: value for name, value in stored["plan"].items() if name != "approve"} | {"rows_blob": blob}
    plan["counts"] = {"type": "Counts", "created": 49}
    hand.host.state.put("users.plan", {**stored, "plan": plan})
    tab = hand.tab("user_sync")
    (table,) = tab.tables
    assert table.rows == ()
    assert "can no longer be shown" in table.empty_text
    approve = next(action for action in tab.actions if action.name == "approve")
    assert [field.kind for field in approve.parameters] == [FieldKind.HIDDEN]
    assert hand.press("approve", {"checksum": approve.parameters[0].value}).status is TickStatus.DONE


def test_full_resync_lists_everybody_and_sync_now_asks_for_changes(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    hand.tick()
    lab.realm().journal.reset()
    assert hand.press("sync_now").requests == 1
    assert lab.realm().journal.counts() == {"GET /users/delta 200": 1} | {
        name: n for name, n in lab.realm().journal.counts().items() if "/users" not in name
    }
    lab.realm().journal.reset()
    hand.press("full_resync")
    assert "GET /users 200" in lab.realm().journal.counts()


def test_a_run_says_when_the_next_is_due(hand: Hand) -> None:
    report = hand.tick(confirm_first_plan=True)
    assert report.next_due_at_utc is not None
    assert report.next_due_at_utc > hand.host.clock.now_utc()
    hand.save(sync_mode="manual")
    assert hand.tick().next_due_at_utc is None


def test_a_failing_night_is_tried_again_in_an_hour_and_told_when_it_lasts(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    lab.realm().faults.add(Fault("status", match="GET /v1.0/users", status=403, times=None))
    seen = []
    for _ in range(5):
        report = hand.tick(reason=TickReason.DUE)
        assert report.status is TickStatus.FAILED
        assert report.next_due_at_utc is not None
        seen.append(
            (round((report.next_due_at_utc - hand.host.clock.now_utc()).total_seconds()), len(hand.host.notices))
        )
        hand.host.clock.move(minutes=1)
    assert [seconds <= 3600 for seconds, _ in seen[:3]] == [True] * 3
    assert [notices for _, notices in seen][:2] == [0, 1], "one failure is no news, two are"
    lab.realm().faults.clear()
    assert hand.tick().status is TickStatus.DONE


def test_manual_mode_is_about_users_contacts_and_photos_keep_their_nights(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    hand.save(sync_mode="manual")
    lab.realm().journal.reset()
    report = hand.tick(reason=TickReason.DUE)
    assert (report.status, report.next_due_at_utc) == (TickStatus.DONE, None)
    assert graph_requests(lab) == 0

    assert hand.save(contact_personal="true", sync_photo="true").next_due_at_utc is not None
    report = hand.tick(reason=TickReason.DUE)
    assert report.status is TickStatus.DONE
    assert "Users" not in report.message
    assert "Contacts: " in report.message
    assert "Photos: " in report.message
    assert report.next_due_at_utc is not None
    assert "GET /users/delta 200" not in lab.realm().journal.counts()
    assert "Users" not in hand.tick(reason=TickReason.RESUMED).message, "what goes on is what it was"
    assert "Users" in hand.tick().message, "somebody's hand syncs users as well"
    assert "Users" in hand.tick(reason=TickReason.RESUMED).message


def test_photos_switched_off_are_removed_after_an_approval_that_names_their_number(hand: Hand, lab: Lab) -> None:
    hand.tick(confirm_first_plan=True)
    hand.save(sync_photo="true")
    stored = hand.tick().counts.photos_stored
    assert stored > 2
    hand.save(sync_photo="false")
    assert "Photos" not in hand.tick().message, "by default they stay"
    hand.save(sync_photo_when_off="remove")
    report = hand.tick()
    assert report.status is TickStatus.NEEDS_APPROVAL
    assert f"{stored} photos that came from Microsoft would be removed" in report.message
    facts = {fact.label: fact.value for fact in hand.tab("user_sync").facts}
    assert f"{stored} photos" in facts["Photos to be removed"]
    assert report.plan is not None
    done = hand.press("approve_photo_removal", {"checksum": report.plan.checksum})
    assert done.counts.photos_removed == stored
    assert not any(user.photo_sha256 for user in hand.host.users.linked())
    assert "Photos to be removed" not in {fact.label for fact in hand.tab("user_sync").facts}


def test_a_night_that_must_end_early_says_where_and_goes_on(hand: Hand) -> None:
    hand.tick(confirm_first_plan=True)
    hand.save(contact_personal="true", sync_photo="true")
    hand.host.progress.stop_wanted = True
    report = hand.tick()
    assert (report.status, report.resumable, report.next_due_at_utc) == (TickStatus.STOPPED, True, None)
    hand.host.progress.stop_wanted = False
    assert hand.tick(reason=TickReason.RESUMED).status is TickStatus.DONE


# ---------------------------------------------------------------------- one person


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


# ---------------------------------------------------------------------- what a reviewer found


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
