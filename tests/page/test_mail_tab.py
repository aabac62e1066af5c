"""The MAIL tab: what is drawn, whose mailbox counts, and the test mail."""

from __future__ import annotations

from typing import Any

from pbx_plugin_api import ActionOutcome, Refused, Scope, Tenant
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import Config, read_config
from portsip_m365_plugin.config.writer import read_texts
from portsip_m365_plugin.mail.memory import recent_failures, remember_failure
from portsip_m365_plugin.mail.rates import LIMITS_TEXT
from portsip_m365_plugin.mail.sender import find_sender
from portsip_m365_plugin.page.tabs.mail import draw_mail_tab, send_test_mail
from tests.support.page_view import view_of

TENANT = Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
SYSTEM = Tenant(pbx_tenant_id="system", name="System", sip_domain="system.invalid", scope=Scope.SYSTEM)


def host_with(**values: Any) -> FakeHost:
    host = FakeHost()
    host.settings.write(values, expected_version=0)
    return host


def test_what_is_drawn_can_be_saved_as_it_is() -> None:
    values: dict[str, Any] = {"mail_mailbox": "pbx@contoso.example", "mail_recipients": ["a@x.example", "b@x.example"]}
    for tenant in (TENANT, SYSTEM):
        tab = draw_mail_tab(view_of(values, tenant=tenant))
        shown = {field.name: field.value for field in tab.fields}
        draft, faults = read_texts(shown, Config())
        assert faults == []
        assert draft.config.mail == read_config(values).mail
        assert ("mail_for_tenants" in shown) == (tenant is SYSTEM)


def test_the_limits_are_those_that_are_kept() -> None:
    tab = draw_mail_tab(view_of({}, tenant=SYSTEM))
    facts = {fact.label: fact.value for fact in tab.facts}
    assert facts["Limits"] == "30 messages a minute, 10,000 recipients a day; 27 a minute for what is not urgent"
    (shared,) = (field.help for field in tab.fields if field.name == "mail_for_tenants")
    assert LIMITS_TEXT in shared
    (kept,) = (field.help for field in tab.fields if field.name == "mail_save_to_sent")
    assert "Mail above 3.9 MB" in kept


def test_the_button_says_why_it_cannot_be_pressed() -> None:
    def action(values: dict[str, Any], **more: Any) -> Any:
        return draw_mail_tab(view_of(values, tenant=TENANT, **more)).actions[0]

    assert action({}).why_disabled == "Choose a mailbox and save first."
    assert action({"mail_mailbox": "a@x.example"}).enabled
    assert not action({"mail_mailbox": "a@x.example"}, may_edit=False).enabled
    assert action({"mail_mailbox": "a@x.example"}, why_not_ready="No app.").why_disabled == "No app."


def send_test(mailbox: str = "", to: str = "") -> ActionOutcome:
    return send_test_mail(FakeHost(), TENANT, read_config({"mail_mailbox": mailbox}), to)


def test_a_test_mail_needs_a_mailbox_and_a_recipient() -> None:
    assert isinstance(send_test(to="a@x.example"), Refused)
    answer = send_test("pbx@contoso.example")
    assert isinstance(answer, Refused)
    assert answer.message == "There is no recipient."
    answer = send_test("pbx@contoso.example", to="a@x.example")
    assert isinstance(answer, Refused)
    assert "not set up" in answer.message


def test_whose_settings_count() -> None:
    system = host_with(mail_mailbox="system@contoso.example")
    shut = host_with(mail_mailbox="system@contoso.example", mail_for_tenants=False)

    def mailbox(tenant: Tenant, own: dict[str, Any], system_host: FakeHost | None) -> str | None:
        host = FakeHost(system=system_host)
        host.settings.write(own, expected_version=0)
        sender = find_sender(host, tenant)
        return sender.mail.mailbox if sender else None

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
    tab = draw_mail_tab(view_of({}, host, tenant=TENANT))
    assert tab.tables[0].rows[0][3] == "r11"
