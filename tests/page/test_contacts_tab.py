"""The CONTACT SYNC tab: what is drawn, and the state of each mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pbx_plugin_api import Done, Refused, dump
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import read_config
from portsip_m365_plugin.contacts.state import (
    BookKind,
    FolderRecord,
    MailboxRecord,
    StateWriter,
    load_mailbox,
    load_mailboxes,
)
from portsip_m365_plugin.contacts.tally import ContactSummary, read_contact_summary
from portsip_m365_plugin.graph.mailboxes import MailboxStatus
from portsip_m365_plugin.page.parts.contacts_mailboxes import show_mailbox_state
from portsip_m365_plugin.page.tabs.contacts import draw_contacts_tab
from tests.support.page_view import view_of

OID = "0b1ec700-0000-4000-8000-00000000beef"
NOW_UTC = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
PERSON = {"name": "info@contoso.example", "entra_object_id": OID}


def record(**changes: Any) -> MailboxRecord:
    known: dict[str, Any] = {"kind": BookKind.COMPANY, "mailbox_id": OID, "shown": "info@contoso.example"}
    return MailboxRecord(**{**known, **changes})


def draw(values: dict[str, Any] | None = None, host: FakeHost | None = None, **more: Any) -> Any:
    return draw_contacts_tab(view_of(values, host, **more))


def test_mailboxes_in_trouble_are_shown_with_state_and_reason() -> None:
    host = FakeHost()
    ill = record(status=MailboxStatus.REFUSED, detail="Exchange says no.", since_utc=NOW_UTC, contacts=7)
    summary = ContactSummary(at_utc=NOW_UTC, message="Done.", states={"ok": 3, "refused": 1}, troubled=(ill,))
    host.state.put("contacts.summary", dump(summary))
    assert read_contact_summary(host) == summary
    tab = draw(host=host)
    assert {fact.label: fact.value for fact in tab.facts}["Mailboxes: Exchange does not let the app in"] == "1"
    assert tab.tables[0].rows == (
        ("info@contoso.example", "company", "Exchange does not let the app in", "2026-11-24", "7", "Exchange says no."),
    )


def test_a_removal_that_waits_is_shown_with_its_button() -> None:
    host = FakeHost()
    host.state.put("contacts.leaving", {"checksum": "abc", "mailboxes": 12, "contacts": 340})
    tab = draw(host=host)
    assert "340 contacts would be removed" in tab.facts[0].value
    action = tab.actions[0]
    assert (action.name, action.danger, action.parameters[0].value) == ("approve_contact_removal", True, "abc")
    assert "Remove 340 contacts?" in action.confirm


def test_who_may_not_edit_may_press_nothing() -> None:
    assert not any(action.enabled for action in draw(may_edit=False).actions)
    assert {a.name: a.enabled for a in draw(why_not_ready="No key.").actions}["contacts"] is False


def test_one_mailbox_may_be_asked_about() -> None:
    host = FakeHost()
    states = StateWriter(host)
    states.put(record(status=MailboxStatus.OK, contacts=3, left_out=2))
    states.flush()
    contacts = read_config({"contact_mailboxes": [PERSON]}).contacts
    for typed in (OID.upper(), "INFO@contoso.example"):
        outcome = show_mailbox_state(host, host.tenant, contacts, typed)
        assert isinstance(outcome, Done)
        assert outcome.tables[0].rows[0][2:] == ("Read", "", "3", "2 above the limit are left out.")
    assert isinstance(show_mailbox_state(host, host.tenant, contacts, "nobody"), Refused)


# ---------------------------------------------------------------------- what is remembered


def test_a_record_comes_back_as_it_was_put() -> None:
    host = FakeHost()
    folder = FolderRecord(folder_id="f", name="Kunden", parent_id="p", mark="link")
    kept = record(
        status=MailboxStatus.MOVING, detail="d", since_utc=NOW_UTC, asked_at_utc=NOW_UTC, round="r", fingerprint="x",
        default_id="f", tree_link="t", folders=(folder,), contacts=1, left_out=2, held=3,
    )  # fmt: skip
    states = StateWriter(host)
    states.put(kept)
    assert load_mailbox(host, BookKind.COMPANY, OID) is None, "held until it is flushed"
    states.flush()
    assert load_mailbox(host, BookKind.COMPANY, OID) == kept
    assert list(load_mailboxes(host)) == [kept]
    states.forget(kept)
    assert list(load_mailboxes(host)) == []


def test_a_record_of_another_version_is_none() -> None:
    host = FakeHost()
    states = StateWriter(host)
    states.put(record())
    states.flush()
    ((key, found),) = host.state.items()
    assert isinstance(found.value, dict)
    host.state.put(key, {**found.value, "version": 0})
    assert load_mailbox(host, BookKind.COMPANY, OID) is None


@pytest.mark.parametrize(("folders", "marks", "kept"), [(60, True, 60), (400, False, 400), (3000, False, 0)])
def test_a_record_never_outgrows_its_key(folders: int, marks: bool, kept: int) -> None:
    host = FakeHost()
    many = tuple(
        FolderRecord(folder_id=f"{n:0150d}", name="A folder", parent_id="p" * 150, mark="l" * 2000)
        for n in range(folders)
    )
    states = StateWriter(host)
    states.put(record(folders=many, tree_link="t"))
    states.flush()
    found = load_mailbox(host, BookKind.COMPANY, OID)
    assert found is not None
    assert len(found.folders) == kept
    assert all((folder.mark is not None) is marks for folder in found.folders)


def test_a_state_is_asked_again_after_a_day() -> None:
    ill = record(status=MailboxStatus.INACTIVE, asked_at_utc=NOW_UTC)
    assert not ill.may_be_asked(NOW_UTC + timedelta(hours=12))
    assert ill.may_be_asked(NOW_UTC + timedelta(hours=23, minutes=50))
    assert record(status=MailboxStatus.FAILED, asked_at_utc=NOW_UTC).may_be_asked(NOW_UTC)
    same = ill.became(MailboxStatus.INACTIVE, "", NOW_UTC)
    later = same.became(MailboxStatus.INACTIVE, "", NOW_UTC + timedelta(days=3))
    assert later.since_utc == NOW_UTC
    assert later.became(MailboxStatus.OK, "", NOW_UTC + timedelta(days=4)).since_utc == NOW_UTC + timedelta(days=4)
