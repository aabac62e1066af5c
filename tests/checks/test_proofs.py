"""What calls have shown is remembered, belongs to one application, and is drawn in the table of permissions."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pbx_plugin_api import Scope
from pbx_plugin_api.testing import FakePbx
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.contacts import ContactsConfig, SharedMode
from portsip_m365_plugin.config.mail import MailConfig
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.scope import ScopeConfig, WhichGroups
from portsip_m365_plugin.graph.errors import MailboxRefusedError
from portsip_m365_plugin.page.registration.permissions_table import draw_permissions_table
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.permissions import PERMISSIONS, Need, needed_permissions
from portsip_m365_plugin.proofs import Outcome, Proof, forget_proof, read_proofs, remember_proof, remember_uses
from portsip_m365_plugin.texts import _
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import TENANT, Hand

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
APP = ConnectionConfig(entra_tenant_id="t", client_id="c")
GROUPS = ScopeConfig(which_groups=WhichGroups.ONLY, groups=NameList.of([Listed(name="Sales", entra_object_id="g")]))


@pytest.fixture
def host() -> Any:
    return FakePbx(now_utc=NOW).host("m365", TENANT)


def proof(**fields: Any) -> Proof:
    given: dict[str, Any] = {
        "subject": "Contacts.Read",
        "outcome": Outcome.WORKS,
        "at_utc": NOW,
        "call": _("read the contact folders of {mailbox}", mailbox="ada@contoso.com"),
        "on": "ada@contoso.com",
    }
    return Proof(**given | fields)


def test_the_last_proof_about_a_subject_counts(host: Any) -> None:
    remember_proof(host, APP, proof())
    refused = proof(outcome=Outcome.REFUSED, sentence="No.", remedy="Ask.", at_utc=NOW + timedelta(minutes=1))
    remember_proof(host, APP, refused)
    assert read_proofs(host, APP) == {"Contacts.Read": refused}
    forget_proof(host, "Contacts.Read")
    assert read_proofs(host, APP) == {}


def test_a_proof_of_another_application_does_not_count(host: Any) -> None:
    remember_proof(host, APP, proof())
    assert read_proofs(host, ConnectionConfig(entra_tenant_id="t", client_id="other")) == {}


def test_a_proof_that_says_nothing_new_is_not_written_again_at_once(host: Any) -> None:
    remember_proof(host, APP, proof())
    remember_proof(host, APP, proof(at_utc=NOW + timedelta(hours=1)))
    assert read_proofs(host, APP)["Contacts.Read"].at_utc == NOW
    remember_proof(host, APP, proof(at_utc=NOW + timedelta(hours=13)))
    assert read_proofs(host, APP)["Contacts.Read"].at_utc == NOW + timedelta(hours=13)


def test_a_record_that_cannot_be_read_is_passed_over(host: Any) -> None:
    remember_proof(host, APP, proof())
    record = host.state.get("proof.Contacts.Read").value
    host.state.put("proof.Contacts.Read", {**record, "outcome": "perhaps"})
    assert read_proofs(host, APP) == {}


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        (Config(), ["User.Read.All"]),
        (Config(scope=GROUPS), ["User.Read.All", "GroupMember.Read.All"]),
        (Config(contacts=ContactsConfig(personal=True)), ["User.Read.All", "Contacts.Read"]),
        (
            Config(contacts=ContactsConfig(shared=SharedMode.FOUND)),
            ["User.Read.All", "Contacts.Read", "MailboxSettings.Read"],
        ),
        (Config(mail=MailConfig(mailbox="pbx@contoso.com")), ["User.Read.All", "Mail.Send"]),
    ],
)
def test_only_what_is_on_needs_a_permission(config: Config, wanted: list[str]) -> None:
    assert [item.name for item in needed_permissions(config, TENANT)] == wanted


def test_the_system_needs_only_what_sends_mail() -> None:
    system = dataclasses.replace(TENANT, scope=Scope.SYSTEM)
    config = Config(scope=GROUPS, contacts=ContactsConfig(personal=True), mail=MailConfig(mailbox="pbx@contoso.com"))
    needs = {item.name: item.need(config, system) for item in PERMISSIONS}
    assert {name for name, need in needs.items() if need is Need.NEEDED} == {"Mail.Send"}


def test_the_table_calls_only_needed_permissions_missing(host: Any) -> None:
    refused = {"outcome": Outcome.REFUSED, "sentence": "It is refused.", "remedy": "Ask."}
    for name in ("Contacts.Read", "Mail.ReadWrite", "GroupMember.Read.All"):
        remember_proof(host, APP, proof(subject=name, **refused))
    remember_proof(host, APP, proof(subject="User.Read.All", call="read one person", on=""))
    config = Config(connection=APP, contacts=ContactsConfig(personal=True), mail=MailConfig(mailbox="pbx@contoso.com"))
    table = draw_permissions_table(PageView(host=host, tenant=TENANT, config=config))
    states = {row[0]: row[3] for row in table.rows}
    assert all("Without it: " in row[2] for row in table.rows)
    tried = "Tried 2026-11-26 13:00: read the contact folders of ada@contoso.com. It is refused."
    assert states == {
        "User.Read.All": "Works. Proven 2026-11-26 13:00: read one person",
        "GroupMember.Read.All": f"Refused. {tried}",
        "Contacts.Read": f"Missing. {tried}",
        "MailboxSettings.Read": "Not proven yet: press “Test connection”",
        "Mail.Send": "Not proven yet: press “Send test mail” on the MAIL tab",
        "Mail.ReadWrite": f"Refused. {tried}",
    }


@pytest.mark.parametrize("permitted", [True, False])
def test_a_run_shows_what_its_permissions_are_worth(lab: Lab, permitted: bool) -> None:
    lab.register(permissions=("User.Read.All", "Contacts.Read", "MailboxSettings.Read") if permitted else ())
    hand = Hand()
    hand.set_up({**lab.settings(), "contact_personal": "true"}, shared_key_pair())
    hand.tick(confirm_first_plan=True)
    table = next(t for t in hand.tab("permissions").tables if t.title == "Graph application permissions")
    states = {row[0]: row[3] for row in table.rows}
    if permitted:
        for name in ("User.Read.All", "Contacts.Read", "MailboxSettings.Read"):
            assert states[name].startswith("Works. Proven ")
            assert states[name].endswith(": used by a run")
    else:
        assert states["User.Read.All"].startswith("Missing. Tried ")
        assert "The app registration lacks the permission User.Read.All" in states["User.Read.All"]


def test_a_refused_mailbox_does_not_outweigh_one_that_was_read(host: Any) -> None:
    remember_proof(host, APP, proof())
    refused = MailboxRefusedError("no")
    remember_uses(host, APP, {"Contacts.Read": refused, "MailboxSettings.Read": refused, "": None})
    outcomes = {subject: each.outcome for subject, each in read_proofs(host, APP).items()}
    assert outcomes == {"Contacts.Read": Outcome.WORKS, "MailboxSettings.Read": Outcome.REFUSED}
