"""The settings page through the hook: drawn, saved, refused, and its buttons about keys."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pbx_plugin_api import (
    ActionRequest,
    FieldKind,
    Refused,
    SaveConflict,
    Saved,
    SaveRefused,
    Severity,
    Started,
    TickReason,
    TickStatus,
    Viewer,
)
from portsip_m365_plugin.entra.keypair import make_key_pair, read_certificate
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from tests.support.pbx_hand import ADMIN, Hand

DIRECTORY = "72f988bf-86f1-41af-91ab-2d7cd011db47"
APPLICATION = "0b1ec700-0000-4000-8000-00000000beef"
GOOD = {"directory_id": DIRECTORY, "application_id": APPLICATION}
LOOKER = Viewer(username="looker", may_edit=False)


def faults(outcome: Any) -> dict[str, str]:
    assert isinstance(outcome, SaveRefused), outcome
    return {error.field: error.message for error in outcome.errors}


def test_tabs_come_in_portsips_order() -> None:
    labels = [tab.label for tab in Hand().page().tabs]
    order = ["PERMISSIONS", "USER SYNC", "SIGN IN", "CONTACT SYNC", "MAIL"]
    assert labels == [label for label in order if label in labels]
    assert labels[:3] == order[:3]


def test_every_fault_is_told_at_once_beside_its_field() -> None:
    hand = Hand()
    told = faults(
        hand.save(
            directory_id="not a directory",
            application_id="7",
            national_cloud="MARS",
            sync_time="24:00",
            sync_mode="sometimes",
            starting_extension_number="0123",
            sync_photo="maybe",
            sign_in_mode="perhaps",
        )
    )
    assert set(told) == {
        "directory_id", "application_id", "national_cloud", "sync_time", "sync_mode", "starting_extension_number",
        "sync_photo", "sign_in_mode",
    }  # fmt: skip
    assert told["national_cloud"] == "'MARS' is not possible here. Choose one of these: GLOBAL, CHINA, GCC_HIGH, DOD."
    assert told["sync_time"] == "'24:00' is not possible here. Give a time such as 00:00 or 23:30."
    assert told["starting_extension_number"] == (
        "'0123' is not possible here. Give 3 to 13 digits, the first of which is not 0, or leave it empty."
    )
    assert hand.host.settings.read().version == 0, "nothing was stored"


@pytest.mark.parametrize("number", ["12", "12345678901234", "01234", "12a4", "-123", "１２３"])
def test_starting_numbers_that_no_pbx_would_take(number: str) -> None:
    assert "starting_extension_number" in faults(Hand().save(starting_extension_number=number))


@pytest.mark.parametrize("number", ["", "101", "1234567890123", " 2000 "])
def test_starting_numbers(number: str) -> None:
    hand = Hand()
    assert isinstance(hand.save(starting_extension_number=number), Saved)
    assert hand.host.settings.read().values["starting_extension_number"] == number.strip()


def test_a_setting_that_there_is_not() -> None:
    assert "There is no such setting" in faults(Hand().save(colour="red"))["colour"]


def test_fields_not_named_keep_their_value_and_ids_are_stored_in_one_spelling() -> None:
    hand = Hand()
    assert isinstance(hand.save(directory_id=DIRECTORY.upper(), application_id=APPLICATION.upper()), Saved)
    assert isinstance(hand.save(sync_time="23:30"), Saved)
    values = hand.host.settings.read().values
    assert values == {**GOOD, "sync_time": "23:30"}


def test_saving_says_when_the_tenant_is_due() -> None:
    hand = Hand(now_utc=datetime(2026, 11, 24, 12, tzinfo=timezone.utc))
    saved = hand.save(**GOOD, sync_time="23:30")
    assert isinstance(saved, Saved)
    assert saved.next_due_at_utc is not None
    assert (
        timedelta(0)
        <= saved.next_due_at_utc - datetime(2026, 11, 24, 22, 30, tzinfo=timezone.utc)
        <= timedelta(minutes=2)
    )
    looked = hand.save(sync_mode="manual").next_due_at_utc
    assert looked == saved.next_due_at_utc, "the certificate is looked at in every mode"


def test_two_administrators_cannot_overwrite_each_other() -> None:
    hand = Hand()
    version = hand.page().version
    assert isinstance(hand.save(version, sync_time="01:00"), Saved)
    assert hand.save(version, sync_time="02:00") == SaveConflict(current_version=version + 1)
    assert hand.host.settings.read().values["sync_time"] == "01:00"


def test_who_may_only_look_changes_nothing() -> None:
    hand = Hand()
    assert faults(hand.save(viewer=LOOKER, sync_time="01:00")) == {"": "You may look, but not change anything."}
    assert isinstance(hand.press("generate_key_pair", viewer=LOOKER), Refused)
    assert hand.host.secrets.names() == []
    enabled = {action.name for tab in hand.page(LOOKER).tabs for action in tab.actions if action.enabled}
    assert enabled == set()


def test_redirect_uris_are_made_from_the_hosts_origins_and_are_not_settings() -> None:
    hand = Hand()
    uris = [fact.value for fact in hand.tab("permissions").facts if fact.label == "Redirect URI"]
    assert uris == ["https://pbx.contoso.example:8887/ms365/callback"]
    assert "redirect_uri" not in hand.page().field_names()


def test_no_field_is_a_secret() -> None:
    assert {field.kind for tab in Hand().page().tabs for field in tab.fields} <= set(FieldKind)
    assert not re.search("secret|password ", " ".join(Hand().page().field_names()))


# ---------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("days_old", "severity", "told"),
    [
        (0, Severity.GOOD, "364 days"),
        (333, Severity.GOOD, "31 days"),
        (334, Severity.WARNING, "30 days"),
        (366, Severity.BAD, "expired"),
    ],
)
def test_the_certificate_says_how_long_it_lives(days_old: int, severity: Severity, told: str) -> None:
    hand = Hand()
    pair = make_key_pair(hand.host.clock.now_utc() - timedelta(days=days_old, seconds=60))
    store_key_pair(hand.host, ACTIVE_KEY, pair)
    fact = hand.fact("Certificate")
    assert fact.severity is severity
    assert told in fact.value
    assert read_certificate(pair.certificate.pem).thumbprint_sha1 in fact.value


def test_administrators_hear_of_the_end_of_a_certificate_once_at_each_threshold() -> None:
    hand = Hand()
    store_key_pair(hand.host, ACTIVE_KEY, make_key_pair(hand.host.clock.now_utc() - timedelta(days=334, seconds=60)))
    heard, severities = [], []
    for night in range(40):
        hand.tick()
        if len(hand.host.mailed) > len(heard):
            heard.append(night)
            severities.append(hand.host.notices[0].severity)
        hand.host.clock.move(days=1)
    assert heard == [0, 16, 23, 27, 29, 30]  # 30, 14, 7, 3, 1 and 0 days before the end
    assert severities == [Severity.WARNING] * 2 + [Severity.BAD] * 4
    (notice,) = hand.host.notices
    assert "Generate a new key pair" in notice.text


# ---------------------------------------------------------------------- buttons and runs without a connection


def test_long_work_is_only_started() -> None:
    hand = Hand()
    hand.set_up(GOOD, make_key_pair(hand.host.clock.now_utc()))
    for action in ("preview", "sync_now", "full_resync", "disconnect"):
        answer = hand.plugins.run_action("m365", hand.tenant, ADMIN, ActionRequest(action=action))
        assert isinstance(answer.value, Started)
        assert answer.value.job == action


def test_nothing_can_be_started_before_the_tenant_is_set_up() -> None:
    outcome = Hand().press("sync_now")
    assert isinstance(outcome, Refused)
    assert "the directory (tenant) ID and the application ID are missing" in outcome.remedy


def test_an_action_or_job_that_there_is_not() -> None:
    hand = Hand()
    assert isinstance(hand.press("explode"), Refused)
    report = hand.tick(reason=TickReason.JOB, job="explode")
    assert (report.status, report.message) == (TickStatus.FAILED, "There is no job explode.")


def test_there_is_nothing_to_approve_before_a_plan() -> None:
    hand = Hand()
    hand.set_up(GOOD, make_key_pair(hand.host.clock.now_utc()))
    outcome = hand.press("approve", {"checksum": "0"})
    assert isinstance(outcome, Refused)
    assert outcome.remedy == "There is no plan yet: press Preview."


def test_a_run_without_settings_says_what_is_missing() -> None:
    hand = Hand()
    report = hand.tick()
    assert report.status is TickStatus.NOT_CONFIGURED
    assert report.message == (
        "Microsoft 365 is not set up yet: the directory (tenant) ID and the application ID are missing."
        " Fill in the PERMISSIONS tab."
    )
    assert report.next_due_at_utc is None
    hand.save(**GOOD)
    report = hand.tick()
    assert report.status is TickStatus.NOT_CONFIGURED
    assert "there is no key pair" in report.message
    assert report.next_due_at_utc is not None


def test_manual_mode_does_nothing_by_the_clock() -> None:
    hand = Hand()
    hand.save(**GOOD, sync_mode="manual")
    look = hand.tick(reason=TickReason.DUE)
    assert (look.quiet, look.message) == (True, ""), "only the certificate is looked at"
    assert hand.fact("Next run").value == "not scheduled"
    assert hand.fact("Last run").value == "none yet"
