"""Stored values become typed objects; what is missing or cannot be read has its default."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from pbx_plugin_api import (
    AnyNumber,
    FromStart,
    LoginRefused,
    LoginRequest,
    PasswordPolicy,
    ResponseMode,
    Saved,
    Tenant,
    TickStatus,
)
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.contacts import SYSTEM_FOLDERS, SharedMode
from portsip_m365_plugin.config.mail import MailConfig
from portsip_m365_plugin.config.people import Listed, NameList, WhichPeople
from portsip_m365_plugin.config.reader import Config, read_config
from portsip_m365_plugin.config.signin import SignInConfig, SignInMode
from portsip_m365_plugin.config.users import SyncMode
from portsip_m365_plugin.signin import offer_sign_in
from tests.support.pbx_hand import Hand

ADELE_ID = "4c1ec700-0000-4000-8000-00000000beef"
OTHER_ID = "0b1ec700-0000-4000-8000-00000000beef"
ADELE = {"name": "adele@contoso.example", "entra_object_id": ADELE_ID}
CONNECTED = {"directory_id": OTHER_ID, "application_id": OTHER_ID}
TENANT = Tenant(pbx_tenant_id="t1", name="T", sip_domain="t.example", country="DE")


def test_nothing_stored_means_the_defaults() -> None:
    config = read_config({})
    assert config == Config()
    assert config.connection == ConnectionConfig()
    assert not config.connection.is_complete
    assert config.signin == SignInConfig()
    assert config.signin.mode is SignInMode.OFF
    assert config.contacts.is_off
    assert config.contacts.excluded_casefolded == {name.casefold() for name in SYSTEM_FOLDERS}
    assert config.mail == MailConfig()
    assert config.users.sync_mode is SyncMode.AUTOMATIC
    assert config.schedule.sync_time == time(0, 0)
    assert not config.photos.is_on


def test_null_is_the_same_as_missing_and_other_keys_are_passed_over() -> None:
    assert read_config({"sync_mode": None, "sync_photo": None, "contact_users": None, "colour": "red"}) == Config()


def test_stored_values_become_objects() -> None:
    config = read_config(
        {
            "directory_id": "d",
            "application_id": "a",
            "national_cloud": "CHINA",
            "sync_time": "23:30",
            "sync_mode": "manual",
            "starting_extension_number": "2000",
            "sync_photo": True,
            "sign_in_mode": "only",
            "sign_in_users": [ADELE],
            "password_policy": "refused",
            "first_sign_in_creates": True,
            "sign_in_response_mode": "query",
            "contact_personal": True,
            "contact_users_mode": "except",
            "contact_users": [ADELE],
            "contact_shared": "named",
            "contact_mailboxes": [{"name": "info@contoso.example", "entra_object_id": OTHER_ID}],
            "contact_excluded_folders": ["Online Shop"],
            "mail_mailbox": "pbx@contoso.example",
            "mail_recipients": ["a@x.example", "b@x.example"],
            "mail_for_tenants": False,
        }
    )
    people = NameList((Listed(name="adele@contoso.example", entra_object_id=ADELE_ID),))
    assert config.unreadable == ()
    assert config.connection == ConnectionConfig(entra_tenant_id="d", client_id="a", cloud_name="CHINA")
    assert (config.schedule.sync_time, config.users.sync_mode) == (time(23, 30), SyncMode.MANUAL)
    assert config.photos.is_on
    assert config.signin == SignInConfig(
        mode=SignInMode.ONLY,
        people=people,
        password_policy=PasswordPolicy.REFUSED,
        first_sign_in_creates=True,
        response_mode=ResponseMode.QUERY,
    )
    assert (config.contacts.personal, config.contacts.whose, config.contacts.people) == (
        True,
        WhichPeople.EXCEPT,
        people,
    )
    assert config.contacts.wants("somebody else")
    assert not config.contacts.wants(ADELE_ID)
    assert config.contacts.shared is SharedMode.NAMED
    assert [box.entra_object_id for box in config.contacts.mailboxes] == [OTHER_ID]
    assert config.contacts.excluded_casefolded == {"online shop"}
    assert config.mail == MailConfig(
        mailbox="pbx@contoso.example", recipients=("a@x.example", "b@x.example"), for_tenants=False
    )
    rules = config.mapping_rules(TENANT)
    assert (rules.entra_tenant_id, rules.country, rules.extension) == ("d", "DE", FromStart(start="2000"))
    assert read_config({}).mapping_rules(TENANT).extension == AnyNumber()


@pytest.mark.parametrize(
    ("mode", "listed", "admitted"),
    [
        ("off", [ADELE], False),
        ("all", [], True),
        ("only", [ADELE], True),
        ("only", [], False),
        ("except", [ADELE], False),
        ("except", [], True),
    ],
)
def test_who_may_sign_in(mode: str, listed: list[dict[str, str]], admitted: bool) -> None:
    config = read_config({"sign_in_mode": mode, "sign_in_users": listed})
    assert config.signin.admits(ADELE_ID) is admitted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sync_mode", "weekly"),
        ("sync_time", "25:00"),
        ("sync_photo", "perhaps"),
        ("sign_in_mode", ["all"]),
        ("contact_shared", 7),
        ("contact_users", [{"name": "adele@contoso.example"}]),
        ("sign_in_users", ["adele@contoso.example"]),
        ("mail_recipients", [7]),
        ("mail_mailbox", {"id": "x"}),
        ("contact_excluded_folders", {"name": "x"}),
    ],
)
def test_a_value_of_another_version_is_named_and_has_its_default(key: str, value: Any) -> None:
    config = read_config({key: value, "directory_id": "d"})
    assert config.unreadable == (key,)
    assert key in config.why_unreadable
    assert config.connection.entra_tenant_id == "d", "the others are read all the same"
    assert config.shown(key) == Config().shown(key)


def test_a_cloud_that_the_operator_took_away_is_still_what_was_chosen() -> None:
    assert read_config({"national_cloud": "LAB"}).connection.cloud_name == "LAB"


def test_a_run_with_a_value_of_another_version_changes_nothing_and_names_it() -> None:
    hand = Hand()
    hand.host.settings.write({**CONNECTED, "sync_mode": "weekly"}, expected_version=0)
    report = hand.tick()
    assert report.status is TickStatus.FAILED
    assert report.message == (
        "This version of the plugin cannot read these settings: sync_mode. Check them on the page and save."
        " Nothing was changed."
    )
    shown = {action.name: action.why_disabled for action in hand.tab("user_sync").actions}
    assert shown["sync_now"] == report.message.removesuffix(" Nothing was changed.")
    texts = {field.name: field.value for field in hand.tab("user_sync").fields}
    assert isinstance(hand.save(**texts), Saved), "what the page shows can be saved, and mends it"
    assert "cannot read" not in hand.tick().message


def test_sign_in_is_refused_while_its_own_settings_cannot_be_read() -> None:
    hand = Hand()
    values = {**CONNECTED, "sign_in_mode": "except", "sign_in_users": [{"upn": "adele@contoso.example"}]}
    hand.host.settings.write(values, expected_version=0)
    (provider,) = offer_sign_in(hand.host)
    outcome = provider.begin(LoginRequest(origin="https://pbx.contoso.example:8887"))
    assert isinstance(outcome, LoginRefused)
    assert (outcome.reason, "sign_in_users" in outcome.detail) == ("not_set_up", True)
    hand.host.settings.write({**values, "sign_in_users": [], "sync_mode": "weekly"}, expected_version=1)
    (provider,) = offer_sign_in(hand.host)
    outcome = provider.begin(LoginRequest(origin="https://pbx.contoso.example:8887"))
    assert isinstance(outcome, LoginRefused)
    assert "no valid key pair" in outcome.detail, "settings of another subject do not stop sign-in"


def test_what_was_saved_is_known_also_where_it_is_the_default() -> None:
    config = read_config({"sync_users_mode": "all", "not_a_setting": "x"})
    assert config.saved == {"sync_users_mode"}
    assert config == read_config({}), "it is no setting of its own"
