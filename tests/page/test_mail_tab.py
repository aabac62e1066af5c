"""The MAIL tab: what an admin types, what is stored, and what the policy makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from pbx_plugin_api import Refused, Scope, Tenant
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.mail.memory import recent_failures, remember_failure
from portsip_m365_plugin.mail.policy import MailPolicy, find_sender, read_mail_policy
from portsip_m365_plugin.page.mail_tab import FIELD_NAMES, MailSchema, draw_mail_tab, send_test_mail

TENANT = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
SYSTEM = Tenant(pbx_tenant_id="system", name="System", sip_domain="system.invalid", scope=Scope.SYSTEM)


def host_with(**values: Any) -> FakeHost:
    host = FakeHost()
    host.settings.write(values, expected_version=0)
    return host


def test_stored_settings_become_a_policy() -> None:
    texts = {
        "mail_mailbox": " pbx@contoso.example ",
        "mail_reply_to": "desk@contoso.example",
        "mail_recipients": "a@contoso.example; b@contoso.example,\nc@contoso.example\na@contoso.example",
        "mail_save_to_sent": "true",
        "mail_hold_copies": "true",
        "mail_for_tenants": "false",
    }
    assert set(texts) == set(FIELD_NAMES)
    assert read_mail_policy(MailSchema().load(texts)) == MailPolicy(
        mailbox="pbx@contoso.example",
        reply_to="desk@contoso.example",
        recipients=("a@contoso.example", "b@contoso.example", "c@contoso.example"),
        save_to_sent=True,
        hold_copies=True,
        for_tenants=False,
    )
    assert read_mail_policy({}) == MailPolicy()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("mail_mailbox", "pbx contoso", "shared mailbox"),
        ("mail_reply_to", "a@b, c@d", "one e-mail address"),
        ("mail_recipients", "a@contoso.example\nnobody", "'nobody' is not an e-mail address"),
        ("mail_recipients", "\n".join(f"u{n}@contoso.example" for n in range(16)), "at most 15"),
        ("mail_save_to_sent", "maybe", "true or false"),
    ],
)
def test_what_is_not_possible(field: str, text: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MailSchema().load({field: text})
    assert words in str(caught.value.messages[field])


def test_what_is_drawn_can_be_saved_as_it_stands() -> None:
    values: dict[str, Any] = {"mail_mailbox": "pbx@contoso.example", "mail_recipients": ["a@x.example", "b@x.example"]}
    for tenant in (TENANT, SYSTEM):
        tab = draw_mail_tab(values, FakeHost(), tenant, may_edit=True, why_not_ready="")
        shown = {field.name: field.value for field in tab.fields}
        assert read_mail_policy(MailSchema().load(shown)) == read_mail_policy(values)
        assert ("mail_for_tenants" in shown) == (tenant is SYSTEM)


def test_the_button_says_why_it_cannot_be_pressed() -> None:
    def action(values: dict[str, Any], **more: Any) -> Any:
        given = {"may_edit": True, "why_not_ready": ""} | more
        return draw_mail_tab(values, FakeHost(), TENANT, **given).actions[0]

    assert action({}).why_disabled == "Choose a mailbox and save first."
    assert action({"mail_mailbox": "a@x.example"}).enabled
    assert not action({"mail_mailbox": "a@x.example"}, may_edit=False).enabled
    assert action({"mail_mailbox": "a@x.example"}, why_not_ready="No app.").why_disabled == "No app."


def test_a_test_mail_needs_a_mailbox_and_a_recipient() -> None:
    assert isinstance(send_test_mail(host_with(), "a@x.example"), Refused)
    answer = send_test_mail(host_with(mail_mailbox="pbx@contoso.example"), "")
    assert isinstance(answer, Refused)
    assert answer.message == "There is no recipient."
    answer = send_test_mail(host_with(mail_mailbox="pbx@contoso.example"), "a@x.example")
    assert isinstance(answer, Refused)
    assert "not set up" in answer.message


def test_whose_settings_count() -> None:
    system = host_with(mail_mailbox="system@contoso.example")
    shut = host_with(mail_mailbox="system@contoso.example", mail_for_tenants=False)

    def mailbox(tenant: Tenant, own: dict[str, Any], system_host: FakeHost | None) -> str | None:
        host = FakeHost(system=system_host)
        host.settings.write(own, expected_version=0)
        sender = find_sender(host, tenant)
        return sender.policy.mailbox if sender else None

    assert mailbox(TENANT, {"mail_mailbox": "own@contoso.example"}, system) == "own@contoso.example"
    assert mailbox(TENANT, {}, system) == "system@contoso.example"
    assert mailbox(TENANT, {}, shut) is None
    assert mailbox(TENANT, {}, None) is None
    assert mailbox(SYSTEM, {}, system) is None


def test_failures_are_kept_without_texts_or_addresses() -> None:
    from tests.support.mail_samples import make_note, rejected

    host = FakeHost()
    for n in range(12):
        remember_failure(host, make_note(to=("secret@x.example",), subject="PIN 1234"), rejected(f"r{n}"),
                         host.clock.now_utc())  # fmt: skip
    kept = recent_failures(host)
    assert [item["reason"] for item in kept] == [f"r{n}" for n in range(11, 1, -1)]
    assert "secret" not in str(kept)
    assert "1234" not in str(kept)
    tab = draw_mail_tab({}, host, TENANT, may_edit=True, why_not_ready="")
    assert tab.tables[0].rows[0][3] == "r11"
