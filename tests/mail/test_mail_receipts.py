"""What became of it: each way in which Exchange, Entra or the network fails, and the receipt it makes."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Priority
from portsip_m365_plugin import connect as connecting
from portsip_m365_plugin.mail.memory import recent_failures, remember_mailbox, resolve_mailbox
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.lab import Lab, forget_microsoft
from tests.support.mail_lab import Post, open_post, shared_mailbox

NEW_ID = "0badcafe-0000-4000-8000-00000000c0de"
ACCEPTED, DEFERRED = DeliveryStatus.ACCEPTED, DeliveryStatus.DEFERRED
REJECTED, UNKNOWN = DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN


@pytest.fixture
def post(lab: Lab, tmp_path: Path) -> Post:
    post = open_post(lab, tmp_path)
    assert post.send().status is ACCEPTED  # the mailbox is known, the connection is warm
    lab.tenant().sent.clear()
    return post


def faulty(post: Post, kind: str = "status", **fields: Any) -> DeliveryReceipt:
    post.lab.realm().faults.add(Fault(kind, match="sendMail", **fields))
    return post.send()


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        ({"status": 429}, DEFERRED, "limits how much"),
        ({"status": 429, "retry_after": "7"}, DEFERRED, "limits how much"),
        ({"status": 503, "retry_after": "7"}, DEFERRED, "limits how much"),
        ({"status": 509}, DEFERRED, "limits how much"),
        ({"status": 409}, DEFERRED, "changing the same data"),
        ({"status": 409, "code": "ErrorIrresolvableConflict"}, DEFERRED, "changing the same data"),
        ({"status": 503}, UNKNOWN, "failed while taking"),
        ({"status": 500}, UNKNOWN, "failed while taking"),
        ({"status": 502}, UNKNOWN, "failed while taking"),
        ({"status": 504}, UNKNOWN, "failed while taking"),
        ({"kind": "reset_before"}, UNKNOWN, "connection broke"),
        ({"kind": "reset_lost"}, UNKNOWN, "connection broke"),
        # 202 and nothing else: in 2021 mail was dropped with a 200.
        ({"status": 200, "body": "", "content_type": "application/json"}, UNKNOWN, "answered in its place"),
        ({"status": 200, "body": "<html>Log in", "content_type": "text/html"}, UNKNOWN, "answered in its place"),
        ({"kind": "redirect", "location": "https://proxy.example/"}, UNKNOWN, "answered in its place"),
        ({"status": 401, "code": "NoPermissionsInAccessToken"}, "consent", "Mail.Send is missing"),
        ({"status": 403, "code": "Authorization_RequestDenied"}, "consent", "Mail.Send is missing"),
        ({"status": 403, "code": "ErrorAccessDenied"}, "access_refused", ": Mail.Send is not granted, or the scope"),
        ({"status": 403, "code": "ErrorSendAsDenied"}, "mailbox_send_as", "send as"),
        ({"status": 404, "code": "ErrorInvalidUser"}, "mailbox_missing", "does not exist"),
        ({"status": 404, "code": "MailboxNotEnabledForRESTAPI"}, "mailbox_unlicensed", "no Exchange licence"),
        ({"status": 503, "code": "MailboxInfoStale"}, "mailbox_moving", "being moved"),
        ({"status": 429, "code": "ErrorExceededMessageLimit"}, "mailbox_quota", "sending quota"),
        ({"status": 403, "code": "ErrorSubmissionQuotaExceeded"}, "mailbox_quota", "sending quota"),
        ({"status": 403, "code": "ErrorQuotaExceeded"}, "mailbox_full", "full"),
        ({"status": 401, "code": "SomethingNew"}, "token", "does not accept the token"),
        ({"status": 403, "code": "ErrorMessageSubmissionBlocked"}, "mailbox_blocked", "outbound spam"),
        ({"status": 403, "code": "ErrorAccountSuspend"}, "mailbox_blocked", "outbound spam"),
        ({"status": 403, "code": "Authorization_IdentityDisabled"}, "app_disabled", "disabled"),
        ({"status": 404, "code": "OrganizationFromTenantGuidNotFound"}, "exchange_missing", "no Exchange Online"),
        ({"status": 403, "code": "SomethingNew"}, "forbidden", "does not allow"),
        ({"status": 400, "code": "ErrorInvalidRecipients"}, REJECTED, "recipients' addresses"),
        ({"status": 413, "code": "RequestEntityTooLarge"}, REJECTED, "too large"),
        ({"status": 400, "code": "ErrorInvalidRequest"}, REJECTED, "HTTP 400 ErrorInvalidRequest"),
    ],
    ids=lambda value: "-".join(str(v) for v in value.values())[:40] if isinstance(value, dict) else "",
)
def test_each_failure_has_its_receipt(post: Post, fault: dict[str, Any], outcome: str, words: str) -> None:
    """The outcome is a status; or the word for a fault that stops all mail, which is deferred."""
    receipt = faulty(post, **fault)
    assert (receipt.fault or receipt.status) == outcome
    assert words in receipt.reason
    assert "{" not in receipt.reason + receipt.remedy
    assert not receipt.unreachable
    if receipt.status is REJECTED or (receipt.fault and receipt.fault not in ("mailbox_moving", "mailbox_quota")):
        assert receipt.remedy
    assert len(post.sent) == (1 if fault.get("kind") == "reset_lost" else 0)
    assert recent_failures(post.host)[0]["reason"] == receipt.reason


def test_a_conflict_is_tried_again_and_other_mail_goes_on(post: Post) -> None:
    receipt = faulty(post, status=409)
    assert receipt.this_mail_only
    assert receipt.retry_at_utc is not None
    assert timedelta(0) < receipt.retry_at_utc - post.clock.utc() <= timedelta(seconds=10)
    assert post.send().status is ACCEPTED


def test_retry_after_is_obeyed_to_the_second(post: Post) -> None:
    receipt = faulty(post, status=429, retry_after="7")
    assert receipt.retry_at_utc is not None
    waited = receipt.retry_at_utc - post.clock.utc()
    assert timedelta(seconds=7) <= waited <= timedelta(seconds=8)
    # Meanwhile nothing is sent to that mailbox: requests made while throttled count again.
    before = len(post.calls("sendMail"))
    again = post.send()
    assert again.status is DEFERRED
    assert len(post.calls("sendMail")) == before


def test_no_connection_is_deferred_and_says_that_microsoft_is_out_of_reach(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise ConnectionRefusedError

    forget_sessions()
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    receipt = post.send()
    assert (receipt.status, receipt.unreachable) == (DEFERRED, True)
    assert "refused the connection" in receipt.reason


def forget_sessions() -> None:
    for session in connecting._sessions.values():
        session.close()
    connecting._sessions.clear()


def test_entra_out_of_reach_is_no_fault_and_entras_refusal_is_one(post: Post) -> None:
    post.lab.realm().faults.add(Fault("status", match="oauth2", status=503, times=None))
    forget_microsoft()
    receipt = post.send()
    assert (receipt.status, receipt.unreachable, receipt.fault) == (DEFERRED, True, ""), receipt
    post.lab.realm().faults.clear()
    forget_microsoft()
    post.settle(application_id="00000000-0000-4000-8000-000000000000")
    receipt = post.send()
    assert (receipt.status, receipt.fault) == (DEFERRED, "application")
    assert "application ID" in receipt.reason


def test_real_refusals_of_the_simulated_exchange(lab: Lab, tmp_path: Path) -> None:
    post = open_post(lab, tmp_path, mailbox="nobody@contoso.example")
    assert "does not exist" in post.send().reason
    post.settle(mail_mailbox=shared_mailbox(lab, kind="on_premises"))
    assert "no Exchange licence" in post.send().reason
    lab.register(permissions=("User.Read.All",))
    forget_microsoft()
    post.settle(mail_mailbox=shared_mailbox(lab))
    receipt = post.send()
    assert receipt.fault == "access_refused"
    assert "consent" in receipt.reason + receipt.remedy
    assert post.stores.notices.rows(post.tenant.pbx_tenant_id) == [], "the queue reports a fault, once"


def test_consent_that_is_granted_counts_at_the_next_attempt(lab: Lab, tmp_path: Path) -> None:
    post = open_post(lab, tmp_path)
    lab.register(permissions=("User.Read.All",))
    assert post.send().fault == "access_refused"
    lab.register(permissions=("User.Read.All", "Mail.Send"))
    # The token from before lacks Mail.Send for an hour: it is not used again.
    assert post.send().status is ACCEPTED


def test_each_cause_of_a_rejection_has_its_notice(post: Post) -> None:
    for code in ("ErrorInvalidRecipients", "ErrorInvalidRequest", "ErrorInvalidRecipients"):
        assert faulty(post, status=400, code=code).status is REJECTED
    notices = post.stores.notices.rows(post.tenant.pbx_tenant_id)
    assert len({kept.notice.key for kept in notices}) == len(notices) == 2


def test_an_unclear_refusal_of_one_mail_lets_others_try_in_the_end(post: Post) -> None:
    refusal = {"status": 403, "code": "SomethingNew"}
    assert faulty(post, **refusal).fault == "forbidden"
    post.lab.realm().faults.add(Fault("status", match="sendMail", **refusal))
    receipt = post.send(attempt=3)
    assert (receipt.fault, receipt.this_mail_only) == ("", True)


def test_an_answer_that_does_not_come_in_time_is_unknown(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_m365_plugin.graph.client.READ_S", 0.3)
    assert faulty(post, "delay", pause_s=1.5).status is UNKNOWN


def test_a_mailbox_that_was_replaced_is_looked_up_again_and_the_mail_goes_out(post: Post) -> None:
    old = replace_mailbox(post)
    before = len(post.calls("/users/"))
    assert post.send().status is ACCEPTED
    assert [call[0] for call in post.calls("/users/")[before:]] == ["POST", "GET", "POST"]
    assert len(post.sent) == 1
    assert post.send().status is ACCEPTED
    assert [call[0] for call in post.calls("/users/")[before + 3 :]] == ["POST"]  # and remembered again
    target = post.lab.realm().journal.entries()[-1].target
    assert NEW_ID in target
    assert old not in target


def test_a_mailbox_that_is_gone_is_asked_for_once_and_pauses_the_mail(post: Post) -> None:
    before = len(post.calls("/users/"))
    post.lab.realm().faults.add(Fault("status", match="sendMail", status=404, code="ErrorInvalidUser"))
    receipt = post.send()
    assert (receipt.fault, len(post.sent)) == ("mailbox_missing", 0)
    assert [call[0] for call in post.calls("/users/")[before:]] == ["POST", "GET"]  # the same one: not tried again


def test_a_mailbox_of_another_directory_is_not_remembered(post: Post) -> None:
    client = SimpleNamespace(cloud=post.lab.cloud())
    name, mine = shared_mailbox(post.lab), post.lab.settings()["directory_id"]
    known, is_remembered = resolve_mailbox(post.host, cast(Any, client), mine, name)
    assert is_remembered
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portsip_m365_plugin.mail.memory.find_users", lambda *_: [{"id": "the other"}])
        assert resolve_mailbox(post.host, cast(Any, client), "another", name) == ("the other", False)
    assert known != "the other"


def test_a_mailbox_named_by_an_alias_is_found(lab: Lab, tmp_path: Path) -> None:
    name = shared_mailbox(lab)
    admin = lab.admin()
    owner = admin.person(name)
    admin.change_user(name, proxyAddresses=[f"SMTP:{name}", "smtp:front.o'desk@contoso.example"])
    post = open_post(lab, tmp_path, mailbox="Front.O'Desk@contoso.example")
    assert post.send().status is ACCEPTED
    assert post.sent[0]["mailbox_id"] == owner.id
    found = [target for _, target, _ in post.calls("/users")]
    assert len(found) == 3, "the name, the alias, the mail"
    assert post.send().status is ACCEPTED
    assert len(post.calls("/users")) == 4, "afterwards the mail alone"


def test_the_systems_mailbox_is_used_by_the_object_id_that_was_saved(post: Post) -> None:
    people = [each for each in post.lab.tenant().directory.order if each.mailbox == "user"][:2]
    post.settle(post.system_host, mail_mailbox="voice@contoso.example")
    lab, directory_id = post.lab, post.lab.settings()["directory_id"]
    remember_mailbox(post.system_host, lab.cloud().name, directory_id, "voice@contoso.example", people[0].id)
    post.settle(mail_mailbox="")
    assert post.send().status is ACCEPTED
    assert post.sent[0]["mailbox_id"] == people[0].id
    # It is deleted, and another mailbox gets the address: found again, and the tenant's own memory counts from then on.
    lab.tenant().directory.hard_delete(people[0])
    lab.admin().change_user(people[1].id, proxyAddresses=["smtp:voice@contoso.example"])
    assert [post.send().status for _ in range(2)] == [ACCEPTED] * 2
    assert [sent["mailbox_id"] for sent in post.sent[1:]] == [people[1].id] * 2


def replace_mailbox(post: Post) -> str:
    """Delete the mailbox and make a new one under the same name, as an admin does; return the old one's id."""
    directory, name = post.lab.tenant().directory, shared_mailbox(post.lab)
    old = next(person for person in directory.order if person.props.get("userPrincipalName") == name)
    directory.hard_delete(old)
    directory.add(Person(NEW_ID, "ordinary", dict(old.props), "shared"))
    return old.id


def test_a_shared_mailbox_is_addressed_by_its_id(post: Post) -> None:
    post.lab.realm().settings.shared_by_upn_fails = True
    assert post.send().status is ACCEPTED


def test_our_own_limit_is_a_deferral_that_urgent_mail_passes(post: Post) -> None:
    post.lab.realm().limits.settings.enabled = False
    statuses = [post.send().status for _ in range(28)]
    assert statuses[:26] == [ACCEPTED] * 26  # and one by the fixture
    assert statuses[26:] == [DEFERRED] * 2
    receipt = post.send()
    assert receipt.retry_at_utc is not None
    assert 60 < (receipt.retry_at_utc - post.clock.utc()).total_seconds() <= 62
    assert [post.send(priority=Priority.URGENT).status for _ in range(4)] == [ACCEPTED] * 3 + [DEFERRED]
    assert recent_failures(post.host) == []


def test_tenants_that_share_the_systems_mailbox_share_its_limit(post: Post) -> None:
    post.lab.realm().limits.settings.enabled = False
    post.settle(post.system_host, mail_mailbox=shared_mailbox(post.lab, kind="user"))
    post.settle(mail_mailbox="")
    other = Post(post.lab, post.stores, post.stores.tenants.add("Fabrikam"), post.clock)
    got = [side.send().status for _ in range(14) for side in (post, other)]
    assert got == [ACCEPTED] * 27 + [DEFERRED]


def test_tenants_that_share_the_systems_app_share_its_tokens_during_a_fault(post: Post) -> None:
    post.settle(post.system_host, mail_mailbox=shared_mailbox(post.lab, kind="user"))
    post.settle(mail_mailbox="")
    sides = [Post(post.lab, post.stores, post.stores.tenants.add(f"Tenant {n}"), post.clock) for n in range(20)]
    post.lab.register(permissions=("User.Read.All",))
    forget_microsoft()
    before = len(post.calls("oauth2"))
    assert {side.send().fault for side in sides} == {"access_refused"}
    assert len(post.calls("oauth2")) - before <= 2
