"""What an administrator types: what is possible, what is stored, and that what is shown can be saved as it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_m365_plugin.config.fields import split_lines
from portsip_m365_plugin.config.reader import Config, read_config
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.config.writer import forget_connection, read_texts

OBJECT_ID = "4c1ec700-0000-4000-8000-00000000beef"
STORED: dict[str, Any] = {
    "application_id": "0b1ec700-0000-4000-8000-00000000beef",
    "directory_id": "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "national_cloud": "CHINA",
    "sync_time": "03:15",
    "renew_certificate": True,
    "application_object_id": OBJECT_ID,
    "sync_mode": "manual",
    "sync_every_minutes": 15,
    "starting_extension_number": "2000",
    "extension_source": "businessPhones:4",
    "display_name_format": "surname_given",
    "email_source": "upn",
    "sync_mobile_phone": False,
    "sync_work_phone": False,
    "sync_department": False,
    "sync_photo": True,
    "sync_photo_when_off": "remove",
    "leaver_disabled_policy": "keep",
    "leaver_disabled_delete_after_days": 0,
    "leaver_deleted_policy": "disable",
    "leaver_deleted_delete_after_days": 90,
    "leaver_out_of_scope_policy": "delete",
    "leaver_out_of_scope_delete_after_days": 3650,
    "guard_removed_percent": 0,
    "guard_removed_at_once": 200,
    "guard_changed_percent": 100,
    "sync_users_mode": "except",
    "sync_users": [{"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}],
    "sync_groups_mode": "only",
    "sync_groups": [{"name": "Sales & Marketing", "entra_object_id": OBJECT_ID}],
    "sync_guest_users": True,
    "sync_unlicensed": False,
    "sign_in_mode": "except",
    "sign_in_users": [{"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}],
    "password_policy": "refused",
    "administrators_sign_in": True,
    "first_sign_in_creates": True,
    "sign_in_response_mode": "query",
    "contact_personal": True,
    "contact_users_mode": "only",
    "contact_users": [{"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}],
    "contact_shared": "found",
    "contact_mailboxes": [{"name": "info@contoso.example", "entra_object_id": OBJECT_ID}],
    "contact_excluded_folders": ["Online Shop", "Old"],
    "mail_mailbox": "pbx@contoso.example",
    "mail_reply_to": "desk@contoso.example",
    "mail_recipients": ["a@contoso.example", "b@contoso.example"],
    "mail_save_to_sent": True,
    "mail_hold_copies": True,
    "mail_for_tenants": False,
}
"""Of every setting a value that is not its default."""


def stored(texts: dict[str, str], before: Config | None = None) -> dict[str, Any]:
    draft, faults = read_texts(texts, before or Config())
    assert faults == []
    return draft.store({})


def test_every_setting_survives_storing_reading_showing_and_typing() -> None:
    config = read_config(STORED)
    assert set(STORED) == set(SETTINGS)
    assert not any(config.shown(key) == Config().shown(key) for key in SETTINGS)
    shown = {key: config.shown(key) for key in SETTINGS}
    draft, faults = read_texts(shown, Config())
    assert faults == []
    # Names are typed without their object ids, which the page looks up.
    lists = {**draft.lists(config), **draft.group_lists(config)}
    named = draft.with_values({key: before for key, (_, before) in lists.items()})
    assert named.store({}) == STORED
    assert named.config == config


def test_what_is_typed_is_what_is_stored() -> None:
    assert stored(
        {
            "contact_excluded_folders": "Online Shop\n\nOnline Shop\n",
            "mail_mailbox": " pbx@contoso.example ",
            "mail_recipients": "a@contoso.example; b@contoso.example,\nc@contoso.example\na@contoso.example",
            "application_id": OBJECT_ID.upper(),
            "first_sign_in_creates": "true",
            "sync_time": "",
        }
    ) == {
        "contact_excluded_folders": ["Online Shop"],
        "mail_mailbox": "pbx@contoso.example",
        "mail_recipients": ["a@contoso.example", "b@contoso.example", "c@contoso.example"],
        "application_id": OBJECT_ID,
        "first_sign_in_creates": True,
        "sync_time": "00:00",
    }


@pytest.mark.parametrize("typed", ["", "-1", "3651", "a week", "1.5", "²", "9999999999", "٣"])
def test_days_outside_their_limits_are_refused_beside_the_field(typed: str) -> None:
    _, (fault,) = read_texts({"leaver_deleted_delete_after_days": typed}, Config())
    assert fault.field == "leaver_deleted_delete_after_days"
    assert "a number of days from 0 to 3650" in fault.message


def test_only_what_was_typed_is_stored_anew() -> None:
    draft, _ = read_texts({"sync_time": "01:00"}, read_config(STORED))
    assert draft.store({**STORED, "of another version": 7}) == {
        **STORED,
        "sync_time": "01:00",
        "of another version": 7,
    }


def test_names_come_as_lines_each_once() -> None:
    draft, _ = read_texts({"sign_in_users": " adele@contoso.example \n\nb@x\nadele@contoso.example\n"}, Config())
    ((typed, before),) = draft.lists(read_config(STORED)).values()
    assert [(entry.name, entry.entra_object_id) for entry in typed] == [("adele@contoso.example", ""), ("b@x", "")]
    assert [entry.entra_object_id for entry in before] == [OBJECT_ID]


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("directory_id", "not a directory", "directory (tenant) ID"),
        ("application_id", "7", "application (client) ID"),
        ("national_cloud", "MARS", "Choose one of these: GLOBAL, CHINA, GCC_HIGH, DOD"),
        ("sync_time", "24:00", "Give a time such as"),
        ("sync_time", "1:00", "Give a time such as"),
        ("sync_mode", "sometimes", "automatic, manual"),
        ("starting_extension_number", "0123", "3 to 13 digits"),
        ("sync_photo", "maybe", "true or false"),
        ("extension_source", "extensionAttribute16", "businessPhones:N for the last N digits"),
        ("extension_source", "businessPhones:2", "businessPhones:N for the last N digits"),
        ("display_name_format", "nickname", "display_name, given_surname, surname_given"),
        ("email_source", "proxy", "mail, upn"),
        ("sync_department", "", "true or false"),
        ("sign_in_mode", "some", "off, all, only, except"),
        ("password_policy", "", "allowed, refused"),
        ("sign_in_response_mode", "fragment", "query, form_post"),
        ("first_sign_in_creates", "maybe", "true or false"),
        ("sign_in_users", "adele vance", "one person per line"),
        ("sign_in_users", "x" * 321, "one person per line"),
        ("sign_in_users", "\n".join(f"p{n}@c" for n in range(5001)), "at most 5,000"),
        ("contact_personal", "yes", "true or false"),
        ("contact_users_mode", "some", "all, only, except"),
        ("contact_shared", "all", "off, named, found"),
        ("contact_users", "adele vance", "one person per line"),
        ("contact_mailboxes", "x" * 321, "one mailbox per line"),
        ("contact_excluded_folders", "\n".join(f"f{n}" for n in range(5001)), "at most 5,000"),
        ("contact_excluded_folders", "a\x07b", "one folder per line"),
        ("mail_mailbox", "pbx contoso", "shared mailbox"),
        ("mail_reply_to", "a@b, c@d", "one e-mail address"),
        ("mail_recipients", "a@contoso.example\nnobody", "'nobody' is not an e-mail address"),
        ("mail_recipients", "x; a@contoso.example, y @z", "These are not e-mail addresses: 'x', 'y', '@z'."),
        ("mail_recipients", " ".join(f"n{n}" for n in range(30)), "30 of these are not e-mail addresses; the first 20"),
        (
            "mail_recipients",
            " ".join(f"n{n}" for n in range(30)),
            "There are 30 recipients, and at most 15 are possible.",
        ),
        ("sign_in_users", "adele vance\nbo\ncarl k", "2 lines are not"),
        ("sign_in_users", "adele vance\nbo\ncarl k", "'adele vance', 'carl k'"),
        ("mail_recipients", "\n".join(f"u{n}@contoso.example" for n in range(16)), "at most 15"),
        ("mail_save_to_sent", "maybe", "true or false"),
    ],
)
def test_what_is_not_possible(field: str, text: str, words: str) -> None:
    before = read_config(STORED)
    draft, faults = read_texts({field: text}, before)
    assert [fault.field for fault in faults] == [field]
    assert words in faults[0].message
    assert draft.given == frozenset()
    assert draft.config == before


def test_every_fault_is_found_at_once_and_what_is_right_is_kept() -> None:
    draft, faults = read_texts({"sync_time": "7", "sync_mode": "manual", "sync_photo": "?", "colour": "red"}, Config())
    assert {fault.field for fault in faults} == {"sync_time", "sync_photo", "colour"}
    assert draft.given == {"sync_mode"}
    assert "There is no such setting" in {fault.field: fault.message for fault in faults}["colour"]


@given(st.sampled_from(sorted(SETTINGS)), st.text(max_size=60))
def test_any_text_is_a_fault_or_can_be_stored_and_read(field: str, text: str) -> None:
    draft, faults = read_texts({field: text}, Config())
    if faults:
        return
    config = read_config(draft.store({}))
    assert config.unreadable == ()
    again, faults = read_texts({field: config.shown(field)}, Config())
    assert faults == []
    assert again.config == config == draft.config


@given(st.text())
def test_lines_are_stripped_and_each_is_there_once(text: str) -> None:
    lines = split_lines(text)
    assert all(line == line.strip() != "" for line in lines)
    assert len(lines) == len(set(lines))


def test_disconnecting_forgets_the_application_and_the_rule_about_passwords() -> None:
    kept = forget_connection(STORED, with_users=False)
    assert set(STORED) - set(kept) == {
        *("application_id", "application_object_id", "renew_certificate", "sign_in_mode", "password_policy")
    }
    gone = forget_connection(STORED, with_users=True)
    scope = {"sync_users_mode", "sync_users", "sync_groups_mode", "sync_groups"}
    assert set(kept) - set(gone) == {"directory_id", "sign_in_users"} | scope
