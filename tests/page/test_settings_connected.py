"""The page with Microsoft behind it: directories by domain, keys that roll over, plans that wait, one person."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from pbx_plugin_api import (
    FieldKind,
    Refused,
    Saved,
    SaveRefused,
    TickReason,
    TickStatus,
)
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_key_pair, store_key_pair
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand


@pytest.fixture
def hand(lab: Lab) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    return hand


def graph_requests(lab: Lab) -> int:
    return sum(n for name, n in lab.realm().journal.counts().items() if "/users" in name or "batch" in name)


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


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("application_id", "This is the directory (tenant) ID. Enter the Application (client) ID"),
        ("directory_id", "This is the application (client) ID. Enter the Directory (tenant) ID"),
    ],
)
def test_one_id_in_both_fields_is_refused_at_the_field_that_was_changed(
    hand: Hand, lab: Lab, changed: str, said: str
) -> None:
    known = lab.settings()
    other = "directory_id" if changed == "application_id" else "application_id"
    outcome = hand.save(**(known | {changed: known[other].upper()}))
    assert isinstance(outcome, SaveRefused)
    assert {error.field: error.message[: len(said)] for error in outcome.errors} == {changed: said}


@pytest.mark.parametrize("region", [{}, {"national_cloud": "FIND"}])
def test_one_id_in_both_fields_of_a_new_connection_is_refused(lab: Lab, region: dict[str, str]) -> None:
    known = lab.settings()
    outcome = Hand().save(**(known | region | {"application_id": known["directory_id"]}))
    assert isinstance(outcome, SaveRefused)
    assert [error.field for error in outcome.errors] == ["application_id"]
    assert "are the same, so one of them is wrong" in outcome.errors[0].message


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
    assert hand.tick().next_due_at_utc == report.next_due_at_utc, "the daily look at the certificate"


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
    assert (report.status, report.message, report.quiet) == (TickStatus.DONE, "", True), "a look at the certificate"
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
    saved = hand.save(sync_photo_when_off="remove")
    assert saved.message == f"Saved. {stored} photos came from Microsoft: the next sync asks before they are removed."
    assert hand.save(sync_time="03:00").message == "Saved.", "it is said once"
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
